// The answer in words: segment, how sure, and what to beware of. Colours the page in the segment's tone.

import { follow, followSureness, model } from "../lib/customer.js";
import { rangeText } from "../lib/format.js";

function outsideText(features) {
  return features
    .map((f) => `${f.label} is beyond what the model has seen (${rangeText(f.training_min, f.training_max, f.unit, f.decimals)}).`)
    .join(" ");
}

export function start(section) {
  const home = document.getElementById("home");
  const part = (name) => section.querySelector(`[data-answer="${name}"]`);
  let shown = Number(part("marker").getAttribute("href").replace("#marker-", ""));
  if (part("body").hidden) shown = null;

  function showSegment(segment) {
    shown = segment.segment_id;
    home.dataset.slot = segment.slot;
    const name = part("name").cloneNode();
    name.textContent = segment.name;
    part("name").replaceWith(name); // a new element plays its entrance
    part("marker").setAttribute("href", `#marker-${segment.segment_id}`);
    part("description").textContent = segment.description;
    part("spoken").textContent = segment.name;
  }

  follow(({ placement }) => {
    section.classList.toggle("answer--stale", placement === null);
    if (!placement) return;
    const { segment } = placement;
    if (segment.segment_id !== shown) showSegment(segment);
    part("body").hidden = false;
    part("empty").hidden = true;
    part("outside").textContent = outsideText(placement.outside);
    part("outside").hidden = placement.outside.length === 0;
    // few are outside: what tells how far out is fetched only then, and follows by itself
    if (placement.outside.length) import("../lib/reach.js");
  });
  followSureness((sure) => {
    part("label").textContent = sure?.label ?? "How sure";
    part("share").textContent = sure
      ? `: ${sure.agreeing} of ${model.data.refit_count} retrained models agree.`
      : "? The server is being asked.";
  });
}
