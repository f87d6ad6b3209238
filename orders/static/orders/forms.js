// What a form of the counter does by itself; without it every form still works.
"use strict";

(() => {
  // Sent once: a second click while the first is on its way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
  });
  // Back from the next page: the form may be sent again (the same one makes no second order).
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-once]").forEach((form) => form.removeAttribute("aria-busy"));
  });

  // A scanner ends with Enter, and somebody who searches presses it: neither submits the form.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-scan], [data-stay]")) return;
    event.preventDefault();
    if (event.target.matches("[data-scan]")) {
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  // Another kind of customer shows another kind of document.
  document.addEventListener("change", (event) => {
    const kind = event.target.dataset && event.target.dataset.document;
    const select = document.querySelector("select[name=document_kind]");
    if (!kind || !select) return;
    select.value = kind;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A refused form comes back: the eye and the keyboard go to what is wrong.
  document.addEventListener("DOMContentLoaded", () => {
    // A link to a place inside something folded opens it.
    const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (place) {
      for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      place.scrollIntoView({ block: "center" });
      place.focus();
      return;
    }
    const wrong = document.querySelector("[data-once] [aria-invalid=true]") || document.getElementById("refusal");
    // A new form begins at its first field; the frame hides the page too long for autofocus itself.
    const first = wrong || document.querySelector("[data-once] [autofocus]");
    if (first) first.focus();
  });
})();
