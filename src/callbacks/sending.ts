import { decryptSecret, type SecretKey } from "../config/secrets.ts";
import type { Attempt, Endpoint, EndpointSecret } from "../domain/endpoint.ts";
import type { AttemptId, NewId } from "../domain/ids.ts";
import type { ClientIdentity, Outbound } from "../http/outbound.ts";
import { callbackLog } from "../log/logger.ts";
import type { Claim } from "../storage/store.ts";
import { type AttemptReport, type AttemptRequest, sendAttempt } from "./attempt.ts";
import { identityOf } from "./client-certificate.ts";
import { openHeaders, validSecrets } from "./endpoint-secrets.ts";
import type { EndpointFormats } from "./formats.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Clock } from "./schedule.ts";
import type { SigningKeys } from "./signing-keys.ts";

export interface SendingServices {
  outbound: Pick<Outbound, "exchange">;
  secretKey: SecretKey;
  formats: EndpointFormats;
  newId: NewId;
  clock: Clock;
  signingKeys: Pick<SigningKeys, "current">;
}

/** One attempt that was made: what came of it, what that means and what is kept of it. */
export interface Sent {
  report: AttemptReport;
  outcome: Outcome;
  attempt: Attempt;
}

/** Headers of ours whose values are shortened wherever they are kept or shown. */
const SECRET_NAME = /signature|authorization|token|secret|cookie|key/;
const SHOWN_CHARACTERS = 4;
/** Of shorter values, so much would be too much. */
const LEAST_CHARACTERS = 12;

/** Signs a claimed delivery, makes one attempt and judges it. Never rejects. */
export async function send(
  services: SendingServices,
  claim: Claim,
  endpoint: Endpoint,
  options: { timeoutMs?: number; signal: AbortSignal },
): Promise<Sent> {
  const { clock, formats, newId } = services;
  const { delivery, body } = claim;
  const format = formats[endpoint.kind];
  const startedAt = new Date(clock.now());
  const request = await signed(services, claim, endpoint, startedAt);
  const report =
    "signed" in request
      ? await sendAttempt(services.outbound, {
          url: endpoint.url ?? "",
          ...request.signed,
          body,
          timeoutMs: options.timeoutMs ?? format.timeoutMs(endpoint, delivery.eventType),
          connectTimeoutMs: format.connectTimeoutMs,
          signal: options.signal,
        })
      : request;
  const outcome = outcomeOf(report, format, clock.now());
  const attempt: Attempt = {
    id: newId<AttemptId>(),
    deliveryId: delivery.id,
    endpointId: endpoint.id,
    number: delivery.attemptCount,
    trigger: delivery.trigger,
    outcome: logged(outcome),
    errorCode: report.errorCode,
    errorMessage: report.errorMessage,
    url: endpoint.url ?? "",
    startedAt,
    timings: report.timings,
    ...(report.remoteAddress !== undefined && { remoteAddress: report.remoteAddress }),
    ...(report.status !== undefined && { status: report.status }),
    requestHeaders: "shown" in request ? request.shown : {},
    responseHeaders: report.responseHeaders,
    responsePrefix: report.responsePrefix,
    isTruncated: report.isTruncated,
  };
  return { report, outcome, attempt };
}

/** What the log calls an outcome. One that we cut short says nothing of the receiver. */
function logged({ kind }: Outcome): Attempt["outcome"] {
  if (kind === "cut") return "unknown";
  return kind === "delivered" ? "ok" : "fail";
}

/** An attempt that took too much of what others need. One that was answered before it ended stays as it is. */
export function cutForSpace(sent: Sent): Sent {
  if (sent.outcome.kind !== "cut") return sent;
  const errorCode = "timeout";
  const errorMessage = "ended early: too many attempts at this endpoint hang";
  return {
    report: { ...sent.report, errorCode, errorMessage },
    outcome: { kind: "failed", errorCode, verdict: "fault" },
    attempt: { ...sent.attempt, outcome: "fail", errorCode, errorMessage },
  };
}

/** What an attempt proves itself with, and its headers as they are kept; a report instead where that cannot be made. */
async function signed(
  { formats, secretKey, signingKeys }: SendingServices,
  { delivery, body, headers: bodyHeaders }: Claim,
  endpoint: Endpoint,
  at: Date,
): Promise<
  { signed: Pick<AttemptRequest, "headers" | "identity">; shown: Record<string, string> } | AttemptReport
> {
  try {
    const { headers: own, secrets: known, identity } = opened(secretKey, endpoint);
    const secrets = validSecrets({ secrets: known }, at).map(({ text }) => text);
    const ours = formats[endpoint.kind].headers({
      delivery,
      number: delivery.attemptCount,
      body,
      bodyHeaders,
      at,
      secrets,
      ...(endpoint.isAsymmetric && { signingKeys: await signingKeys.current() }),
    });
    const shown = { ...mapValues(own, () => true), ...mapValues(ours, (name) => SECRET_NAME.test(name)) };
    return { signed: { headers: { ...own, ...ours }, ...(identity && { identity }) }, shown };
  } catch (error) {
    callbackLog.error({ endpointId: endpoint.id, deliveryId: delivery.id, err: error }, "signing failed");
    return {
      errorCode: "secret_unreadable",
      errorMessage: "the endpoint's secrets, headers or certificate cannot be read with the key in use",
      responseHeaders: {},
      responsePrefix: "",
      isTruncated: false,
      timings: {},
    };
  }
}

interface Opened {
  headers: Record<string, string>;
  secrets: (EndpointSecret & { text: string })[];
  identity: ClientIdentity | undefined;
}

/** By the object that the endpoint was read into. */
const known = new WeakMap<Endpoint, Opened>();

/** Decrypts once for all attempts. */
function opened(secretKey: SecretKey, endpoint: Endpoint): Opened {
  const before = known.get(endpoint);
  if (before !== undefined) return before;
  const headers = openHeaders(secretKey, endpoint);
  const secrets = endpoint.secrets.map((secret) => ({
    ...secret,
    text: decryptSecret(secretKey, secret.encrypted),
  }));
  const fresh = { headers, secrets, identity: identityOf(secretKey, endpoint) };
  known.set(endpoint, fresh);
  return fresh;
}

/** Shortens the values that `isSecret` says are. */
function mapValues(
  headers: Record<string, string>,
  isSecret: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      isSecret(name.toLowerCase()) ? shortened(value) : value,
    ]),
  );
}

function shortened(value: string): string {
  return `…${value.length < LEAST_CHARACTERS ? "" : value.slice(-SHOWN_CHARACTERS)}`;
}
