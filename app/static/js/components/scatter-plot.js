// Draws anew when another column is chosen: the server's drawing is fetched and put in the place of the old one.

export function start(element) {
  const part = (name) => element.querySelector(`[data-scatter="${name}"]`);
  const form = part("form");
  let request = null;

  async function draw() {
    request?.abort();
    const own = new AbortController();
    request = own;
    const address = new URL(form.action);
    address.search = new URLSearchParams(new FormData(form));
    try {
      const response = await fetch(address, { signal: own.signal, headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const drawn = page.querySelector('[data-scatter="figure"]');
      part("figure").querySelector("svg").replaceWith(drawn.querySelector("svg"));
      const note = '[role="status"]';
      part("figure").querySelector(note).textContent = drawn.querySelector(note).textContent;
      // whoever looks for other rows keeps this drawing
      for (const id of ["rows-kept", "rows-text", "rows-pages"]) {
        document.getElementById(id).replaceWith(page.getElementById(id));
      }
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  }

  form.addEventListener("change", draw);
  part("submit").hidden = true;
}
