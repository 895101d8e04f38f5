// Keys for people who record often. Each is said on the page (templates/audits/_keys.html).
//
// A number judges only while the focus is in the section of that judgement and nothing is being
// written there, nor any other question answered: a number typed anywhere else stays a number.
import { saveAll } from "./autosave.js";
import { needingAttention } from "./beside.js";

const WRITING = "textarea, input:not([type=radio]), select";

function judge(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-5]$/.test(event.key)) return;
  const section = event.target.closest("[data-section]");
  const scale = section?.querySelector("[data-judge]");
  if (!scale || event.target.matches(WRITING)) return;
  if (event.target.matches("[type=radio]") && !scale.contains(event.target)) return;
  const answer = scale.querySelectorAll("[type=radio]")[event.key - 1];
  if (!answer) return;
  event.preventDefault();
  answer.click();
  nextBox(scale, section)?.focus();
}

function nextBox(scale, section) {
  const boxes = [...section.querySelectorAll("textarea")];
  return boxes.find((box) => scale.compareDocumentPosition(box) & Node.DOCUMENT_POSITION_FOLLOWING);
}

async function save(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  sayOfAll("");
  sayOfAll((await saveAll()) ? wholePage() : "");
}

// Said once for the whole page, and no longer than it is true.
function wholePage() {
  const asking = needingAttention();
  if (asking) return `Saved. ${asking === 1 ? "1 thing needs" : `${asking} things need`} your attention.`;
  const [done, of] = ["[data-done]", "[data-of]"].map((each) => document.querySelector(each)?.textContent);
  return done === of ? "Everything is saved, and every section is completed." : "Everything is saved.";
}

function sayOfAll(words) {
  const place = document.querySelector("[data-saved-all]");
  if (place) place.textContent = words;
}

function step(event) {
  const by = { PageDown: 1, PageUp: -1 }[event.key];
  if (!by || !event.altKey || event.ctrlKey || event.metaKey) return;
  const sections = [...document.querySelectorAll("[data-section]")];
  const next = sections[sections.indexOf(current(sections)) + by];
  if (!next) return;
  event.preventDefault();
  next.scrollIntoView();
  firstField(next)?.focus({ preventScroll: true });
}

// Where the person is: the section with the focus, or else the last one begun above mid-window.
function current(sections) {
  const here = document.activeElement.closest("[data-section]");
  const seen = sections.filter((each) => each.getBoundingClientRect().top < window.innerHeight / 2);
  return here ?? seen.at(-1);
}

// Among radios, the one the Tab key would stop at.
function firstField(section) {
  const field = section.querySelector("input:not([type=hidden]), textarea, select, a, button");
  if (field?.type !== "radio") return field;
  return [...section.querySelectorAll("[type=radio]")].find((each) => each.name === field.name && each.checked) ?? field;
}

const recording = document.querySelector("[data-recording]");
recording?.addEventListener("keydown", judge);
recording?.addEventListener("keydown", save);
recording?.addEventListener("input", () => sayOfAll(""));
if (document.querySelectorAll("[data-section]").length > 1) {
  document.addEventListener("keydown", step);
}
