// Starts ReDoc with fonts of the system and without its logo, which would come from elsewhere.
const place = document.getElementById("redoc");
window.Redoc.init(
  place.dataset.schemaUrl,
  {
    hideDownloadButtons: true,
    theme: { typography: { fontFamily: "system-ui", headings: { fontFamily: "system-ui" } } },
  },
  place,
);
