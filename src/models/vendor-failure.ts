import { ModelError } from "./chat-model.ts";

/** What is known about an answer that was a refusal. */
export interface VendorAnswer {
  status: number;
  /** The body as text, or as much of it as was read. */
  body: string;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
}

/** The error for an answer with a status that is not 2xx. `secrets` are taken out of the vendor's words. */
export function statusError(answer: VendorAnswer, secrets: readonly string[]): ModelError {
  const { status, requestId, retryAfterMs } = answer;
  const detail = withoutSecrets(vendorWords(answer.body), secrets);
  return new ModelError(isOverload(status) ? "overloaded" : "refused", statusMessage(status), {
    status,
    detail,
    requestId,
    retryAfterMs,
  });
}

/** The error for an error object that came where the answer should be: a status is guessed from its code. */
export function streamError(
  error: unknown,
  secrets: readonly string[],
  requestId: string | undefined,
): ModelError {
  const words = withoutSecrets(wordsOf(error), secrets);
  const options = { detail: words, requestId };
  const status = statusIn(error);
  if (status !== undefined) {
    const failure = isOverload(status) ? "overloaded" : "refused";
    return new ModelError(failure, statusMessage(status), { ...options, status });
  }
  if (/rate.?limit|overload|too many requests|unavailable|server.?error/i.test(words)) {
    return new ModelError("overloaded", "the model's server is overloaded", options);
  }
  return new ModelError("broken", "the model's server reported an error in its answer", options);
}

/** 429 and 5xx: the same request may succeed later. */
function isOverload(status: number): boolean {
  return status === 429 || status >= 500;
}

/** Replaces every secret by `***`. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, "***");
  return clean;
}

function statusMessage(status: number): string {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return `the model's server did not accept the request (status ${status})`;
    case 401:
    case 403:
      return `the model's server refused the credentials (status ${status})`;
    case 402:
      return "the account at the model's server has no credit (status 402)";
    case 404:
      return "the model's server does not know this model or address (status 404)";
    case 429:
      return "the model's server limits the rate of requests (status 429)";
    default:
      if (status >= 500) return `the model's server failed (status ${status})`;
      return `the model's server refused the request (status ${status})`;
  }
}

function vendorWords(body: string): string {
  try {
    return wordsOf(JSON.parse(body));
  } catch {
    // Not JSON: proxies answer with a page or a plain sentence.
    return body.trim();
  }
}

/** The fields of the error objects vendors send: `{error: {message}}`, `{error: "…"}`, `{message}`, all flat. */
interface WireError {
  error?: unknown;
  message?: unknown;
  type?: unknown;
  code?: unknown;
  status?: unknown;
  status_code?: unknown;
  statusCode?: unknown;
}

function wordsOf(error: unknown): string {
  if (typeof error === "string") return error;
  if (!isWireError(error)) return JSON.stringify(error) ?? "";
  if (typeof error.message !== "string") {
    return error.error === undefined ? JSON.stringify(error) : wordsOf(error.error);
  }
  const kind = [error.type, error.code].filter((name) => typeof name === "string").join(" ");
  return kind === "" ? error.message : `${error.message} (${kind})`;
}

function statusIn(error: unknown): number | undefined {
  if (!isWireError(error)) return undefined;
  for (const code of [error.status, error.status_code, error.statusCode, error.code]) {
    const status = Number(code);
    if (Number.isInteger(status) && status >= 400 && status < 600) return status;
  }
  return statusIn(error.error);
}

function isWireError(value: unknown): value is WireError {
  return typeof value === "object" && value !== null;
}
