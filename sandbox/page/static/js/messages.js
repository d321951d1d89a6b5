// The middle of the page: one conversation's messages, kept up to date in place.

import { avatar, byId, h, icon, ICONS, size } from "./dom.js";
import { replace } from "./held.js";
import { append, remove, settle, thread, threads } from "./threads.js";

const log = byId("log");
const newer = byId("newer");
const NEAR = 80; // pixels from the end that still count as reading along
const TOGETHER = 5 * 60; // seconds within which messages of one author stand under one name

const clock = (message, tz) =>
  new Date(message.at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: tz });

const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
let arrived = null; // what the button leads to
const above = (element) => element.getBoundingClientRect().bottom < log.getBoundingClientRect().top;
const below = (element) => element.getBoundingClientRect().top > log.getBoundingClientRect().bottom;
export function toEnd() {
  log.scrollTop = log.scrollHeight;
  newer.hidden = true;
}

// Something new stands where one does not look.
function tell(element) {
  arrived = element;
  newer.textContent = above(element) ? "New reply ↑" : "New messages ↓";
  newer.hidden = false;
}

newer.addEventListener("click", () => {
  if (!arrived?.isConnected || !above(arrived)) return toEnd();
  newer.hidden = true;
  arrived.scrollIntoView({ block: "center" });
});
log.addEventListener("scroll", () => {
  if (!newer.hidden && !(arrived?.isConnected && (above(arrived) || below(arrived)))) newer.hidden = true;
});

function files(message) {
  return message.files.map((file) =>
    h(
      "figure",
      { class: "file" },
      h("a", { href: file.url, download: file.name, data: { key: `file ${file.name}` } }, icon(ICONS.file), h("span", {}, file.name), h("small", {}, size(file.size))),
      file.preview ? h("pre", { tabindex: "0", "aria-label": `Beginning of ${file.name}` }, file.preview) : null,
    ),
  );
}

function follows(message, before, chat) {
  if (!before || before.user !== message.user || before.ephemeral !== message.ephemeral) return false;
  return message.at - before.at < TOGETHER && !chat.isCard(message) && !message.files.length;
}

function row(message, before, chat, tz) {
  const mine = message.user === chat.me;
  const classes = ["message", chat.isCard(message) && "card", mine && "mine", message.ephemeral && "ephemeral", follows(message, before, chat) && "follows"];
  return h(
    "article",
    { class: classes.filter(Boolean).join(" "), data: { id: message.id }, "aria-label": `${message.author}, ${clock(message, tz)}` },
    avatar(message.author, message.app),
    h(
      "div",
      { class: "message-main" },
      message.ephemeral ? h("p", { class: "only-you" }, icon(ICONS.eye), "Only visible to you") : null,
      h(
        "p",
        { class: "message-head" },
        h("strong", {}, message.author),
        message.app ? h("span", { class: "app-badge" }, "APP") : null,
        h("time", {}, clock(message, tz)),
      ),
      h("div", { class: "message-body" }, chat.body(message, { tz, names: chat.names }), files(message)),
      message.edited ? h("p", { class: "edited" }, chat.kind === "teams" ? "Edited" : "(edited)") : null,
    ),
  );
}

const TRIES = [
  ["/vpn on", "Switch the VPN on for yourself"],
  ["/vpn status", "Who is connected, and what it costs"],
  ["/deskside help", "Everything that you may run"],
];

function welcome(chat, place, fill) {
  const { title, text, tries } = chat.about(place);
  const typed = (words) => (chat.composer(place).slash ? words : words.slice(1));
  const chips = TRIES.map(([words, about]) =>
    h("button", { type: "button", class: "try", onclick: () => fill(typed(words)) }, h("code", {}, typed(words)), h("span", {}, about)),
  );
  return h("div", { class: "welcome" }, h("p", { class: "welcome-title" }, title), h("p", {}, text), tries ? h("div", { class: "tries" }, chips) : null);
}

// The message above one that begins a thread, unless a thread stands between them.
function previous(all, index) {
  const before = all[index - 1];
  return before?.replies.length ? null : before?.head;
}

// Draw a whole conversation anew.
export function draw(chat, place, messages, tz, fill) {
  const top = messages.length ? [] : [welcome(chat, place, fill)];
  const drawn = (message, before) => row(message, before, chat, tz);
  const all = threads(messages);
  log.replaceChildren(
    ...top,
    ...all.flatMap(({ head, replies }, index) => [
      drawn(head, previous(all, index)),
      ...thread(head, replies.map((one, at) => drawn(one, replies[at - 1]))),
    ]),
  );
  toEnd();
}

const find = (id) => log.querySelector(`[data-id="${CSS.escape(id)}"]`);

// A message is new or says something else; what somebody is doing in it goes on.
export function show(chat, message, messages, tz) {
  const end = atEnd();
  const old = find(message.id);
  const all = threads(messages);
  const index = all.findIndex(({ head }) => head.id === message.id);
  const within = index < 0 ? all.find(({ head }) => head.id === message.thread) : null;
  const before = within ? within.replies[within.replies.findIndex((one) => one.id === message.id) - 1] : previous(all, index);
  const fresh = row(message, before, chat, tz);
  const busy = old?.contains(document.activeElement);
  if (old) {
    replace(old, fresh);
    settle(fresh);
  } else {
    log.querySelector(".welcome")?.remove();
    fresh.classList.add("arriving");
    if (within) append(within.head, find(within.head.id), fresh);
    else log.append(fresh);
  }
  if (end && !busy) toEnd();
  if (!old && (above(fresh) || !end || busy)) tell(fresh);
}

export function drop(message) {
  remove(find(message.id));
}
