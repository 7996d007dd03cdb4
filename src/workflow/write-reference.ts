/** Writes the JSON Schema of workflow files and the page about kinds of nodes, made of the kinds. `npm run reference`. */
import { writeFile } from "node:fs/promises";
import { workflowJsonSchema } from "./graph/graph-json-schema.ts";
import { nodeReference } from "./graph/node-reference.ts";
import { NODE_KINDS } from "./nodes/index.ts";

const root = new URL("../../", import.meta.url);

await writeFile(new URL("antiphon-workflow.schema.json", root), workflowJsonSchema());
await writeFile(new URL("docs/workflow-nodes.md", root), nodeReference(NODE_KINDS));
