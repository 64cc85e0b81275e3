// Has the server confirm what the page worked out, once the customer rests. One request at a time, the older aborted.

import { predict } from "../lib/api.js";
import { addressOf, assure, follow, model } from "../lib/customer.js";

const REST = 150;
const PATIENCE = 300;

export function start(element) {
  const part = (name) => element.querySelector(`[data-confirmation="${name}"]`);
  let rest = null;
  let request = null;
  let latest = null;

  function tell(state, text) {
    element.dataset.state = state;
    part("text").textContent = text;
    part("retry").hidden = state !== "failed";
    part("reload").hidden = state !== "newer";
  }

  function keepAddress(values) {
    const address = addressOf(values);
    history.replaceState(null, "", address);
    part("reload").href = address;
  }

  function compare(answer, placement) {
    const version = answer.model_version;
    if (version !== model.data.version) {
      tell("newer", `A newer model, ${version}, is active; this page shows ${model.data.version}.`);
    } else if (answer.segment_id !== placement.segment.segment_id) {
      tell("failed", `The server says ${answer.name}. Reload the page.`);
    } else {
      tell("checked", `Checked by ${version}`);
      assure(placement, answer.confidence.value);
    }
  }

  async function check() {
    const { customer, placement } = latest;
    const own = new AbortController();
    request = own;
    const patience = setTimeout(() => tell("checking", "Checking with the server…"), PATIENCE);
    try {
      const answer = await predict(customer, own.signal);
      if (request === own) compare(answer, placement);
    } catch (error) {
      if (request === own && error.name !== "AbortError") tell("failed", `Not checked: ${error.message}`);
    } finally {
      clearTimeout(patience);
    }
  }

  follow(({ values, placement, source }) => {
    clearTimeout(rest);
    request?.abort();
    request = null;
    if (!placement) return tell("idle", "Waiting for values within their bounds");
    latest = { customer: model.toCustomer(values), placement };
    tell("idle", "Worked out in this page");
    rest = setTimeout(() => {
      if (source !== "start") keepAddress(values);
      check();
    }, REST);
  });
  part("retry").addEventListener("click", () => {
    tell("checking", "Checking with the server…");
    check();
  });
}
