// Where each section stands, kept up to date as sections are saved, and which one has the focus.
const outline = document.querySelector(".app-outline");

// Where it would stand between the heading and the sections, it opens folded.
if (window.matchMedia("(max-width: 63.99em)").matches) {
  outline?.querySelector("details").removeAttribute("open");
}

document.addEventListener("focusin", (event) => {
  const section = event.target.closest("[data-section]");
  if (!section || !outline) return;
  for (const link of outline.querySelectorAll("a[aria-current]")) {
    link.removeAttribute("aria-current");
  }
  outline.querySelector(`a[href="#${section.id}"]`)?.setAttribute("aria-current", "true");
});

// What the server says of the whole draft each time it has saved a section.
document.addEventListener("saved", (event) => event.detail.sections && showProgress(event.detail));

function showProgress({ done, sections, judged, notes }) {
  say(document.querySelectorAll("[data-done]"), String(done));
  for (const [key, state] of Object.entries(sections)) {
    const shown = document.querySelectorAll(`[data-state="${key}"]`);
    say(shown, state);
    const look = state.toLowerCase().replace(" ", "-");
    for (const each of shown) each.className = `app-outline__state app-outline__state--${look}`;
  }
  for (const [key, [value, label]] of Object.entries(judged)) {
    for (const each of document.querySelectorAll(`[data-judged="${key}"]`)) {
      say([each], label);
      each.className = value ? `app-judgement app-judgement--${value}` : "app-secondary";
    }
  }
  for (const [key, said] of Object.entries(notes)) {
    for (const each of document.querySelectorAll(`[data-notes="${key}"]`)) showNotes(each, said);
  }
}

function say(places, words) {
  for (const place of places) {
    if (place.textContent !== words) place.textContent = words;
  }
}

// Only what is new is put in, so that a screen reader hears each warning once.
function showNotes(place, said) {
  const shown = new Map([...place.children].map((each) => [each.dataset.note, each]));
  for (const [words, note] of shown) {
    if (!said.includes(words)) note.remove();
  }
  for (const words of said) {
    if (!shown.has(words)) place.append(warning(words));
  }
}

function warning(words) {
  const note = document.querySelector("[data-warning]").content.firstElementChild.cloneNode(true);
  note.dataset.note = words;
  note.querySelector("[data-words]").textContent = words;
  return note;
}
