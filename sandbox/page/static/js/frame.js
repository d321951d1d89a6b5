// The frame around the chat: tabs on a phone, light and dark, the panel of AWS, how the bot is.

import { byId, h, icon, ICONS, toast } from "./dom.js";
import { toEnd } from "./messages.js";

export function tab(name) {
  const shown = document.body.dataset.view;
  document.body.dataset.view = name;
  if (name === "chat" && shown !== name) toEnd();
  for (const one of document.querySelectorAll("[data-tab]")) one.setAttribute("aria-pressed", String(one.dataset.tab === name));
}

function theme() {
  const button = byId("theme");
  const dark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const label = () => button.replaceChildren(icon(dark() ? ICONS.sun : ICONS.moon), h("span", { class: "visually-hidden" }, dark() ? "Use light colours" : "Use dark colours"));
  const saved = localStorage.getItem("theme");
  if (saved) document.documentElement.dataset.theme = saved;
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    localStorage.setItem("theme", document.documentElement.dataset.theme);
    label();
  });
  label();
}

export function frame() {
  for (const one of document.querySelectorAll("[data-tab]")) one.addEventListener("click", () => tab(one.dataset.tab));
  const toggle = byId("aws-toggle");
  const expanded = () => toggle.setAttribute("aria-expanded", String(getComputedStyle(byId("aws")).display !== "none"));
  toggle.addEventListener("click", () => {
    // Where it is wide the panel is there until it is put away; elsewhere it is away until it is asked for.
    document.body.classList.toggle("aws-toggled");
    expanded();
  });
  matchMedia("(max-width: 1100px)").addEventListener("change", expanded);
  expanded();
  theme();
  tab("chat");
}

const BOT = { starting: "Deskside is starting…", up: "Deskside is up", down: "Deskside is down" };

export function bot({ state: how, note }) {
  const element = byId("bot-state");
  element.className = `bot-state ${how}`;
  element.textContent = BOT[how] ?? how;
  element.title = note;
  if (how === "down" && note) toast(note);
}

export function lost(isLost) {
  document.body.classList.toggle("lost", isLost);
  if (isLost) bot({ state: "lost", note: "" });
  if (isLost) byId("bot-state").textContent = "Connection lost, trying again…";
}
