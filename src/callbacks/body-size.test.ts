import { describe, expect, test } from "vitest";
import { BODY_LIMIT_BYTES, fits, withShortStrings } from "./body-size.ts";

const CUT = "…[truncated]";

describe("what a body may be long", () => {
  test("is counted in bytes of UTF-8", () => {
    expect(fits("x".repeat(BODY_LIMIT_BYTES))).toBe(true);
    expect(fits("x".repeat(BODY_LIMIT_BYTES + 1))).toBe(false);
    expect(fits("好".repeat(Math.ceil(BODY_LIMIT_BYTES / 3) + 1))).toBe(false);
  });
});

describe("a string that is cut", () => {
  test.each(["x", "é", "好", "😀", "a😀"])("of %s has whole characters, and says that it was cut", (part) => {
    for (const limit of [512, 513, 514, 515]) {
      const { text } = withShortStrings({ text: part.repeat(1_000) }, limit);
      expect(text.endsWith(CUT)).toBe(true);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
      expect(Buffer.byteLength(text)).toBeGreaterThan(limit - 4);
      expect(part.repeat(1_000).startsWith(text.slice(0, -CUT.length))).toBe(true);
    }
  });

  test("is cut wherever it stands, and nothing else is changed", () => {
    const value = { list: ["short", { deep: "x".repeat(600) }], number: 1, flag: false, nothing: null };
    expect(withShortStrings(value, 512)).toEqual({
      ...value,
      list: ["short", { deep: `${"x".repeat(512 - Buffer.byteLength(CUT))}${CUT}` }],
    });
    expect(withShortStrings("x".repeat(512), 512)).toBe("x".repeat(512));
  });
});
