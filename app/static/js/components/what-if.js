// What would place this customer in another segment: asked of the server, told in words, drawn on the map, tried out.

import { explain } from "../lib/api.js";
import { aim, change, current, follow, model } from "../lib/customer.js";
import { exactText, valueText } from "../lib/format.js";
import { drawWay } from "./segment-map.js";

const REST = 150;
const PATIENCE = 300;
const MOST_SINGLES = 4;

function wayText(values, to, name) {
  if (!to) return `No customer within the bounds would be classified as ${name}.`;
  const steps = model.features
    .map((feature, f) => [feature, values[f], to[feature.name]])
    .filter(([feature, from, there]) => from !== there && !feature.levels && !feature.derived?.length)
    .map(([feature, from, there]) => `${feature.label} from ${exactText(from, feature)} to ${valueText(there, feature)}`)
    .map((step, n) => (n ? step[0].toLowerCase() + step.slice(1) : step));
  const last = steps.pop();
  const joined = [steps.join(", "), last].filter(Boolean).join(" and ");
  return `${joined} — then this customer would be classified as ${name}.`;
}

function singleTexts({ to, single }) {
  if (!to || model.features.length < 2) return [];
  const asked = model.features.filter((feature) => !feature.derived?.length);
  const lines = asked.map((feature) => {
    const value = single[feature.name];
    const told = typeof value === "string" ? value : value !== null && valueText(value, feature);
    return `${feature.label} alone: ${told || "no value does it"}`;
  });
  if (lines.length <= MOST_SINGLES) return lines;
  const able = lines.filter((_, f) => single[asked[f].name] !== null);
  if (able.length === lines.length) return able;
  return [...able, `No ${able.length ? "other " : ""}feature alone does it`];
}

export function start(section) {
  const part = (name) => section.querySelector(`[data-what-if="${name}"]`);
  const choices = [...section.querySelectorAll('[name="target"]')];
  let target = choices.findIndex((choice) => choice.getAttribute("aria-pressed") === "true");
  let [way, before, request, rest, aloud] = [null, null, null, null, false];

  function tell(text, { singles = [], to = null, failed = false } = {}) {
    way = to && model.fromAnswer(to);
    part("result").removeAttribute("aria-busy");
    part("text").textContent = text;
    part("singles").replaceChildren(
      ...singles.map((line) => Object.assign(document.createElement("li"), { textContent: line })),
    );
    part("try").hidden = !way;
    part("try").disabled = false;
    part("undo").hidden = !before;
    part("retry").hidden = !failed;
    drawWay(way && current().values, way);
    // heard only when asked for, in the page's one polite line
    if (aloud && text) document.querySelector('[role="status"]').textContent = text;
  }

  function show({ model_version: version, paths }) {
    if (version !== model.data.version) throw new Error(`A newer model, ${version}, is active. Reload the page.`);
    const { segment_id: id, name } = model.segments[target];
    const path = paths.find((one) => one.segment_id === id);
    if (!path) throw new Error("The server places this customer elsewhere. Reload the page.");
    tell(wayText(current().values, path.to, name), { singles: singleTexts(path), to: path.to });
    aloud = false;
  }

  async function ask() {
    const own = new AbortController();
    request = own;
    const patience = setTimeout(() => {
      part("text").textContent = "Looking for the smallest change…";
      part("singles").replaceChildren();
    }, PATIENCE);
    try {
      const answer = await explain(model.toCustomer(current().values), own.signal);
      if (request === own) show(answer);
    } catch (error) {
      if (request === own && error.name !== "AbortError") tell(`Not found out: ${error.message}`, { failed: true });
    } finally {
      clearTimeout(patience);
    }
  }

  function refresh(delay) {
    clearTimeout(rest);
    request?.abort();
    request = null;
    const { placement } = current();
    choices.forEach((choice, j) => {
      choice.setAttribute("aria-pressed", j === target);
      choice.hidden = j !== target && model.segments[j] === placement?.segment;
    });
    if (target < 0) return tell("");
    if (!placement) return tell("Waiting for values within their bounds");
    if (model.segments[target] === placement.segment) return tell(`This customer is classified as ${model.segments[target].name}.`);
    part("result").setAttribute("aria-busy", "true");
    part("try").disabled = true;
    rest = setTimeout(ask, delay);
  }

  choices.forEach((choice, j) =>
    choice.addEventListener("click", (event) => {
      event.preventDefault();
      [target, before, aloud] = [target === j ? -1 : j, null, true];
      aim(target < 0 ? null : choice.value);
      refresh(0);
    }),
  );
  part("try").addEventListener("click", () => {
    before = current().values;
    change(way, "what-if");
  });
  part("undo").addEventListener("click", () => {
    choices[target].focus();
    [way, before] = [before, null];
    change(way, "what-if");
  });
  part("retry").addEventListener("click", () => refresh(0));
  part("link")?.remove();
  follow(({ source }) => {
    if (source !== "what-if") before = null;
    if (source !== "start") drawWay(null);
    aloud = false;
    refresh(source === "what-if" ? 0 : REST);
    if (before) part("undo").focus({ preventScroll: true });
  });
}
