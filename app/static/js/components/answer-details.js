// Strategy, how sure, and the distance to each segment.

import { follow, followSureness, model } from "../lib/customer.js";

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
    const { order, distances } = placement;
    const [own, second] = order.map((j) => model.segments[j]);
    const { segment } = placement;
    if (shown !== segment) showStrategy(segment.strategy);
    shown = segment;
    const beyond = segment === own ? "" : `Farther than ${segment.threshold.toFixed(2)} from every segment. `;
    part("runner-up").textContent =
      `${beyond}${own.name} lies ${distances[order[0]].toFixed(2)} standard deviations away; ` +
      `next in line is ${second.name} with ${distances[order[1]].toFixed(2)}.`;
    const farthest = Math.max(...distances);
    rows.forEach((row, j) => showRow(row, distances[j], farthest, model.segments[j] === segment));
  });
  followSureness((sure) => part("gauge").setAttribute("width", (100 * (sure?.share ?? 0)).toFixed(2)));
}
