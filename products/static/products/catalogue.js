/* On a narrow screen the list comes first: what narrows it is folded until it is wanted. */
if (window.matchMedia("(max-width: 64rem)").matches) {
  for (const one of document.querySelectorAll(".catalogue-narrowing")) one.open = false;
}
