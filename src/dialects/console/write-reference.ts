/** Writes operations and events into `docs/console-api.md`. `npm run reference`. */
import { readFile, writeFile } from "node:fs/promises";
import { CONSOLE_OPERATIONS } from "./index.ts";
import { withReference } from "./reference.ts";

const page = new URL("../../../docs/console-api.md", import.meta.url);

await writeFile(page, withReference(await readFile(page, "utf8"), CONSOLE_OPERATIONS));
