import { describe, expect, it } from "vitest";
import { Effort } from "./effort.ts";
import { matchesPattern } from "./pattern.ts";

const matches = (pattern: string, text: string) => matchesPattern(pattern, text, new Effort());

describe("patterns in expressions", () => {
  it("find what stands anywhere in a text, in any script", () => {
    expect(matches("退款|订单", "我要退款")).toBe(true);
    expect(matches("^退款", "我要退款")).toBe(false);
    expect(matches("(?i)ORDER-[0-9]{3}", "order-123")).toBe(true);
  });

  it("are refused when they cannot be read, name what was matched before, or are too long", () => {
    expect(() => matches("(", "a")).toThrow(/cannot be read/);
    expect(() => matches("(a)\\1", "aa")).toThrow(/cannot be read/);
    expect(() => matches("[a-z]{900}[a-z]{900}[a-z]{900}", "a")).toThrow(/too long/);
  });

  it("take time that grows with the text alone, and end when that is too much", () => {
    expect(matches("^(a+)+$", `${"a".repeat(5_000)}b`)).toBe(false);
    expect(() => matches("([a-z]+){1,200}$", "a".repeat(500_000))).toThrow(/too long to evaluate/);
  });
});
