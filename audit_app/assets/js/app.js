// The only script a page loads. Every page works without it; this makes some smoother.
import { initAll } from "./govuk-frontend.min.js";

initAll();

// A folded part of the page would be missing on paper in browsers that do not let a
// stylesheet unfold it. Unfold for the print, then put it back as it was.
const folded = new Set();

window.addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    folded.add(part);
  }
});

window.addEventListener("afterprint", () => {
  for (const part of folded) {
    part.open = false;
  }
  folded.clear();
});
