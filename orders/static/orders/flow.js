/* A flow's page keeps itself fresh and opens its arrows; without this file every arrow is a link. */
(function () {
  "use strict";

  var panel = function () { return document.getElementById("flow-panel"); };
  var opened = "";
  var opener = "";

  /* -- an opened arrow ---------------------------------------------------------------------- */

  function mark() {
    document.querySelectorAll("[data-opens]").forEach(function (link) {
      var is = link.dataset.opens === opened && opened !== "";
      link.classList.toggle("is-opened", is);
      if (is) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
    });
  }

  function open(link) {
    var address = link.getAttribute("href");
    opener = link.id;
    opened = link.dataset.opens;
    mark();
    window.htmx.ajax("GET", address, { target: "#flow-panel-content", swap: "innerHTML" }).then(function () {
      if (!document.querySelector("#flow-panel-content [data-opened], #flow-panel-content [role=alert]")) {
        window.location.assign(address);
        return;
      }
      panel().hidden = false;
      box().classList.add("has-panel");
      reveal(link);
      panel().focus({ preventScroll: true });
      panel().scrollTop = 0;
    }, function () { window.location.assign(address); });
  }

  function box() { return document.getElementById("sequence-box"); }

  /* The panel must not cover the arrow that it tells about. */
  function reveal(link) {
    var line = link.querySelector(".arrow-line");
    if (!line) { return; }
    var seen = box().getBoundingClientRect();
    var drawn = line.getBoundingClientRect();
    if (drawn.right > seen.right) { box().scrollLeft += drawn.right - seen.right + 24; }
  }

  function close() {
    panel().hidden = true;
    box().classList.remove("has-panel");
    opened = "";
    mark();
    var link = document.getElementById(opener);
    if (link) { link.focus({ preventScroll: true }); }
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-closes-panel]")) { close(); return; }
    var link = event.target.closest("[data-opens]");
    if (!link || !panel() || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) { return; }
    event.preventDefault();
    open(link);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && panel() && !panel().hidden) { close(); }
  });

  /* -- what is open looks again by itself ---------------------------------------------------- */

  var kept = {};
  function progress() { return document.getElementById("flow-progress"); }
  function concerns(event) { return event.detail.target && event.detail.target.id === "flow-progress"; }

  document.addEventListener("htmx:beforeSwap", function (event) {
    if (!concerns(event)) { return; }
    if (event.detail.xhr.responseText.indexOf('id="flow-progress"') < 0) {
      window.location.reload(); /* signed out, or refused: let the page say so */
      event.detail.shouldSwap = false;
      return;
    }
    kept = {};
    document.querySelectorAll("details[id]").forEach(function (one) { kept[one.id] = one.open; });
  });
  document.addEventListener("htmx:afterSettle", function () {
    Object.keys(kept).forEach(function (id) {
      var one = document.getElementById(id);
      if (one) { one.open = kept[id]; }
    });
    kept = {};
    mark();
    tick();
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!concerns(event)) { return; }
    var lost = !event.detail.successful;
    document.getElementById("flow-offline").hidden = !lost;
    if (lost) {
      window.setTimeout(function () { if (progress()) { window.htmx.trigger(progress(), "retry"); } }, 5000);
    }
  });

  /* -- for how long it has been waiting ------------------------------------------------------ */

  function tick() {
    document.querySelectorAll("[data-since]").forEach(function (one) {
      var seconds = Math.max(0, Math.floor((Date.now() - Date.parse(one.dataset.since)) / 1000));
      var words = seconds < 60 ? seconds + " s" : Math.floor(seconds / 60) + " min " + (seconds % 60) + " s";
      if (seconds >= 3600) { words = Math.floor(seconds / 3600) + " h " + (Math.floor(seconds / 60) % 60) + " min"; }
      if (one.textContent !== words) { one.textContent = words; }
    });
  }
  /* A narrow screen reads the steps as a list first. */
  if (window.matchMedia("(max-width: 40rem)").matches && document.getElementById("flow-steps-open")) {
    document.getElementById("flow-steps-open").open = true;
  }

  window.setInterval(tick, 1000);
  tick();
})();
