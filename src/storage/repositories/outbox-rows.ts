import type { Attempt, Delivery } from "../../domain/endpoint.ts";
import type { AnyFact, EventType, ProductEvent } from "../../domain/event.ts";
import {
  type AttemptId,
  type DeliveryId,
  type EndpointId,
  type EventBodyId,
  type EventId,
  firstIdAt,
  type ReplayId,
  type WorkspaceId,
} from "../../domain/ids.ts";
import type { AttemptRow, DeliveryRow, EventRow } from "../schema.ts";
import type { AttemptLine } from "../store.ts";

/** What a list shows of an attempt. */
export type AttemptLineRow = Omit<
  AttemptRow,
  | "workspace_id"
  | "request_headers"
  | "response_headers"
  | "response_prefix"
  | "is_truncated"
  | "remote_address"
>;

/** By how much the clock that made an id may differ from the one that dated its row. */
const CLOCK_ROOM_MS = 24 * 60 * 60 * 1000;

/** No row of that time or later has a smaller id. */
export function leastIdOf(at: Date): number {
  return firstIdAt(at.getTime() - CLOCK_ROOM_MS);
}

/** No row of that time or earlier has a greater id. */
export function greatestIdOf(at: Date): number {
  return firstIdAt(at.getTime() + CLOCK_ROOM_MS);
}

export function toEventRow(
  event: ProductEvent,
  fanOut: { isFannedOut: boolean; fanOutCursor: EndpointId },
): EventRow {
  return {
    id: event.id,
    workspace_id: event.workspaceId,
    type: event.type,
    subject: event.subject,
    data: JSON.stringify(event.data),
    created_at: event.at.getTime(),
    is_fanned_out: fanOut.isFannedOut ? 1 : 0,
    fan_out_cursor: fanOut.fanOutCursor,
  };
}

export function toEvent(row: EventRow): ProductEvent {
  const fact = {
    type: row.type,
    workspaceId: row.workspace_id as WorkspaceId,
    subject: row.subject,
    at: new Date(row.created_at),
    data: JSON.parse(row.data),
  } as AnyFact;
  return { ...fact, id: row.id as EventId };
}

/** Most bodies have none. */
export function toBodyHeaders(json: string): Record<string, string> {
  return json === "" ? {} : JSON.parse(json);
}

export function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id as DeliveryId,
    eventId: row.event_id as EventId,
    endpointId: row.endpoint_id as EndpointId,
    workspaceId: row.workspace_id as WorkspaceId,
    eventType: row.event_type as EventType,
    wireId: row.wire_id,
    bodyId: row.body_id as EventBodyId,
    trigger: row.trigger as Delivery["trigger"],
    ...(row.replay_id === 0 ? {} : { replayId: row.replay_id as ReplayId }),
    state: row.state as Delivery["state"],
    attemptCount: row.attempt_count,
    failureCount: row.failure_count,
    dueAt: new Date(row.due_at),
    orderKey: row.order_key,
    hasGap: row.has_gap === 1,
    lastError: row.last_error,
    createdAt: new Date(row.created_at),
    ...(row.ended_at === null ? {} : { endedAt: new Date(row.ended_at) }),
  };
}

/** The workspace is the delivery's. */
export function toAttemptRow(attempt: Attempt): Omit<AttemptRow, "workspace_id"> {
  return {
    id: attempt.id,
    delivery_id: attempt.deliveryId,
    endpoint_id: attempt.endpointId,
    number: attempt.number,
    trigger: attempt.trigger,
    outcome: attempt.outcome,
    error_code: attempt.errorCode,
    error_message: attempt.errorMessage,
    url: attempt.url,
    started_at: attempt.startedAt.getTime(),
    timings: JSON.stringify(attempt.timings),
    remote_address: attempt.remoteAddress ?? null,
    status: attempt.status ?? null,
    request_headers: JSON.stringify(attempt.requestHeaders),
    response_headers: JSON.stringify(attempt.responseHeaders),
    response_prefix: attempt.responsePrefix,
    is_truncated: attempt.isTruncated ? 1 : 0,
  };
}

export function toAttempt(row: AttemptRow): Attempt {
  return {
    ...toAttemptParts(row),
    ...(row.remote_address === null ? {} : { remoteAddress: row.remote_address }),
    requestHeaders: JSON.parse(row.request_headers),
    responseHeaders: JSON.parse(row.response_headers),
    responsePrefix: row.response_prefix,
    isTruncated: row.is_truncated === 1,
  };
}

export function toAttemptLine(row: AttemptLineRow, eventType: string): AttemptLine {
  return { ...toAttemptParts(row), eventType: eventType as EventType };
}

function toAttemptParts(row: AttemptLineRow): Omit<AttemptLine, "eventType"> {
  return {
    id: row.id as AttemptId,
    deliveryId: row.delivery_id as DeliveryId,
    endpointId: row.endpoint_id as EndpointId,
    number: row.number,
    trigger: row.trigger as Attempt["trigger"],
    outcome: row.outcome as Attempt["outcome"],
    errorCode: row.error_code,
    errorMessage: row.error_message,
    url: row.url,
    startedAt: new Date(row.started_at),
    timings: JSON.parse(row.timings),
    ...(row.status === null ? {} : { status: row.status }),
  };
}
