import { z } from "zod";
import { verifiedWebhookId } from "../../callbacks/verifying.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ReceivedFeedbackId } from "../../domain/ids.ts";
import { bodyText, parseJson } from "../../http/body.ts";
import type { Call, Mount } from "../../http/route.ts";
import type { ReceivedFeedback, Store } from "../../storage/store.ts";
import { presentError } from "./errors.ts";
import { FEEDBACK_STATUSES } from "./feedback-status.ts";
import { readInput } from "./wire.ts";

/** Twice what a sender may send. Source: spec page of Insight §4. */
const MAX_BODY_BYTES = 512 * 1024;
const NAME_LIMIT = 128;
const RATER_LIMIT = 1_024;

const needed = z.string().min(1);

/** Receivers are loose: nothing else is looked at. Source: spec page of Insight, end of appendix 1. */
const feedbackBody = z.object({
  botId: needed,
  sessionId: needed,
  execId: needed,
  triggerEvent: z.object({ triggerType: needed }),
  outputActions: z.array(z.unknown()),
  feedbackStatus: z.enum(FEEDBACK_STATUSES),
});

interface ReceiverServices {
  store: Pick<Store, "receivedFeedback" | "newId" | "flushed">;
  /** `whsec_…`. Absent: nobody's signature is checked. */
  secret?: string | undefined;
}

/**
 * Takes feedback callbacks, ours or another server's, and keeps each one once. Source: seed 001, spec page of Insight
 * §6 and §7.3.
 */
export function feedbackReceiver({ store, secret }: ReceiverServices): Mount<never> {
  return {
    name: "insight-receiver",
    prefixes: [""],
    claims: ["/v1/bot-message"],
    requestIds: "uuid",
    routes: [
      {
        method: "POST",
        path: "/v1/bot-message/feedback",
        access: "public",
        body: "bytes",
        maxBodyBytes: MAX_BODY_BYTES,
        async handle(call) {
          const bytes = Buffer.isBuffer(call.body) ? call.body : Buffer.alloc(0);
          const received = read(call, bytes, secret);
          await store.receivedFeedback.add({ ...received, id: store.newId<ReceivedFeedbackId>() });
          await store.flushed();
          return { kind: "json", body: {} };
        },
      },
    ],
    async authenticate() {
      throw new DomainError("credential_missing", "nothing here is called with a credential");
    },
    presentError: (error, call) => presentError(error, call, false),
  };
}

/** Throws `credential_invalid`, `body_malformed` or `request_invalid`. */
function read(
  { headers }: Pick<Call, "headers">,
  bytes: Buffer,
  secret: string | undefined,
): Omit<ReceivedFeedback, "id"> {
  const receivedAt = new Date();
  const isSigned =
    secret === undefined || verifiedWebhookId({ headers, body: bytes }, [secret], receivedAt) !== undefined;
  if (!isSigned) throw new DomainError("credential_invalid", "the signature is missing, wrong or old");
  readInput(feedbackBody, parseJson(bytes));
  const revision = headerOf(headers, "x-feedback-revision");
  return {
    webhookId: headerOf(headers, "webhook-id").slice(0, NAME_LIMIT),
    revision: /^\d{1,15}$/.test(revision) ? Number(revision) : 0,
    rater: decoded(headerOf(headers, "x-feedback-user")).slice(0, RATER_LIMIT),
    body: bodyText(bytes),
    receivedAt,
  };
}

function headerOf(headers: Call["headers"], name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}

/** Text that every engine can keep. What is not URL-encoded stands as it came. */
function decoded(text: string): string {
  const isEncoded = /^(?:[^%]|%[0-9a-f]{2})*$/i.test(text);
  try {
    return (isEncoded ? decodeURIComponent(text) : text).replaceAll("\u0000", "");
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
