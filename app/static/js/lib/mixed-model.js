// A model of mixed data: transforms, categories, gaps, and customers too far from every segment, as
// app/models/encoding/encoder.py and MixedModel in app/models/ml_model.py have them. A missing value is NaN, a
// category's is a place in its levels, and any other word's is the place behind the last.

import { valueText } from "./format.js";
import { Centroids, Model, squareLength } from "./model.js";

function stretch(length, power) {
  return power === 0 ? length : Math.expm1(power * length) / power;
}

function forward(x, transform, power) {
  if (transform === "none") return x;
  if (transform === "log1p") return Math.log1p(x);
  return x >= 0 ? stretch(Math.log1p(x), power) : -stretch(Math.log1p(-x), 2 - power);
}

/** A feature's coordinates: one of a number, one a level of a category. */
function coordinates(feature, value) {
  if (feature.points) return Number.isNaN(value) ? feature.points.at(-1) : feature.points[value];
  const { transform, power, centre, spread, weight, median } = feature;
  const known = Number.isNaN(value) ? median : value;
  return [((forward(known, transform, power) - centre) / spread) * weight];
}

export class MixedModel extends Model {
  isMixed = true;

  constructor(data) {
    super(data);
    this.threshold = data.exceptional?.threshold ?? Infinity;
  }

  standardise(values) {
    return this.features.flatMap((feature, f) => coordinates(feature, values[f]));
  }

  complete(values) {
    const of = (name) => values[this.features.findIndex((feature) => feature.name === name)];
    return this.features.map(({ derived }, f) => (derived?.length ? derived.reduce((product, name) => product * of(name), 1) : values[f]));
  }

  place(values) {
    const found = super.place(values);
    if (found.distances[found.order[0]] > this.threshold) found.segment = this.data.exceptional;
    return found;
  }

  agreeing(z) {
    const length = squareLength(z);
    const label = (centroids) => {
      const nearest = centroids.nearest(z);
      const square = length - centroids.scores(z)[nearest];
      return square <= 0 || Math.sqrt(square) <= this.threshold ? nearest : null;
    };
    const own = label(new Centroids(this.data.centroids));
    return this.refits.filter((refit) => label(refit) === own).length;
  }

  /** Of an exceptional customer: each feature's part of what the nearest segment is too far. */
  reasons(values, placement) {
    const { order, distances, segment } = placement;
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

  centres() {
    return this.data.centres;
  }

  /** A reason in words, where those for a plain number would not do. */
  sentence(feature, value, contribution, { ownName, runnerName, here, isFar }) {
    const told = this.told(feature, value) ?? valueText(value, feature);
    if (isFar) return `adds its part of the distance: ${told} against ${feature.levels ? "the usual mix" : `the ${here}`} of ${ownName}.`;
    if (!feature.levels || !contribution) return null;
    const [whom, other] = contribution > 0 ? [ownName, runnerName] : [`the runner-up, ${runnerName}`, ownName];
    return `speaks for ${whom}: ${told} is nearer to its mix than to that of ${other}.`;
  }

  /** What a missing number counts as; null for all others. */
  told(feature, value) {
    return Number.isNaN(value) && !feature.levels ? `no value, taken as ${valueText(feature.median, feature)},` : null;
  }

  toCustomer(values) {
    const asked = this.features.map((feature, f) => [feature, values[f]]).filter(([feature]) => !feature.derived?.length);
    return Object.fromEntries(asked.map(([{ name, levels }, x]) => [name, Number.isNaN(x) ? null : levels ? (levels[x] ?? "other") : x]));
  }

  fromAnswer(customer) {
    return this.features.map(({ name, levels }) => (customer[name] === null ? NaN : levels ? this.placeOf(levels, customer[name]) : customer[name]));
  }

  /** The value of a category's word. */
  placeOf(levels, word) {
    if (word === "") return NaN;
    const place = levels.indexOf(word);
    return place < 0 ? levels.length : place;
  }
}
