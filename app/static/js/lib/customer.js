// The customer on the page: one state that all components share, told about once per frame.

import { Model } from "./model.js";

const listeners = new Set();
const sureListeners = new Set();
let scheduled = false;
let state = { values: null, placement: null };
let target = document.querySelector('[name="target"][aria-pressed="true"]')?.value;

const data = JSON.parse(document.getElementById("model").textContent);
// what only mixed data needs is sent with no other page
const Kind = data.centres ? (await import("./mixed-model.js")).MixedModel : Model;
export const model = new Kind(data);

/** Calls `listener` with {values, placement, source} after each change; both are null while a value is invalid. */
export function follow(listener) {
  listeners.add(listener);
  if (state.placement) listener(state);
}

/** Calls `listener` with how sure the placement is, or null until the server has said. */
export function followSureness(listener) {
  sureListeners.add(listener);
  tellSureness([listener]);
}

function tellSureness(to) {
  const sure = state.placement?.sure;
  // at the start the page shows what the server wrote into it
  if (sure || (state.placement && state.source !== "start")) for (const listener of to) listener(sure);
}

/** Takes the server's word on how sure a placement is, if it is still the one shown. */
export function assure(placement, share) {
  if (placement !== state.placement || placement.sure) return;
  placement.sure = model.sureness(share);
  tellSureness(sureListeners);
}

export function current() {
  return state;
}

/** Sets all values, or null while one of them cannot be read; `source` names who changed them. */
export function change(values, source) {
  state = { values: values && model.complete(values), placement: null, source };
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    if (state.values) state.placement = model.place(state.values);
    for (const listener of listeners) listener(state);
    tellSureness(sureListeners);
  });
}

/** The page's address with these values, and with the segment that was chosen, if any. */
export function addressOf(values) {
  const query = new URLSearchParams(Object.entries(model.toCustomer(values)).map(([name, value]) => [name, value ?? ""]));
  if (target) query.set("target", target);
  return `${location.pathname}?${query}`;
}

/** Chooses a segment by its id, or none, and keeps it in the address. */
export function aim(id) {
  target = id;
  if (state.values) history.replaceState(null, "", addressOf(state.values));
}
