// A button that is pressed twice sends its form once.

const AGAIN = 10_000;

export function start(form) {
  const buttons = [...form.querySelectorAll("button:enabled")];
  let isSent = false;

  function show(value) {
    isSent = value;
    for (const button of buttons) button.disabled = value;
  }

  form.addEventListener("submit", (event) => {
    if (isSent) return event.preventDefault();
    isSent = true;
    // once the form is on its way: what a disabled button says is not sent
    setTimeout(() => show(true));
    // somebody may have stopped it, and wants to send it after all
    setTimeout(() => show(false), AGAIN);
  });
  // a page that comes back from the browser's memory may be sent again
  addEventListener("pageshow", (event) => {
    if (event.persisted) show(false);
  });
}
