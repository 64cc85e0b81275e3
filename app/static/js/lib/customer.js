// The customer on the page: one state that all components share, told about once per frame.

import { complete, wordOf } from "./encoding.js";
import { Model } from "./model.js";

const listeners = new Set();
let scheduled = false;
let state = { values: null, placement: null };
let target = document.querySelector('[name="target"][aria-pressed="true"]')?.value;

export const model = new Model(JSON.parse(document.getElementById("model").textContent));

/** Calls `listener` with {values, placement, source} after each change; both are null while a value is invalid. */
export function follow(listener) {
  listeners.add(listener);
  if (state.placement) listener(state);
}

export function current() {
  return state;
}

/** Sets all values, or null while one of them cannot be read; `source` names who changed them. */
export function change(values, source) {
  state = { values: values && complete(model.features, values), placement: null, source };
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    if (state.values) state.placement = model.place(state.values);
    for (const listener of listeners) listener(state);
  });
}

/** Values by the features' names, as the server takes them. */
export function customerOf(values) {
  const asked = model.features.map((feature, f) => [feature, values[f]]).filter(([feature]) => !feature.derived?.length);
  return Object.fromEntries(asked.map(([feature, value]) => [feature.name, feature.levels ? wordOf(feature, value) : value]));
}

/** The page's address with these values, and with the segment that was chosen, if any. */
export function addressOf(values) {
  return `${location.pathname}?${new URLSearchParams({ ...customerOf(values), ...(target && { target }) })}`;
}

/** Chooses a segment by its id, or none, and keeps it in the address. */
export function aim(id) {
  target = id;
  if (state.values) history.replaceState(null, "", addressOf(state.values));
}
