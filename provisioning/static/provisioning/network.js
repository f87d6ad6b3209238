// Manual work by keyboard: arrows move between rows; the button that completes several says how many.
"use strict";

(() => {
  const form = document.querySelector("[data-manual-work]");
  if (!form) return;
  const several = form.querySelector("[data-chosen]");
  const boxes = () => [...form.querySelectorAll("input[name=number]")];

  const tell = () => {
    if (!several) return;
    const count = boxes().filter((box) => box.checked).length;
    several.textContent = `${several.dataset.chosen} (${count})`;
    several.disabled = count === 0;
  };

  // A key that is pressed twice, or held down, completes one row, not the next one as well.
  const PAUSE_MS = 700;
  let completedAt = -PAUSE_MS;
  form.addEventListener("click", (event) => {
    if (!event.target.closest("button[name=only]")) return;
    if (performance.now() - completedAt < PAUSE_MS) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);

  // In a column of buttons and boxes, up and down go to the same place of another row.
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest("tbody tr");
    if (!step || !row || !event.target.matches("input, button")) return;
    const kind = event.target.matches("input") ? "input[name=number]" : "button[name=only]";
    const all = [...form.querySelectorAll(`tbody ${kind}`)].filter((one) => !one.disabled);
    const next = all[all.indexOf(event.target) + step];
    if (next) next.focus();
    event.preventDefault();
  });

  // Enter on a box completes its own row, not the first one of the form.
  form.addEventListener("keypress", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input[name=number]")) return;
    event.preventDefault();
    const button = event.target.closest("tr").querySelector("button[name=only]");
    if (button) button.click();
  });

  // A row that is done keeps its place; its box leaves, and the keyboard goes on with the next row.
  form.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.target.closest("tr");
    if (!row) return;
    const box = row.querySelector("input[name=number]");
    if (box) { box.checked = false; box.disabled = true; }
    const later = [...form.querySelectorAll("tbody button[name=only]")];
    const mine = row.querySelector("button[name=only]");
    const next = later[later.indexOf(mine) + 1];
    completedAt = performance.now();
    const here = document.activeElement;
    if (next && (here === document.body || row.contains(here))) next.focus();
    tell();
  });

  form.addEventListener("change", tell);
  tell();
})();
