import { z } from "zod";
import { DELIVERY_STATES } from "../../domain/endpoint.ts";
import { wireMoment } from "./wire.ts";

/** What operations about callbacks answer with, as their schemas. */

const id = z.string();
const optionalId = z.string().nullable();
const moment = wireMoment;
const optionalMoment = wireMoment.nullable();
const text = z.string();
const count = z.int();
const milliseconds = z.number().nullable();

const endpointKind = z.enum(["standard", "insight", "coze", "coze-channel"]);
const deliveryState = z.enum(DELIVERY_STATES);
const deliveryTrigger = z.enum(["event", "manual", "replay", "test", "sync"]);
const attemptOutcome = z.enum(["ok", "fail", "unknown"]);

export const endpointSecretAnswer = z.object({
  fingerprint: text,
  createdAt: moment,
  expiresAt: optionalMoment,
});

/** Counts stop at this. */
export const ENDPOINT_COUNT_LIMIT = 500;

export const endpointAnswer = z.object({
  id,
  kind: endpointKind,
  name: text,
  workspaceId: optionalId,
  channel: text.nullable(),
  slug: text.nullable(),
  url: text.nullable(),
  eventTypes: z.array(text),
  agentIds: z.array(id),
  headerNames: z.array(text),
  secrets: z.array(endpointSecretAnswer),
  timeoutMs: count,
  maxInFlight: count,
  ratePerSecond: count.nullable(),
  isOrdered: z.boolean(),
  isCoalescing: z.boolean(),
  feedback: z
    .object({
      ratings: z.array(z.enum(["none", "like", "dislike"])),
      historyLimit: count,
      isStrict: z.boolean(),
    })
    .nullable(),
  isAsymmetric: z.boolean(),
  clientCertificate: z.object({ subject: text, fingerprint: text, expiresAt: moment }).nullable(),
  retryDelaysMs: z.array(count).nullable(),
  state: z.enum(["active", "paused", "disabled"]),
  stateReason: text,
  health: z.object({
    failingSince: optionalMoment,
    lastSuccessAt: optionalMoment,
    lastAttemptAt: optionalMoment,
    consecutiveFailures: count,
    nextTryAt: optionalMoment,
  }),
  counts: z
    .object({ pending: count, held: count, failed: count })
    .describe(
      `Deliveries that wait, that are held, and those of the last seven days that were given up; ${ENDPOINT_COUNT_LIMIT} stands for at least as many.`,
    ),
  createdAt: moment,
  updatedAt: moment,
});

export const eventAnswer = z.object({ id, type: text, workspaceId: id, subject: text, at: moment });

export const eventTypeAnswer = z.object({
  type: text,
  summary: text,
  schema: z.record(text, z.unknown()),
  changelog: z.array(z.object({ date: text, change: text })),
  example: z.record(text, z.unknown()),
});

export const deliveryAnswer = z.object({
  id,
  eventId: id,
  endpointId: id,
  workspaceId: id,
  eventType: text,
  wireId: text,
  trigger: deliveryTrigger,
  replayId: optionalId,
  state: deliveryState,
  attemptCount: count,
  dueAt: optionalMoment,
  hasGap: z.boolean(),
  lastError: text,
  createdAt: moment,
  endedAt: optionalMoment,
});

const timings = z.object({
  dnsMs: milliseconds,
  connectMs: milliseconds,
  firstByteMs: milliseconds,
  totalMs: milliseconds,
});

/** An attempt as lists and the tail show it. */
export const attemptLineAnswer = z.object({
  id,
  deliveryId: id,
  endpointId: id,
  eventType: text,
  number: count,
  trigger: deliveryTrigger,
  outcome: attemptOutcome,
  errorCode: text,
  errorMessage: text,
  url: text,
  status: count.nullable(),
  totalMs: milliseconds,
  startedAt: moment,
});

export const attemptAnswer = z.object({
  id,
  number: count,
  trigger: deliveryTrigger,
  outcome: attemptOutcome,
  errorCode: text,
  errorMessage: text,
  url: text,
  startedAt: moment,
  timings,
  remoteAddress: text.nullable(),
  status: count.nullable(),
  requestHeaders: z.record(text, text),
  responseHeaders: z.record(text, text),
  responsePrefix: text,
  isTruncated: z.boolean(),
});

export const resentAnswer = deliveryAnswer.extend({ resentFrom: id });

export const replayAnswer = z.object({
  id,
  endpointId: id,
  since: moment,
  until: moment,
  eventTypes: z.array(text),
  onlyFailed: z.boolean(),
  ratePerSecond: count,
  state: z.enum(["running", "paused", "done", "cancelled"]),
  sentCount: count,
  reachedAt: moment.describe("Events up to then have been looked at."),
  createdBy: optionalId,
  createdAt: moment,
  endedAt: optionalMoment,
});
