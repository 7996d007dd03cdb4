import type { ServerSentEvent } from "./server-sent-events.ts";

/** Pauses before a broken stream is opened again; the last one stays. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000, 8_000];

/**
 * The events of a stream that is opened again when it breaks, behind the last event that was read, until one of them
 * `isLast`. `open` is told that event's id, and how often the stream was opened before. Rejects with what `open` rejects
 * with where `mayRetry` says no, and with the signal's reason.
 */
export async function* resumedStream(
  open: (lastEventId: string | undefined, attempt: number) => AsyncIterable<ServerSentEvent>,
  options: {
    isLast: (event: ServerSentEvent) => boolean;
    mayRetry: (error: unknown) => boolean;
    signal: AbortSignal;
    /** Told when the stream is broken and when it goes on. */
    onBroken?: (isBroken: boolean) => void;
  },
): AsyncGenerator<ServerSentEvent> {
  const { isLast, mayRetry, signal, onBroken } = options;
  let lastEventId: string | undefined;
  let failures = 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      for await (const event of open(lastEventId, attempt)) {
        if (failures > 0) onBroken?.(false);
        failures = 0;
        lastEventId = event.id ?? lastEventId;
        yield event;
        if (isLast(event)) return;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!mayRetry(error)) throw error;
    }
    onBroken?.(true);
    await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0, signal);
    failures += 1;
  }
}

/** Ends early when the signal aborts, and rejects with its reason. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
