// Sliders and number boxes: each pair is one value; a fault is told beside its field.

import { change, follow, model } from "../lib/customer.js";
import { MOST_DECIMALS, numberText, plainNumber, readNumber, withUnit } from "../lib/format.js";

class Field {
  constructor(element, feature) {
    this.element = element;
    this.feature = feature;
    this.box = element.querySelector('[data-part="box"]');
    this.slider = element.querySelector('[data-part="slider"]');
    this.error = element.querySelector('[data-part="error"]');
  }

  read() {
    const isBlank = this.box.value.trim() === "" && "optional" in this.element.dataset;
    const value = readNumber(this.box.value);
    const { label, minimum, maximum } = this.feature;
    if (Number.isNaN(value) && !isBlank) this.tell(`Enter ${label.toLowerCase()} as a number, such as 42 or 42.5.`);
    else if (value < minimum || value > maximum) this.tell(`${label} must be between ${minimum} and ${maximum}.`);
    else {
      this.tell("");
      return value;
    }
    return null;
  }

  tell(fault) {
    this.error.textContent = fault;
    this.element.classList.toggle("customer-controls__field--faulty", fault !== "");
    if (fault) this.box.setAttribute("aria-invalid", "true");
    else this.box.removeAttribute("aria-invalid");
  }

  show(value, intoBox) {
    const { decimals, unit, median } = this.feature;
    const isKnown = !Number.isNaN(value);
    if (intoBox) this.box.value = isKnown ? plainNumber(value, decimals + MOST_DECIMALS) : "";
    this.slider.value = isKnown ? value : median;
    this.slider.setAttribute("aria-valuetext", isKnown ? withUnit(numberText(value, decimals), unit) : "no value");
    const { min, max } = this.slider;
    const part = (Math.min(Math.max(isKnown ? value : median, min), max) - min) / (max - min);
    this.slider.style.setProperty("--fill", `calc(13px + ${part} * (100% - 26px))`);
  }
}

/** What is worked out from other values: never typed, and set when these are known. */
const WORKED_OUT = { read: () => 0, tell() {}, show() {} };

export async function start(form) {
  // a list of choices is sent only with a page that has one
  const choices = model.features.some((feature) => feature.levels) && (await import("../lib/choice-field.js"));
  const fields = model.features.map((feature) => {
    if (feature.derived?.length) return WORKED_OUT;
    const element = form.querySelector(`[data-field="${feature.name}"]`);
    return feature.levels ? new choices.ChoiceField(element, feature) : new Field(element, feature);
  });

  const summary = document.querySelector(".error-summary");

  function readAll(source) {
    const values = fields.map((field) => field.read());
    change(values.includes(null) ? null : values, source);
    if (summary && !values.includes(null)) summary.hidden = true;
  }

  for (const field of fields) {
    field.slider?.addEventListener("input", () => {
      field.show(Number(field.slider.value), true);
      readAll("slider");
    });
    field.box?.addEventListener("input", () => readAll("box"));
  }
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name) return; // a choice whose own script failed
    event.preventDefault();
    readAll("box");
  });
  follow(({ values, source }) => {
    const isPicked = source === "map" || source === "what-if";
    values?.forEach((value, f) => fields[f].show(value, isPicked));
    if (isPicked) for (const field of fields) field.tell("");
  });
  form.querySelector('[data-part="submit"]').hidden = true;
  readAll("start");
}
