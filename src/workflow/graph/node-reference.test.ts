import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { NODE_KINDS } from "../nodes/index.ts";
import { nodeReference } from "./node-reference.ts";

test("the page about kinds of nodes is as the kinds are; otherwise: npm run reference", async () => {
  const page = await readFile(new URL("../../../docs/workflow-nodes.md", import.meta.url), "utf8");
  expect(page).toBe(nodeReference(NODE_KINDS));
});

test("every table has four columns, whatever a description holds", () => {
  const rows = nodeReference(NODE_KINDS)
    .split("\n")
    .filter((line) => line.startsWith("| "));
  expect(rows.length).toBeGreaterThan(100);
  expect(rows.filter((row) => row.replaceAll("\\|", "").split("|").length !== 6)).toEqual([]);
});
