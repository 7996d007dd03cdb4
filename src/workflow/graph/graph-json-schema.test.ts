import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { z } from "zod";
import { NODE_KINDS } from "../nodes/index.ts";
import { workflowJsonSchema } from "./graph-json-schema.ts";

const file = new URL("../../../antiphon-workflow.schema.json", import.meta.url);

it("antiphon-workflow.schema.json is what `npm run reference` writes", async () => {
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual(JSON.parse(workflowJsonSchema()));
});

it("editors are told of every kind, and of what does not fit", async () => {
  const schema = z.fromJSONSchema(JSON.parse(await readFile(file, "utf8")));
  const text = workflowJsonSchema();
  for (const { type } of NODE_KINDS) expect(text).toContain(`"const": "${type}"`);
  const graph = (node: object) => ({ version: 1, nodes: [{ id: "a", ...node }] });
  expect(schema.safeParse(graph({ type: "text", template: "x" })).error).toBeUndefined();
  const body = [{ id: "b", type: "text", template: "x" }];
  expect(schema.safeParse(graph({ type: "loop", over: "count", body })).error).toBeUndefined();
  expect(schema.safeParse(graph({ type: "loop", over: "count", body: [{ type: "text" }] })).success).toBe(
    false,
  );
  expect(schema.safeParse(graph({ type: "text", template: 5 })).success).toBe(false);
  expect(schema.safeParse(graph({ type: "nothing" })).success).toBe(false);
});
