// The Home tab of the app's own conversation, and the tabs that lead there.

import { byId, h } from "./dom.js";
import { replace } from "./held.js";

const TABS = [["Home", true], ["Messages", false]];

export function drawTabs(chat, place, choose) {
  const box = byId("place-tabs");
  box.hidden = !chat.home?.has(place);
  const held = box.contains(document.activeElement) ? document.activeElement.textContent : null;
  const tabs = TABS.map(([label, home]) =>
    h("button", { type: "button", "aria-pressed": String(chat.atHome === home), onclick: () => choose(home) }, label),
  );
  box.replaceChildren(...tabs);
  tabs.find((tab) => tab.textContent === held)?.focus();
}

// Draw the Home in the middle; what somebody is doing in it goes on when it is drawn anew.
export function drawHome(chat, tz) {
  const log = byId("log");
  const view = chat.view;
  const inside = view ? chat.home.body(view, { tz, names: chat.names }) : h("p", { class: "quiet" }, "Deskside draws your Home…");
  const fresh = h("section", { class: "home", "aria-label": "Home" }, h("div", { class: "message-body" }, inside));
  const old = log.querySelector(":scope > .home");
  if (old && log.children.length === 1) replace(old, fresh);
  else log.replaceChildren(fresh);
  byId("newer").hidden = true;
}
