import type { DomainError, ErrorCode } from "../../domain/errors.ts";
import type { Call, JsonReply } from "../../http/route.ts";

/** What went wrong, as OpenAI's clients read it. */
export interface OpenAiError {
  status: number;
  type: string;
  code: string | null;
}

const invalid = { status: 400, type: "invalid_request_error", code: null };
const missing = { status: 404, type: "invalid_request_error", code: "not_found" };
const denied = { status: 403, type: "permission_error", code: "permission_denied" };
const limited = { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" };
const wrongKey = { status: 401, type: "authentication_error", code: "invalid_api_key" };
const unavailable = { status: 503, type: "server_error", code: "service_unavailable" };
const badGateway = { status: 502, type: "server_error", code: "upstream_failed" };

/**
 * Our errors in OpenAI's words, with their real HTTP status. Its clients retry 408, 409, 429 and every status from
 * 500 on. Source: OpenAI API reference, "Error codes".
 */
export const OPENAI_ERRORS: Record<ErrorCode, OpenAiError> = {
  credential_missing: wrongKey,
  credential_invalid: wrongKey,
  credential_expired: wrongKey,
  access_disabled: denied,
  permission_denied: denied,
  request_invalid: invalid,
  body_malformed: invalid,
  content_too_long: invalid,
  request_repeated: { status: 409, type: "invalid_request_error", code: "conflict" },
  body_too_large: { ...invalid, status: 413, code: "request_too_large" },
  route_unknown: { ...missing, code: "unknown_url" },
  agent_not_workflow: invalid,
  agent_not_chat: invalid,
  conversation_not_found: missing,
  message_not_found: missing,
  run_not_found: missing,
  run_not_waiting: invalid,
  trigger_not_subscribed: invalid,
  not_found: { ...missing, code: "model_not_found" },
  agent_not_published: { ...missing, code: "model_not_found" },
  turn_not_running: invalid,
  turn_not_waiting: invalid,
  turn_not_stored: invalid,
  regenerate_limit: invalid,
  already_decided: invalid,
  conversation_busy: { ...limited, status: 409, code: "conflict" },
  rate_limited: limited,
  event_limit_reached: limited,
  too_many_turns: limited,
  budget_exhausted: { ...limited, code: "insufficient_quota" },
  not_supported: { ...invalid, code: "unsupported_parameter" },
  model_unknown: { ...unavailable, status: 500, code: "model_unknown" },
  model_timeout: { ...badGateway, status: 504, code: "upstream_timeout" },
  model_failed: badGateway,
  workflow_failed: { status: 500, type: "server_error", code: "workflow_failed" },
  authorization_pending: invalid,
  polling_too_fast: limited,
  authorization_denied: denied,
  authorization_expired: wrongKey,
  authorization_invalid: wrongKey,
  client_invalid: wrongKey,
  grant_unsupported: invalid,
  shutting_down: unavailable,
  storage_failed: unavailable,
  internal: { status: 500, type: "server_error", code: "internal_error" },
};

export function presentError(error: DomainError, call: Call): JsonReply {
  return {
    kind: "json",
    status: OPENAI_ERRORS[error.code].status,
    headers: {
      "x-tt-logid": call.requestId,
      ...(error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) }),
    },
    body: { error: errorObject(error) },
  };
}

/** The `error` member of an answer, and of a stream that broke. */
export function errorObject(error: DomainError) {
  const { type, code } = OPENAI_ERRORS[error.code];
  return { message: error.message, type, param: error.field ?? null, code };
}
