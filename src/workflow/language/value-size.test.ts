import { expect, test } from "vitest";
import { sizeOf } from "./value-size.ts";

const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));

test("about as long as its JSON, and no more than just past the limit is looked at", () => {
  expect(sizeOf({ name: ["text", 1, null] }, 1_000)).toBeGreaterThanOrEqual(
    JSON.stringify({ name: ["text", 1, null] }).length,
  );
  expect(
    sizeOf(
      Array.from({ length: 1_000 }, () => "abc"),
      50,
    ),
  ).toBeLessThan(100);
});

test("what is nested so deep that it cannot be handled is past every limit", () => {
  expect(sizeOf(nested(100), 1_000_000)).toBeLessThan(1_000_000);
  for (const levels of [101, 200_000])
    expect(sizeOf(nested(levels), 1_000_000)).toBe(Number.POSITIVE_INFINITY);
});
