// Saves what is typed on the server, quietly, while it is typed. Nothing is kept in the browser.
//
// A form with data-autosave is sent to its own address as it stands, with then=autosave, soon after
// each pause. Every other form is sent so only when its person is about to be signed out.

const PAUSE = 1000; // milliseconds without a key before what was typed is sent
const LONGEST_UNSENT = 2500; // even while somebody types on
const TRY_AGAIN = [2000, 4000, 8000, 15000, 30000];
const LONGEST_WAIT = 5000; // for an answer, before what is sent by hand goes anyway
const MOST_AT_THE_END = 60000; // bytes a browser still sends for a page that is being closed

// What a page says about itself, which is nobody's answer.
const ABOUT_THE_PAGE = ["csrf_token", "once_token", "taken_over", "sending", "at", "version", "then"];

const NO_CONNECTION = "Not saved: no connection. Trying again.";
const NO_ANSWER = "Not saved: the service did not answer. Trying again.";
const REFUSED = "Not saved. Press the button to see why; your text will be shown.";

class Saver {
  constructor(form) {
    this.form = form;
    this.sent = showsUnsaved(form) ? null : this.answers();
    this.number = 0;
    this.failures = 0;
    this.leaving = false;
    this.asTyped = form.hasAttribute("data-autosave");
    if (this.asTyped) this.listen();
    form.addEventListener("submit", (event) => this.submitted(event));
  }

  listen() {
    this.status = statusOf(this.form);
    this.form.addEventListener("input", () => this.soon());
    this.form.addEventListener("change", () => this.soon());
    this.form.addEventListener("focusout", () => this.changed() && this.save());
    if (this.changed()) this.soon();
  }

  // The form's answers as one text, to see whether any has changed.
  answers() {
    const data = this.everything();
    for (const name of ABOUT_THE_PAGE) data.delete(name);
    return data.toString();
  }

  everything() {
    return new URLSearchParams(new FormData(this.form));
  }

  changed() {
    return !this.leaving && this.answers() !== this.sent;
  }

  soon() {
    this.unsentSince ??= Date.now();
    const latest = this.unsentSince + LONGEST_UNSENT;
    this.after(Math.max(0, Math.min(PAUSE, latest - Date.now())));
  }

  after(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed() && this.save(), milliseconds);
  }

  // Save now; true when the server has all of it. One sending at a time, and then the newest.
  async save() {
    clearTimeout(this.timer);
    if (this.sending) return this.sending.then((done) => (this.changed() ? this.save() : done));
    this.sending = this.send();
    try {
      return await this.sending;
    } finally {
      this.sending = null;
      if (this.changed() && !this.failures) this.soon();
    }
  }

  async send(atTheEnd = false) {
    const answers = this.answers();
    const body = this.numbered();
    body.set("then", "autosave");
    delete this.unsentSince;
    let answer;
    try {
      answer = await fetch(this.form.getAttribute("action") || window.location.href, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        redirect: "error",
        keepalive: atTheEnd && body.toString().length < MOST_AT_THE_END,
      });
    } catch {
      return this.failed(navigator.onLine ? NO_ANSWER : NO_CONNECTION);
    }
    return this.answered(answer, answers);
  }

  // The newest of what one opening of a page sends has the highest number, however it travels.
  numbered() {
    this.number += 1;
    hidden(this.form, "sending").value = this.number;
    hidden(this.form, "at").value = fieldInUse(this.form);
    return this.everything();
  }

  async answered(response, answers) {
    const told = await response.json().catch(() => ({}));
    if (response.ok && told.said) return this.saved(told, answers);
    if (response.status >= 500 || response.ok) return this.failed(NO_ANSWER);
    if (told.csrf_token) return this.goOnAs(told.csrf_token);
    // Its writer must do something first; the same text again would be told the same.
    this.failures = 0;
    this.sent = answers;
    const said = told.said || REFUSED;
    this.unsaved = said.startsWith("Not saved");
    this.status?.say(said, this.wayOn(told));
    return false;
  }

  saved(told, answers) {
    this.failures = 0;
    this.sent = answers;
    this.unsaved = false;
    if (told.version !== undefined) hidden(this.form, "version").value = told.version;
    this.status?.say(told.said);
    this.form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: told }));
    return true;
  }

  // Its person has signed in again in another window.
  goOnAs(token) {
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
    return this.send();
  }

  failed(words) {
    this.unsaved = true;
    this.status?.say(words);
    this.after(TRY_AGAIN[Math.min(this.failures, TRY_AGAIN.length - 1)]);
    this.failures += 1;
    return false;
  }

  wayOn(told) {
    if (told.sign_in) return link("Sign in to go on", told.sign_in);
    return told.show ? button(told.show) : null;
  }

  // What is sent by hand carries everything, and goes after what is on its way; the other forms of
  // the page are saved before it.
  async submitted(event) {
    clearTimeout(this.timer);
    if (event.defaultPrevented) return;
    const others = savers.filter((each) => each !== this && each.asTyped && each.changed());
    if ((others.length || this.sending) && !this.waited) {
      event.preventDefault();
      this.leaving = true;
      await Promise.all([this.ended(), ...others.map((each) => each.save())]);
      this.waited = true;
      this.form.requestSubmit(event.submitter ?? undefined);
      return;
    }
    this.waited = false;
    this.numbered();
    this.leaving = true;
  }

  // When nothing of this form is on its way any more, or that takes too long.
  ended() {
    const tooLong = new Promise((done) => setTimeout(done, LONGEST_WAIT));
    return Promise.race([this.sending, tooLong]);
  }

  // Its text is thrown away: nothing of it may arrive afterwards.
  async thrownAway(event) {
    clearTimeout(this.timer);
    this.leaving = true;
    if (!this.sending) return;
    event.preventDefault();
    await this.ended();
    this.sending = null;
    event.target.requestSubmit(event.submitter ?? undefined);
  }
}

