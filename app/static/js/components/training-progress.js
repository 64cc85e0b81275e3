// Shows how far a training is.

import { followJob } from "../lib/follow-job.js";

export function start(element) {
  const part = (name) => element.querySelector(`[data-progress="${name}"]`);

  function show(job) {
    const percent = Math.floor(100 * job.progress);
    const words = job.cancel_requested ? "stopping" : job.words || "waiting for its turn";
    const sentence = words.charAt(0).toUpperCase() + words.slice(1);
    // a screen reader is told of a new stage, not of each percent
    if (part("words").textContent !== sentence) part("words").textContent = sentence;
    part("bar").value = percent;
    part("percent").textContent = `${percent} %`;
    part("fault").textContent = "";
  }

  followJob(element.dataset.job, show, () => {
    part("fault").textContent = "The server cannot be reached; trying again.";
  });
}
