import type { DomainError, ErrorCode } from "../../domain/errors.ts";
import type { Call, JsonReply } from "../../http/route.ts";

/** HTTP status of our errors; the code itself stands in the body. */
export const CONSOLE_ERRORS: Record<ErrorCode, { status: number }> = {
  credential_missing: { status: 401 },
  credential_invalid: { status: 401 },
  credential_expired: { status: 401 },
  access_disabled: { status: 403 },
  permission_denied: { status: 403 },
  request_invalid: { status: 400 },
  body_malformed: { status: 400 },
  content_too_long: { status: 400 },
  request_repeated: { status: 409 },
  body_too_large: { status: 413 },
  route_unknown: { status: 404 },
  agent_not_workflow: { status: 400 },
  agent_not_chat: { status: 400 },
  conversation_not_found: { status: 404 },
  message_not_found: { status: 404 },
  run_not_found: { status: 404 },
  run_not_waiting: { status: 409 },
  trigger_not_subscribed: { status: 409 },
  not_found: { status: 404 },
  agent_not_published: { status: 409 },
  turn_not_running: { status: 409 },
  turn_not_waiting: { status: 409 },
  turn_not_stored: { status: 409 },
  regenerate_limit: { status: 409 },
  already_decided: { status: 409 },
  conversation_busy: { status: 409 },
  rate_limited: { status: 429 },
  event_limit_reached: { status: 429 },
  too_many_turns: { status: 429 },
  budget_exhausted: { status: 429 },
  not_supported: { status: 501 },
  model_unknown: { status: 500 },
  model_timeout: { status: 504 },
  model_failed: { status: 502 },
  workflow_failed: { status: 500 },
  authorization_pending: { status: 400 },
  polling_too_fast: { status: 429 },
  authorization_denied: { status: 403 },
  authorization_expired: { status: 401 },
  authorization_invalid: { status: 401 },
  client_invalid: { status: 401 },
  grant_unsupported: { status: 400 },
  shutting_down: { status: 503 },
  storage_failed: { status: 503 },
  internal: { status: 500 },
};

/** `{error: {code, message, field, problems}, requestId}`; `field` where one is at fault, `problems` all of them. */
export function presentError(error: DomainError, { requestId }: Call): JsonReply {
  const { code, message, field, problems, retryAfterSeconds } = error;
  return {
    kind: "json",
    status: CONSOLE_ERRORS[code].status,
    ...(retryAfterSeconds !== undefined && { headers: { "retry-after": String(retryAfterSeconds) } }),
    body: {
      error: { code, message, ...(field !== undefined && { field }), ...(problems && { problems }) },
      requestId,
    },
  };
}
