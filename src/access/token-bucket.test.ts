import { expect, test } from "vitest";
import { TokenBuckets } from "./token-bucket.ts";

function buckets() {
  let nowMs = 0;
  const limit = new TokenBuckets({ perSecond: 60, burst: 120, nowMs: () => nowMs });
  const letIn = (key: string, count: number) => {
    let passed = 0;
    for (let tried = 0; tried < count; tried += 1) {
      try {
        limit.take(key);
        passed += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
      }
    }
    return passed;
  };
  return { letIn, wait: (ms: number) => (nowMs += ms) };
}

test("a burst goes through, then as many as a second allows", () => {
  const { letIn, wait } = buckets();
  expect(letIn("a", 500)).toBe(120);
  expect(letIn("b", 50)).toBe(50);
  wait(500);
  expect(letIn("a", 500)).toBe(30);
  wait(10_000);
  expect(letIn("a", 500)).toBe(120);
});

test("keys that rest are forgotten, those that do not are kept", () => {
  const { letIn, wait } = buckets();
  expect(letIn("busy", 500)).toBe(120);
  for (let index = 0; index < 10_000; index += 1) letIn(`key ${index}`, 1);
  expect(letIn("busy", 500)).toBe(0);
  wait(100);
  expect(letIn("one more", 1)).toBe(1);
  expect(letIn("busy", 500)).toBe(6);
});
