// The message box: sending, and completing slash commands with the keyboard or the mouse.

import { byId, h } from "./dom.js";

const form = byId("composer");
const input = byId("composer-input");
const list = byId("completions");
const hint = byId("composer-hint");
const mention = byId("composer-mention");
const MOST = 9;

let words = [];
let shown = [];
let active = -1;
let slash = true; // whether commands begin with one here

const offered = (one, typed) => (typed.startsWith("/") ? one.words : one.words.slice(1));

// What fits the text so far: longer words that begin with it, or the one usage that it has already begun.
function matches(text) {
  if (!text || text.includes("\n") || (slash && !text.startsWith("/"))) return [];
  const typed = text.toLowerCase().replace(/\s+/g, " ");
  const fitting = words.map((one) => ({ ...one, words: offered(one, typed) }));
  const longer = fitting.filter((one) => one.words.startsWith(typed.trimEnd()) && one.words.length >= typed.trimEnd().length);
  if (longer.length) return longer.slice(0, MOST);
  const begun = fitting.filter((one) => one.words.includes(" ") && typed.startsWith(`${one.words} `));
  return begun.sort((a, b) => b.words.length - a.words.length).slice(0, 1);
}

function option(one, index) {
  return h(
    "li",
    { id: `completion-${index}`, role: "option", "aria-selected": String(index === active), onmousedown: (event) => event.preventDefault(), onclick: () => take(index) },
    h("span", { class: "completion-words" }, h("code", {}, one.words), one.hint ? h("span", { class: "completion-hint" }, ` ${one.hint}`) : null),
    one.words.includes(" ") ? null : h("span", { class: "completion-about" }, one.about),
  );
}

function draw() {
  list.replaceChildren(...shown.map(option));
  list.hidden = shown.length === 0;
  input.setAttribute("aria-expanded", String(shown.length > 0));
  if (active < 0) input.removeAttribute("aria-activedescendant");
  else {
    input.setAttribute("aria-activedescendant", `completion-${active}`);
    byId(`completion-${active}`).scrollIntoView({ block: "nearest" });
  }
}

function look() {
  shown = matches(input.value);
  active = -1;
  draw();
  grow();
}

function take(index) {
  const one = shown[index];
  if (!input.value.toLowerCase().startsWith(`${one.words} `)) input.value = `${one.words} `;
  input.focus();
  look();
}

function close() {
  shown = [];
  active = -1;
  draw();
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
}

function move(by) {
  // -1 is the text box itself, between the last option and the first.
  active = ((active + 1 + by + shown.length + 1) % (shown.length + 1)) - 1;
  draw();
}

input.addEventListener("input", look);
input.addEventListener("blur", close);
input.addEventListener("focus", look);
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (shown.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (shown.length && event.key === "Escape") {
    close();
  } else if (shown.length && event.key === "Tab" && !event.shiftKey && input.value.trim() !== shown[Math.max(active, 0)].words) {
    take(Math.max(active, 0));
  } else if (event.key === "Enter" && !event.shiftKey) {
    if (active >= 0) take(active);
    else form.requestSubmit();
  } else return;
  event.preventDefault();
});

export function setWords(found) {
  words = found;
}

// Where one writes to, in the placeholder and the line below; whom the chat mentions by itself; how commands begin.
export function address(where) {
  input.placeholder = where.placeholder;
  input.disabled = where.closed;
  hint.replaceChildren(...where.hint);
  mention.textContent = where.mention;
  mention.hidden = !where.mention;
  slash = where.slash;
  if (input === document.activeElement) look();
}

export function fill(text) {
  input.value = text;
  input.focus();
  look();
}

export function onSend(send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    look();
    if (!(await send(text)) && !input.value) {
      input.value = text;
      grow();
    }
  });
}
