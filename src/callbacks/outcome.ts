import type { Delivery, DeliveryTrigger } from "../domain/endpoint.ts";
import type { DeliveryResult } from "../storage/store.ts";
import type { AttemptReport } from "./attempt.ts";
import type { EndpointFormat } from "./formats.ts";
import type { LaneVerdict } from "./lanes.ts";
import { retryAfterMs, retryDelayMs } from "./schedule.ts";

/** What an attempt means. */
export type Outcome =
  | { kind: "delivered" }
  /** Comes to another try, if the schedule has one. */
  | {
      kind: "failed";
      errorCode: string;
      verdict: Exclude<LaneVerdict, "ok">;
      retryAfterMs?: number;
      /** Most attempts altogether. Absent: as many as the schedule has. */
      attemptLimit?: number;
    }
  /** The receiver wants nothing any more. */
  | { kind: "gone"; errorCode: string }
  /** Ended by us; as if it had not been made. */
  | { kind: "cut" };

/** What failures without an answer say, where they are not the server's. Ours and a proxy's say nothing of it. */
const NOT_ASKED: ReadonlyMap<string, LaneVerdict & ("refusal" | "none")> = new Map([
  ["blocked_address", "refusal"],
  ["bad_url", "refusal"],
  ["http_not_allowed", "refusal"],
  ["secret_unreadable", "none"],
  ["proxy", "none"],
]);

/** Judges by the status where there is one, however the answer went on. */
export function outcomeOf(
  report: Pick<AttemptReport, "status" | "responseHeaders" | "errorCode">,
  format: Pick<EndpointFormat, "isDelivered" | "attemptLimit" | "retryAfterLimitMs">,
  nowMs: number,
): Outcome {
  const { status, errorCode } = report;
  if (status === undefined) {
    if (errorCode === "aborted") return { kind: "cut" };
    return { kind: "failed", errorCode, verdict: NOT_ASKED.get(errorCode) ?? "fault" };
  }
  if (status >= 200 && status < 300 && format.isDelivered(status)) return { kind: "delivered" };
  if (status === 410) return { kind: "gone", errorCode: "http_410" };
  const attemptLimit = format.attemptLimit?.(status);
  const limit = { ...(attemptLimit !== undefined && { attemptLimit }) };
  if (status >= 300 && status < 400) {
    return { kind: "failed", errorCode: "redirect_refused", verdict: "refusal", ...limit };
  }
  const hint =
    status === 429 || status === 503
      ? retryAfterMs(report.responseHeaders["retry-after"], nowMs, format.retryAfterLimitMs)
      : undefined;
  return {
    kind: "failed",
    errorCode: `http_${status}`,
    verdict: status >= 500 ? "fault" : "refusal",
    ...(hint !== undefined && { retryAfterMs: hint }),
    ...limit,
  };
}

/** What the attempt tells the lane. Tests by hand tell it nothing. */
export function verdictOf(outcome: Outcome, trigger: DeliveryTrigger): LaneVerdict {
  if (trigger === "test" || outcome.kind === "cut") return "none";
  if (outcome.kind === "delivered") return "ok";
  return outcome.kind === "gone" ? "refusal" : outcome.verdict;
}

/** Where the outcome moves the delivery. */
export function nextState(
  outcome: Outcome,
  delivery: Pick<Delivery, "trigger" | "failureCount">,
  plan: { delaysMs: readonly number[]; nowMs: number; scale: number; random: number },
): Pick<DeliveryResult, "to" | "dueAt" | "isFailure" | "lastError"> {
  const { delaysMs, nowMs, scale, random } = plan;
  switch (outcome.kind) {
    case "delivered":
      return { to: "delivered", isFailure: false, lastError: "" };
    case "cut":
      return { to: "pending", dueAt: new Date(nowMs), isFailure: false, lastError: "" };
    case "gone":
      return {
        to: delivery.trigger === "test" ? "exhausted" : "held",
        isFailure: true,
        lastError: outcome.errorCode,
      };
    case "failed": {
      const retries = outcome.attemptLimit === undefined ? delaysMs.length : outcome.attemptLimit - 1;
      const delayMs = retryDelayMs({
        failureCount: delivery.failureCount + 1,
        delaysMs: delivery.trigger === "test" ? [] : delaysMs.slice(0, retries),
        retryAfterMs: outcome.retryAfterMs,
        random,
      });
      const failure = { isFailure: true, lastError: outcome.errorCode };
      if (delayMs === undefined) return { to: "exhausted", ...failure };
      return { to: "pending", dueAt: new Date(nowMs + delayMs * scale), ...failure };
    }
  }
}
