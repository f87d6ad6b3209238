// Forms of rules and commands: sent once; what is wrong is marked at its field as one types.
"use strict";

(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-once]").forEach((form) => form.removeAttribute("aria-busy"));
  });

  // A field says that it is wrong as long as words stand under it.
  const mark = () => {
    document.querySelectorAll("[data-rules] .error[id]").forEach((words) => {
      const field = document.getElementById(`f-${words.id.slice(2)}`);
      if (!field) return;
      if (words.textContent.trim()) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    });
    // All is mended: what was said of the form as it was sent is over.
    const refusal = document.getElementById("refusal");
    if (refusal && document.querySelector("#rule-look .look-words")) refusal.remove();
  };
  document.addEventListener("htmx:afterSettle", mark);

  // A row that was taken away leaves the keyboard at the button that adds one.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const button = event.target;
    if (!button.matches("[data-rules] .take-away")) return;
    const add = button.closest(".group").querySelector(":scope > .group-head button");
    button.closest("form").dataset.next = add ? add.id : "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    const form = document.querySelector("[data-rules][data-next]");
    if (!form) return;
    const next = document.getElementById(form.dataset.next);
    delete form.dataset.next;
    if (next) next.focus();
  });

  document.addEventListener("DOMContentLoaded", () => {
    const wrong = document.querySelector("[data-rules] [aria-invalid=true]") || document.getElementById("refusal");
    if (wrong) wrong.focus();
  });
})();
