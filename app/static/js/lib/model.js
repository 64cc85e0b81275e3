// The model's arithmetic, in the order of operations of app/models/ml_model.py: same sums, same ties.

const SETTLED = 0.9;
const BORDERLINE = 0.6;

export function squareLength(point) {
  let total = 0;
  for (const value of point) total += value * value;
  return total;
}

export class Centroids {
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
    this.centroids = new Centroids(data.centroids);
    const refits = data.refits ? unpackRefits(data.refits, data.centroids[0].length) : [];
    this.refits = refits.map((points) => new Centroids(points));
  }

  /** Values in own units, in the order of the features, as standardised ones. */
  standardise(values) {
    return this.features.map((feature, f) => (values[f] - feature.mean) / feature.scale);
  }

  /** Values with those worked out again that follow from others. */
  complete(values) {
    return values;
  }

  /** Places one customer; how sure is null where the page holds no refits, and the server has to say. */
  place(values) {
    const z = this.standardise(values);
    const scores = this.centroids.scores(z);
    const length = squareLength(z);
    const distances = scores.map((score) => Math.sqrt(Math.max(0, length - score)));
    const order = scores.map((_, j) => j).sort((a, b) => scores[b] - scores[a] || a - b);
    const outside = this.features.filter((f, i) => values[i] < f.training_min || values[i] > f.training_max);
    const sure = this.refits.length ? this.sureness(this.agreeing(z, order[0]) / this.refits.length) : null;
    return { order, distances, outside, sure, segment: this.segments[order[0]] };
  }

  /** How many refits place standardised values in the segment `own`. */
  agreeing(z, own) {
    return this.refits.filter((refit) => refit.nearest(z) === own).length;
  }

  /** How sure a placement is whose segment this share of the refits agrees with. */
  sureness(share) {
    const label = share >= SETTLED ? "Settled" : share < BORDERLINE ? "Borderline" : "Leaning";
    return { share, label, agreeing: Math.round(share * this.data.refit_count) };
  }

  /** What each feature adds to the squared distance by which the runner-up is farther than the own segment. */
  reasons(values, { order }) {
    const [here, there] = [order[0], order[1]].map((j) => this.data.centroids[j]);
    return this.standardise(values).map((z, f) => (z - there[f]) ** 2 - (z - here[f]) ** 2);
  }

  /** Centroids in own units. */
  centres() {
    return this.data.centroids.map((point) => point.map((c, f) => this.features[f].mean + this.features[f].scale * c));
  }

  /** Values by the features' names, as the server takes them. */
  toCustomer(values) {
    return Object.fromEntries(this.features.map(({ name }, f) => [name, values[f]]));
  }

  /** The values of a customer that the server tells. */
  fromAnswer(customer) {
    return this.features.map(({ name }) => customer[name]);
  }
}
