import { DomainError, type ErrorCode } from "../../domain/errors.ts";
import type { Call, JsonReply } from "../../http/route.ts";

/**
 * Our errors in Coze's words: the code in the body, and the HTTP status of calls that do not ask for a stream.
 * Business errors come with status 200, as from the hosted platform. Source: spec page §1.3; codes that only the
 * tables elsewhere name, or that are inferred, are so marked there.
 */
export const COZE_ERRORS: Record<ErrorCode, { status: number; code: number }> = {
  credential_missing: { status: 401, code: 4100 },
  credential_invalid: { status: 401, code: 4100 },
  credential_expired: { status: 401, code: 4100 },
  access_disabled: { status: 200, code: 4101 },
  permission_denied: { status: 200, code: 4101 },
  request_invalid: { status: 200, code: 4000 },
  body_malformed: { status: 200, code: 4000 },
  content_too_long: { status: 200, code: 4000 },
  request_repeated: { status: 409, code: 4000 },
  body_too_large: { status: 200, code: 4000 },
  route_unknown: { status: 404, code: 4200 },
  agent_not_workflow: { status: 200, code: 4000 },
  agent_not_chat: { status: 200, code: 4000 },
  conversation_not_found: { status: 200, code: 4200 },
  message_not_found: { status: 200, code: 4200 },
  run_not_found: { status: 200, code: 4200 },
  run_not_waiting: { status: 200, code: 4000 },
  trigger_not_subscribed: { status: 200, code: 4000 },
  not_found: { status: 200, code: 4200 },
  agent_not_published: { status: 200, code: 4015 },
  turn_not_running: { status: 200, code: 4104 },
  turn_not_waiting: { status: 200, code: 4000 },
  turn_not_stored: { status: 200, code: 5000 },
  regenerate_limit: { status: 200, code: 4000 },
  already_decided: { status: 409, code: 4000 },
  conversation_busy: { status: 200, code: 4016 },
  rate_limited: { status: 429, code: 4013 },
  event_limit_reached: { status: 429, code: 4013 },
  too_many_turns: { status: 429, code: 4013 },
  budget_exhausted: { status: 429, code: 4013 },
  not_supported: { status: 200, code: 4000 },
  model_unknown: { status: 200, code: 5000 },
  model_timeout: { status: 200, code: 5000 },
  model_failed: { status: 200, code: 5000 },
  workflow_failed: { status: 200, code: 5000 },
  authorization_pending: { status: 200, code: 4000 },
  polling_too_fast: { status: 200, code: 4013 },
  authorization_denied: { status: 200, code: 4101 },
  authorization_expired: { status: 200, code: 4100 },
  authorization_invalid: { status: 200, code: 4100 },
  client_invalid: { status: 200, code: 4100 },
  grant_unsupported: { status: 200, code: 4000 },
  shutting_down: { status: 503, code: 5000 },
  storage_failed: { status: 503, code: 5000 },
  internal: { status: 500, code: 5000 },
};

/** A refusal with a code that only this family has. */
export class CozeError extends DomainError {
  readonly wireCode: number;

  constructor(code: ErrorCode, wireCode: number, message: string) {
    super(code, message);
    this.wireCode = wireCode;
  }
}

/** Domain spellings of fields that can be at fault deeper down, in Coze's spelling. */
const FIELD_NAMES: Record<string, string> = {
  inputs: "custom_variables",
  categories: "reason_types",
  collaboration: "collaboration_mode",
  url: "callback_url",
  eventTypes: "event_types",
  channels: "connector_ids",
  options: "connectors",
};

/**
 * `{code, msg, detail}`. Calls that ask for a stream get status 200 whatever happened: the JavaScript SDK loses the
 * code of any other answer. Calls that ask for audio never do: it would take the body for sound. No trailing
 * newline, for the same SDK. Source: spec page §1.3, §1.4, §17.
 */
export function presentError(error: DomainError, call: Call): JsonReply {
  const { status, code: usualCode } = COZE_ERRORS[error.code];
  const code = error instanceof CozeError ? error.wireCode : usualCode;
  return {
    kind: "json",
    status: asksForAudio(call) ? Math.max(400, status) : asksForStream(call) ? 200 : status,
    headers: {
      "x-tt-logid": call.requestId,
      ...(error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) }),
    },
    body: { code, msg: errorMessage(error), detail: { logid: call.requestId } },
  };
}

/** The message with the field in the caller's spelling before it. */
function errorMessage(error: DomainError): string {
  if (error.code !== "request_invalid" || error.field === undefined) return error.message;
  const [first = "", ...rest] = error.field.split(".");
  return `${[FIELD_NAMES[first] ?? first, ...rest].join(".")}: ${error.message}`;
}

/** Some answer with nothing but streams. Source: spec page §8. */
const STREAMS = /^\/+v1\/+(workflow\/+stream_(run|resume)|workflows\/+chat)\/*$/;

function asksForStream({ method, path, body }: Call): boolean {
  if (method === "POST" && STREAMS.test(path)) return true;
  return typeof body === "object" && body !== null && "stream" in body && body.stream === true;
}

function asksForAudio({ method, path }: Call): boolean {
  return method === "POST" && /^\/+v1\/+audio\/+speech\/*$/.test(path);
}
