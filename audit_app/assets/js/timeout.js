// Warns two minutes before its person is signed out, and signs in again where they were.
//
// The server alone knows how long is left: another window may have been in use. So it is asked
// before anything is shown or done, by an address that does not count as use.
import { hereWithField, keepEverything } from "./autosave.js";

const WARNING = 120; // seconds
const SPOKEN = [120, 60]; // seconds left at which a screen reader hears them

const dialog = document.getElementById("sign-out-warning");
let endsAt = 0;
let mayStay = true;
let told = false; // that nothing can be done about it
let timer;

function secondsLeft() {
  return Math.max(0, Math.round((endsAt - Date.now()) / 1000));
}

function know({ seconds_left: left, may_stay: may }) {
  endsAt = Date.now() + left * 1000;
  mayStay = may;
}

function wait() {
  clearTimeout(timer);
  const seconds = dialog.open ? 1 : Math.max(1, secondsLeft() - WARNING);
  // A computer that slept has not counted; look at the clock at least every half minute.
  timer = setTimeout(look, Math.min(seconds, 30) * 1000);
}

async function look() {
  const left = secondsLeft();
  if (left > WARNING && !dialog.open) return wait();
  if (left === 0) return (await ask()) && secondsLeft() === 0 ? leave() : wait();
  if (left > WARNING) dialog.close();
  else if (dialog.open) count();
  else if (!told) await warn();
  return wait();
}

// Whether the server answered.
async function ask() {
  try {
    const answer = await fetch(dialog.dataset.ask, { headers: { Accept: "application/json" } });
    if (answer.ok) know(await answer.json());
    return answer.ok;
  } catch {
    return false;
  }
}

async function warn() {
  await keepEverything();
  await ask();
  if (secondsLeft() > WARNING || secondsLeft() === 0 || dialog.open) return;
  for (const part of dialog.querySelectorAll("[data-may-stay]")) {
    part.hidden = (part.dataset.mayStay === "yes") !== mayStay;
  }
  told = !mayStay;
  count();
  dialog.showModal();
  speak(SPOKEN[0]);
}

function count() {
  const left = secondsLeft();
  for (const place of dialog.querySelectorAll("[data-left]")) place.textContent = words(left);
  if (SPOKEN.includes(left)) speak(left);
}

function speak(seconds) {
  const said = `You will be signed out in ${words(Math.min(seconds, secondsLeft()))}.`;
  dialog.querySelector("[role=status]").textContent = said;
}

function words(seconds) {
  const minutes = Math.floor(seconds / 60);
  const parts = [
    minutes && `${minutes} ${minutes === 1 ? "minute" : "minutes"}`,
    (seconds % 60 || !minutes) && `${seconds % 60} ${seconds % 60 === 1 ? "second" : "seconds"}`,
  ];
  return parts.filter(Boolean).join(" ");
}

async function stay() {
  if (!mayStay) {
    dialog.close();
    return wait();
  }
  const body = new URLSearchParams({ csrf_token: document.querySelector("[name=csrf_token]").value });
  try {
    const answer = await fetch(dialog.dataset.stay, { method: "POST", body, redirect: "error" });
    if (answer.ok) know(await answer.json());
  } catch {
    await ask();
  }
  if (secondsLeft() > WARNING) dialog.close();
  return look();
}

async function leave() {
  if (!(await keepEverything())) return wait();
  window.location.assign(`${dialog.dataset.signIn}?next=${encodeURIComponent(hereWithField())}`);
}

if (dialog) {
  know({ seconds_left: Number(dialog.dataset.secondsLeft), may_stay: true });
  wait();
  for (const each of dialog.querySelectorAll("[data-stay]")) each.addEventListener("click", stay);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    stay();
  });
  window.addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
}
