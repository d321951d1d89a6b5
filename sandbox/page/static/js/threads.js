// Replies, under the message that they answer; of many the earlier ones are folded away.

import { h } from "./dom.js";

const MOST = 4; // replies that are all shown
const SHOWN = 2; // the newest of more
const opened = new Set(); // threads of which all is shown, by the id of their first message

// Messages by thread: [{ head, replies }]. What answers a message that is gone begins a thread itself.
export function threads(messages) {
  const all = new Map(messages.map((one) => [one.id, { head: one, replies: [] }]));
  const begun = [];
  for (const one of messages) {
    const thread = one.thread ? all.get(one.thread) : null;
    if (thread) thread.replies.push(one);
    else begun.push(all.get(one.id));
  }
  return begun;
}

const rows = (box) => [...box.querySelectorAll(":scope > .message")];

// Fold away what there is too much of; never what somebody is doing something in.
function fold(box) {
  const all = rows(box);
  const [many, open] = [all.length > MOST, opened.has(box.dataset.thread)];
  for (const [index, one] of all.entries()) {
    one.hidden = many && !open && index < all.length - SHOWN && !one.contains(document.activeElement);
  }
  const top = all.find((one) => !one.hidden);
  for (const one of all) one.classList.toggle("top", one === top); // it says whose it is
  const folded = all.filter((one) => one.hidden).length;
  const toggle = box.querySelector(":scope > .earlier");
  toggle.hidden = !many;
  toggle.setAttribute("aria-expanded", String(open));
  toggle.textContent = open ? "Show fewer replies" : `Show ${folded} earlier ${folded === 1 ? "reply" : "replies"}`;
}

function made(root) {
  const toggle = h("button", { type: "button", class: "earlier", "aria-expanded": "false" });
  const box = h("section", { class: "thread", data: { thread: root.id }, "aria-label": `Replies to ${root.author}` }, toggle);
  toggle.addEventListener("click", () => {
    if (!opened.delete(root.id)) opened.add(root.id);
    fold(box);
  });
  return box;
}

// The replies to a message, drawn; nothing where there are none.
export function thread(root, replies) {
  if (!replies.length) return [];
  const box = made(root);
  box.append(...replies);
  fold(box);
  return [box];
}

// A reply that is new, under the row of its first message.
export function append(root, row, reply) {
  let box = row.nextElementSibling;
  if (!box?.matches(".thread")) {
    box?.classList.remove("follows"); // it stands under a thread now, and says again whose it is
    box = made(root);
    row.after(box);
  }
  box.append(reply);
  fold(box);
}

// A row that was drawn anew, folded away if it was before.
export function settle(row) {
  const box = row.parentElement;
  if (box?.matches(".thread")) fold(box);
}

// Take a row away, and with its last reply the thread.
export function remove(row) {
  const box = row?.parentElement;
  row?.remove();
  if (!box?.matches(".thread")) return;
  if (rows(box).length) fold(box);
  else box.remove();
}
