// The middle of the page: one conversation's messages, kept up to date in place.

import { body } from "./blocks.js";
import { avatar, byId, h, icon, ICONS } from "./dom.js";

const log = byId("log");
const newer = byId("newer");
const NEAR = 80; // pixels from the end that still count as reading along
const TOGETHER = 5 * 60; // seconds within which messages of one author stand under one name

const seconds = (message) => Number(message.ts.split(".")[0]);
const clock = (message, tz) =>
  new Date(seconds(message) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: tz });

const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
export function toEnd() {
  log.scrollTop = log.scrollHeight;
  newer.hidden = true;
}

newer.addEventListener("click", toEnd);
log.addEventListener("scroll", () => {
  if (atEnd()) newer.hidden = true;
});

function files(message) {
  return message.files.map((file) =>
    h(
      "figure",
      { class: "file" },
      h("a", { href: file.url, download: file.name }, icon(ICONS.file), h("span", {}, file.name), h("small", {}, size(file.size))),
      file.preview ? h("pre", { tabindex: "0", "aria-label": `Beginning of ${file.name}` }, file.preview) : null,
    ),
  );
}

const size = (bytes) => (bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} kB`);

const isCard = (message) => message.blocks.some((block) => block.type === "header");

function follows(message, before) {
  if (!before || before.user !== message.user || before.ephemeral !== message.ephemeral) return false;
  return seconds(message) - seconds(before) < TOGETHER && !isCard(message) && !message.files.length;
}

function row(message, before, context) {
  const classes = ["message", isCard(message) && "card", message.ephemeral && "ephemeral", follows(message, before) && "follows"];
  return h(
    "article",
    { class: classes.filter(Boolean).join(" "), data: { ts: message.ts }, "aria-label": `${message.author}, ${clock(message, context.tz)}` },
    avatar(message.user, message.author, message.app),
    h(
      "div",
      { class: "message-main" },
      message.ephemeral ? h("p", { class: "only-you" }, icon(ICONS.eye), "Only visible to you") : null,
      h(
        "p",
        { class: "message-head" },
        h("strong", {}, message.author),
        message.app ? h("span", { class: "app-badge" }, "APP") : null,
        h("time", {}, clock(message, context.tz)),
      ),
      h(
        "div",
        { class: "message-body" },
        body(message, { ...context, press: (block, element) => context.press(message, block, element) }),
        files(message),
      ),
      message.edited ? h("p", { class: "edited" }, "(edited)") : null,
    ),
  );
}

function welcome(channel, context) {
  const tries = [
    ["/vpn on", "Switch the VPN on for yourself"],
    ["/vpn status", "Who is connected, and what it costs"],
    ["/deskside help", "Everything that you may run"],
  ];
  const chips = tries.map(([words, about]) =>
    h("button", { type: "button", class: "try", onclick: () => context.fill(words) }, h("code", {}, words), h("span", {}, about)),
  );
  return h(
    "div",
    { class: "welcome" },
    h("p", { class: "welcome-title" }, channel.im ? "Your direct messages with Deskside" : `The very beginning of #${channel.name}`),
    h("p", {}, channel.app ? "Say what you need; Deskside does it in AWS and keeps you posted here." : "Deskside is not a member here: what it has to say comes to you in direct messages."),
    h("div", { class: "tries" }, chips),
  );
}

// Draw a whole conversation anew.
export function draw(channel, messages, context) {
  const top = messages.length ? [] : [welcome(channel, context)];
  log.replaceChildren(...top, ...messages.map((message, index) => row(message, messages[index - 1], context)));
  toEnd();
}

const find = (ts) => log.querySelector(`[data-ts="${CSS.escape(ts)}"]`);

// A message is new or says something else; focus inside it stays where it was.
export function show(message, before, context) {
  const end = atEnd();
  const old = find(message.ts);
  const fresh = row(message, before, context);
  if (old) {
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.action : undefined;
    old.replaceWith(fresh);
    if (focused) fresh.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
  } else {
    log.querySelector(".welcome")?.remove();
    fresh.classList.add("arriving");
    log.append(fresh);
  }
  if (end) toEnd();
  else if (!old) newer.hidden = false;
}

export function drop(message) {
  find(message.ts)?.remove();
}
