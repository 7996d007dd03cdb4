import { expect, test } from "vitest";
import { convertUsage } from "./convert-usage.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

test.each([
  ["stop", "stop"],
  ["length", "length"],
  ["tool-calls", "tool-calls"],
  ["content-filter", "content-filter"],
  ["error", "other"],
  ["interrupted", undefined],
] as const)("%s becomes %s", (unified, expected) => {
  expect(mapFinishReason({ unified, raw: undefined })).toBe(expected);
});

test("usage counts totals, and is absent where nothing was counted", () => {
  const input = { total: 3, noCache: 1, cacheRead: 2, cacheWrite: undefined };
  const output = { total: undefined, text: undefined, reasoning: undefined };
  expect(convertUsage({ inputTokens: input, outputTokens: output })).toEqual({
    type: "usage",
    inputTokens: 3,
    outputTokens: 0,
  });
  const nothing = { ...input, total: undefined };
  expect(convertUsage({ inputTokens: nothing, outputTokens: output })).toBeUndefined();
});
