import { expect, test } from "vitest";
import { NodeError } from "../node-error.ts";
import { mayRetry, pauseMs } from "./retrying.ts";
import { InnerFailure } from "./run-failure.ts";

const rule = { times: 2, delaySeconds: 1, factor: 3 };

test.each([
  ["a timeout", new NodeError("node_timeout", ""), true],
  ["code that failed", new NodeError("code_failed", ""), true],
  ["an answer that does not fit", new NodeError("node_failed", ""), true],
  ["a server that is overloaded", new NodeError("request_failed", "", { isPassing: true }), true],
  ["a server that says no", new NodeError("request_failed", ""), false],
  ["a model that refuses", new NodeError("model_failed", ""), false],
  ["a model that broke off", new NodeError("model_failed", "", { isPassing: true }), true],
  ["a wrong input", new NodeError("input_invalid", "", { isPassing: true }), false],
  ["a model that is not there", new NodeError("model_unknown", ""), false],
  ["a limit of the run", new InnerFailure({ code: "run_limit", message: "" }, { isFatal: true }), false],
  ["a defect of ours", new TypeError("x"), false],
])("whether %s is tried again", (_, error, isRetried) => {
  expect(mayRetry(rule, 1, error)).toBe(isRetried);
});

test("attempts come to an end, and pauses grow up to an hour", () => {
  const error = new NodeError("node_timeout", "");
  expect([1, 2, 3].map((attempts) => mayRetry(rule, attempts, error))).toEqual([true, true, false]);
  expect([1, 2, 3, 20].map((attempts) => pauseMs(rule, attempts))).toEqual([1_000, 3_000, 9_000, 3_600_000]);
});
