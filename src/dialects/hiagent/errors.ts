import type { DomainError, ErrorCode } from "../../domain/errors.ts";
import type { Call, JsonReply } from "../../http/route.ts";

/**
 * Our errors in HiAgent's words. Codes and statuses: HiAgent spec page §10; those the vendor does not document
 * are inferred there. 400 and never 404 for missing objects: clients read 404 as "endpoint missing".
 */
export const HIAGENT_ERRORS: Record<ErrorCode, { status: number; code: string }> = {
  credential_missing: { status: 401, code: "AuthenticationFailed" },
  credential_invalid: { status: 401, code: "InvalidApiKey" },
  credential_expired: { status: 401, code: "InvalidApiKey" },
  access_disabled: { status: 401, code: "NotEnabled.Warning" },
  permission_denied: { status: 403, code: "PermissionDenied" },
  request_invalid: { status: 400, code: "InvalidParameter" },
  body_malformed: { status: 400, code: "InvalidParameter" },
  content_too_long: { status: 400, code: "InvalidParameter" },
  request_repeated: { status: 409, code: "InvalidParameter" },
  body_too_large: { status: 413, code: "InvalidParameter" },
  route_unknown: { status: 404, code: "NotFound" },
  agent_not_workflow: { status: 400, code: "InvalidParameter" },
  agent_not_chat: { status: 400, code: "InvalidParameter" },
  conversation_not_found: { status: 400, code: "ConversationNotFound" },
  message_not_found: { status: 400, code: "MessageNotFound" },
  run_not_found: { status: 400, code: "RunNotFound" },
  run_not_waiting: { status: 400, code: "InvalidParameter" },
  trigger_not_subscribed: { status: 400, code: "InvalidParameter" },
  not_found: { status: 400, code: "NotFound" },
  agent_not_published: { status: 401, code: "NotEnabled.Warning" },
  turn_not_running: { status: 400, code: "InvalidParameter" },
  turn_not_waiting: { status: 400, code: "InvalidParameter" },
  turn_not_stored: { status: 400, code: "InvalidParameter" },
  regenerate_limit: { status: 400, code: "RegenerateLimitExceeded" },
  already_decided: { status: 409, code: "InvalidParameter" },
  conversation_busy: { status: 429, code: "ConversationBusy" },
  rate_limited: { status: 429, code: "TooManyRequests" },
  event_limit_reached: { status: 429, code: "TooManyRequests" },
  too_many_turns: { status: 429, code: "TooManyRequests" },
  budget_exhausted: { status: 429, code: "TooManyRequests" },
  not_supported: { status: 501, code: "NotSupported" },
  model_unknown: { status: 500, code: "InternalError" },
  model_timeout: { status: 504, code: "ModelTimeout" },
  model_failed: { status: 500, code: "InternalError" },
  workflow_failed: { status: 500, code: "InternalError" },
  authorization_pending: { status: 400, code: "InvalidParameter" },
  polling_too_fast: { status: 429, code: "TooManyRequests" },
  authorization_denied: { status: 403, code: "PermissionDenied" },
  authorization_expired: { status: 401, code: "InvalidApiKey" },
  authorization_invalid: { status: 401, code: "InvalidApiKey" },
  client_invalid: { status: 401, code: "InvalidApiKey" },
  grant_unsupported: { status: 400, code: "InvalidParameter" },
  shutting_down: { status: 503, code: "ServiceUnavailable" },
  storage_failed: { status: 503, code: "ServiceUnavailable" },
  internal: { status: 500, code: "InternalError" },
};

/** Domain spellings of fields that can be at fault deeper down, in HiAgent's spelling. */
const FIELD_NAMES: Record<string, string> = {
  name: "ConversationName",
  inputs: "Inputs",
  data: "Input",
  comment: "FeedbackInfo.ProblemDetail",
  categories: "FeedbackInfo.ProblemCategories",
};

/**
 * `{ResponseMetadata:{…,Error:{Code,Message,Data}},BaseResp:{…}}` with the real status, or with 200 for clients
 * that want it (`errorsAs200`).
 */
export function presentError(error: DomainError, call: Call, options: { errorsAs200: boolean }): JsonReply {
  const { status, code } = HIAGENT_ERRORS[error.code];
  const message = messageOf(error);
  const action = call.path.split("/").findLast((part) => part !== "") ?? "";
  return {
    kind: "json",
    status: options.errorsAs200 ? 200 : status,
    ...(error.retryAfterSeconds === undefined
      ? {}
      : { headers: { "retry-after": String(error.retryAfterSeconds) } }),
    body: {
      ResponseMetadata: {
        RequestId: call.requestId,
        Action: action.slice(0, 100),
        Version: "",
        Service: "app",
        Region: "",
        Error: { Code: code, Message: message, Data: null },
      },
      BaseResp: { StatusCode: status, StatusMessage: message, Extra: {} },
    },
  };
}

function messageOf(error: DomainError): string {
  if (error.code !== "request_invalid" || error.field === undefined) return error.message;
  const [first = "", ...rest] = error.field.split(".");
  const name = FIELD_NAMES[first];
  return name === undefined ? error.message : `field ${[name, ...rest].join(".")}: ${error.message}`;
}
