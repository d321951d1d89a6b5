// The page: who one is, which chat and conversation stand in the middle, and how all of it follows the server.

import { failure, get, stream } from "./api.js";
import { startAws } from "./aws.js";
import { forget, homeShown, list, load, makeChat, place, shownMessages, take } from "./chat.js";
import { address, fill, onSend, setWords } from "./composer.js";
import { byId, h, toast } from "./dom.js";
import { bot, frame, lost, tab } from "./frame.js";
import { drawHome, drawTabs } from "./home.js";
import { drawPlaceMenu } from "./place_menu.js";
import { draw, drop, show, toEnd } from "./messages.js";
import { showModal } from "./modal.js";
import { drawPeople, drawPlaces, drawSwitch } from "./sidebar.js";
import { slack } from "./slack.js";
import { teams } from "./teams.js";

async function attempt(work) {
  try {
    const { error } = await work();
    if (error) toast(failure(error, chat().title));
    return !error;
  } catch (problem) {
    toast(problem instanceof TypeError ? "The sandbox does not answer. Is it still running?" : problem.message);
    return false;
  }
}

const acts = { attempt, me: () => state.me.name };
const chats = { slack: makeChat(slack(acts)), teams: makeChat(teams(acts)) };
const state = { people: [], me: null, shown: "slack", source: null };
const chat = () => chats[state.shown];

// ---- where one is

function pick(id) {
  const here = chat();
  here.current = id;
  if (!homeShown(here)) here.unread.delete(id);
  arrange();
}

// Everything that says which conversation stands in the middle, and how it is.
function headline() {
  const [here, where] = [chat(), place(chat())];
  document.body.dataset.chat = here.kind;
  byId("place-name").replaceChildren(...here.heading(where));
  byId("place-topic").textContent = here.topic(where);
  address(here.composer(where));
  drawPlaceMenu(here.fates(where));
}

// Draw the conversation in the middle.
function arrange() {
  const [here, where] = [chat(), place(chat())];
  headline();
  drawTabs(here, where, turnHome);
  byId("composer").hidden = homeShown(here);
  if (homeShown(here)) drawHome(here, state.me.tz);
  else draw(here, where, shownMessages(here), state.me.tz, fill);
  drawLists();
  modal(here);
}

// Slack tells the app whenever somebody opens its Home, and the app draws it then.
function turnHome(atHome) {
  chat().atHome = atHome;
  pick(chat().current);
  if (atHome) chat().home.open();
  else toEnd();
}

function drawLists() {
  drawPlaces(chat(), choose);
  drawSwitch(Object.values(chats), state.shown, turn);
}

function choose(id) {
  pick(id);
  tab("chat");
  if (homeShown(chat())) chat().home.open();
}

function turn(kind) {
  state.shown = kind;
  localStorage.setItem("chat", kind);
  pick(chat().current);
}

// ---- who one is

function become(name) {
  if (state.source) state.source.close();
  sessionStorage.setItem("person", name);
  const handlers = { snapshot, bot };
  for (const one of Object.values(chats)) {
    handlers[`${one.kind}-message`] = (told) => message(one, told);
    handlers[`${one.kind}-gone`] = (told) => gone(one, told);
    handlers[`${one.kind}-places`] = (told) => places(one, told);
    handlers[`${one.kind}-modal`] = (told) => modal(one, told);
    handlers[`${one.kind}-home`] = (told) => home(one, told);
    handlers[`${one.kind}-toast`] = (told) => toast(told.text, "notice");
  }
  state.source = stream(name, handlers, lost);
}

function snapshot(told) {
  state.me = state.people.find((person) => person.name === told.me);
  for (const one of Object.values(chats)) load(one, told[one.kind]);
  drawPeople(state.people, told.me, become);
  pick(chat().current);
  bot(told.bot);
}

// ---- what arrives

const onScreen = (one, told) => one === chat() && told.place === one.current && !homeShown(one);

function message(one, told) {
  const fresh = take(one, told);
  if (onScreen(one, told)) show(one, told, shownMessages(one), state.me.tz);
  if (fresh && told.user !== one.me) arrived(one, told);
}

function arrived(one, told) {
  if (!onScreen(one, told)) {
    one.unread.set(told.place, (one.unread.get(told.place) ?? 0) + 1);
    drawLists();
  }
  const where = one === chat() ? "" : ` in ${one.title}`;
  const news = h("p", {}, `${told.author}${where}${told.ephemeral ? ", only to you" : ""}: ${one.says(told)}`);
  byId("announcements").append(news);
  setTimeout(() => news.remove(), 10_000);
}

function gone(one, told) {
  forget(one, told);
  if (onScreen(one, told)) drop(told);
}

function places(one, told) {
  const before = one.current;
  list(one, told);
  if (one !== chat()) return;
  if (one.current !== before) return pick(one.current);
  headline();
  drawLists();
}

function home(one, told) {
  one.view = told;
  if (one === chat() && homeShown(one)) drawHome(one, state.me.tz);
}

function modal(one, told = one.modal) {
  one.modal = told;
  if (one === chat()) showModal(told, { tz: state.me.tz, names: (id) => one.names[id] }, one.form);
}

// ---- the beginning

async function begin() {
  frame();
  onSend((text) => {
    toEnd(); // whoever writes wants to see the answer
    return chat().say(chat().current, text);
  });
  const world = await get("/page/world");
  state.people = world.people;
  state.shown = localStorage.getItem("chat") in chats ? localStorage.getItem("chat") : "slack";
  setWords(world.words);
  const saved = sessionStorage.getItem("person");
  become(world.people.some((person) => person.name === saved) ? saved : world.people[0].name);
  startAws(world.people, attempt);
}

begin();
