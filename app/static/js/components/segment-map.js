// The ring on the map: follows the customer, and is dragged by mouse or finger, except on a projection.

import { change, current, follow, model } from "../lib/customer.js";

const { x: across, y: upward } = model.data.drawing;

function toDrawing(direction, value) {
  const inside = Math.min(Math.max(value, direction.low), direction.high);
  return direction.from + ((inside - direction.low) / (direction.high - direction.low)) * (direction.to - direction.from);
}

function toValue(direction, place, feature) {
  const value = direction.low + ((place - direction.from) / (direction.to - direction.from)) * (direction.high - direction.low);
  const low = Math.max(direction.low, feature.minimum);
  const high = Math.min(direction.high, feature.maximum);
  return Number(Math.min(Math.max(value, low), high).toFixed(feature.decimals));
}

function spot(values) {
  const z = model.standardise(values);
  const at = (direction) => {
    if (direction.weights) return toDrawing(direction, direction.weights.reduce((sum, weight, f) => sum + weight * z[f], 0));
    const f = model.features.findIndex((feature) => feature.name === direction.feature);
    if (f < 0) return (direction.from + direction.to) / 2;
    return toDrawing(direction, Number.isNaN(values[f]) ? model.features[f].median : values[f]);
  };
  return { x: at(across), y: at(upward) };
}

/** Draws the way from one customer to another as an arrow; or none. */
export function drawWay(from, to) {
  const [start, stop] = [from, to].map((values) => values && spot(values));
  const path = from ? `M${start.x.toFixed(1)} ${start.y.toFixed(1)}L${stop.x.toFixed(1)} ${stop.y.toFixed(1)}` : "";
  document.querySelector('[data-map="way"]').setAttribute("d", path);
}

export function start(figure) {
  const svg = figure.querySelector("svg");
  const part = (name) => svg.querySelector(`[data-map="${name}"]`);
  const ring = part("customer");
  const territories = [...svg.querySelectorAll("[data-territory]")];
  const centres = [...svg.querySelectorAll("[data-centroid]")];

  function moveTo(event) {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const known = current().values ?? model.features.map((feature) => feature.mean);
    const values = model.features.map((feature, f) => {
      if (feature.name === across.feature) return toValue(across, place.x, feature);
      if (feature.name === upward.feature) return toValue(upward, place.y, feature);
      return known[f];
    });
    change(values, "map");
  }

  function link(name, from, segment) {
    const { x, y } = centres[segment];
    part(name).setAttribute("d", `M${from.x} ${from.y}L${x.baseVal.value} ${y.baseVal.value}`);
  }

  function letDrag() {
    svg.addEventListener("pointerdown", (event) => {
      const isTouch = event.pointerType !== "mouse";
      if (event.button !== 0 || (isTouch && !ring.contains(event.target))) return; // a finger may scroll past the map
      svg.setPointerCapture(event.pointerId);
      if (!isTouch) moveTo(event);
    });
    // touch-action does not reach shapes inside an svg: this keeps a finger on the ring from scrolling the page
    ring.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    svg.addEventListener("pointermove", (event) => {
      if (svg.hasPointerCapture(event.pointerId)) moveTo(event);
    });
    svg.addEventListener("click", (event) => {
      if (event.pointerType && event.pointerType !== "mouse") moveTo(event);
    });
  }

  if (!across.weights) letDrag();
  follow(({ values, placement }) => {
    ring.setAttribute("visibility", values ? "visible" : "hidden");
    for (const name of ["own", "runner-up"]) part(name).setAttribute("visibility", values ? "visible" : "hidden");
    if (!values) return;
    const at = spot(values);
    const [own, second] = placement.order;
    ring.classList.toggle("segment-map__customer--beyond", placement.outside.length > 0);
    ring.setAttribute("transform", `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`);
    territories.forEach((path, j) => path.classList.toggle("segment-map__territory--current", model.segments[j] === placement.segment));
    link("own", at, own);
    link("runner-up", at, second);
  });
}
