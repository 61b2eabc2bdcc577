import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Shown } from './server.ts';

/** Where the page that shows the OpenAPI document is. */
export const DOCS_PATH = '/v1/docs';

/** Only files of this server; the viewer writes its styles and small pictures into the page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cartograph: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${DOCS_PATH}/swagger-ui.css">
</head>
<body>
<main id="viewer"></main>
<script src="${DOCS_PATH}/swagger-ui-bundle.js"></script>
<script src="${DOCS_PATH}/start.js"></script>
</body>
</html>
`;

/** The document is read from this server; nothing is sent anywhere else. */
const START = `SwaggerUIBundle({
  url: '/v1/openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
});
`;

/** Files of the viewer, by name. */
const ASSETS = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' } as const;

const directory = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** Returns a file of the page that shows the OpenAPI document; undefined if the path is none. */
export async function showDocs(path: string): Promise<Shown | undefined> {
  if (path === DOCS_PATH || path === `${DOCS_PATH}/`)
    return { contentType: 'text/html; charset=utf-8', body: PAGE, policy: POLICY };
  if (path === `${DOCS_PATH}/start.js`) return { contentType: 'text/javascript', body: START };
  for (const [name, contentType] of Object.entries(ASSETS))
    if (path === `${DOCS_PATH}/${name}`) return { contentType, body: await readFile(join(directory, name)) };
  return undefined;
}
