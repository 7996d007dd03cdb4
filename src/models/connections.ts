import { Agent } from "undici";

/** Milliseconds; 0 waits for ever. Above one second they are kept to within half a second. */
interface ModelTimeouts {
  /** Until the connection is made. Default 10,000. */
  connectMs: number;
  /** From the sent request to the answer's headers. Default 120,000. */
  firstByteMs: number;
  /** Between two pieces of the answer. Default 120,000. */
  betweenBytesMs: number;
}

/** Limits as configured; what is absent or undefined has its default. */
export type ConfiguredTimeouts = { [Limit in keyof ModelTimeouts]?: ModelTimeouts[Limit] | undefined };

/**
 * Connections of one model: as many as there are streams, kept for later requests, one request at a time on
 * each, so that closing one stream never touches another.
 */
export function openConnections(timeouts: ConfiguredTimeouts = {}): Agent {
  return new Agent({
    connect: { timeout: timeouts.connectMs ?? 10_000 },
    headersTimeout: timeouts.firstByteMs ?? 120_000,
    bodyTimeout: timeouts.betweenBytesMs ?? 120_000,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 30_000,
  });
}
