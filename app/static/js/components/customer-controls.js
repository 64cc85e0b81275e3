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
    const value = readNumber(this.box.value);
    const { label, minimum, maximum } = this.feature;
    if (Number.isNaN(value)) this.tell(`Enter ${label.toLowerCase()} as a number, such as 42 or 42.5.`);
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
    const { decimals, unit } = this.feature;
    if (intoBox) this.box.value = plainNumber(value, decimals + MOST_DECIMALS);
    this.slider.value = value;
    this.slider.setAttribute("aria-valuetext", withUnit(numberText(value, decimals), unit));
    const { min, max } = this.slider;
    const part = (Math.min(Math.max(value, min), max) - min) / (max - min);
    this.slider.style.setProperty("--fill", `calc(13px + ${part} * (100% - 26px))`);
  }
}

export async function start(form) {
  // fields that only mixed data needs are sent with no other page
  const mixed = model.isMixed && (await import("../lib/mixed-fields.js"));
  const fields = model.features.map((feature) => {
    const element = form.querySelector(`[data-field="${feature.name}"]`);
    return mixed ? mixed.fieldOf(element, feature, Field) : new Field(element, feature);
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
