/** Writes the table of endpoints into `docs/insight.md`. `npm run reference`. */
import { readFile, writeFile } from "node:fs/promises";
import { INSIGHT_ENDPOINTS } from "./index.ts";
import { withEndpointTable } from "./reference.ts";

const page = new URL("../../../docs/insight.md", import.meta.url);

await writeFile(page, withEndpointTable(await readFile(page, "utf8"), INSIGHT_ENDPOINTS));
