// The model's arithmetic, in the order of operations of app/models/ml_model.py: same sums, same ties.

import { coordinates } from "./encoding.js";

const SETTLED = 0.9;
const BORDERLINE = 0.6;

function squareLength(point) {
  let total = 0;
  for (const value of point) total += value * value;
  return total;
}

class Centroids {
  constructor(points) {
    this.folded = points.map((point) => [point.map((c) => 2 * c), squareLength(point)]);
  }

  scores(z) {
    return this.folded.map(([doubled, norm]) => {
      let score = 0;
      for (let f = 0; f < z.length; f += 1) score += doubled[f] * z[f];
      return score - norm;
    });
  }

  nearest(z) {
    const scores = this.scores(z);
    let best = 0;
    for (let j = 1; j < scores.length; j += 1) if (scores[j] > scores[best]) best = j;
    return best;
  }
}

/** Reads refits as app/services/page_model.py packs them: each a list of points of `size` coordinates. */
function unpackRefits({ unit, bases, steps }, size) {
  return steps[0].map((_, refit) => {
    const flat = bases.map((base, c) => (base + steps[c][refit]) / unit);
    return Array.from({ length: flat.length / size }, (__, j) => flat.slice(j * size, (j + 1) * size));
  });
}

export class Model {
  constructor(data) {
    this.data = data;
    this.features = data.features;
    this.segments = data.segments;
    this.threshold = data.exceptional?.threshold ?? Infinity;
    this.centroids = new Centroids(data.centroids);
    this.refits = unpackRefits(data.refits, data.centroids[0].length).map((points) => new Centroids(points));
  }

  /** Places one customer: values in own units, in the order of the features. */
  place(values) {
    const z = this.features.flatMap((feature, f) => coordinates(feature, values[f]));
    const scores = this.centroids.scores(z);
    const length = squareLength(z);
    const distances = scores.map((score) => Math.sqrt(Math.max(0, length - score)));
    const order = scores.map((_, j) => j).sort((a, b) => scores[b] - scores[a] || a - b);
    const own = distances[order[0]] <= this.threshold ? order[0] : null;
    const agreeing = this.refits.filter((refit) => this.label(refit, z, length) === own).length;
    const outside = this.features.filter((f, i) => values[i] < f.training_min || values[i] > f.training_max);
    const segment = own === null ? this.data.exceptional : this.segments[own];
    return { order, segment, distances, agreeing, refits: this.refits.length, outside, ...confidence(agreeing / this.refits.length) };
  }

  /** Which segment some centroids say; null for an exceptional customer. */
  label(centroids, z, length) {
    const nearest = centroids.nearest(z);
    if (this.threshold === Infinity) return nearest;
    return Math.sqrt(Math.max(0, length - centroids.scores(z)[nearest])) <= this.threshold ? nearest : null;
  }

  /** What each feature adds to the squared distance by which the runner-up is farther than the own segment;
   *  of an exceptional customer: its part of what the nearest segment is too far. */
  reasons(values, { order, distances, segment }) {
    const [here, there] = [order[0], order[1]].map((j) => this.data.centroids[j]);
    const share = 1 - (this.threshold / distances[order[0]]) ** 2;
    const isFar = segment === this.data.exceptional;
    let c = 0;
    return this.features.map((feature, f) => {
      let sum = 0;
      for (const z of coordinates(feature, values[f])) {
        sum += isFar ? (z - here[c]) ** 2 * share : (z - there[c]) ** 2 - (z - here[c]) ** 2;
        c += 1;
      }
      return sum;
    });
  }

  /** Centroids in own units. */
  centres() {
    if (this.data.centres) return this.data.centres;
    return this.data.centroids.map((point) => point.map((c, f) => this.features[f].mean + this.features[f].scale * c));
  }
}

function confidence(share) {
  if (share >= SETTLED) return { share, label: "Settled" };
  return { share, label: share < BORDERLINE ? "Borderline" : "Leaning" };
}
