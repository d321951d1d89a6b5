// The left: which chat, its conversations, and the people whom one can become.

import { unreadIn } from "./chat.js";
import { avatar, byId, h } from "./dom.js";

const ROLES = {
  staff: "Staff",
  operator: "Operator",
  approver: "Approver",
  admin: "Admin",
  guest: "Guest",
  partner: "Partner",
};

const badge = (count) => (count ? h("span", { class: "badge" }, String(count), h("span", { class: "visually-hidden" }, " unread")) : null);

function link(chat, place, pick) {
  const unread = chat.unread.get(place.id) ?? 0;
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: unread ? "place-link unread" : "place-link",
        "aria-current": place.id === chat.current ? "page" : null,
        data: { place: place.id },
        onclick: () => pick(place.id),
      },
      place.direct ? avatar("Deskside", true) : chat.sign(place),
      h("span", { class: "place-label" }, place.direct ? "Deskside" : place.name, place.private ? h("span", { class: "visually-hidden" }, " (private)") : null),
      badge(unread),
    ),
  );
}

function section({ title, mark, places }, index, chat, pick) {
  const id = `places-${index}`;
  return h(
    "section",
    { "aria-labelledby": id },
    h("h2", { id }, mark ? h("span", { class: "team-mark", "aria-hidden": "true" }, mark) : null, title),
    h("ul", { class: "places", "aria-labelledby": id }, places.map((place) => link(chat, place, pick))),
  );
}

export function drawPlaces(chat, pick) {
  const held = document.activeElement?.dataset?.place;
  const sections = chat.sections(chat.places).filter(({ places }) => places.length);
  byId("places").replaceChildren(...sections.map((one, index) => section(one, index, chat, pick)));
  if (held) document.querySelector(`.place-link[data-place="${CSS.escape(held)}"]`)?.focus();
}

// The switch between the chats; the one that is not shown tells how much is unread in it.
export function drawSwitch(chats, shown, turn) {
  const box = byId("chats");
  if (!box.children.length) {
    box.append(...chats.map((chat) => h("button", { type: "button", data: { chat: chat.kind }, onclick: () => turn(chat.kind) })));
  }
  for (const [index, chat] of chats.entries()) {
    const button = box.children[index];
    button.setAttribute("aria-pressed", String(chat.kind === shown));
    button.replaceChildren(chat.title, ...[chat.kind === shown ? null : badge(unreadIn(chat))].filter(Boolean));
  }
  document.querySelector('[data-tab="places"]').classList.toggle("unread", chats.some(unreadIn));
}

export function drawPeople(people, me, become) {
  const held = document.activeElement?.dataset?.person;
  byId("people").replaceChildren(
    ...people.map((person) =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "person", "aria-pressed": String(person.name === me), data: { person: person.name }, onclick: () => become(person.name) },
          avatar(person.realName),
          h("span", { class: "person-name" }, person.realName),
          h("span", { class: `role role-${person.role}` }, ROLES[person.role] ?? person.role),
        ),
      ),
    ),
  );
  if (held) document.querySelector(`.person[data-person="${CSS.escape(held)}"]`)?.focus();
}
