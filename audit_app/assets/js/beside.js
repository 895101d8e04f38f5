// What the server says beside each field each time it has saved a form: what cannot be read, and
// what looks like personal data. Shown as the server shows it when the page is opened.

document.addEventListener("saved", (event) => {
  for (const [name, said] of Object.entries(event.detail.beside ?? {})) show(event.target, name, said);
});

// How many fields of the page say that something must be done.
export function needingAttention() {
  return document.querySelectorAll("[data-asks]").length;
}

function show(form, name, said) {
  const box = form.querySelector(`[name="${name}"]:not([type=hidden]), [name="${name}-day"]`);
  const whole = box?.closest(".govuk-date-input") ?? box?.closest(".govuk-radios, .govuk-checkboxes");
  const group = (whole ?? box)?.closest(".govuk-form-group");
  if (!group) return;
  const field = { box, group, described: group.querySelector("fieldset") ?? box, id: box.id.replace(/-day$/, "") };
  group.toggleAttribute("data-asks", Boolean(said.wrong || said.asks));
  showWrong(field, said.wrong);
  showFound(field, said);
  line(field, "names", "govuk-body-s app-guard-hint", said.names, guardOf(group) ?? group);
}

function guardOf(group) {
  const next = group.nextElementSibling;
  return next?.matches(".app-guard") ? next : null;
}

// An error that came with the page stays while its field stays as it came.
function showWrong({ box, group, described, id }, words) {
  const shown = group.querySelector(".govuk-error-message");
  const touched = [...group.querySelectorAll("input, textarea")].some((each) =>
    ["radio", "checkbox"].includes(each.type) ? each.checked !== each.defaultChecked : each.value !== each.defaultValue,
  );
  if (!words) {
    if (!shown || !(touched || shown.dataset.said)) return;
    shown.remove();
    describe(described, shown.id, false);
    group.classList.remove("govuk-form-group--error");
    for (const each of group.querySelectorAll("input, textarea")) {
      each.classList.remove("govuk-input--error", "govuk-textarea--error");
    }
    return;
  }
  const place = shown ?? error(`${id}-error`, group.querySelector(".govuk-date-input, .govuk-radios, .govuk-checkboxes") ?? box);
  const told = place.querySelector("[data-words]") ?? place;
  if (place.dataset.said !== words && place.textContent.trim() !== `Error: ${words}`) {
    told.replaceChildren(prefix(), ` ${words}`);
  }
  place.dataset.said = words;
  group.classList.add("govuk-form-group--error");
  describe(described, place.id, true);
}

function error(id, before) {
  const made = Object.assign(document.createElement("p"), { id, className: "govuk-error-message" });
  made.setAttribute("role", "status");
  before.before(made);
  return made;
}

function prefix() {
  const made = Object.assign(document.createElement("span"), { className: "govuk-visually-hidden" });
  made.textContent = "Error:";
  return made;
}

function showFound(field, { found, reason }) {
  const { group, id } = field;
  let guard = guardOf(group);
  if (!found) {
    // A reason that was typed is not lost, whatever becomes of the text.
    if (guard?.querySelector("textarea")?.value) guard.hidden = true;
    else guard?.remove();
    describe(field.described, `${id}-found`, false);
    return;
  }
  if (!guard) {
    guard = Object.assign(document.createElement("div"), { className: "app-guard" });
    group.after(guard);
  }
  guard.hidden = false;
  const message = guard.querySelector(".app-guard__message") ?? guard.insertBefore(document.createElement("p"), guard.firstChild);
  Object.assign(message, { id: `${id}-found`, className: "govuk-body app-guard__message" });
  message.setAttribute("role", "status");
  if (message.textContent !== found) message.textContent = found;
  describe(field.described, message.id, true);
  if (reason) askWhy(guard, field, reason);
}

function askWhy(guard, { group, id }, { name, about, digest }) {
  const asked = guard.querySelector(`[name="${about}"]`) ?? guard.appendChild(document.createElement("input"));
  Object.assign(asked, { type: "hidden", name: about, value: digest });
  if (guard.querySelector("textarea")) return;
  const label = Object.assign(document.createElement("label"), { className: "govuk-label", htmlFor: `${id}-why` });
  const whose = Object.assign(document.createElement("span"), { className: "govuk-visually-hidden" });
  whose.textContent = ` ${group.querySelector("label")?.textContent.trim() ?? ""}`;
  label.append("Why must it stay?", whose);
  const box = document.createElement("textarea");
  Object.assign(box, { className: "govuk-textarea", id: `${id}-why`, name, rows: 2 });
  box.setAttribute("aria-describedby", `${id}-why-hint`);
  const hint = Object.assign(document.createElement("div"), { className: "govuk-hint", id: `${id}-why-hint` });
  hint.textContent = "Only if it cannot be left out. Your reason is kept with your name.";
  guard.append(label, hint, box);
}

function line({ described, id }, what, className, words, after) {
  const shown = document.getElementById(`${id}-${what}`);
  describe(described, `${id}-${what}`, Boolean(words));
  if (!words) return shown?.remove();
  const made = shown ?? Object.assign(document.createElement("p"), { id: `${id}-${what}`, className });
  if (!shown) after.after(made);
  if (made.textContent !== words) made.textContent = words;
}

function describe(box, id, on) {
  const ids = new Set((box.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean));
  ids[on ? "add" : "delete"](id);
  if (ids.size) box.setAttribute("aria-describedby", [...ids].join(" "));
  else box.removeAttribute("aria-describedby");
}
