import { createHash } from "node:crypto";
import type { EndpointFormat } from "../../callbacks/formats.ts";
import { webhookSignature } from "../../callbacks/signing.ts";
import type { FeedbackOptions } from "../../domain/endpoint.ts";
import type { EventData, ProductEvent, RunEventData } from "../../domain/event.ts";
import { feedbackBody, ratedIds } from "./feedback-body.ts";
import { feedbackView, isSameView } from "./feedback-view.ts";

const EVERYTHING: FeedbackOptions = {
  ratings: ["none", "like", "dislike"],
  historyLimit: 50,
  isStrict: true,
};

/** Attempts at an address that refuses. Source: spec page of Insight §7, "Retry classes". */
const ATTEMPTS_WHEN_REFUSED = 3;
const PASSING_STATUSES = [408, 425, 429];

/**
 * The feedback callback: changes of ratings as callers of this family see them, signed as Standard Webhooks says. All that
 * the documented body has no member for is in headers. Source: seed 001, spec page of Insight §3 to §7.
 */
export const feedbackFormat: EndpointFormat = {
  render(event, { feedback: options = EVERYTHING }) {
    if (event.type !== "feedback.changed") return undefined;
    const { data, at } = event;
    // Events of versions that did not know this callback have no run.
    const run: RunEventData | undefined = data.run;
    if (run === undefined || !options.ratings.includes(data.rating) || isUnchanged(data)) return undefined;
    return {
      wireId: `fb_${changeId(event)}`,
      text: feedbackBody(ratedIds(data), data, run, options),
      headers: {
        "x-feedback-revision": String(data.revision),
        ...(data.rater !== "" && { "x-feedback-user": encodeURIComponent(data.rater.toWellFormed()) }),
        "x-feedback-occurred-at": String(at.getTime()),
      },
      orderKey: `feedback:${data.turnId}:${data.rater}`,
    };
  },
  headers({ delivery: { wireId: id }, number, body, bodyHeaders, at, secrets }) {
    const timestamp = String(Math.floor(at.getTime() / 1_000));
    return {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": webhookSignature({ id, timestamp, body, secrets }),
      ...bodyHeaders,
      "x-delivery-attempt": String(number),
    };
  },
  timeoutMs: ({ timeoutMs }) => timeoutMs,
  // Source: spec page of Insight §7, "Timeouts".
  connectTimeoutMs: 3_000,
  isDelivered: (status) => status >= 200 && status < 300,
  attemptLimit: (status) =>
    status >= 500 || PASSING_STATUSES.includes(status) ? undefined : ATTEMPTS_WHEN_REFUSED,
  retryAfterLimitMs: 24 * 3_600_000,
};

/** Source: spec page of Insight §3. */
function isUnchanged(data: EventData["feedback.changed"]): boolean {
  const { ratingBefore: rating, categoriesBefore: categories, commentBefore: comment } = data;
  return isSameView(feedbackView({ rating, categories, comment }), feedbackView(data));
}

/** The same for every endpoint and every attempt; another one for another change, also of another installation. */
function changeId({ id, data }: Extract<ProductEvent, { type: "feedback.changed" }>): string {
  const named = `${id}.${data.turnId}.${data.revision}.${data.rater}`;
  const digits = createHash("sha256").update(named).digest("hex");
  const variant = "89ab"[Number.parseInt(digits.charAt(16), 16) % 4];
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join("-");
}
