import { OutboundError } from "../../http/outbound-error.ts";
import { NodeError } from "../node-error.ts";

/** Answers that may be others next time. Source: RFC 9110 §15.5.9, §15.6; RFC 6585 §4. */
const PASSING_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What the outbound client made of a request. Rejects with a `NodeError`, or with the reason of the signal. */
export async function outboundCall<Result>(
  signal: AbortSignal,
  request: () => Promise<Result>,
): Promise<Result> {
  try {
    return await request();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OutboundError)) throw error;
    const isPassing = ["dns", "connection", "timeout", "proxy"].includes(error.reason);
    throw new NodeError("request_failed", error.message, { isPassing, cause: error });
  }
}

/** The other side answered, and said no. */
export function statusError(status: number): NodeError {
  return new NodeError("request_failed", `the other side answered with HTTP ${status}`, {
    isPassing: PASSING_STATUSES.has(status),
  });
}
