// Follows a job by server-sent events, and asks again and again where they do not come; at its end the page reloads.

const BASE = document.documentElement.dataset.api;
const AGAIN = 1000;
const ENDED = ["completed", "failed", "cancelled"];

export function start(element) {
  const part = (name) => element.querySelector(`[data-job-part="${name}"]`);
  const address = `${BASE}/jobs/${element.dataset.job}`;

  function show(job) {
    if (ENDED.includes(job.status)) return location.reload();
    part("progress").value = 100 * job.progress;
    const words = job.words || "waiting for its turn";
    const text = `${words[0].toUpperCase()}${words.slice(1)}…`;
    if (part("words").textContent !== text) part("words").textContent = text;
  }

  async function ask() {
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (response.status === 404) return location.reload();
      if (response.ok) {
        const job = await response.json();
        show(job);
        if (ENDED.includes(job.status)) return;
      }
    } catch {
      part("words").textContent = "The server cannot be reached; trying again…";
    }
    setTimeout(ask, AGAIN);
  }

  const events = new EventSource(`${address}/events`);
  events.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    if (ENDED.includes(job.status)) events.close();
    show(job);
  });
  events.addEventListener("error", () => {
    // one that ended is opened again by the browser; one that was refused is not
    if (events.readyState === EventSource.CLOSED) ask();
  });
}
