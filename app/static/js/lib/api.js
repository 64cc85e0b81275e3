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

/** Asks the server where a customer belongs; `customer` maps feature names to numbers. */
export function predict(customer, signal) {
  return send("/predict", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(customer),
    signal,
  });
}
