import { ModelError } from "../chat-model.ts";
import { connectionError } from "../connection-error.ts";
import { retryAfterMs } from "../retry.ts";
import { statusError, streamError, withoutSecrets } from "../vendor-failure.ts";

/** The fields of `APICallError` that are read. It also holds the whole prompt, so it never becomes a cause. */
interface CallError extends Error {
  statusCode?: number;
  responseBody?: string;
  responseHeaders?: Record<string, string>;
}

/** The error for what `doStream` or its stream threw. `hasAnswered`: the stream had been opened. */
export function convertError(thrown: unknown, hasAnswered: boolean, secrets: readonly string[]): ModelError {
  if (thrown instanceof ModelError) return thrown;
  if (!(thrown instanceof Error)) return streamError(thrown, secrets, undefined);
  const failure: CallError = thrown;
  const { statusCode, responseBody, responseHeaders = {} } = failure;
  const requestId = requestIdIn(responseHeaders);
  if (statusCode !== undefined && statusCode >= 300) {
    const answer = {
      status: statusCode,
      body: responseBody ?? thrown.message,
      requestId,
      retryAfterMs: retryAfterMs(responseHeaders["retry-after"], Date.now()),
    };
    return statusError(answer, secrets);
  }
  const network = networkError(thrown);
  if (network !== undefined) return connectionError(network, hasAnswered, requestId);
  const detail = withoutSecrets(`${thrown.name}: ${thrown.message}`, secrets);
  return new ModelError("broken", "the model's server sent an answer that cannot be read", {
    detail,
    requestId,
  });
}

/** The vendor's id of the request. */
export function requestIdIn(headers: Readonly<Record<string, string>> | undefined): string | undefined {
  return headers?.["request-id"] ?? headers?.["x-request-id"];
}

/** The error of the socket, which `fetch` and the provider wrap a few times. */
function networkError(error: Error): Error | undefined {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    const code = "code" in inner ? String(inner.code) : "";
    if (/^(UND_ERR_|E[A-Z]+$|ERR_TLS|CERT_|UNABLE_TO)/.test(code) || inner.name === "HTTPParserError") {
      return inner;
    }
  }
  return undefined;
}
