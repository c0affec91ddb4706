/** `/docs`: Swagger UI with the description of this server (docs/decisions/0022-openapi.md). */

/** The script before this one. */
declare const SwaggerUIBundle: (options: Readonly<Record<string, unknown>>) => unknown;

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#app',
  deepLinking: true,
  tryItOutEnabled: true,
  // Its colours have enough contrast.
  syntaxHighlight: { theme: 'tomorrow-night' },
  displayRequestDuration: true,
  // The schemas are below each operation.
  defaultModelsExpandDepth: 0,
  // It would send the document to another host.
  validatorUrl: null,
});
