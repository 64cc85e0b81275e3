// Follows a job: told by the server as it happens, asked for where that does not come through.

const AGAIN = 1000;
const ENDED = ["completed", "failed", "cancelled"];

/**
 * Calls `show(job)` at each change, and `miss()` where nobody answers.
 * The page that tells of it is another one once the job has ended or is gone: it is loaded anew.
 */
export function followJob(address, show, miss) {
  function goesOn(job) {
    if (!ENDED.includes(job.status)) return true;
    events.close();
    location.reload();
    return false;
  }

  async function ask() {
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (response.status === 404) return location.reload();
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      const job = await response.json();
      if (!goesOn(job)) return;
      show(job);
    } catch {
      miss();
    }
    setTimeout(ask, AGAIN);
  }

  const events = new EventSource(`${address}/events`);
  events.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    if (goesOn(job)) show(job);
  });
  // a stream that ends is opened again by the browser; one that was refused is not
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) ask();
  });
}
