// One category among the controls: a list of its levels, the blank one for a value that is not known.

import { model } from "./customer.js";

export class ChoiceField {
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
