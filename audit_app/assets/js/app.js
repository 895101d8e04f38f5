// The only script a page loads. Every page works without it; this makes some smoother.
import { initAll } from "./govuk-frontend.min.js";
import "./autosave.js";
import "./beside.js";
import "./going-on.js";
import "./keys.js";
import "./outline.js";
import "./timeout.js";

// The components refuse to start until the page says that the browser can run them. Said here and
// not in the page, because the page may hold no script of its own.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// The radios say of themselves that they are expanded, which a radio button cannot be: by the rules
// of ARIA only the field that appears after it can tell. Said again at each click, unsaid after it.
function unsayExpanded() {
  for (const radio of document.querySelectorAll("[type=radio][aria-expanded]")) {
    radio.removeAttribute("aria-expanded");
  }
}

unsayExpanded();
document.addEventListener("click", unsayExpanded);
window.addEventListener("pageshow", unsayExpanded);

// What was typed below one answer is hidden by another. Most forms send it all the same, so that it
// is there when the answer is changed back; where a form says so, it is no part of what is asked for.
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-sends-what-shows]")) return;
  for (const box of target.querySelectorAll(".govuk-radios__conditional--hidden input")) {
    box.disabled = true;
  }
});

window.addEventListener("pageshow", () => {
  const boxes = "[data-sends-what-shows] .govuk-radios__conditional input";
  for (const box of document.querySelectorAll(boxes)) {
    box.disabled = false;
  }
});

// A filter opens folded where it would stand between the heading and the list, unless it has
// something to say.
if (window.matchMedia("(max-width: 48.0525em)").matches) {
  for (const fold of document.querySelectorAll(".app-filter__fold")) {
    fold.open = fold.querySelector(".govuk-error-message") !== null;
  }
}

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
