// The left: conversations, and the people whom one can become.

import { avatar, byId, h, icon, ICONS } from "./dom.js";

const ROLES = {
  staff: "Staff",
  operator: "Operator",
  approver: "Approver",
  admin: "Admin",
  guest: "Guest",
  partner: "Partner",
};

function place(channel, state, pick) {
  const unread = state.unread.get(channel.id) ?? 0;
  const sign = channel.im ? avatar("app", "Deskside", true) : channel.private ? icon(ICONS.lock) : h("span", { class: "hash", "aria-hidden": "true" }, "#");
  const name = channel.im ? "Deskside" : channel.name;
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: unread ? "place-link unread" : "place-link",
        "aria-current": channel.id === state.current ? "page" : null,
        data: { channel: channel.id },
        onclick: () => pick(channel.id),
      },
      sign,
      h("span", { class: "place-label" }, name, channel.private ? h("span", { class: "visually-hidden" }, " (private)") : null),
      unread ? h("span", { class: "badge" }, String(unread), h("span", { class: "visually-hidden" }, " unread")) : null,
    ),
  );
}

export function drawPlaces(state, pick) {
  const held = document.activeElement?.dataset?.channel;
  const [directs, channels] = [true, false].map((im) => state.channels.filter((channel) => channel.im === im));
  byId("channels").replaceChildren(...channels.map((channel) => place(channel, state, pick)));
  byId("directs").replaceChildren(...directs.map((channel) => place(channel, state, pick)));
  document.querySelector('[data-tab="places"]').classList.toggle("unread", state.unread.size > 0);
  if (held) document.querySelector(`.place-link[data-channel="${CSS.escape(held)}"]`)?.focus();
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
          { type: "button", class: "person", "aria-pressed": String(person.id === me), data: { person: person.id }, onclick: () => become(person.id) },
          avatar(person.id, person.realName, false),
          h("span", { class: "person-name" }, person.realName),
          h("span", { class: `role role-${person.role}` }, ROLES[person.role] ?? person.role),
        ),
      ),
    ),
  );
  if (held) document.querySelector(`.person[data-person="${CSS.escape(held)}"]`)?.focus();
}
