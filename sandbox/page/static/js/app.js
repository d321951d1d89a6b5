// The page: who one is, which conversation stands in the middle, and how both follow the server.

import { failure, get, post, stream } from "./api.js";
import { startAws } from "./aws.js";
import { address, fill, onSend, setWords } from "./composer.js";
import { byId, h, icon, ICONS, toast } from "./dom.js";
import { draw, drop, show, toEnd } from "./messages.js";
import { ask, showModal } from "./modal.js";
import { unescaped } from "./mrkdwn.js";
import { drawPeople, drawPlaces } from "./sidebar.js";

const state = { people: [], me: null, channels: [], messages: new Map(), unread: new Map(), current: null, source: null };
const FIRST = "vpn";

const names = (id) => state.people.find((person) => person.id === id)?.name ?? state.channels.find((one) => one.id === id)?.name;
const context = { names, fill, press, get tz() { return state.me?.tz; } };

async function attempt(work) {
  try {
    const { error } = await work();
    if (error) toast(failure(error));
    return !error;
  } catch (problem) {
    toast(problem instanceof TypeError ? "The sandbox does not answer. Is it still running?" : problem.message);
    return false;
  }
}

async function press(message, block, element) {
  if (element.confirm && !(await ask(element.confirm, context))) return;
  const where = { channel: message.channel, ts: message.ts, block: block.block_id, action: element.action_id };
  await attempt(() => post("/page/press", { as: state.me.id, ...where }));
}

const formActions = {
  submit: (values) => attempt(() => post("/page/submit", { as: state.me.id, values })),
  dismiss: () => attempt(() => post("/page/dismiss", { as: state.me.id })),
};

// ---- where one is

function pick(id) {
  const channel = state.channels.find((one) => one.id === id) ?? state.channels[0];
  state.current = channel.id;
  state.unread.delete(channel.id);
  byId("place-name").replaceChildren(channel.im ? "Deskside" : channel.private ? icon(ICONS.lock) : "#", channel.im ? "" : ` ${channel.name}`);
  byId("place-topic").textContent = channel.im ? "Direct messages with the app" : channel.topic;
  address(channel);
  draw(channel, state.messages.get(channel.id) ?? [], context);
  drawPlaces(state, choose);
}

function choose(id) {
  pick(id);
  tab("chat");
}

// ---- who one is

function become(id) {
  if (state.source) state.source.close();
  state.unread.clear();
  showModal(null);
  sessionStorage.setItem("person", id);
  state.source = stream(id, { snapshot, message, gone, modal, bot }, lost);
}

function snapshot(told) {
  const same = state.me?.id === told.me.id;
  const before = state.channels.find((channel) => channel.id === state.current);
  state.me = told.me;
  state.channels = told.channels;
  state.messages = new Map(Object.entries(told.messages));
  drawPeople(state.people, told.me.id, become);
  const stays = told.channels.find((channel) => (before?.im && !same ? channel.im : channel.id === state.current));
  pick((stays ?? told.channels.find((channel) => channel.name === FIRST)).id);
  modal(told.modal);
  bot(told.bot);
}

// ---- what arrives

function message(told) {
  const list = state.messages.get(told.channel) ?? [];
  const index = list.findIndex((one) => one.ts === told.ts);
  if (index < 0) list.push(told);
  else list[index] = told;
  state.messages.set(told.channel, list);
  const before = list[(index < 0 ? list.length - 1 : index) - 1];
  if (told.channel === state.current) show(told, before, context);
  if (index < 0) arrived(told);
}

function arrived(told) {
  if (told.channel !== state.current && told.user !== state.me.id) {
    state.unread.set(told.channel, (state.unread.get(told.channel) ?? 0) + 1);
    drawPlaces(state, choose);
  }
  if (told.user === state.me.id) return;
  const news = h("p", {}, `${told.author}${told.ephemeral ? ", only to you" : ""}: ${unescaped(told.text)}`);
  byId("announcements").append(news);
  setTimeout(() => news.remove(), 10_000);
}

function gone(told) {
  const list = state.messages.get(told.channel) ?? [];
  state.messages.set(told.channel, list.filter((one) => one.ts !== told.ts));
  if (told.channel === state.current) drop(told);
}

const modal = (told) => showModal(told, context, formActions);

const BOT = { starting: "Deskside is starting…", up: "Deskside is up", down: "Deskside is down" };

function bot({ state: how, note }) {
  const element = byId("bot-state");
  element.className = `bot-state ${how}`;
  element.textContent = BOT[how] ?? how;
  element.title = note;
  if (how === "down" && note) toast(note);
}

function lost(isLost) {
  document.body.classList.toggle("lost", isLost);
  if (isLost) bot({ state: "lost", note: "" });
  if (isLost) byId("bot-state").textContent = "Connection lost, trying again…";
}

// ---- the frame

function tab(name) {
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

function frame() {
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
  onSend((text) => {
    toEnd(); // whoever writes wants to see the answer
    return attempt(() => post("/page/command", { as: state.me.id, channel: state.current, text }));
  });
}

async function begin() {
  frame();
  const world = await get("/page/world");
  state.people = world.people;
  setWords(world.words);
  const saved = sessionStorage.getItem("person");
  become(world.people.some((person) => person.id === saved) ? saved : world.people[0].id);
  startAws(world.people, attempt);
}

begin();
