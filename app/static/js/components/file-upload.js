// Sends a chosen or dropped file at once and tells how far it is; without this, the form around it does the same.

import { numberText } from "../lib/format.js";

const megabytes = (bytes) => `${numberText(bytes / 1_048_576)} MB`;

export function start(form) {
  const part = (name) => form.querySelector(`[data-upload="${name}"]`);
  const input = form.elements.file;
  const most = Number(form.dataset.mostBytes);
  let request = null;

  function show(isWorking, fault = "") {
    part("zone").hidden = isWorking;
    part("work").hidden = !isWorking;
    part("fault").textContent = fault;
    if (!isWorking) {
      form.reset();
      input.focus();
    }
  }

  function tell(words, share = null) {
    if (part("words").textContent !== words) part("words").textContent = words;
    if (share === null) part("progress").removeAttribute("value");
    else part("progress").value = 100 * share;
  }

  function faultOf() {
    if (request.status === 0) return "The file did not arrive: the connection was lost. Send it again.";
    try {
      const problem = JSON.parse(request.responseText);
      return `${problem.title}: ${problem.detail}`;
    } catch {
      return `The server answered ${request.status}. Try again; if it stays so, ask whoever runs it.`;
    }
  }

  function send(file) {
    if (file.size > most) return show(false, `${file.name} has ${megabytes(file.size)}, and ${megabytes(most)} is the most.`);
    if (file.size === 0) return show(false, `${file.name} is empty.`);
    const body = new FormData();
    body.append("file", file);
    request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      // spoken in tenths, drawn as it comes
      tell(`Sending ${file.name}: ${10 * Math.floor((10 * loaded) / total)} %`, loaded / total);
    });
    request.upload.addEventListener("load", () => tell(`Looking at ${file.name}…`));
    request.addEventListener("load", () => {
      if (request.status < 400) location.assign(request.responseURL);
      else show(false, faultOf());
    });
    request.addEventListener("error", () => show(false, faultOf()));
    request.addEventListener("abort", () => show(false));
    show(true);
    tell(`Sending ${file.name}`, 0);
    part("cancel").focus();
    request.send(body);
  }

  input.addEventListener("change", () => {
    if (input.files.length) send(input.files[0]);
  });
  part("cancel").addEventListener("click", () => request.abort());
  for (const name of ["dragenter", "dragover"]) {
    part("zone").addEventListener(name, (event) => {
      event.preventDefault();
      part("zone").classList.add("file-upload__zone--over");
    });
  }
  part("zone").addEventListener("dragleave", () => part("zone").classList.remove("file-upload__zone--over"));
  part("zone").addEventListener("drop", (event) => {
    event.preventDefault();
    part("zone").classList.remove("file-upload__zone--over");
    const files = event.dataTransfer.files;
    if (files.length === 1) send(files[0]);
    else show(false, "Drop one file at a time.");
  });
  // a page that comes back from the browser's memory still shows what was sent from it
  addEventListener("pageshow", (event) => {
    if (event.persisted) show(false);
  });
  part("submit").hidden = true;
}