// Where a form says whether it is saved: heard once when it changes, and no more often.
class Status {
  constructor(place) {
    this.words = document.createElement("p");
    this.words.setAttribute("role", "status");
    this.words.className = "app-saving__words";
    this.next = document.createElement("p");
    this.next.className = "app-saving__next";
    place.append(this.words, this.next);
    this.place = place;
  }

  say(words, next = null) {
    if (this.words.textContent !== words) this.words.textContent = words;
    this.next.replaceChildren(...(next ? [next] : []));
    this.place.hidden = false;
    this.place.classList.toggle("app-saving--not", words.startsWith("Not ") || next !== null);
  }

  repeat() {
    const { textContent } = this.words;
    this.words.textContent = "";
    requestAnimationFrame(() => {
      this.words.textContent ||= textContent;
    });
  }
}

// Text that came back, or that something is wrong with, is in the page and perhaps nowhere else.
function showsUnsaved(form) {
  return form.hasAttribute("data-unsaved") || form.querySelector(".govuk-error-message") !== null;
}

function statusOf(form) {
  const place = document.createElement("div");
  place.className = "app-saving app-no-print";
  place.hidden = true;
  form.append(place);
  return new Status(place);
}

function hidden(form, name) {
  const found = form.querySelector(`input[type=hidden][name=${name}]`);
  if (found) return found;
  const made = Object.assign(document.createElement("input"), { type: "hidden", name });
  form.append(made);
  return made;
}

function fieldInUse(form) {
  const { activeElement } = document;
  if (form.contains(activeElement) && activeElement.matches("input, textarea, select")) {
    form.dataset.at = activeElement.id;
  }
  return form.dataset.at ?? "";
}

function link(words, address) {
  const made = Object.assign(document.createElement("a"), { href: address, textContent: words });
  made.className = "govuk-link";
  return made;
}

function button(words) {
  const made = Object.assign(document.createElement("button"), { type: "submit" });
  made.className = "app-link-button";
  made.textContent = words;
  return made;
}

function mayBeKept(form) {
  const secret = form.querySelector("[type=password], [type=file]");
  return form.method === "post" && form.querySelector("[name=once_token]") && !secret;
}

const savers = [...document.forms].filter(mayBeKept).map((form) => new Saver(form));

// Save every form that is saved as it is typed, because somebody asked: they hear that it is done.
export async function saveAll() {
  const mine = savers.filter((each) => each.asTyped);
  const all = await Promise.all(mine.map((each) => (each.changed() ? each.save() : true)));
  // A page of several forms says it once for all of them (keys.js).
  if (mine.length === 1 && !mine[0].status.place.hidden) mine[0].status.repeat();
  return all.every(Boolean);
}

// Keep what is typed in any form of the page, because its person is about to be signed out; true
// when nothing is anywhere but here.
export async function keepEverything() {
  const changed = savers.filter((each) => each.changed());
  await Promise.all(changed.map((each) => each.save()));
  return savers.every((each) => !each.unsaved);
}

// The address of this page with the field in use, to come back to.
export function hereWithField() {
  const at = document.activeElement?.closest("main form") && document.activeElement.id;
  const last = at || savers.map((each) => each.form.dataset.at).find(Boolean);
  return window.location.pathname + window.location.search + (last ? `#${last}` : "");
}

function atTheEnd() {
  for (const each of savers) {
    if (each.asTyped && each.changed()) each.send(true);
  }
}

document.addEventListener("focusin", (event) => {
  const form = event.target.closest("main form");
  if (!form || !event.target.id) return;
  for (const each of savers) delete each.form.dataset.at;
  fieldInUse(form);
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") atTheEnd();
});
window.addEventListener("pagehide", atTheEnd);

// Back in sight, online again or shown again from the browser's memory: what failed may now go.
function again() {
  for (const each of savers) {
    each.leaving = false;
    if (each.asTyped && each.changed()) each.soon();
  }
}

window.addEventListener("online", again);
window.addEventListener("pageshow", (event) => event.persisted && again());

window.addEventListener("beforeunload", (event) => {
  if (savers.some((each) => each.asTyped && each.unsaved && !each.leaving)) event.preventDefault();
});

document.addEventListener("submit", (event) => {
  const opening = event.target.querySelector("[name=shown_in]")?.value;
  const shown = opening && savers.find((each) => each.form.elements.once_token?.value === opening);
  if (shown) shown.thrownAway(event);
});

// A link that leaves the page with everything saved.
document.addEventListener("click", async (event) => {
  const leads = event.target.closest("a[data-save-first]");
  if (!leads || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (!savers.some((each) => each.asTyped && each.changed())) return;
  event.preventDefault();
  if (await saveAll()) window.location.assign(leads.href);
});

// Signed in again: in the same field.
const back = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
if (back?.matches("input, textarea, select")) back.focus();
