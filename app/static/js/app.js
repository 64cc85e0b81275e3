// Starts each [data-component] inside its own try, so that one fault stays local.
for (const element of document.querySelectorAll("[data-component]")) {
  import(`./components/${element.dataset.component}.js`)
    .then((module) => module.start(element))
    .catch((error) => console.error(`The component ${element.dataset.component} did not start.`, error));
}
