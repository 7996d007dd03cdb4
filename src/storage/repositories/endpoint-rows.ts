import type { Endpoint, EndpointHealth, EndpointKind } from "../../domain/endpoint.ts";
import type { EndpointId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { EndpointHealthRow, EndpointRow } from "../schema.ts";

export function toEndpointRow(endpoint: Endpoint): EndpointRow {
  return {
    id: endpoint.id,
    kind: endpoint.kind,
    name: endpoint.name,
    owner_id: endpoint.ownerId ?? null,
    workspace_id: endpoint.workspaceId ?? null,
    channel: endpoint.channel ?? null,
    slug: endpoint.slug ?? null,
    url: endpoint.url ?? null,
    event_types: JSON.stringify(endpoint.eventTypes),
    agent_ids: JSON.stringify(endpoint.agentIds),
    headers: endpoint.encryptedHeaders,
    secrets: JSON.stringify(endpoint.secrets),
    timeout_ms: endpoint.timeoutMs,
    max_in_flight: endpoint.maxInFlight,
    rate_per_second: endpoint.ratePerSecond ?? null,
    is_ordered: endpoint.isOrdered ? 1 : 0,
    is_asymmetric: endpoint.isAsymmetric ? 1 : 0,
    is_coalescing: endpoint.isCoalescing ? 1 : 0,
    feedback_options: endpoint.feedback === undefined ? null : JSON.stringify(endpoint.feedback),
    retry_delays: endpoint.retryDelaysMs === undefined ? null : JSON.stringify(endpoint.retryDelaysMs),
    client_certificate: endpoint.encryptedClientCertificate ?? null,
    state: endpoint.state,
    state_reason: endpoint.stateReason,
    created_at: endpoint.createdAt.getTime(),
    updated_at: endpoint.updatedAt.getTime(),
    deleted_at: null,
  };
}

export function toEndpoint(row: EndpointRow): Endpoint {
  return {
    id: row.id as EndpointId,
    kind: row.kind as EndpointKind,
    name: row.name,
    ...(row.owner_id === null ? {} : { ownerId: row.owner_id as UserId }),
    ...(row.workspace_id === null ? {} : { workspaceId: row.workspace_id as WorkspaceId }),
    ...(row.channel === null ? {} : { channel: row.channel }),
    ...(row.slug === null ? {} : { slug: row.slug }),
    ...(row.url === null ? {} : { url: row.url }),
    eventTypes: JSON.parse(row.event_types),
    agentIds: JSON.parse(row.agent_ids),
    encryptedHeaders: row.headers,
    secrets: toSecrets(row.secrets),
    timeoutMs: row.timeout_ms,
    maxInFlight: row.max_in_flight,
    ...(row.rate_per_second === null ? {} : { ratePerSecond: row.rate_per_second }),
    isOrdered: row.is_ordered === 1,
    isAsymmetric: row.is_asymmetric === 1,
    isCoalescing: row.is_coalescing === 1,
    ...(row.feedback_options === null ? {} : { feedback: JSON.parse(row.feedback_options) }),
    ...(row.retry_delays === null ? {} : { retryDelaysMs: JSON.parse(row.retry_delays) }),
    ...(row.client_certificate === null ? {} : { encryptedClientCertificate: row.client_certificate }),
    state: row.state as Endpoint["state"],
    stateReason: row.state_reason,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

function toSecrets(json: string): Endpoint["secrets"] {
  const secrets: { encrypted: string; createdAt: string; expiresAt?: string }[] = JSON.parse(json);
  return secrets.map(({ encrypted, createdAt, expiresAt }) => ({
    encrypted,
    createdAt: new Date(createdAt),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
  }));
}

export function toHealthRow(health: EndpointHealth): EndpointHealthRow {
  return {
    endpoint_id: health.endpointId,
    failing_since: health.failingSince?.getTime() ?? null,
    last_success_at: health.lastSuccessAt?.getTime() ?? null,
    last_attempt_at: health.lastAttemptAt?.getTime() ?? null,
    consecutive_failures: health.consecutiveFailures,
    breaker_opened_at: health.breaker?.openedAt.getTime() ?? null,
    breaker_until: health.breaker?.until.getTime() ?? null,
    breaker_backoff_ms: health.breaker?.backoffMs ?? null,
  };
}

export function toHealth(row: EndpointHealthRow): EndpointHealth {
  const { breaker_opened_at: openedAt, breaker_until: until, breaker_backoff_ms: backoffMs } = row;
  return {
    endpointId: row.endpoint_id as EndpointId,
    ...(row.failing_since === null ? {} : { failingSince: new Date(row.failing_since) }),
    ...(row.last_success_at === null ? {} : { lastSuccessAt: new Date(row.last_success_at) }),
    ...(row.last_attempt_at === null ? {} : { lastAttemptAt: new Date(row.last_attempt_at) }),
    consecutiveFailures: row.consecutive_failures,
    ...(openedAt === null || until === null || backoffMs === null
      ? {}
      : { breaker: { openedAt: new Date(openedAt), until: new Date(until), backoffMs } }),
  };
}
