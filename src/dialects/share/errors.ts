import type { DomainError, ErrorCode } from "../../domain/errors.ts";
import type { Call, JsonReply } from "../../http/route.ts";

/** What visitors are told, by code. Whatever else goes wrong is nobody's business out there: `internal`. */
const SHARE_ERRORS: Partial<Record<ErrorCode, number>> = {
  credential_missing: 401,
  credential_invalid: 401,
  request_invalid: 400,
  body_malformed: 400,
  content_too_long: 400,
  body_too_large: 413,
  route_unknown: 404,
  not_found: 404,
  conversation_not_found: 404,
  message_not_found: 404,
  agent_not_published: 409,
  conversation_busy: 409,
  regenerate_limit: 409,
  rate_limited: 429,
  too_many_turns: 429,
  budget_exhausted: 429,
  shutting_down: 503,
};

/** `{error: {code, message, field}, requestId}`. */
export function presentError(error: DomainError, { requestId }: Call): JsonReply {
  const status = SHARE_ERRORS[error.code];
  if (status === undefined) {
    return {
      kind: "json",
      status: 500,
      body: { error: { code: "internal", message: "internal error" }, requestId },
    };
  }
  const { code, message, field, retryAfterSeconds } = error;
  return {
    kind: "json",
    status,
    ...(retryAfterSeconds !== undefined && { headers: { "retry-after": String(retryAfterSeconds) } }),
    body: { error: { code, message, ...(field !== undefined && { field }) }, requestId },
  };
}
