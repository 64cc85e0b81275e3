// Strategy, how sure, and the distance to each segment.

import { follow, model } from "../lib/customer.js";

export function start(element) {
  const part = (name) => element.querySelector(`[data-details="${name}"]`);
  const rows = model.segments.map((segment) => element.querySelector(`[data-distance="${segment.segment_id}"]`));
  let shown = null;

  function showStrategy(lines) {
    part("strategy").replaceChildren(
      ...lines.map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }),
    );
  }

  function showRow(row, distance, farthest, isCurrent) {
    row.classList.toggle("answer-details__row--current", isCurrent);
    row.querySelector('[data-part="number"]').textContent = distance.toFixed(2);
    row.querySelector('[data-part="bar"]').setAttribute("width", farthest ? ((100 * distance) / farthest).toFixed(2) : 0);
  }

  follow(({ placement }) => {
    if (!placement) return;
    element.hidden = false;
    const { order, distances, share } = placement;
    const [own, second] = order.map((j) => model.segments[j]);
    if (shown !== placement.segment) showStrategy(placement.segment.strategy);
    shown = placement.segment;
    part("gauge").setAttribute("width", (100 * share).toFixed(2));
    part("runner-up").textContent =
      `${own.name} lies ${distances[order[0]].toFixed(2)} standard deviations away; ` +
      `next in line is ${second.name} with ${distances[order[1]].toFixed(2)}.`;
    const farthest = Math.max(...distances);
    rows.forEach((row, j) => showRow(row, distances[j], farthest, j === order[0]));
  });
}
