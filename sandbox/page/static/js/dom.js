// Elements from data. Text always becomes text nodes: nothing that a person or AWS wrote is ever markup here.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(path, box = 20) {
  const element = document.createElementNS(SVG, "svg");
  element.setAttribute("viewBox", `0 0 ${box} ${box}`);
  element.setAttribute("aria-hidden", "true");
  for (const d of [path].flat()) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", d);
    element.append(line);
  }
  return element;
}

export const ICONS = {
  channel: "M4 4.5h12v8.5H9.5L6 16v-3H4zM7 7.5h6M7 10h4",
  group: ["M7.5 9.5a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM2.5 16c.3-2.8 2.2-4.4 5-4.4s4.7 1.6 5 4.4", "M12.5 4.6a2.5 2.5 0 0 1 0 4.8M14.5 11.9c1.700.6 2.700 2 3 4.1"],
  lock: "M5.5 9V6.5a4.5 4.5 0 0 1 9 0V9M4 9h12v8H4z",
  eye: ["M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10z", "M10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z"],
  file: ["M5 2.5h6.5L15 6v11.5H5z", "M11.5 2.5V6H15"],
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z",
  sun: ["M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4"],
};

export const byId = (id) => document.getElementById(id);

const HUES = [212, 168, 268, 24, 336, 46, 140];

export function avatar(name, app = false) {
  const hue = HUES[[...name].reduce((sum, character) => (sum * 29 + character.codePointAt(0)) % 9973, 5) % HUES.length];
  const initials = app ? "◆" : name.split(/\s+/).map((word) => word[0]).join("").slice(0, 2).toUpperCase();
  const element = h("span", { class: app ? "avatar app" : "avatar", "aria-hidden": "true" }, initials);
  if (!app) element.style.setProperty("--hue", hue);
  return element;
}

export const size = (bytes) => (bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} kB`);

// `kind` is trouble, or notice for what an app says to whoever pressed a button.
export function toast(text, kind = "trouble") {
  const close = h("button", { type: "button", class: "toast-close", onclick: () => one.remove() }, "Dismiss");
  const one = h("div", { class: `toast ${kind}` }, h("p", {}, text), close);
  byId("toasts").append(one);
  setTimeout(() => one.remove(), 12_000);
}
