import type { IncomingMessage, ServerResponse } from "node:http";

/** How long a request's body may take. */
export interface BodyTimes {
  /** From the head to the end of the body; for an upload that was answered, from the answer on. */
  totalMs: number;
  /** Longest silence within an upload. */
  stallMs: number;
}

/** An upload that has taken longer than `totalMs` must have come at this rate at least. */
const MIN_BYTES_PER_SECOND = 1_024;
const CHECKS_PER_STALL = 4;

/**
 * Watches a body arrive and calls `onLate` once when it takes too long: any body against the whole time, an upload
 * against silence and against trickling. Stops when the body is complete or the connection closed.
 */
export function watchBody(
  request: IncomingMessage,
  response: ServerResponse,
  { isUpload, times, onLate }: { isUpload: boolean; times: BodyTimes; onLate: () => void },
): void {
  if (!hasBody(request)) return;
  let clock: NodeJS.Timeout | undefined;
  const late = () => {
    clearInterval(clock);
    if (!request.complete) onLate();
  };
  const wholeTime = () => {
    clearInterval(clock);
    clock = setTimeout(late, times.totalMs);
  };
  if (isUpload) {
    clock = setInterval(lateness(request, times, late), times.stallMs / CHECKS_PER_STALL);
    response.once("finish", () => {
      if (!request.complete) wholeTime();
    });
  } else wholeTime();
  request.once("close", () => clearInterval(clock));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function lateness({ socket }: IncomingMessage, times: BodyTimes, late: () => void): () => void {
  const startedAt = performance.now();
  const before = socket.bytesRead;
  let seen = before;
  let movedAt = startedAt;
  return () => {
    const now = performance.now();
    if (socket.bytesRead !== seen) {
      seen = socket.bytesRead;
      movedAt = now;
    }
    const elapsedMs = now - startedAt;
    const isTrickling =
      elapsedMs > times.totalMs && (seen - before) / (elapsedMs / 1_000) < MIN_BYTES_PER_SECOND;
    if (isTrickling || now - movedAt >= times.stallMs) late();
  };
}
