import { describe, expect, test } from "vitest";
import type { DeliveryTrigger } from "../domain/endpoint.ts";
import { nextState, outcomeOf, verdictOf } from "./outcome.ts";
import { STANDARD_DELAYS_MS } from "./schedule.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const format = { isDelivered: (status: number) => status < 300 };

function judge(status: number | undefined, errorCode = "", retryAfter?: string) {
  const responseHeaders = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  return outcomeOf({ ...(status !== undefined && { status }), errorCode, responseHeaders }, format, NOW);
}

function moved(
  outcome: ReturnType<typeof judge>,
  { trigger = "event" as DeliveryTrigger, failureCount = 0, scale = 1 } = {},
) {
  const plan = { delaysMs: STANDARD_DELAYS_MS, nowMs: NOW, scale, random: 0 };
  return nextState(outcome, { trigger, failureCount }, plan);
}

const due = (milliseconds: number) => new Date(NOW + milliseconds);

describe("an attempt", () => {
  test.each([200, 201, 204, 299])("answered with %i is delivered", (status) => {
    const outcome = judge(status);
    expect(outcome).toEqual({ kind: "delivered" });
    expect(verdictOf(outcome, "event")).toBe("ok");
    expect(moved(outcome)).toEqual({ to: "delivered", isFailure: false, lastError: "" });
  });

  test("counts as delivered by its status, even when the rest of the answer never came", () => {
    expect(judge(200, "timeout")).toEqual({ kind: "delivered" });
  });

  test("is not delivered by a status of the kind that the format refuses", () => {
    const outcome = outcomeOf(
      { status: 204, errorCode: "", responseHeaders: {} },
      { isDelivered: (it) => it === 200 },
      NOW,
    );
    expect(outcome).toEqual({ kind: "failed", errorCode: "http_204", verdict: "refusal" });
  });

  test("waits as long, and comes as often, as its kind allows", () => {
    const patient = { ...format, attemptLimit: () => 3, retryAfterLimitMs: 24 * 3_600_000 };
    const responseHeaders = { "retry-after": String(48 * 3_600) };
    const outcome = outcomeOf({ status: 429, errorCode: "http_429", responseHeaders }, patient, NOW);
    expect(outcome).toMatchObject({ retryAfterMs: 24 * 3_600_000, attemptLimit: 3 });
    expect(moved(outcome, { failureCount: 1 })).toMatchObject({ to: "pending", dueAt: due(24 * 3_600_000) });
    expect(moved(outcome, { failureCount: 2 })).toMatchObject({ to: "exhausted" });
    expect(moved(outcome, { failureCount: 7 })).toMatchObject({ to: "exhausted" });
  });

  test.each([301, 302, 303, 307, 308])("answered with %i fails as a refused redirect", (status) => {
    const outcome = judge(status, "redirect_refused");
    expect(outcome).toEqual({ kind: "failed", errorCode: "redirect_refused", verdict: "refusal" });
    expect(moved(outcome)).toMatchObject({ to: "pending", dueAt: due(5_000), isFailure: true });
  });

  test("answered with 410 ends everything for its endpoint; the delivery is held", () => {
    const outcome = judge(410, "http_410");
    expect(outcome).toEqual({ kind: "gone", errorCode: "http_410" });
    expect(verdictOf(outcome, "event")).toBe("refusal");
    expect(moved(outcome)).toEqual({ to: "held", isFailure: true, lastError: "http_410" });
  });

  test("answered with 429 is no fault of the server, and waits as it was asked to", () => {
    const outcome = judge(429, "http_429", "120");
    expect(outcome).toEqual({
      kind: "failed",
      errorCode: "http_429",
      verdict: "refusal",
      retryAfterMs: 120_000,
    });
    expect(moved(outcome)).toMatchObject({ to: "pending", dueAt: due(120_000) });
    expect(moved(outcome, { failureCount: 1 })).toMatchObject({ dueAt: due(300_000) });
  });

  test("answered with 503 is a fault, and waits as it was asked to", () => {
    const outcome = judge(503, "http_503", "120");
    expect(outcome).toMatchObject({ verdict: "fault", retryAfterMs: 120_000 });
  });

  test("ignores a Retry-After of other statuses and one that makes no sense", () => {
    expect(judge(500, "http_500", "120")).not.toHaveProperty("retryAfterMs");
    expect(judge(429, "http_429", "soon")).not.toHaveProperty("retryAfterMs");
  });

  test.each([
    [400, "refusal"],
    [404, "refusal"],
    [500, "fault"],
    [502, "fault"],
  ])("answered with %i fails and is tried again on schedule", (status, verdict) => {
    const outcome = judge(status, `http_${status}`);
    expect(outcome).toEqual({ kind: "failed", errorCode: `http_${status}`, verdict });
    expect(moved(outcome, { failureCount: 2 })).toEqual({
      to: "pending",
      dueAt: due(30 * 60_000),
      isFailure: true,
      lastError: `http_${status}`,
    });
  });

  test.each(["refused", "reset", "tls", "dns", "timeout"])("without an answer (%s) is a fault", (code) => {
    const outcome = judge(undefined, code);
    expect(outcome).toEqual({ kind: "failed", errorCode: code, verdict: "fault" });
    expect(moved(outcome)).toMatchObject({ to: "pending", isFailure: true });
  });

  test.each(["blocked_address", "bad_url", "http_not_allowed"])(
    "that was never made (%s) is tried again, and is no fault",
    (code) => {
      const outcome = judge(undefined, code);
      expect(outcome).toEqual({ kind: "failed", errorCode: code, verdict: "refusal" });
      expect(moved(outcome)).toMatchObject({ to: "pending", dueAt: due(5_000), isFailure: true });
    },
  );

  test.each(["proxy", "secret_unreadable"])(
    "that failed before it left us (%s) says nothing of the endpoint",
    (code) => {
      const outcome = judge(undefined, code);
      expect(verdictOf(outcome, "event")).toBe("none");
      expect(moved(outcome)).toMatchObject({ to: "pending", dueAt: due(5_000), isFailure: true });
    },
  );

  test("that we cut short is as if it had not been made", () => {
    const outcome = judge(undefined, "aborted");
    expect(verdictOf(outcome, "event")).toBe("none");
    expect(moved(outcome, { failureCount: 3 })).toEqual({
      to: "pending",
      dueAt: due(0),
      isFailure: false,
      lastError: "",
    });
  });
});

describe("the last attempt", () => {
  test("gives the delivery up", () => {
    const outcome = judge(500, "http_500");
    expect(moved(outcome, { failureCount: 8 })).toMatchObject({ to: "pending" });
    expect(moved(outcome, { failureCount: 9 })).toEqual({
      to: "exhausted",
      isFailure: true,
      lastError: "http_500",
    });
  });

  test("is the first one of a test, which tells nothing of the endpoint", () => {
    const outcome = judge(500, "http_500");
    expect(moved(outcome, { trigger: "test" })).toMatchObject({ to: "exhausted" });
    expect(moved(judge(410), { trigger: "test" })).toMatchObject({ to: "exhausted" });
    expect(verdictOf(outcome, "test")).toBe("none");
    expect(verdictOf(judge(200), "test")).toBe("none");
  });
});

test("a scaled clock shortens delays and wishes alike", () => {
  const scale = 50 / 60_000;
  expect(moved(judge(500), { failureCount: 1, scale })).toMatchObject({ dueAt: due(250) });
  expect(moved(judge(429, "", "120"), { scale })).toMatchObject({ dueAt: due(100) });
});
