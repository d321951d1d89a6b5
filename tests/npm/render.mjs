/*
 * What Microsoft's own renderer makes of cards: reads a JSON list of {card, fill} from stdin, where `fill` is what a
 * person types by input id, and prints a JSON list of what they see and what their clicks would send.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Window } from "happy-dom";

// What goes wrong in a click is an error here too, instead of a line in a console that nobody reads.
const window = new Window({ settings: { errorCapture: "disabled" } });
for (const name of Object.getOwnPropertyNames(window)) {
  if (/^(document|Node|Event|HTML\w*Element)$/.test(name)) globalThis[name] = window[name];
}
globalThis.window = window;
// Browsers let it be set, and the renderer does in each click; here that would throw.
Object.defineProperty(window.Event.prototype, "cancelBubble", { set() {}, configurable: true });
// The package's modules name each other without a suffix, which Node does not follow; its bundle is whole.
const cards = createRequire(import.meta.url)("adaptivecards/dist/adaptivecards.js");

function problems(context, card) {
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index));
  const said = [...events, ...card.validateProperties().validationEvents];
  return said.map(({ event, message }) => `${cards.ValidationEvent[event]}: ${message}`);
}

/* In a browser the last option that was marked is the chosen one; this DOM forgets the mark when it is put in. */
function chooseInitial(card) {
  for (const input of card.getAllInputs()) {
    const select = input.renderedInputControlElement;
    const index = (input.choices ?? []).findIndex(({ value }) => value === input.defaultValue);
    if (select && index >= 0) select.selectedIndex = index + 1;
  }
}

function fillIn(card, fill) {
  for (const input of card.getAllInputs()) {
    if (!(input.id in fill)) continue;
    const control = input.renderedInputControlElement;
    if (input.choices) control.selectedIndex = 1 + input.choices.findIndex(({ value }) => value === fill[input.id]);
    else control.value = fill[input.id];
    control.dispatchEvent(new window.Event(input.choices ? "change" : "input"));
  }
}

/* The text as a person reads it, a line for each element. */
function read(element) {
  const lines = [];
  for (const child of element.querySelectorAll(".ac-richTextBlock, .ac-textBlock, button, option, input, textarea")) {
    if (child.closest("[style*='display: none']")) continue;
    lines.push(child.tagName === "INPUT" || child.tagName === "TEXTAREA" ? child.value : lineBreaks(child));
  }
  return lines.filter((line) => line !== "").join("\n");
}

function lineBreaks(element) {
  return Array.from(element.childNodes, (node) =>
    node.nodeName === "BR" ? "\n" : node.childNodes.length ? lineBreaks(node) : node.textContent,
  ).join("");
}

/* Everything that can be pressed, pressed once: what it is, and what it sent. */
function press(card) {
  const pressed = [];
  let sent = null;
  let menu = [];
  const direct = { behind: null, question: null };
  card.onExecuteAction = (action) => (sent = action);
  card.onDisplayOverflowActionMenu = (actions) => ((menu = actions), true);
  const note = (action, place) => {
    const { title, style, data = null, url = null, verb = null } = action;
    const errors = Array.from(card.renderedElement.querySelectorAll(".ac-textBlock"), lineBreaks);
    const said = { type: action.getJsonTypeName(), title, style, data, url, verb };
    pressed.push({ ...said, ...place, sent: sent === action, errors: sent === action ? [] : errors });
  };
  const one = (action, place, click) => {
    sent = null;
    click();
    if (action.getJsonTypeName() !== "Action.ShowCard") return note(action, place);
    const buttons = Array.from(action.card.renderedElement?.querySelectorAll("button") ?? []);
    if (!buttons.length) return note(action, place);
    const question = read(action.card.renderedElement);
    for (let index = 0; index < action.card.getActionCount(); index++)
      one(action.card.getActionAt(index), { ...place, behind: action.title, question }, () => buttons[index].click());
    return click();
  };
  for (let index = 0; index < card.getItemCount(); index++) {
    const set = card.getItemAt(index);
    if (set.getJsonTypeName() !== "ActionSet") continue;
    const actions = Array.from({ length: set.getActionCount() }, (_, at) => set.getActionAt(at));
    const shown = actions.filter((action) => action.renderedElement);
    for (const action of shown) one(action, { ...direct, menu: false }, () => action.renderedElement.click());
    const more = Array.from(set.renderedElement?.querySelectorAll("button") ?? []).find(
      (button) => !shown.some((action) => action.renderedElement === button),
    );
    more?.click();
    for (const action of menu) one(action, { ...direct, menu: true }, () => action.execute());
    menu = [];
  }
  return pressed;
}

function links(card, element) {
  const followed = [];
  card.onExecuteAction = (action) => followed.push(action.url ?? null);
  for (const anchor of element.querySelectorAll("a")) anchor.onclick?.({ preventDefault() {} });
  return followed;
}

function look({ card: json, fill = {} }) {
  const markdown = [];
  cards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    markdown.push(text);
    result.outputHtml = text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    result.didProcess = true;
  };
  const context = new cards.SerializationContext();
  const card = new cards.AdaptiveCard();
  card.hostConfig = new cards.HostConfig({ actions: { maxActions: 6 } }); // as Teams shows six
  card.parse(json, context);
  const element = card.render();
  window.document.body.replaceChildren(element);
  chooseInitial(card);
  const seen = { problems: problems(context, card), text: read(element), links: links(card, element) };
  fillIn(card, fill);
  const inputs = card.getAllInputs().map((input) => ({
    id: input.id,
    type: input.getJsonTypeName(),
    label: input.label ?? "",
    required: input.isRequired,
    value: input.value === undefined ? null : String(input.value),
  }));
  return { ...seen, inputs, actions: press(card), markdown };
}

const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(look)), () => process.exit(0));
