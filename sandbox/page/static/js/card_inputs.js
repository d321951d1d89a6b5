// A card's inputs, and what Teams itself says beside them before anything is sent.

import { h } from "./dom.js";

let counter = 0;

function control(item, id, describedBy) {
  const common = { id, data: { key: item.id }, "aria-required": item.isRequired ? "true" : null, "aria-describedby": describedBy, placeholder: item.placeholder };
  const value = item.value === undefined || item.value === null ? "" : String(item.value);
  if (item.type === "Input.ChoiceSet") {
    const choices = (item.choices ?? []).map((choice) => h("option", { value: choice.value, selected: choice.value === value }, choice.title));
    return h("select", common, h("option", { value: "", selected: value === "" }, item.placeholder ?? "Choose…"), choices);
  }
  if (item.isMultiline) return h("textarea", { ...common, rows: "4", maxlength: item.maxLength }, value);
  return h("input", { ...common, type: "text", inputmode: item.type === "Input.Number" ? "decimal" : null, maxlength: item.maxLength, value });
}

// What is wrong with a value; empty when nothing is.
export function fault(item, value) {
  if (value === "") return item.isRequired ? item.errorMessage || "This field is needed." : "";
  if (item.type === "Input.Number") {
    const number = Number(value);
    const wrong = !Number.isFinite(number) || number < (item.min ?? -Infinity) || number > (item.max ?? Infinity);
    if (wrong) return item.errorMessage || `Enter a number${range(item)}.`;
  }
  if (item.type === "Input.Text" && item.regex && !new RegExp(item.regex).test(value)) return item.errorMessage || "This does not look right.";
  return "";
}

function range({ min, max }) {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}

// An input with its label; the card keeps it, to check it and to collect its value.
export function field(item, card) {
  counter += 1;
  const id = `card-field-${counter}`;
  const error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const input = control(item, id, `${id}-error`);
  const required = item.isRequired ? h("span", { class: "required", "aria-hidden": "true" }, " *") : null;
  const whole = h("div", { class: "form-field" }, h("label", { for: id }, item.label ?? item.id, required), input, error);
  const value = () => input.value.trim();
  const check = () => {
    const wrong = fault(item, value());
    error.textContent = wrong;
    error.hidden = !wrong;
    whole.classList.toggle("wrong", Boolean(wrong));
    if (wrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return !wrong;
  };
  input.addEventListener("input", () => whole.classList.contains("wrong") && check());
  card.inputs.push({ id: item.id, value, check, focus: () => input.focus() });
  return whole;
}
