// Keys in the list of what was found, and parts of a page that could not be fetched.
"use strict";

const links = () => [...document.querySelectorAll("[data-found] a")];

document.addEventListener("keydown", (event) => {
  const box = document.querySelector("[data-find]");
  if (!box || event.ctrlKey || event.altKey || event.metaKey) return;
  const found = links();
  const at = found.indexOf(document.activeElement);
  if (document.activeElement === box) {
    if (event.key === "ArrowDown" && found.length) {
      event.preventDefault();
      found[0].focus();
    }
    return;
  }
  if (at < 0) return;
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: found.length - 1 }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    (next < 0 ? box : found[Math.min(next, found.length - 1)]).focus();
  } else if (event.key === "Escape") {
    box.focus();
  }
});

// A session that ran out: sign in again instead of a sign-in page inside the page.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL || location.href).pathname.endsWith("/login/")) {
    event.preventDefault();
    location.reload();
  }
});

// A part that was not answered at all says so, and can be asked for again.
const failed = (event) => {
  const part = event.detail.target.closest("[data-part]");
  const words = document.querySelector("#part-failed");
  if (!part || !words) return;
  part.replaceChildren(words.content.cloneNode(true));
  const again = part.querySelector("button");
  again.setAttribute("hx-get", event.detail.pathInfo.requestPath);
  window.htmx.process(part);
};
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:timeout", failed);
