import type { Attempt } from "../domain/endpoint.ts";
import type { ClientIdentity, Exchange, Outbound } from "../http/outbound.ts";

export interface AttemptRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** For everything together: name, connection, response. */
  timeoutMs: number;
  /** Of that, for the connection. Absent: five seconds. */
  connectTimeoutMs?: number | undefined;
  /** Who the receiver is told that we are, in TLS. Absent: nobody. */
  identity?: ClientIdentity;
  signal?: AbortSignal;
}

/** What came of an attempt, as far as it came. */
export interface AttemptReport
  extends Pick<Attempt, "timings" | "remoteAddress" | "status" | "responseHeaders" | "isTruncated"> {
  /** The first 16 KiB of the answer. */
  responsePrefix: string;
  /**
   * Empty: the status is in the two hundreds. `redirect_refused`, `http_<status>`: another status. Otherwise there
   * was no response, and it is an `OutboundCode` such as `refused` or `dns_timeout`.
   */
  errorCode: string;
  /** For people; empty: nothing to say. */
  errorMessage: string;
}

const KEEP_BYTES = 16 * 1024;
const READ_BYTES = 64 * 1024;

/**
 * POSTs a body once and says what came of it. Once there is a status it decides, even when the rest of the answer
 * breaks off, is too long or drips past the deadline. Redirects are not followed. Never rejects.
 */
export async function sendAttempt(
  outbound: Pick<Outbound, "exchange">,
  request: AttemptRequest,
): Promise<AttemptReport> {
  const answer = await outbound.exchange({
    ...request,
    method: "POST",
    keepBytes: KEEP_BYTES,
    readBytes: READ_BYTES,
  });
  const { status, timings, remoteAddress } = answer;
  return {
    ...(status !== undefined && { status }),
    ...(remoteAddress !== undefined && { remoteAddress }),
    responseHeaders: answer.headers,
    responsePrefix: textOf(answer.body),
    isTruncated: status !== undefined && (answer.failure !== undefined || answer.isCut),
    timings,
    ...errorOf(answer),
  };
}

/** A character that was cut in two at the end is left out. */
function textOf(body: Buffer): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(body, { stream: true });
}

function errorOf({ status, failure }: Exchange): Pick<AttemptReport, "errorCode" | "errorMessage"> {
  if (status === undefined) {
    return { errorCode: failure?.code ?? "aborted", errorMessage: failure?.message ?? "" };
  }
  if (status >= 200 && status < 300) return { errorCode: "", errorMessage: "" };
  if (status >= 300 && status < 400) {
    return { errorCode: "redirect_refused", errorMessage: `redirects (${status}) are not followed` };
  }
  return { errorCode: `http_${status}`, errorMessage: `the receiver answered with status ${status}` };
}
