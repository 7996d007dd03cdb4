import { expect, test } from "vitest";
import { ModelError, type ModelFailure, type ModelPart } from "./chat-model.ts";
import { retryAfterMs, retryBeforeFirstPart, retryDelayMs } from "./retry.ts";

const policy = { retries: 2, baseDelayMs: 1, maxDelayMs: 5 };
const noSignal = new AbortController().signal;
const finish: ModelPart = { type: "finish", reason: "stop" };

async function* parts(...steps: (ModelPart | Error)[]): AsyncGenerator<ModelPart> {
  for (const step of steps) {
    if (step instanceof Error) throw step;
    yield step;
  }
}

/** Plays the attempts in order; tells how many were made. */
async function run(
  ...attempts: (ModelPart | Error)[][]
): Promise<{ made: number; seen: ModelPart[]; error: unknown }> {
  let made = 0;
  const seen: ModelPart[] = [];
  const start = (): AsyncGenerator<ModelPart> => parts(...(attempts[made++] ?? []));
  try {
    for await (const part of retryBeforeFirstPart(start, policy, noSignal)) seen.push(part);
  } catch (error) {
    return { made, seen, error };
  }
  return { made, seen, error: undefined };
}

const failed = (failure: ModelFailure): ModelError => new ModelError(failure, failure);

test("an attempt that failed before its first part is repeated, with nothing of it seen", async () => {
  const result = await run([failed("unreachable")], [failed("overloaded")], [finish]);
  expect(result).toEqual({ made: 3, seen: [finish], error: undefined });
});

test("after the last attempt its failure is thrown", async () => {
  const last = failed("overloaded");
  const result = await run([failed("overloaded")], [failed("overloaded")], [last], [finish]);
  expect(result).toEqual({ made: 3, seen: [], error: last });
});

test.each(["timeout", "refused", "broken"] as const)("%s is not repeated", async (failure) => {
  expect(await run([failed(failure)], [finish])).toMatchObject({ made: 1, error: { failure } });
});

test("an error that is no ModelError is not repeated", async () => {
  expect(await run([new Error("defect")], [finish])).toMatchObject({ made: 1 });
});

test("nothing is repeated after the first part", async () => {
  const text: ModelPart = { type: "text-delta", text: "a" };
  expect(await run([text, failed("overloaded")], [finish])).toMatchObject({ made: 1, seen: [text] });
});

test("waits double, are half random, never beyond the limit, and at least what the server asked for", () => {
  const slow = { retries: 5, baseDelayMs: 100, maxDelayMs: 1000 };
  expect(retryDelayMs(0, undefined, slow, 0)).toBe(50);
  expect(retryDelayMs(0, undefined, slow, 1)).toBe(100);
  expect(retryDelayMs(2, undefined, slow, 1)).toBe(400);
  expect(retryDelayMs(9, undefined, slow, 1)).toBe(1000);
  expect(retryDelayMs(0, 700, slow, 1)).toBe(700);
  expect(retryDelayMs(0, 60_000, slow, 1)).toBe(1000);
});

test("Retry-After is seconds or a date; nonsense is ignored", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfterMs("2.5", now)).toBe(2500);
  expect(retryAfterMs("Thu, 01 Jan 2026 00:00:04 GMT", now)).toBe(4000);
  expect(retryAfterMs("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
  expect(retryAfterMs("-3", now)).toBe(0);
  expect(retryAfterMs("soon", now)).toBeUndefined();
  expect(retryAfterMs("", now)).toBeUndefined();
  expect(retryAfterMs(undefined, now)).toBeUndefined();
});
