/** Writes the table of endpoints into `docs/coze.md`. `npm run reference`. */
import { readFile, writeFile } from "node:fs/promises";
import { COZE_ENDPOINTS } from "./index.ts";
import { withEndpointTable } from "./reference.ts";

const page = new URL("../../../docs/coze.md", import.meta.url);

await writeFile(page, withEndpointTable(await readFile(page, "utf8"), COZE_ENDPOINTS));
