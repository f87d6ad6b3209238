// What the draft's form does by itself: choosing, adding and removing rows, saying what is unsaved.
"use strict";

(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  let dirty = form.hasAttribute("data-dirty");
  let rows = 0;

  // -- what is not saved -------------------------------------------------------------------
  const shown = form.querySelector("[data-unsaved]");
  const showDirty = () => { if (shown) shown.hidden = !dirty; };
  const touch = () => { dirty = true; showDirty(); };
  showDirty();
  form.addEventListener("input", (event) => { if (!event.target.matches("[data-find]")) touch(); });
  form.addEventListener("change", (event) => { if (!event.target.matches("[data-find]")) touch(); });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && form.getAttribute("aria-busy") !== "true") event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => form.removeAttribute("aria-busy"));

  // -- what is for some kinds only ---------------------------------------------------------
  const showFor = (scope, kind) => {
    scope.querySelectorAll("[data-only]").forEach((part) => {
      if (part.closest("[data-kinds]") !== (scope.matches("[data-kinds]") ? scope : null)) return;
      part.hidden = !part.dataset.only.split(" ").includes(kind);
    });
  };
  const showKinds = (scope) => {
    const kind = form.querySelector("[data-kind]");
    if (kind) showFor(form, kind.value);
    scope.querySelectorAll("[data-row-kind]").forEach((select) => showFor(select.closest("[data-kinds]"), select.value));
  };
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-kind], [data-row-kind]")) showKinds(form);
  });
  showKinds(form);

  // -- rows --------------------------------------------------------------------------------
  const fresh = (template, words, target) => {
    const holder = document.createElement("template");
    holder.innerHTML = Object.entries(words).reduce(
      (text, [mark, word]) => text.replaceAll(mark, word), template.innerHTML);
    const row = holder.content.firstElementChild;
    target.append(row);
    htmx.process(row);
    showKinds(form);
    const sale = form.querySelector("[name=sale_from]");
    const begins = row.querySelector("input[name$='.version.0.valid_from'][type=date]");
    if (sale && begins && !begins.value && sale.type === "date") begins.value = sale.value;
    const first = row.querySelector("input:not([type=hidden]), select, textarea");
    if (first) first.focus();
    touch();
    return row;
  };
  const addVersion = (name, target) =>
    fresh(document.getElementById("new-version"), { "__name__": name, "__version__": `n${++rows}` }, target);

  const loadTariff = (code) => {
    const target = document.getElementById("tariff-rows");
    const there = [...target.children].find((row) => row.dataset.tariff === code);
    if (there) {
      there.querySelector("[data-add-version]").focus();
      return;
    }
    const address = new URL(form.dataset.tariffAddress, location.href);
    address.searchParams.set("code", code);
    address.searchParams.set("here", form.querySelector("[data-kind]") ? "1" : "");
    htmx.ajax("GET", address.pathname + address.search, { target, swap: "beforeend" }).then(() => {
      const row = target.lastElementChild;
      const first = row && row.querySelector("input:not([type=hidden]), textarea");
      if (first) first.focus();
      touch();
    });
  };

  const removed = (row) => {
    const list = row.parentElement;
    const after = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    touch();
    const next = (after && after.querySelector("button, input:not([type=hidden])"))
      || list.closest("section, [data-row]").querySelector("[data-add], [data-add-version], [data-find]");
    if (next) next.focus();
  };

  // -- choosing ----------------------------------------------------------------------------
  const choose = (button) => {
    const goes = button.closest("[data-goes]");
    if (goes) {
      location.assign(goes.dataset.goes + encodeURIComponent(button.dataset.pick));
      return;
    }
    const picker = button.closest("[data-picker]");
    const finder = picker.querySelector("[data-find]");
    const code = button.dataset.pick;
    finder.value = "";
    picker.querySelector("[data-found]").replaceChildren();
    if (picker.hasAttribute("data-versions-only")) {
      loadTariff(code);
      return;
    }
    const chips = picker.querySelector("[data-chips]");
    if (![...chips.children].some((chip) => chip.dataset.chip === code)) {
      const chip = picker.querySelector("[data-chip-template]").content.firstElementChild.cloneNode(true);
      chip.dataset.chip = code;
      chip.querySelector("input").value = code;
      chip.querySelector(".draft-code").textContent = code;
      chip.querySelector("[data-chip-name]").textContent = button.dataset.name;
      chip.querySelector("[data-chip-note]").textContent = button.dataset.note;
      chip.querySelectorAll("[data-label]").forEach((one) => one.setAttribute("aria-label", `${one.dataset.label} ${code}`));
      const version = chip.querySelector("[data-new-version]");
      if (version) version.dataset.newVersion = code;
      chips.append(chip);
      touch();
    }
    finder.focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.type === "submit") return;
    if (button.matches("[data-pick]")) choose(button);
    else if (button.matches("[data-drop]")) {
      const picker = button.closest("[data-picker]");
      button.closest("[data-chip]").remove();
      touch();
      picker.querySelector("[data-find]").focus();
    } else if (button.matches("[data-new-version]")) loadTariff(button.dataset.newVersion);
    else if (button.matches("[data-add]")) {
      fresh(document.getElementById(button.dataset.add), { "__row__": `n${++rows}`, "__name__": `tariff.n${rows}`, "__version__": "0" }, document.getElementById(button.dataset.to));
    } else if (button.matches("[data-add-version]")) {
      addVersion(button.dataset.addVersion, button.closest("[data-row]").querySelector("[data-rows]"));
    } else if (button.matches("[data-remove-row]")) removed(button.closest("[data-row]"));
  });

  document.addEventListener("keydown", (event) => {
    const finder = event.target.closest && event.target.closest("[data-finder]");
    if (!finder) {
      // Enter in a field does not send a form of this size away half filled in.
      if (event.key === "Enter" && event.target.matches("[data-draft] input")) event.preventDefault();
      return;
    }
    const input = finder.querySelector("[data-find]");
    const found = [...finder.querySelectorAll("[data-pick]")];
    const at = found.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      // What is shown may still be the answer to less than what was typed by now.
      if (!input.value.trim()) return;
      if (found.length && found[0].closest("[data-for]").dataset.for === input.value.trim()) choose(found[0]);
      else finder.dataset.takes = input.value.trim();
    } else if (event.key === "ArrowDown" && found.length) {
      event.preventDefault();
      found[Math.min(at + 1, found.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (at ? found[at - 1] : input).focus();
    } else if (event.key === "Escape") {
      finder.querySelector("[data-found]").replaceChildren();
      input.focus();
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const finder = event.target.closest && event.target.closest("[data-finder]");
    const list = finder && finder.querySelector("[data-for]");
    if (!list || list.dataset.for !== finder.dataset.takes) return;
    delete finder.dataset.takes;
    if (finder.querySelector("[data-find]").value.trim() === list.dataset.for) choose(list.querySelector("[data-pick]"));
  });

  // A refused form comes back: the eye and the keyboard go to what is wrong.
  const wrong = form.querySelector("[aria-invalid=true]") || document.getElementById("draft-refused");
  if (wrong && form.hasAttribute("data-dirty")) wrong.focus();
  else if (form.querySelector("input[name=fresh]")) {
    const code = form.querySelector("input[name=code]");
    if (code && !code.value) code.focus({ preventScroll: true });
  }
})();
