// What can happen in the account besides Deskside: alarms that turn, and events with one click each.

import { post } from "./api.js";
import { h } from "./dom.js";

const STATES = { OK: "ok", ALARM: "in alarm", INSUFFICIENT_DATA: "no data" };
const KINDS = { OK: "on", ALARM: "bad", INSUFFICIENT_DATA: "waiting" };
const HINT = "Whoever subscribed hears of it: /alerts subscribe.";

// What became of it: an event that no rule takes reaches nobody, as in AWS.
function says(label, { rules = [], delivered, alarm }) {
  const what = alarm ? `${label}: ${STATES[alarm.StateValue]}.` : `${label}.`;
  if (!delivered) return `${what} No rule takes it, so nobody hears of it.`;
  return `${what} ${rules.length ? `Taken by ${rules.join(" and ")}.` : "Sent by the topic."}`;
}

// `act(deed)` does something, looks again and gives the answer, or null when it failed.
export function makeHappenings(act) {
  const alarms = new Map();
  const note = h("p", { class: "happenings-note", role: "status" }, HINT);
  const groups = h("div", { class: "happenings-groups" });
  const section = h("section", { class: "happenings", "aria-labelledby": "happenings-title" }, h("h3", { id: "happenings-title" }, "AWS events"), note, groups);

  async function happen({ name, label }) {
    const answer = await act(() => post(`/page/aws/happenings/${name}`));
    if (answer) note.textContent = says(label, answer);
  }

  function alarmRow(one) {
    const dot = h("span", { class: "dot", "aria-hidden": "true" });
    const state = h("span", { class: "alarm-state" });
    const button = h("button", { type: "button", class: "button small", onclick: () => happen(one) });
    alarms.set(one.alarm, { dot, state, button, label: one.label, raises: one.raises });
    return h("li", { data: { happening: one.name } }, dot, h("span", { class: "who", title: one.alarm }, one.label), state, button);
  }

  const button = (one) => h("button", { type: "button", class: "button small", data: { happening: one.name }, onclick: () => happen(one) }, one.label);

  function group({ group: title, happenings }) {
    const turning = happenings.every((one) => one.alarm);
    const body = turning ? h("ul", { class: "alarms" }, happenings.map(alarmRow)) : h("div", { class: "happenings-buttons" }, happenings.map(button));
    return h("div", { role: "group", "aria-label": title }, h("h4", {}, title), body);
  }

  function list(told) {
    groups.replaceChildren(...told.map(group));
  }

  function draw(told) {
    for (const { AlarmName: name, StateValue: value } of told) {
      const row = alarms.get(name);
      if (!row || row.value === value) continue;
      row.value = value;
      row.dot.className = `dot ${KINDS[value]}`;
      row.state.className = `alarm-state ${KINDS[value]}`;
      row.state.textContent = STATES[value];
      row.button.textContent = value === "ALARM" ? "Calm" : row.raises;
      row.button.setAttribute("aria-label", `${row.button.textContent}: ${row.label}`);
    }
  }

  return { section, list, draw };
}
