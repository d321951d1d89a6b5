// The right: the simulated AWS, looked at every second: endpoints, WorkSpaces, alarms, the bill, faults, calls.

import { get, post, remove } from "./api.js";
import { byId, h } from "./dom.js";
import { makeHappenings } from "./happenings.js";
import { faultPicker, makeFleet } from "./workspaces.js";

const panel = byId("aws");
const EVERY = 1000;
const OWN = ["EC2", "WorkSpaces", "STS", "Lambda"]; // what one came to see; the rest is bookkeeping
const usd = (amount, digits) => `$${amount.toFixed(digits)}`;

let people = [];
let attempt;
const parts = {};
const endpoints = new Map();
let last = null;

// Replace a node's children only when what they show has changed, so that focus and reading are not disturbed.
function redraw(node, shown, make) {
  const key = JSON.stringify(shown);
  if (node.shownKey === key) return;
  node.shownKey = key;
  node.replaceChildren(...[make()].flat());
}

// ---- an endpoint

const subnetsOf = (endpoint) =>
  endpoint.ClientVpnTargetNetworks.map((network) => ({ subnet: network.TargetNetworkId, state: network.Status.Code })).filter(
    (network) => network.state !== "disassociated",
  );
const connectionsOf = (endpoint) => endpoint.Connections.filter((connection) => connection.Status.Code === "active");
const nameOf = (endpoint) => endpoint.Tags?.find((tag) => tag.Key === "Name")?.Value ?? endpoint.ClientVpnEndpointId;

function condition(subnets) {
  const is = (code) => subnets.some((subnet) => subnet.state === code);
  if (is("associating")) return ["switching on", "waiting"];
  if (is("disassociating")) return ["switching off", "waiting"];
  if (is("associated")) return ["on", "on"];
  return is("association-failed") ? ["failed", "bad"] : ["off", "off"];
}

function makeEndpoint(name, id) {
  const pill = h("span", { class: "pill" });
  const subnets = h("ul", { class: "subnets" });
  const connections = h("ul", { class: "connections" });
  const select = h("select", { id: `who-${name}`, "aria-label": `Who connects to ${name}` }, people.map((person) => h("option", { value: person.email }, person.realName)));
  const connect = h("button", { type: "button", class: "button small primary" }, "Connect");
  connect.addEventListener("click", () => act(name, "connect", { common_name: select.value }));
  const console = h("button", { type: "button", class: "button small quiet", onclick: () => act(name, "associate") }, "Associate a subnet by hand");
  const note = h("p", { class: "note" });
  const card = h(
    "section",
    { class: "endpoint", "aria-label": `Endpoint ${name}`, data: { endpoint: name } },
    h("header", {}, h("h3", {}, name), pill),
    h("p", { class: "id" }, id),
    h("div", { class: "while-on" }, h("h4", {}, "Target networks"), subnets, h("h4", {}, "Connections"), connections, h("div", { class: "connect" }, select, connect)),
    note,
    console,
  );
  parts.endpoints.append(card);
  return { card, pill, subnets, connections, connect, select, note, console };
}

function drawEndpoint(endpoint) {
  const name = nameOf(endpoint);
  if (!endpoints.has(name)) endpoints.set(name, makeEndpoint(name, endpoint.ClientVpnEndpointId));
  const view = endpoints.get(name);
  const [subnets, connections] = [subnetsOf(endpoint), connectionsOf(endpoint)];
  const [words, kind] = condition(subnets);
  redraw(view.pill, [words, kind], () => {
    view.pill.className = `pill ${kind}`;
    return words;
  });
  view.card.classList.toggle("is-off", subnets.length === 0);
  redraw(view.subnets, subnets, () => subnets.map(subnetRow));
  redraw(view.connections, connections.map((one) => [one.ConnectionId, one.CommonName]), () =>
    connections.length ? connections.map((one) => connectionRow(name, one)) : h("li", { class: "none" }, "Nobody is connected"),
  );
  const ready = subnets.some((subnet) => subnet.state === "associated");
  view.connect.disabled = !ready;
  const note = subnets.length ? (ready ? "" : "Connecting works as soon as a network is associated.") : "No network is associated, so it costs nothing.";
  redraw(view.note, note, () => note);
}

function subnetRow({ subnet, state }) {
  return h("li", { data: { state } }, h("span", { class: `dot ${state}`, "aria-hidden": "true" }), h("code", {}, subnet), h("span", { class: "state" }, state));
}

function connectionRow(name, connection) {
  const who = people.find((person) => person.email === connection.CommonName)?.realName ?? connection.CommonName;
  const close = () => act(name, "disconnect", { connection_id: connection.ConnectionId });
  return h(
    "li",
    { data: { connection: connection.ConnectionId } },
    h("span", { class: "dot associated", "aria-hidden": "true" }),
    h("span", { class: "who" }, who, h("small", {}, connection.ClientIp ?? "")),
    h("button", { type: "button", class: "button small", "aria-label": `Close the connection of ${who}`, onclick: close }, "Close"),
  );
}

async function act(name, action, body = {}) {
  if (await attempt(() => post(`/page/aws/${encodeURIComponent(name)}/${action}`, body))) await look();
}

// ---- the bill

function drawBill(state) {
  const now = Date.parse(state.now) / 1000;
  parts.bill.textContent = usd(state.bill.usd, 5);
  if (last && now > last.now) {
    const rate = Math.max(0, ((state.bill.usd - last.usd) / (now - last.now)) * 3600);
    // To a cent: what is left is the jitter between looking at the clock and at the bill.
    parts.rate.textContent = rate < 0.005 ? "Nothing is running up cost" : `${usd(rate, 2)} an hour at the moment`;
    parts.billBox.classList.toggle("running", rate >= 0.005);
  }
  last = { now, usd: state.bill.usd };
}

