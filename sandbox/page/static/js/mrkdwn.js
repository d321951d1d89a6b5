// Slack's mrkdwn, the part that apps use: *bold*, _italic_, ~strike~, `code`, ```blocks```, <links|labels>, mentions.

import { h } from "./dom.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
export const unescaped = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

const RULES = [
  [/^```([\s\S]+?)```/, (match) => h("pre", {}, unescaped(match[1].replace(/^\n/, "")))],
  [/^`([^`\n]+)`/, (match) => h("code", {}, unescaped(match[1]))],
  [/^<([^<>\n]+)>/, (match, names) => reference(match[1], names)],
];
const STYLES = [["*", "strong"], ["_", "em"], ["~", "s"]];

export function link(url, label) {
  if (!/^(https?:|mailto:)/.test(url)) return label;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

function reference(inside, names) {
  const [target, label] = inside.split("|", 2);
  if (target.startsWith("!date^")) return label ?? "";
  if (/^[@#!]/.test(target)) {
    const id = target.slice(1).split("^").pop();
    const sign = target[0] === "#" ? "#" : "@";
    return h("span", { class: "mention" }, sign + (names(id) ?? label ?? id));
  }
  return link(unescaped(target), unescaped(label ?? target.replace(/^mailto:/, "")));
}

function styled(text, index, names) {
  const before = index === 0 ? " " : text[index - 1];
  if (/[\p{L}\p{N}]/u.test(before)) return null;
  for (const [sign, tag] of STYLES) {
    if (text[index] !== sign || /[\s]/.test(text[index + 1] ?? " ")) continue;
    const end = closing(text, index + 1, sign);
    if (end > 0) return [h(tag, {}, mrkdwn(text.slice(index + 1, end), names)), end + 1];
  }
  return null;
}

function closing(text, from, sign) {
  for (let end = text.indexOf(sign, from); end > 0; end = text.indexOf(sign, end + 1)) {
    if (text.slice(from, end).includes("\n")) return -1;
    if (end > from && !/\s/.test(text[end - 1]) && !/[\p{L}\p{N}]/u.test(text[end + 1] ?? " ")) return end;
  }
  return -1;
}

// Nodes for a mrkdwn text; `names(id)` gives the name of a person or channel.
export function mrkdwn(text, names = () => undefined) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(unescaped(plain));
    plain = "";
  };
  for (let index = 0; index < text.length;) {
    const found = RULES.map(([pattern, make]) => [pattern.exec(text.slice(index)), make]).find(([match]) => match);
    const style = found ? null : styled(text, index, names);
    if (found || style) flush();
    if (found) {
      nodes.push(found[1](found[0], names));
      index += found[0][0].length;
    } else if (style) {
      nodes.push(style[0]);
      index = style[1];
    } else {
      plain += text[index];
      index += 1;
    }
  }
  flush();
  return nodes;
}
