import { expect, test } from "vitest";
import { lineRows } from "./line-rows.ts";

test("a changed line stands beside what it was, and far lines are counted", () => {
  const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`);
  const rows = lineRows(lines.join("\n"), lines.with(0, "another").join("\n"));
  expect(rows[0]).toEqual({ kind: "changed", before: "line 0", after: "another" });
  expect(rows.slice(1)).toEqual([
    ...lines.slice(1, 4).map((text) => ({ kind: "same", text })),
    { kind: "skipped", count: 8 },
  ]);
});

test("a text that came or went has nothing beside it, and a last line without its end is the same line", () => {
  expect(lineRows("", "a\nb")).toEqual([
    { kind: "changed", before: undefined, after: "a" },
    { kind: "changed", before: undefined, after: "b" },
  ]);
  expect(lineRows("a", "a\nb")).toEqual([
    { kind: "same", text: "a" },
    { kind: "changed", before: undefined, after: "b" },
  ]);
});
