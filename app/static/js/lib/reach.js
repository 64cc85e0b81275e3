// How far out a customer lies, in the words of app/services/explanation_story.py.

import { follow, model } from "./customer.js";

// as in app/models/reach.py
const SHARES = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];
const FEW_FARTHER = 990;

/** The share of a segment's training customers who lie nearer to its centroid. */
export function shareNearer({ order, distances }) {
  const reach = model.data.reach[order[0]];
  const distance = distances[order[0]];
  const place = reach.findIndex((far) => far >= distance);
  if (place < 1) return place === 0 ? 0 : 1;
  const [low, start] = [reach[place - 1], SHARES[place - 1]];
  return start + ((distance - low) / (reach[place] - low)) * (SHARES[place] - start);
}

/** Nothing of the exceptional: the details of the answer tell. */
function reachText(placement) {
  const { segment } = placement;
  if (segment === model.data.exceptional) return "";
  const share = shareNearer(placement);
  const tenths = Math.floor(1000 * share);
  const percent = tenths >= FEW_FARTHER ? tenths / 10 : Math.floor(tenths / 10);
  return `Farther from the centre of ${segment.name} than ${share < 1 ? `${percent} %` : "any"} of its customers in training.`;
}

const notice = document.querySelector('[data-answer="outside"]');
follow(({ placement }) => {
  if (placement?.outside.length) notice.append(` ${reachText(placement)}`);
});
