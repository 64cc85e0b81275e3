// Fields that only mixed data needs: lists of words, numbers that may be left blank, and values never typed.

import { model } from "./customer.js";

/** A category: a list of its levels, the blank one for a value that is not known. */
class ChoiceField {
  constructor(element, feature) {
    this.feature = feature;
    this.box = element.querySelector('[data-part="box"]');
  }

  read() {
    return model.placeOf(this.feature.levels, this.box.value);
  }

  tell() {}

  show(value, intoBox) {
    // any word beyond the levels is "other", and stays as it was chosen
    if (intoBox && !Object.is(this.read(), value)) this.box.value = this.feature.levels[value] ?? "";
  }
}

/** What is worked out from other values: set when these are known. */
const WORKED_OUT = { read: () => 0, tell() {}, show() {} };

/** Makes a feature's field; `Field` is that of a number that must be known. */
export function fieldOf(element, feature, Field) {
  class OptionalField extends Field {
    read() {
      if (this.box.value.trim() !== "") return super.read();
      this.tell("");
      return NaN;
    }

    show(value, intoBox) {
      if (!Number.isNaN(value)) return super.show(value, intoBox);
      super.show(feature.median, false);
      if (intoBox) this.box.value = "";
      this.slider.setAttribute("aria-valuetext", "no value");
    }
  }

  if (!element) return WORKED_OUT;
  if (feature.levels) return new ChoiceField(element, feature);
  return "optional" in element.dataset ? new OptionalField(element, feature) : new Field(element, feature);
}
