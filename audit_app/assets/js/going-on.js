// A form that is sent again and again until the page has none: what takes long, in short steps.
const form = document.querySelector("[data-goes-on]");

// Held back a moment, so that whoever wants to leave the page can.
if (form) setTimeout(() => form.requestSubmit(), 400);
