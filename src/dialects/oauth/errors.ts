import type { DomainError, ErrorCode } from "../../domain/errors.ts";
import type { Call, JsonReply } from "../../http/route.ts";

/**
 * Our errors in the words of the token endpoint, and the HTTP status they come with. Source: spec page §2.5; statuses
 * above 401 are not there and follow HTTP.
 */
export const OAUTH_ERRORS: Record<ErrorCode, { status: number; error: string }> = {
  credential_missing: { status: 401, error: "invalid_client" },
  credential_invalid: { status: 401, error: "invalid_client" },
  credential_expired: { status: 401, error: "invalid_client" },
  access_disabled: { status: 400, error: "access_deny" },
  permission_denied: { status: 400, error: "access_deny" },
  request_invalid: { status: 400, error: "invalid_request" },
  body_malformed: { status: 400, error: "invalid_request" },
  content_too_long: { status: 400, error: "invalid_request" },
  request_repeated: { status: 409, error: "invalid_request" },
  body_too_large: { status: 400, error: "invalid_request" },
  route_unknown: { status: 404, error: "invalid_request" },
  agent_not_workflow: { status: 400, error: "invalid_request" },
  agent_not_chat: { status: 400, error: "invalid_request" },
  conversation_not_found: { status: 400, error: "invalid_request" },
  message_not_found: { status: 400, error: "invalid_request" },
  run_not_found: { status: 400, error: "invalid_request" },
  run_not_waiting: { status: 400, error: "invalid_request" },
  trigger_not_subscribed: { status: 400, error: "invalid_request" },
  not_found: { status: 400, error: "invalid_request" },
  agent_not_published: { status: 400, error: "invalid_request" },
  turn_not_running: { status: 400, error: "invalid_request" },
  turn_not_waiting: { status: 400, error: "invalid_request" },
  turn_not_stored: { status: 400, error: "invalid_request" },
  regenerate_limit: { status: 400, error: "invalid_request" },
  already_decided: { status: 409, error: "invalid_request" },
  conversation_busy: { status: 400, error: "invalid_request" },
  rate_limited: { status: 429, error: "slow_down" },
  event_limit_reached: { status: 429, error: "slow_down" },
  too_many_turns: { status: 429, error: "slow_down" },
  budget_exhausted: { status: 429, error: "slow_down" },
  not_supported: { status: 400, error: "invalid_request" },
  model_unknown: { status: 500, error: "internal_error" },
  model_timeout: { status: 500, error: "internal_error" },
  model_failed: { status: 500, error: "internal_error" },
  workflow_failed: { status: 500, error: "internal_error" },
  authorization_pending: { status: 400, error: "authorization_pending" },
  polling_too_fast: { status: 400, error: "slow_down" },
  authorization_denied: { status: 400, error: "access_denied" },
  authorization_expired: { status: 400, error: "expired_token" },
  authorization_invalid: { status: 400, error: "invalid_request" },
  client_invalid: { status: 401, error: "invalid_client" },
  grant_unsupported: { status: 400, error: "unsupported_grant_type" },
  shutting_down: { status: 503, error: "internal_error" },
  storage_failed: { status: 503, error: "internal_error" },
  internal: { status: 500, error: "internal_error" },
};

/** The same word twice: the JavaScript SDK reads `error`, the others `error_code`. Source: spec page §2.5. */
export function presentError(error: DomainError, call: Call): JsonReply {
  const { status, error: word } = OAUTH_ERRORS[error.code];
  const message = error.field === undefined ? error.message : `${error.field}: ${error.message}`;
  return {
    kind: "json",
    status,
    headers: {
      "x-tt-logid": call.requestId,
      ...(error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) }),
    },
    body: { error: word, error_code: word, error_message: message },
  };
}
