/** Writes the JSON Schema of workflow files, made of the kinds of nodes. `npm run reference`. */
import { writeFile } from "node:fs/promises";
import { workflowJsonSchema } from "./graph-json-schema.ts";

await writeFile(new URL("../../antiphon-workflow.schema.json", import.meta.url), workflowJsonSchema());
