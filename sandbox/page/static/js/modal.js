// Forms (Slack's views) and the questions that buttons ask first, as native dialogs.

import { blocks, textObject } from "./blocks.js";
import { h } from "./dom.js";

let open = null; // { dialog, view, fields }

function control(block, id, value, error) {
  const element = block.element;
  const common = {
    id,
    name: block.block_id,
    "aria-required": String(!block.optional),
    "aria-invalid": error ? "true" : null,
    "aria-describedby": [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ") || null,
    placeholder: element.placeholder?.text,
  };
  if (element.type === "static_select") {
    const chosen = value ?? element.initial_option?.value ?? "";
    const choices = element.options.map((option) => h("option", { value: option.value, selected: option.value === chosen }, option.text.text));
    return h("select", common, h("option", { value: "", selected: chosen === "" }, element.placeholder?.text ?? "Choose…"), choices);
  }
  const initial = value ?? element.initial_value ?? "";
  if (element.multiline) return h("textarea", { ...common, rows: "4" }, initial);
  return h("input", { ...common, type: "text", inputmode: element.type === "number_input" ? "decimal" : null, value: initial });
}

function field(block, index, value, error) {
  const id = `field-${index}`;
  return h(
    "div",
    { class: error ? "form-field wrong" : "form-field" },
    h("label", { for: id }, block.label.text, block.optional ? h("span", { class: "optional" }, " (optional)") : null),
    control(block, id, value, error),
    error ? h("p", { class: "field-error", id: `${id}-error` }, error) : null,
    block.hint ? h("p", { class: "field-hint", id: `${id}-hint` }, block.hint.text) : null,
  );
}

const entered = (form) => Object.fromEntries(new FormData(form).entries());

function content(view, errors, values, context, actions) {
  const inputs = view.blocks.map((block, index) =>
    block.type === "input" ? field(block, index, values[block.block_id], errors[block.block_id]) : blocks([block], context),
  );
  const form = h(
    "form",
    { novalidate: true },
    h("h2", { id: "modal-title" }, view.title.text),
    h("div", { class: "dialog-body" }, inputs),
    h(
      "div",
      { class: "dialog-actions" },
      h("button", { type: "button", class: "button", onclick: () => actions.dismiss() }, view.close?.text ?? "Cancel"),
      view.submit ? h("button", { type: "submit", class: "button primary" }, view.submit.text) : null,
    ),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.setAttribute("aria-busy", "true");
    await actions.submit(entered(form));
    form.removeAttribute("aria-busy");
  });
  return form;
}

function shut() {
  open?.dialog.close();
  open?.dialog.remove();
  open = null;
}

// Show what the server says is on top: a view with its errors, or nothing. What was typed into the same view stays.
export function showModal(modal, context, actions) {
  if (!modal) return shut();
  const same = open?.view.id === modal.view.id && open.view.hash === modal.view.hash;
  const values = same ? entered(open.dialog.querySelector("form")) : {};
  if (!open) {
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": "modal-title" });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      actions.dismiss();
    });
    document.body.append(dialog);
    open = { dialog };
    dialog.showModal();
  }
  open.view = modal.view;
  open.dialog.replaceChildren(content(modal.view, modal.errors, values, context, actions));
  const find = (selector) => open.dialog.querySelector(selector);
  (find("[aria-invalid]") ?? find("input, select, textarea") ?? find(".button.primary"))?.focus();
}

// Ask what a button's `confirm` object asks; resolves to whether the person agreed.
export function ask(confirm, context) {
  return new Promise((resolve) => {
    const answer = (agreed) => {
      dialog.close();
      dialog.remove();
      resolve(agreed);
    };
    const style = confirm.style === "danger" ? "button danger-fill" : "button primary";
    const dialog = h(
      "dialog",
      { class: "dialog small", "aria-labelledby": "confirm-title" },
      h("h2", { id: "confirm-title" }, confirm.title.text),
      h("div", { class: "dialog-body" }, h("p", {}, textObject(confirm.text, context))),
      h(
        "div",
        { class: "dialog-actions" },
        h("button", { type: "button", class: "button", onclick: () => answer(false) }, confirm.deny.text),
        h("button", { type: "button", class: style, onclick: () => answer(true) }, confirm.confirm.text),
      ),
    );
    dialog.addEventListener("cancel", () => answer(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
