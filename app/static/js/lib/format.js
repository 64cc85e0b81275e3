// Numbers and units in words, as app/services/wording.py writes them.

export const MOST_DECIMALS = 6;

export function numberText(value, decimals = 1) {
  const text = value.toLocaleString("en-US", { maximumFractionDigits: decimals });
  return (text === "-0" ? "0" : text).replace("-", "−");
}

/** A number as an input holds it: no thousands separator, a plain hyphen for minus. */
export function plainNumber(value, decimals) {
  return String(Number(value.toFixed(decimals)));
}

/** A value with all the decimals that the model's answers may have, or a category's word. */
export function exactText(value, feature) {
  if (Number.isNaN(value)) return "no value";
  if (feature.levels) return feature.levels[value] ?? "other";
  return numberText(value, feature.decimals + MOST_DECIMALS);
}

export function valueText(value, feature) {
  return withUnit(exactText(value, feature), Number.isNaN(value) ? "" : feature.unit);
}

/** Hundredths with their sign, both decimals shown. */
export function signedText(hundredths) {
  const sign = hundredths > 0 ? "+" : hundredths < 0 ? "−" : "";
  return sign + (Math.abs(hundredths) / 100).toFixed(2);
}

export function withUnit(text, unit) {
  return unit === "" || /^\d/.test(unit) ? text : `${text} ${unit}`;
}

export function rangeText(low, high, unit, decimals = 1) {
  return withUnit(`${numberText(low, decimals)} to ${numberText(high, decimals)}`, unit);
}

/** Reads a number as a person types it; a comma before three digits may mean thousands and is refused. */
export function readNumber(text) {
  const trimmed = text.trim();
  const point = /^[^,]*,\d+$/.test(trimmed) && !/,\d{3}$/.test(trimmed) ? trimmed.replace(",", ".") : trimmed;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(point) ? Number(point) : NaN;
}
