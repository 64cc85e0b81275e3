// From a value to coordinates, as app/models/encoding/encoder.py and app/models/encoding/transforms.py do it.

function stretch(length, power) {
  return power === 0 ? length : Math.expm1(power * length) / power;
}

function forward(x, transform, power) {
  if (transform === "none") return x;
  if (transform === "log1p") return Math.log1p(x);
  return x >= 0 ? stretch(Math.log1p(x), power) : -stretch(Math.log1p(-x), 2 - power);
}

/** A feature's coordinates: one of a number, one a level of a category, whose value is a place in its levels. */
export function coordinates(feature, value) {
  if (feature.points) return feature.points[value];
  if (!feature.transform) return [(value - feature.mean) / feature.scale];
  const { transform, power, centre, spread, weight } = feature;
  return [((forward(value, transform, power) - centre) / spread) * weight];
}

/** Values with those worked out again that are products of others. */
export function complete(features, values) {
  const of = (name) => values[features.findIndex((feature) => feature.name === name)];
  return features.map(({ derived }, f) => (derived?.length ? derived.reduce((product, name) => product * of(name), 1) : values[f]));
}

/** The word of a category's value; any beyond its levels counts as other. */
export function wordOf(feature, value) {
  return feature.levels[value] ?? "other";
}

/** The value of a category's word. */
export function placeOf(feature, word) {
  const place = feature.levels.indexOf(word);
  return place < 0 ? feature.levels.length : place;
}
