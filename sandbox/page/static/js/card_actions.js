// A card's buttons: commands and forms (Action.Execute), links, and cards that open below (Action.ShowCard).

import { h } from "./dom.js";

const MOST = 6; // primary actions that Teams shows side by side
const STYLE = { positive: "primary", destructive: "danger" };
const styleOf = (action) => `button ${STYLE[action.style] ?? ""}`;

const inputsOf = (card) => (card ? [...inputsOf(card.outer), ...card.inputs] : []);

// The values of a card's inputs; null, with what is wrong said beside them, when they cannot be sent.
function collected(card) {
  const inputs = inputsOf(card);
  const wrong = inputs.filter((input) => !input.check());
  wrong[0]?.focus();
  return wrong.length ? null : Object.fromEntries(inputs.map((input) => [input.id, input.value()]));
}

function execute(action, card, key) {
  const button = h("button", { type: "button", class: styleOf(action), data: { key } }, action.title);
  button.addEventListener("click", async () => {
    const values = action.associatedInputs === "none" ? {} : collected(card);
    if (values === null || button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    await card.context.execute(action, values);
    button.removeAttribute("aria-busy");
  });
  return { button };
}

function openUrl(action, card, key) {
  if (!/^https?:\/\//i.test(action.url ?? "")) return { button: h("button", { type: "button", class: styleOf(action), disabled: true }, action.title) };
  return { button: h("a", { class: styleOf(action), href: action.url, target: "_blank", rel: "noopener noreferrer", data: { key } }, action.title) };
}

// Only one card of a row of buttons is open at a time, as in Teams.
function showCard(action, card, key, draw, row) {
  const below = h("div", { class: "ac-shown", hidden: true }, draw(action.card ?? {}, card.context, card, `${key}/`));
  const button = h("button", { type: "button", class: styleOf(action), data: { key }, "aria-expanded": "false" }, action.title);
  const toggle = (open) => {
    below.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => {
    const open = below.hidden;
    row.closers.forEach((close) => close());
    toggle(open);
  });
  row.closers.push(() => toggle(false));
  return { button, below };
}

const ACTIONS = { "Action.Execute": execute, "Action.OpenUrl": openUrl, "Action.ShowCard": showCard };

function made(action, card, draw, row) {
  const known = Object.hasOwn(ACTIONS, action.type) ? ACTIONS[action.type] : null;
  if (known) return known(action, card, `${card.key}${action.title}`, draw, row);
  if (action.fallback === "drop") return null;
  if (action.fallback) return made(action.fallback, card, draw, row);
  return { button: h("span", { class: "ac-unknown" }, `A button that this page cannot draw: ${action.title ?? action.type}`) };
}

function more(secondary) {
  const rest = h("div", { class: "actions ac-more", hidden: true }, secondary.map((one) => one.button));
  const button = h("button", { type: "button", class: "button quiet", "aria-expanded": "false", "aria-label": "More actions", data: { key: "more actions" } }, "…");
  button.addEventListener("click", () => {
    rest.hidden = !rest.hidden;
    button.setAttribute("aria-expanded", String(!rest.hidden));
  });
  return { button, rest };
}

export function actionSet(actions, card, draw) {
  const row = { closers: [] };
  const all = (actions ?? []).map((action) => [action, made(action, card, draw, row)]).filter(([, one]) => one);
  const first = all.filter(([action]) => action.mode !== "secondary").slice(0, MOST);
  const later = all.filter((one) => !first.includes(one));
  const overflow = later.length ? more(later.map(([, one]) => one)) : null;
  return h(
    "div",
    { class: "ac-actions" },
    h("div", { class: "actions" }, first.map(([, one]) => one.button), overflow?.button),
    overflow?.rest,
    all.map(([, one]) => one.below),
  );
}
