// What somebody is about to do in a message, carried over when the message is drawn anew.

const keyed = (element, key) => element.querySelector(`[data-key="${CSS.escape(key)}"]`);
const initial = (field) =>
  field instanceof HTMLSelectElement ? [...field.options].find((option) => option.defaultSelected)?.value ?? "" : field.defaultValue;

// Parts that were opened stay open.
function opened(old, fresh) {
  for (const toggle of old.querySelectorAll('[data-key][aria-expanded="true"]')) {
    const same = keyed(fresh, toggle.dataset.key);
    if (same?.getAttribute("aria-expanded") === "false") same.click();
  }
}

// What was typed stays, unless the new message brings another value for that field.
function typed(old, fresh) {
  for (const field of old.querySelectorAll(":is(input, select, textarea)[data-key]")) {
    const same = keyed(fresh, field.dataset.key);
    if (same && "value" in same && field.value !== initial(field) && initial(same) === initial(field)) same.value = field.value;
  }
}

function selection(field) {
  return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? [field.selectionStart, field.selectionEnd] : null;
}

// Put `fresh` in the place of `old`.
export function replace(old, fresh) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const [key, range] = [active?.dataset.key, active && selection(active)];
  opened(old, fresh);
  typed(old, fresh);
  old.replaceWith(fresh);
  if (!active) return;
  const same = key === undefined ? null : keyed(fresh, key);
  if (!same) fresh.tabIndex = -1; // what was focused is gone: go on from the message
  (same ?? fresh).focus({ preventScroll: true });
  if (same && range && range[0] !== null) same.setSelectionRange(...range);
}
