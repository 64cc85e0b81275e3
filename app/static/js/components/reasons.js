// Why here: each feature's vote between the two nearest segments, in the words of app/services/explanation_story.py.

import { follow, model } from "../lib/customer.js";
import { numberText, signedText, valueText } from "../lib/format.js";

const FAR_APART = 10;
const centres = model.centres();

function sentence(f, value, contribution, [own, runner], isFar) {
  const feature = model.features[f];
  const decimals = Math.abs(centres[own][f] - centres[runner][f]) < FAR_APART ? feature.decimals : 0;
  const [here, there] = [own, runner].map((j) => numberText(centres[j][f], decimals));
  const [ownName, runnerName] = [own, runner].map((j) => model.segments[j].name);
  const other = model.sentence?.(feature, value, contribution, { ownName, runnerName, here, isFar });
  if (other) return other;
  const told = model.told?.(feature, value) ?? valueText(value, feature);
  if (contribution > 0) return `speaks for ${ownName}: ${told} is nearer to its ${here} than to the ${there} of ${runnerName}.`;
  if (contribution < 0) return `speaks for the runner-up, ${runnerName}: ${told} is nearer to its ${there} than to the ${here} of ${ownName}.`;
  return "speaks for neither of the two.";
}

export function start(section) {
  const part = (name) => section.querySelector(`[data-reasons="${name}"]`);
  const rows = [...section.querySelectorAll("[data-reason]")];

  function showRow(row, text, contribution, shown, largest) {
    const rowPart = (name) => row.querySelector(`[data-part="${name}"]`);
    const length = largest ? (100 * Math.abs(contribution)) / largest : 0;
    rowPart("text").textContent = text;
    rowPart("number").textContent = signedText(shown);
    rowPart("bar").setAttribute("x", contribution < 0 ? (-length).toFixed(1) : 0);
    rowPart("bar").setAttribute("width", length.toFixed(1));
  }

  follow(({ values, placement }) => {
    if (!placement) return;
    section.hidden = false;
    const { order, segment } = placement;
    const isFar = segment === model.data.exceptional;
    const [first, second] = isFar ? [segment, model.segments[order[0]]] : order.map((j) => model.segments[j]);
    const contributions = model.reasons(values, placement);
    const largest = Math.max(...contributions.map(Math.abs));
    let sum = 0;
    let told = 0; // in hundredths; rounded as running sums, so that the numbers shown add up to the total shown
    rows.forEach((row, f) => {
      const before = told;
      told = Math.round(100 * (sum += contributions[f]));
      row.dataset.slot = (contributions[f] < 0 ? second : first).slot;
      showRow(row, sentence(f, values[f], contributions[f], order, isFar), contributions[f], told - before, largest);
    });
    part("own").textContent = first.name;
    part("runner-up").textContent = second.name;
    part("meaning").textContent = isFar ? "beyond the reach" : "its lead";
    part("total").textContent = signedText(told);
  });
}
