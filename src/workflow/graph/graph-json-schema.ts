import { z } from "zod";
import { NODE_KINDS } from "../nodes/index.ts";
import { formatSchema } from "./graph-schema.ts";

/** The JSON Schema that editors check workflow files with, as the text of a file. */
export function workflowJsonSchema(): string {
  const schema = z.toJSONSchema(formatSchema(NODE_KINDS), { target: "draft-2020-12", io: "input" });
  const titled = {
    title: "Antiphon workflow",
    description: "A graph of nodes that is run for callers and conversations.",
    ...schema,
  };
  return `${JSON.stringify(titled, null, 2)}\n`;
}
