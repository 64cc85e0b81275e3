// Starts Swagger UI; an own file, since the content policy allows no inline script.
const place = document.getElementById("swagger");
window.SwaggerUIBundle({
  url: place.dataset.schemaUrl,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
});
