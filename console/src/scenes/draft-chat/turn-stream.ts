import { ApiError } from "../../api/client.ts";
import { openEventStream } from "../../api/event-stream.ts";
import { resumedStream } from "../../api/resumable-stream.ts";
import type { TurnEvent } from "../trace/turn-state.ts";

/** How an answer is begun, or which one is read. */
export type TurnStart = { path: string; body?: unknown } | { turnId: string };

/**
 * The events of an answer to its end, whatever the connection does meanwhile: once the turn is known it is read again
 * where it broke. Rejects with an `ApiError` when the server refuses.
 */
export async function* turnEvents(
  start: TurnStart,
  signal: AbortSignal,
  onBroken: (isBroken: boolean) => void,
): AsyncGenerator<TurnEvent> {
  let turnId = "turnId" in start ? start.turnId : undefined;
  const open = (lastEventId: string | undefined) =>
    turnId === undefined && "path" in start
      ? openEventStream(start.path, { method: "POST", body: start.body ?? {}, signal })
      : openEventStream(`/api/turns/${turnId}/events`, { lastEventId, signal });
  const stream = resumedStream(open, {
    signal,
    onBroken,
    isLast: ({ data }) => isLast(JSON.parse(data)),
    // What was refused stays refused; a question that may not have arrived is not asked twice.
    mayRetry: (error) => turnId !== undefined && !(error instanceof ApiError && isRefusal(error)),
  });
  for await (const { data } of stream) {
    const event: TurnEvent = JSON.parse(data);
    if (event.type === "turn") turnId = event.turnId;
    yield event;
  }
}

function isLast({ type }: TurnEvent): boolean {
  return type === "turn-end" || type === "turn-error";
}

function isRefusal({ status }: ApiError): boolean {
  return status >= 400 && status < 500 && status !== 409 && status !== 429;
}
