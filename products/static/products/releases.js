// A deed is sent once: a second click while the first is on its way does nothing.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  else form.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-once]").forEach((form) => form.removeAttribute("aria-busy"));
});

// News do not take away what is being typed.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "release-live" && event.target.querySelector("details[open] input[name=reason]:focus")) event.preventDefault();
});

// What unfolds is there to be used.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches(".release-sure") || !event.target.open) return;
  const first = event.target.querySelector("input[name=reason], form button");
  if (first) first.focus();
}, true);
