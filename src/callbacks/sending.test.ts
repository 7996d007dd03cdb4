import { expect, test } from "vitest";
import type { Attempt } from "../domain/endpoint.ts";
import type { Outcome } from "./outcome.ts";
import { cutForSpace, type Sent } from "./sending.ts";

const sent = (outcome: Outcome, status?: number): Sent => ({
  report: {
    responseHeaders: {},
    responsePrefix: "",
    isTruncated: false,
    timings: {},
    errorCode: "",
    errorMessage: "",
  },
  outcome,
  attempt: { outcome: "unknown", errorCode: "", status } as Attempt,
});

test("an attempt that is ended because it hangs is a failure, unless its answer had come", () => {
  expect(cutForSpace(sent({ kind: "cut" }))).toMatchObject({
    outcome: { kind: "failed", errorCode: "timeout", verdict: "fault" },
    attempt: { outcome: "fail" },
  });
  const answered = sent({ kind: "delivered" }, 200);
  expect(cutForSpace(answered)).toBe(answered);
});
