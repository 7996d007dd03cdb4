import { describeClientCertificate } from "../../callbacks/client-certificate.ts";
import { fingerprintOf, openSecrets, validSecrets } from "../../callbacks/endpoint-secrets.ts";
import type { SecretKey } from "../../config/secrets.ts";
import type { Attempt, Delivery, Endpoint, EndpointHealth, Replay } from "../../domain/endpoint.ts";
import type { ProductEvent } from "../../domain/event.ts";
import { idTimeMs } from "../../domain/ids.ts";
import type { AttemptLine, EndpointCounts } from "../../storage/store.ts";
import { formatId } from "./wire.ts";

/** Null where there is none. */
function optionalId(id: number | undefined): string | null {
  return id === undefined ? null : formatId(id);
}

/** How an endpoint is shown; of its headers only the names, of its secrets and its certificate only fingerprints. */
export function presentEndpoint(
  endpoint: Endpoint,
  {
    health,
    counts,
    secretKey,
    headers,
  }: {
    health: EndpointHealth | undefined;
    counts: EndpointCounts | undefined;
    secretKey: SecretKey;
    headers: Record<string, string>;
  },
) {
  return {
    id: formatId(endpoint.id),
    kind: endpoint.kind,
    name: endpoint.name,
    workspaceId: optionalId(endpoint.workspaceId),
    channel: endpoint.channel ?? null,
    slug: endpoint.slug ?? null,
    url: endpoint.url ?? null,
    eventTypes: endpoint.eventTypes,
    agentIds: endpoint.agentIds.map(formatId),
    headerNames: Object.keys(headers),
    secrets: presentSecrets(endpoint, secretKey),
    timeoutMs: endpoint.timeoutMs,
    maxInFlight: endpoint.maxInFlight,
    ratePerSecond: endpoint.ratePerSecond ?? null,
    isOrdered: endpoint.isOrdered,
    isCoalescing: endpoint.isCoalescing,
    feedback: endpoint.feedback ?? null,
    isAsymmetric: endpoint.isAsymmetric,
    clientCertificate: describeClientCertificate(secretKey, endpoint) ?? null,
    retryDelaysMs: endpoint.retryDelaysMs ?? null,
    state: endpoint.state,
    stateReason: endpoint.stateReason,
    health: presentHealth(health),
    counts: counts ?? { pending: 0, held: 0, failed: 0 },
    createdAt: endpoint.createdAt,
    updatedAt: endpoint.updatedAt,
  };
}

/** Newest first. */
export function presentSecrets(endpoint: Endpoint, secretKey: SecretKey) {
  const now = new Date();
  const texts = openSecrets(secretKey, endpoint, now);
  return validSecrets(endpoint, now).map(({ createdAt, expiresAt }, index) => ({
    fingerprint: fingerprintOf(texts[index] ?? ""),
    createdAt,
    expiresAt: expiresAt ?? null,
  }));
}

function presentHealth(health: EndpointHealth | undefined) {
  return {
    failingSince: health?.failingSince ?? null,
    lastSuccessAt: health?.lastSuccessAt ?? null,
    lastAttemptAt: health?.lastAttemptAt ?? null,
    consecutiveFailures: health?.consecutiveFailures ?? 0,
    nextTryAt: health?.breaker?.until ?? null,
  };
}

export function presentEvent({ id, type, workspaceId, subject, at }: ProductEvent) {
  return { id: formatId(id), type, workspaceId: formatId(workspaceId), subject, at };
}

export function presentDelivery(
  delivery: Omit<Delivery, "attemptCount" | "failureCount" | "hasGap" | "lastError"> & Partial<Delivery>,
) {
  return {
    id: formatId(delivery.id),
    eventId: formatId(delivery.eventId),
    endpointId: formatId(delivery.endpointId),
    workspaceId: formatId(delivery.workspaceId),
    eventType: delivery.eventType,
    wireId: delivery.wireId,
    trigger: delivery.trigger,
    replayId: optionalId(delivery.replayId),
    state: delivery.state,
    attemptCount: delivery.attemptCount ?? 0,
    dueAt: delivery.state === "pending" ? delivery.dueAt : null,
    hasGap: delivery.hasGap ?? false,
    lastError: delivery.lastError ?? "",
    createdAt: delivery.createdAt,
    endedAt: delivery.endedAt ?? null,
  };
}

export function presentAttempt(attempt: Attempt) {
  const { dns, connect, firstByte, total } = attempt.timings;
  return {
    id: formatId(attempt.id),
    number: attempt.number,
    trigger: attempt.trigger,
    outcome: attempt.outcome,
    errorCode: attempt.errorCode,
    errorMessage: attempt.errorMessage,
    url: attempt.url,
    startedAt: attempt.startedAt,
    timings: {
      dnsMs: dns ?? null,
      connectMs: connect ?? null,
      firstByteMs: firstByte ?? null,
      totalMs: total ?? null,
    },
    remoteAddress: attempt.remoteAddress ?? null,
    status: attempt.status ?? null,
    requestHeaders: attempt.requestHeaders,
    responseHeaders: attempt.responseHeaders,
    responsePrefix: attempt.responsePrefix,
    isTruncated: attempt.isTruncated,
  };
}

export function presentAttemptLine(attempt: AttemptLine) {
  return {
    id: formatId(attempt.id),
    deliveryId: formatId(attempt.deliveryId),
    endpointId: formatId(attempt.endpointId),
    eventType: attempt.eventType,
    number: attempt.number,
    trigger: attempt.trigger,
    outcome: attempt.outcome,
    errorCode: attempt.errorCode,
    errorMessage: attempt.errorMessage,
    url: attempt.url,
    status: attempt.status ?? null,
    totalMs: attempt.timings.total ?? null,
    startedAt: attempt.startedAt,
  };
}

export function presentReplay(replay: Replay) {
  return {
    id: formatId(replay.id),
    endpointId: formatId(replay.endpointId),
    since: replay.since,
    until: replay.until,
    eventTypes: replay.eventTypes,
    onlyFailed: replay.isOnlyFailed,
    ratePerSecond: replay.ratePerSecond,
    state: replay.state,
    sentCount: replay.sentCount,
    reachedAt: reachedAt(replay),
    createdBy: optionalId(replay.createdBy),
    createdAt: replay.createdAt,
    endedAt: replay.endedAt ?? null,
  };
}

function reachedAt({ state, cursor, since, until }: Replay): Date {
  if (state === "done") return until;
  return new Date(Math.min(Math.max(idTimeMs(cursor), since.getTime()), until.getTime()));
}
