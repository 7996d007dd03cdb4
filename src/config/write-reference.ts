/** Writes what is made from the declarations: the JSON Schema and the table of variables. `npm run reference`. */
import { readFile, writeFile } from "node:fs/promises";
import { installationJsonSchema, withVariableTable } from "./reference.ts";

const root = new URL("../../", import.meta.url);
const page = new URL("docs/configuration.md", root);

await writeFile(new URL("antiphon.schema.json", root), installationJsonSchema());
await writeFile(page, withVariableTable(await readFile(page, "utf8")));
