// Follows a training: told by the server as it happens, asked for where that does not come through.

const AGAIN = 2000;
const ENDED = ["completed", "failed", "cancelled"];

export function start(element) {
  const part = (name) => element.querySelector(`[data-progress="${name}"]`);
  const address = element.dataset.job;

  function show(job) {
    if (ENDED.includes(job.status)) return location.reload();
    const percent = Math.floor(100 * job.progress);
    const words = job.cancel_requested ? "stopping" : job.words || "waiting for its turn";
    const sentence = words.charAt(0).toUpperCase() + words.slice(1);
    // a screen reader is told of a new stage, not of each percent
    if (part("words").textContent !== sentence) part("words").textContent = sentence;
    part("bar").value = percent;
    part("percent").textContent = `${percent} %`;
    part("fault").textContent = "";
  }

  async function ask() {
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      const job = await response.json();
      show(job);
      if (ENDED.includes(job.status)) return;
    } catch {
      part("fault").textContent = "The server cannot be reached; trying again.";
    }
    setTimeout(ask, AGAIN);
  }

  const events = new EventSource(`${address}/events`);
  events.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    if (ENDED.includes(job.status)) events.close();
    show(job);
  });
  // a stream that ends is opened again by the browser; one that was refused is not
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) ask();
  });
}
