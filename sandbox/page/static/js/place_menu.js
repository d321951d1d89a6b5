// What can become of a channel: it is archived, the app is removed from it. Nobody but the page does such a thing here.

import { byId, h } from "./dom.js";

const menu = byId("place-menu");

const close = () => {
  menu.open = false;
};
addEventListener("click", (event) => menu.contains(event.target) || close());
menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  close();
  menu.querySelector("summary").focus();
});

// `items` are [label, act]; none for a conversation of which nothing can become.
export function drawPlaceMenu(items) {
  menu.hidden = !items.length;
  const made = items.map(([label, act]) =>
    h("li", {}, h("button", { type: "button", onclick: () => { close(); act(); } }, label)),
  );
  menu.querySelector("ul").replaceChildren(...made);
}
