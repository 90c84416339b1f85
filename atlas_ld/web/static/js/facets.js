// On a narrow screen the list comes first: what narrows it opens when it is asked for.
if (matchMedia("(max-width: 62rem)").matches) {
  for (const facets of document.querySelectorAll(".facets > details")) facets.open = false;
}
