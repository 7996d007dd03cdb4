/** Writes `src/api/schema.d.ts` from the operations of the console dialect. Part of `npm run reference`. */
import { writeFile } from "node:fs/promises";
import openapiTypescript, { astToString } from "openapi-typescript";
import { CONSOLE_OPERATIONS } from "../../src/dialects/console/index.ts";
import { openApiDocument } from "../../src/dialects/console/openapi.ts";

const NOTE =
  "/** Made by `npm run reference` from the operations in `src/dialects/console`. Do not edit. */\n";
const document = openApiDocument(CONSOLE_OPERATIONS);
const types = astToString(await openapiTypescript(JSON.stringify(document), { alphabetize: true }));

await writeFile(new URL("../src/api/schema.d.ts", import.meta.url), NOTE + types);
