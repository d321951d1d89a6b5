// Block Kit as elements. `context` has names(id) and press(block, element).

import { h } from "./dom.js";
import { link, mrkdwn, unescaped } from "./mrkdwn.js";

export function textObject(object, context) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, context.names) : [object.text];
}

function button(block, element, context) {
  const properties = { class: `button ${element.style ?? ""}`, "aria-label": element.accessibility_label };
  const label = element.text.text;
  if (element.url) {
    const press = () => context.press(block, element);
    return h("a", { ...properties, href: element.url, target: "_blank", rel: "noopener noreferrer", onclick: press }, label);
  }
  const one = h("button", { ...properties, type: "button", data: { key: element.action_id } }, label);
  one.addEventListener("click", async () => {
    one.setAttribute("aria-busy", "true");
    await context.press(block, element);
    one.removeAttribute("aria-busy");
  });
  return one;
}

function image(block) {
  // Nothing is fetched from elsewhere: a picture is told by its words and a link.
  return h("figure", { class: "picture" }, h("span", { "aria-hidden": "true" }, "🖼"), link(block.image_url, block.alt_text));
}

function contextElement(element, context) {
  return element.type === "image" ? image(element) : h("span", {}, textObject(element, context));
}

function accessory(block, context) {
  const element = block.accessory;
  if (!element) return null;
  return element.type === "button" ? button(block, element, context) : element.type === "image" ? image(element) : null;
}

function section(block, context) {
  const fields = (block.fields ?? []).map((field) => h("div", { class: "field" }, textObject(field, context)));
  return h(
    "div",
    { class: "section" },
    h(
      "div",
      { class: "section-words" },
      block.text ? h("p", {}, textObject(block.text, context)) : null,
      fields.length ? h("div", { class: "fields" }, fields) : null,
    ),
    accessory(block, context),
  );
}

const RICH = {
  text: (node) => richText(node),
  link: (node) => richStyle(node.style, link(node.url, node.text || node.url)),
  emoji: (node) => (node.unicode ? String.fromCodePoint(...node.unicode.split("-").map((code) => parseInt(code, 16))) : `:${node.name}:`),
  user: (node, context) => h("span", { class: "mention" }, `@${context.names(node.user_id) ?? node.user_id}`),
  usergroup: (node) => h("span", { class: "mention" }, `@${node.usergroup_id}`),
  channel: (node, context) => h("span", { class: "mention" }, `#${context.names(node.channel_id) ?? node.channel_id}`),
  broadcast: (node) => h("span", { class: "mention" }, `@${node.range}`),
  date: (node) => node.fallback ?? "",
  rich_text_section: (node, context) => h("p", {}, rich(node.elements, context)),
  rich_text_preformatted: (node, context) => h("pre", { tabindex: "0" }, rich(node.elements, context)),
  rich_text_quote: (node, context) => h("blockquote", {}, rich(node.elements, context)),
  rich_text_list: (node, context) =>
    h(node.style === "ordered" ? "ol" : "ul", {}, node.elements.map((item) => h("li", {}, rich([item], context)))),
};

function richStyle(style = {}, child) {
  let node = child;
  for (const [name, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) {
    if (style[name]) node = h(tag, {}, node);
  }
  return node;
}

const richText = (node) => richStyle(node.style, node.text);
const rich = (elements, context) => elements.map((element) => RICH[element.type]?.(element, context) ?? "");

const BLOCKS = {
  header: (block) => h("h3", {}, block.text.text),
  section,
  context: (block, context) => h("div", { class: "context" }, block.elements.map((one) => contextElement(one, context))),
  divider: () => h("hr", {}),
  image,
  actions: (block, context) =>
    h("div", { class: "actions" }, block.elements.filter((one) => one.type === "button").map((one) => button(block, one, context))),
  rich_text: (block, context) => h("div", { class: "rich" }, rich(block.elements, context)),
};

const onlyFields = (block) => block?.type === "section" && block.fields && !block.text && !block.accessory;

// A section holds ten fields at most; what goes on in the next section stands in the same columns.
function joined(list) {
  const done = [];
  for (const block of list) {
    const last = done.at(-1);
    if (onlyFields(block) && onlyFields(last)) done[done.length - 1] = { ...last, fields: [...last.fields, ...block.fields] };
    else done.push(block);
  }
  return done;
}

export function blocks(list, context) {
  return joined(list).map((block) => BLOCKS[block.type]?.(block, context) ?? h("p", { class: "unknown" }, `(${block.type})`));
}

// A message without blocks is its text alone.
export function body(message, context) {
  if (message.blocks.length) return blocks(message.blocks, context);
  if (!message.text) return [];
  const text = message.mrkdwn ? mrkdwn(message.text, context.names) : unescaped(message.text);
  return [h("p", { class: "plain" }, text)];
}
