// The one door to the server. The base address stands in <html data-api="…">.

const BASE = document.documentElement.dataset.api;

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(BASE + path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server cannot be reached.", 0);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(body?.detail ?? `The server answered ${response.status}.`, response.status);
  if (body === null) throw new ApiError("The server's answer cannot be read.", response.status);
  return body;
}

function post(path, body, signal) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return send(path, { method: "POST", headers, body: JSON.stringify(body), signal });
}

/** Asks the server where a customer belongs; `customer` maps feature names to numbers. */
export const predict = (customer, signal) => post("/predict", customer, signal);

/** Asks the server why a customer belongs there, and for the smallest change into each other segment. */
export const explain = (customer, signal) => post("/explain", customer, signal);
