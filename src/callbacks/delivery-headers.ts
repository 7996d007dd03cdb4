import type { SignedAttempt } from "./formats.ts";

/**
 * Our own headers, beside those of a kind's signature: `x-antiphon-attempt` (1 for the first), `x-antiphon-delivery`,
 * `x-antiphon-sequence` (a number that grows from event to event) and, when the event of the same subject before this
 * one was given up, `x-antiphon-sequence-gap: true`. Source: spec page of the delivery §4.6 and §4.8.
 */
export function deliveryHeaders({
  delivery,
  number,
}: Pick<SignedAttempt, "delivery" | "number">): Record<string, string> {
  return {
    "x-antiphon-attempt": String(number),
    "x-antiphon-delivery": String(delivery.id),
    "x-antiphon-sequence": String(delivery.eventId),
    ...(delivery.hasGap && { "x-antiphon-sequence-gap": "true" }),
  };
}
