// Adaptive Cards (adaptivecards.io/explorer): the elements that Deskside's cards are made of, and no others.
// What is not among them is drawn as its `fallback` says, or else told by a visible note.

import { field } from "./card_inputs.js";
import { actionSet } from "./card_actions.js";
import { h } from "./dom.js";

const WEB = /^https?:\/\//i;
const word = (value, among, otherwise) => {
  const low = String(value ?? "").toLowerCase();
  return among.includes(low) ? low : otherwise;
};
const COLORS = ["good", "warning", "attention", "accent", "dark", "light"];
const SIZES = ["small", "medium", "large", "extralarge"];
const SPACES = ["none", "small", "medium", "large", "extralarge", "padding"];
const STYLES = ["emphasis", "good", "warning", "attention", "accent"];

// ---- text

function looks(run) {
  const color = word(run.color, COLORS);
  const large = word(run.size, SIZES);
  return [color && `ac-${color}`, large && `ac-${large}`, run.isSubtle && "ac-subtle", word(run.weight, ["lighter"]) && "ac-lighter"].filter(Boolean);
}

function textRun(run) {
  if (typeof run === "string") return run;
  if (run.type !== "TextRun") return otherwise(run, (other) => textRun(other)) ?? "";
  const link = run.selectAction?.type === "Action.OpenUrl" && WEB.test(run.selectAction.url ?? "") ? run.selectAction.url : null;
  const classes = looks(run);
  let node = h(word(run.fontType, ["monospace"]) ? "code" : "span", { class: classes.join(" ") || null }, String(run.text ?? ""));
  if (word(run.weight, ["bolder"])) node = h("strong", {}, node);
  if (run.italic) node = h("em", {}, node);
  if (run.strikethrough) node = h("s", {}, node);
  return link ? h("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, node) : node;
}

const bold = (run) => Boolean(word(run.weight, ["bolder"]));
const large = (run) => Boolean(word(run.size, ["medium", "large", "extralarge"]));
const runsOf = (item) => (item?.type === "TextBlock" ? [item] : (item?.inlines ?? []).filter((run) => typeof run === "object"));

// The first line of a card is its title when it is bold and larger than the rest.
function titleOf(content) {
  let first = content?.body?.[0];
  while (first && ["Container", "ColumnSet", "Column"].includes(first.type)) first = (first.items ?? first.columns ?? [])[0];
  return runsOf(first).some((run) => bold(run) && large(run)) ? first : null;
}

export const headed = (content) => Boolean(titleOf(content));

const aligned = (item) => word(item.horizontalAlignment, ["center", "right"]);

function richText(item, card) {
  return h(item === card.title ? "h3" : "p", { class: ["ac-text", aligned(item) && `ac-${aligned(item)}`].filter(Boolean).join(" ") }, (item.inlines ?? []).map(textRun));
}

const textBlock = (item, card) => richText({ ...item, inlines: [{ ...item, type: "TextRun" }] }, item === card.title ? { title: item } : card);

// ---- boxes

function columnSet(item, card) {
  const columns = (item.columns ?? []).map((column) => {
    const element = h("div", { class: `ac-column ${boxStyle(column)}` }, items(column.items, card));
    const width = column.width ?? "stretch";
    const pixels = /^(\d+)px$/.exec(width);
    if (width === "auto") element.classList.add("ac-auto");
    else if (pixels) element.style.flex = `0 0 ${pixels[1]}px`;
    else if (Number(width) > 0) element.style.flex = `${Number(width)} ${Number(width)} 0`;
    return element;
  });
  return h("div", { class: `ac-columns ${boxStyle(item)}` }, columns);
}

const boxStyle = (item) => (word(item.style, STYLES) ? `ac-box ac-box-${word(item.style, STYLES)}` : "");
const container = (item, card) => h("div", { class: `ac-container ${boxStyle(item)}` }, items(item.items, card));

// Nothing is fetched from elsewhere: a picture is told by its words and a link.
function image(item) {
  const label = item.altText || "Picture";
  const link = WEB.test(item.url ?? "") ? h("a", { href: item.url, target: "_blank", rel: "noopener noreferrer" }, label) : label;
  return h("figure", { class: "picture" }, h("span", { "aria-hidden": "true" }, "🖼"), link);
}

const ELEMENTS = {
  RichTextBlock: richText,
  TextBlock: textBlock,
  ColumnSet: columnSet,
  Container: container,
  Image: image,
  ActionSet: (item, card) => actionSet(item.actions, card, drawCard),
  "Input.Text": field,
  "Input.Number": field,
  "Input.ChoiceSet": field,
};

// What stands for something that is not known here: an element, nothing at all ("drop"), or undefined where nothing is said.
function otherwise(item, draw) {
  if (item.fallback === "drop") return null;
  return item.fallback && typeof item.fallback === "object" ? draw(item.fallback) : undefined;
}

function element(item, card) {
  if (!item || typeof item !== "object" || item.isVisible === false) return null;
  const known = Object.hasOwn(ELEMENTS, item.type) ? ELEMENTS[item.type] : null;
  if (known) return known(item, card);
  const other = otherwise(item, (fallback) => element(fallback, card));
  return other === undefined ? h("p", { class: "ac-unknown" }, `Something that this page cannot draw: ${item.type}`) : other;
}

function items(list, card) {
  return (list ?? []).map((item) => {
    const drawn = element(item, card);
    if (drawn && item.separator) drawn.classList.add("ac-separator");
    if (drawn) drawn.classList.add(`ac-space-${word(item.spacing, SPACES, "default")}`);
    return drawn;
  });
}

// A card; one inside another (`outer`) collects the outer one's inputs too.
function drawCard(content, context, outer = null, key = "") {
  const card = { inputs: [], outer, context, key, title: titleOf(content) };
  const main = h("div", { class: "ac" }, items(content.body, card), content.actions?.length ? actionSet(content.actions, card, drawCard) : null);
  return main;
}

// `context` has execute(action, values), which settles when the app has answered.
export function card(content, context) {
  return drawCard(content, context);
}

// Everything readable in a card, in one line.
export function readable(content) {
  return content ? (drawCard(content, { execute: () => null }).textContent ?? "").replace(/\s+/g, " ").trim().slice(0, 300) : "";
}
