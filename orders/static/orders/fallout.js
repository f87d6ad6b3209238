/* The fallout queue's comforts: choose a page at once, take an offered number, press once. */
(function () {
  "use strict";

  var queue = document.querySelector("[data-fallout-queue]");
  if (queue) {
    var boxes = Array.from(queue.querySelectorAll("[name=order]"));
    var all = queue.querySelector("[data-chooses-all]");
    var count = queue.querySelector("[data-count]");
    var deeds = Array.from(queue.querySelectorAll("button[name=deed]"));
    var show = function () {
      var chosen = boxes.filter(function (box) { return box.checked; }).length;
      if (count) { count.textContent = chosen ? count.dataset.count + " " + chosen : ""; }
      deeds.forEach(function (button) { button.disabled = !chosen; });
      if (all) {
        all.checked = chosen > 0 && chosen === boxes.length;
        all.indeterminate = chosen > 0 && chosen < boxes.length;
      }
    };
    if (all) {
      all.closest("label").hidden = false;
      all.addEventListener("change", function () {
        boxes.forEach(function (box) { box.checked = all.checked; });
        show();
      });
    }
    queue.addEventListener("change", show);
    window.addEventListener("pageshow", show);
    show();
  }

  document.addEventListener("click", function (event) {
    var offered = event.target.closest("[data-fills]");
    if (!offered) { return; }
    var field = document.getElementById(offered.dataset.fills);
    if (field) { field.value = offered.dataset.value; field.focus(); }
  });

  document.addEventListener("submit", function (event) {
    if (!event.target.closest("[data-fallout-deeds]")) { return; }
    var button = event.submitter;
    if (button) { window.setTimeout(function () { button.disabled = true; }, 0); }
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) {
      document.querySelectorAll("[data-fallout-deeds] button").forEach(function (button) { button.disabled = false; });
    }
  });
})();
