// The fleet of WorkSpaces in the AWS panel: found by typing, connected and disconnected by a button.

import { post } from "./api.js";
import { h } from "./dom.js";

const WORKING = new Set(["PENDING", "STARTING", "STOPPING", "REBOOTING", "REBUILDING", "RESTORING", "UPDATING", "TERMINATING"]);
const TROUBLE = new Set(["ERROR", "UNHEALTHY", "IMPAIRED"]);

const word = (state) => state.toLowerCase().replaceAll("_", " ");
const connected = (one) => one.ConnectionState === "CONNECTED";

// What may be searched for: everything that somebody could know of it.
const searched = (one) =>
  [one.ComputerName, one.UserName, one.WorkspaceId, word(one.State), connected(one) ? "connected" : "", ...Object.entries(one.Tags).map(([key, value]) => `${key}=${value}`)].join(" ").toLowerCase();

function kind(one) {
  if (TROUBLE.has(one.State)) return "bad";
  if (WORKING.has(one.State)) return "waiting";
  return connected(one) ? "on" : "";
}

function says(one) {
  if (one.State !== "AVAILABLE") return word(one.State);
  return connected(one) ? "connected" : "available";
}

// `act(path, work)` does something and looks again; it is told what failed by the page's own toasts.
export function makeFleet(act) {
  const rows = new Map();
  const list = h("ul", { class: "fleet-list", tabindex: "0", "aria-label": "WorkSpaces" });
  const count = h("p", { class: "fleet-count", "aria-live": "polite" });
  const search = h("input", { type: "search", class: "fleet-search", placeholder: "Name, computer, state or tag", "aria-label": "Find a WorkSpace", autocomplete: "off", spellcheck: "false" });
  const section = h("section", { class: "fleet", "aria-labelledby": "fleet-title" }, h("header", {}, h("h3", { id: "fleet-title" }, "WorkSpaces"), count), search, list);
  let fleet = [];

  function makeRow(id) {
    const dot = h("span", { class: "dot", "aria-hidden": "true" });
    const user = h("b");
    const about = h("small");
    const state = h("span", { class: "fleet-state" });
    const button = h("button", { type: "button", class: "button small" });
    button.addEventListener("click", () => act(() => post(`/page/aws/workspaces/${encodeURIComponent(id)}/${button.dataset.action}`)));
    return { node: h("li", { data: { workspace: id } }, dot, h("span", { class: "fleet-who" }, user, about), state, button), user, about, state, dot, button, key: "" };
  }

  function drawRow(one) {
    if (!rows.has(one.WorkspaceId)) rows.set(one.WorkspaceId, makeRow(one.WorkspaceId));
    const row = rows.get(one.WorkspaceId);
    const key = JSON.stringify([one.UserName, one.ComputerName, one.State, one.ConnectionState]);
    if (row.key !== key) fillRow(row, one, key);
    return row;
  }

  function fillRow(row, one, key) {
    row.key = key;
    row.node.dataset.state = one.State;
    row.dot.className = `dot ${kind(one)}`;
    row.user.textContent = one.UserName;
    row.about.textContent = one.ComputerName ?? one.WorkspaceId;
    row.about.title = one.WorkspaceId;
    row.state.textContent = says(one);
    row.state.className = `fleet-state ${kind(one)}`;
    const action = connected(one) ? "disconnect" : "connect";
    row.button.dataset.action = action;
    row.button.textContent = connected(one) ? "Disconnect" : "Connect";
    row.button.disabled = one.State !== "AVAILABLE" && !connected(one);
    row.button.setAttribute("aria-label", `${row.button.textContent} ${one.UserName}, ${row.about.textContent}`);
  }

  function arrange() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = fleet.filter((one) => words.every((part) => searched(one).includes(part)));
    const nodes = found.map((one) => drawRow(one).node);
    const shown = [...list.children];
    if (nodes.length !== shown.length || nodes.some((node, at) => node !== shown[at])) list.replaceChildren(...nodes);
    if (!nodes.length) list.replaceChildren(h("li", { class: "none" }, "No WorkSpace is like that"));
    const told = words.length ? `${found.length} of ${fleet.length}` : `${fleet.length}, ${fleet.filter(connected).length} connected`;
    if (count.textContent !== told) count.textContent = told;
  }

  search.addEventListener("input", arrange);

  function draw(told) {
    fleet = told;
    const there = new Set(fleet.map((one) => one.WorkspaceId));
    for (const id of rows.keys()) if (!there.has(id)) rows.delete(id);
    arrange();
  }

  return { section, draw };
}

// ---- what can go wrong with WorkSpaces

const fault = (error, more = {}) => ({ service: "WorkSpaces", operation: "*", error, times: 1, ...more });

export const WORKSPACE_FAULTS = [
  ["Throttle the next five calls", fault("ThrottlingException", { times: 5 }), "The next five calls are throttled; Deskside asks again."],
  ["The next rebuild ends in ERROR", fault("rebuild-ends-in-error"), "The next rebuild ends in ERROR."],
  ["The next rebuild ends UNHEALTHY", fault("rebuild-ends-unhealthy"), "The next rebuild ends UNHEALTHY."],
  ["The next change fails (FailedRequests)", fault("failed-request"), "The next change is told in FailedRequests."],
  ["The next change never begins", fault("never-begins"), "AWS accepts the next change, and nothing happens."],
  ["Snapshots are missing, ten times", fault("no-snapshots", { times: 10 }), "AWS tells of no snapshot for the next ten calls."],
  ["Connections are UNKNOWN, sixty times", fault("connection-unknown", { times: 60 }), "Whether somebody is connected is UNKNOWN for the next sixty calls; nothing is destroyed meanwhile."],
  ["Connections have no row, sixty times", fault("no-connection-status", { times: 60 }), "AWS tells of nobody's connection for the next sixty calls."],
  ["Nothing can be read, thirty times", fault("InternalServerException", { times: 30 }), "The next thirty calls of WorkSpaces fail."],
  ["The next new one ends in ERROR", fault("create-ends-in-error"), "The next new WorkSpace ends in ERROR."],
];

// One of them from a list: `say(deed, words)` does it and says what follows.
export function faultPicker(say) {
  const options = WORKSPACE_FAULTS.map(([label], at) => h("option", { value: String(at) }, label));
  const select = h("select", { id: "workspaces-fault" }, options);
  const label = h("label", { for: "workspaces-fault" }, "With WorkSpaces");
  const begin = () => {
    const [, chosen, words] = WORKSPACE_FAULTS[Number(select.value)];
    return say(() => post("/page/aws/faults", chosen), words);
  };
  return h("div", { class: "fault-picker" }, label, select, h("button", { type: "button", class: "button small", onclick: begin }, "Break"));
}
