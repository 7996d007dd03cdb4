import { send } from "./client.ts";
import { readServerSentEvents, type ServerSentEvent } from "./server-sent-events.ts";

/**
 * Calls an operation that answers with server-sent events, and yields them as they come. Ends when the server ends
 * the stream. Rejects with an `ApiError` when it refuses, with what `fetch` rejects with when the connection breaks.
 */
export async function* openEventStream(
  path: string,
  options: { method?: "GET" | "POST"; body?: unknown; lastEventId?: string | undefined; signal: AbortSignal },
): AsyncGenerator<ServerSentEvent> {
  const headers = new Headers({ accept: "text/event-stream" });
  if (options.lastEventId !== undefined) headers.set("last-event-id", options.lastEventId);
  if (options.body !== undefined) headers.set("content-type", "application/json");
  const request = new Request(path, {
    method: options.method ?? "GET",
    headers,
    signal: options.signal,
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  yield* readServerSentEvents(await send(request));
}