// ---- calls

function counts(calls) {
  return Object.entries(calls).filter(([, count]) => typeof count === "number");
}

function callRows(rows) {
  return rows
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => {
      const [service, operation] = name.split(".");
      return h("tr", {}, h("td", {}, h("small", {}, service), " ", operation), h("td", {}, String(count)));
    });
}

function drawCalls(calls) {
  const all = counts(calls);
  const [own, rest] = [true, false].map((mine) => all.filter(([name]) => OWN.includes(name.split(".")[0]) === mine));
  redraw(parts.own, own, () => (own.length ? callRows(own) : h("tr", {}, h("td", { colspan: "2", class: "none" }, "No calls yet"))));
  redraw(parts.rest, rest, () => callRows(rest));
  const total = rest.reduce((sum, [, count]) => sum + count, 0);
  redraw(parts.restTitle, total, () => `Table, queue and the rest: ${total}`);
  const trouble = ["throttled", "refused"].map((kind) => [kind, counts(calls[kind] ?? {}).reduce((sum, [, count]) => sum + count, 0)]);
  redraw(parts.trouble, trouble, () => trouble.filter(([, count]) => count).map(([kind, count]) => `${count} ${kind}. `).join(""));
}

// ---- the frame

const FAULTS = [
  ["Throttle the next call of each kind", { service: "*", operation: "*", error: "ThrottlingException", times: 1, per_operation: true }, "The next call of each kind is throttled once; you should notice nothing."],
  ["Let the next association fail", { service: "EC2", operation: "AssociateClientVpnTargetNetwork", error: "association-failed", times: 1 }, "The next association fails; Deskside tries it again."],
  ["Let every association fail", { service: "EC2", operation: "AssociateClientVpnTargetNetwork", error: "association-failed", times: 1000 }, "Associations fail until you mend everything."],
  ["Make connections unreadable for a while", { service: "EC2", operation: "DescribeClientVpnConnections", error: "InternalError", times: 60 }, "AWS does not tell who is connected for the next 60 calls; nothing is cut meanwhile."],
];

function faults() {
  const note = h("p", { class: "fault-note", role: "status" });
  const say = async (deed, words) => {
    await attempt(deed);
    note.textContent = words;
  };
  const button = (label, style, deed, words) => h("button", { type: "button", class: `button small ${style}`, onclick: () => say(deed, words) }, label);
  const buttons = FAULTS.map(([label, fault, words]) => button(label, "", () => post("/page/aws/faults", fault), words));
  const kill = button("Kill the bot (it comes back)", "danger", () => post("/page/bot/kill"), "");
  const none = button("Mend everything", "quiet", () => remove("/page/aws/faults"), "Everything works again.");
  const all = h("div", { class: "fault-buttons" }, faultPicker(say), buttons, kill, none);
  return h("details", { class: "faults" }, h("summary", {}, "Break something"), all, note);
}

function calls() {
  parts.own = h("tbody");
  parts.rest = h("tbody");
  parts.restTitle = h("summary");
  parts.trouble = h("p", { class: "trouble" });
  const head = () => h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Operation"), h("th", { scope: "col" }, "Calls")));
  return h(
    "section",
    { class: "calls", "aria-labelledby": "calls-title" },
    h("h3", { id: "calls-title" }, "Calls made"),
    parts.trouble,
    h("table", {}, head(), parts.own),
    h("details", {}, parts.restTitle, h("table", {}, head(), parts.rest)),
  );
}

function frame() {
  parts.bill = h("p", { class: "bill-amount", id: "bill" }, usd(0, 5));
  parts.rate = h("p", { class: "bill-rate" }, "Nothing is running up cost");
  parts.billBox = h("section", { class: "bill", "aria-label": "Bill" }, h("h3", {}, "Bill so far"), parts.bill, parts.rate);
  parts.endpoints = h("div", { class: "endpoints" });
  parts.fleet = makeFleet(async (deed) => {
    if (await attempt(deed)) await look();
  });
  parts.happenings = makeHappenings(async (deed) => {
    let answer = null;
    if (await attempt(async () => (answer = await deed()))) await look();
    return answer;
  });
  panel.replaceChildren(
    h("header", { class: "aws-head" }, h("h2", {}, "Simulated AWS"), h("p", {}, "Account 123456789012 · us-east-1")),
    parts.billBox,
    parts.endpoints,
    parts.fleet.section,
    parts.happenings.section,
    faults(),
    calls(),
  );
}

async function look() {
  try {
    const { state, calls: made } = await get("/page/aws");
    panel.classList.remove("stale");
    state.vpn.forEach(drawEndpoint);
    parts.fleet.draw(state.workspaces);
    parts.happenings.draw(state.alarms ?? []);
    drawBill(state);
    drawCalls(made);
  } catch {
    // The line at the top says that the sandbox is away; the panel only fades.
    panel.classList.add("stale");
  }
}

async function watch() {
  if (!document.hidden) await look();
  setTimeout(watch, EVERY);
}

export function startAws(everybody, trying) {
  people = everybody.filter((person) => person.role !== "partner");
  attempt = trying;
  frame();
  attempt(async () => {
    const { groups = [] } = await get("/page/aws/happenings");
    parts.happenings.list(groups);
    return {};
  }).then(watch);
}
