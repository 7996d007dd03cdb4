import { describe, expect, test } from "vitest";
import { wellFormedJson } from "./well-formed-json.ts";

describe("JSON text", () => {
  test("has no half of a surrogate pair, in names or in texts", () => {
    const data = { "a\ud83d": ["\ude00b", "\ud83dx", "\udfff\ud800"] };
    expect(JSON.parse(wellFormedJson(JSON.stringify(data)))).toEqual({
      "a\uFFFD": ["\uFFFDb", "\uFFFDx", "\uFFFD\uFFFD"],
    });
  });

  test("is left as it is otherwise", () => {
    const data = { a: '😀 \\ud83d \\\\ud83d \u0001\n"\\', "\\\\": "长" };
    for (const text of [JSON.stringify(data), JSON.stringify(JSON.stringify(data))]) {
      expect(wellFormedJson(text)).toBe(text);
    }
    const nested = JSON.stringify({ raw: JSON.stringify("\ud83d") });
    expect(wellFormedJson(nested)).toBe(nested);
  });
});
