// Shows how far a table's job is.

import { followJob } from "../lib/follow-job.js";

const BASE = document.documentElement.dataset.api;

export function start(element) {
  const part = (name) => element.querySelector(`[data-job-part="${name}"]`);

  function say(text) {
    if (part("words").textContent !== text) part("words").textContent = text;
  }

  function show(job) {
    part("progress").value = 100 * job.progress;
    const words = job.words || "waiting for its turn";
    say(`${words[0].toUpperCase()}${words.slice(1)}…`);
  }

  followJob(`${BASE}/jobs/${element.dataset.job}`, show, () => say("The server cannot be reached; trying again…"));
}
