import { STATUS_CODES } from "node:http";
import type { DomainError, ErrorCode } from "../../domain/errors.ts";
import type { Call, JsonReply } from "../../http/route.ts";
import { InputError } from "./wire.ts";

/** What this family can answer when something went wrong. Source: spec page of Insight §8.1. */
const WIRE_ERRORS = {
  INVALID_PARAM: { status: 400, code: 40001, userMessage: "请求参数有误" },
  MALFORMED_JSON: { status: 400, code: 40002, userMessage: "请求内容不是有效的 JSON" },
  CONTENT_TOO_LONG: { status: 400, code: 40003, userMessage: "内容过长" },
  TOKEN_MISSING: { status: 401, code: 40101, userMessage: "缺少访问令牌" },
  TOKEN_INVALID: { status: 401, code: 40102, userMessage: "访问令牌无效" },
  TOKEN_EXPIRED: { status: 401, code: 40103, userMessage: "访问令牌已过期" },
  ACCESS_KEY_INVALID: { status: 401, code: 40104, userMessage: "访问密钥无效" },
  SCOPE_DENIED: { status: 403, code: 40301, userMessage: "没有权限" },
  BOT_DISABLED: { status: 403, code: 40302, userMessage: "机器人未发布或已停用" },
  /** Unverified: the reference names no code for it. */
  ROUTE_NOT_FOUND: { status: 404, code: 40400, userMessage: "接口不存在" },
  BOT_NOT_FOUND: { status: 404, code: 40401, userMessage: "机器人不存在" },
  KNOWLEDGE_BASE_NOT_FOUND: { status: 404, code: 40402, userMessage: "知识库不存在" },
  DOC_NOT_FOUND: { status: 404, code: 40403, userMessage: "文档不存在" },
  PARAGRAPH_NOT_FOUND: { status: 404, code: 40404, userMessage: "段落不存在" },
  CANVAS_EVENT_NOT_FOUND: { status: 404, code: 40405, userMessage: "流程事件不存在" },
  CANVAS_EXEC_NOT_FOUND: { status: 404, code: 40406, userMessage: "执行记录不存在" },
  SESSION_NOT_FOUND: { status: 404, code: 40407, userMessage: "会话不存在" },
  VOICE_CALL_NOT_FOUND: { status: 404, code: 40408, userMessage: "语音通话不存在" },
  SESSION_BUSY: { status: 409, code: 40905, userMessage: "会话繁忙，请稍后再试" },
  PAYLOAD_TOO_LARGE: { status: 413, code: 41301, userMessage: "请求内容过大" },
  RATE_LIMITED: { status: 429, code: 42901, userMessage: "请求过于频繁，请稍后再试" },
  EVENT_TRIGGER_LIMIT: { status: 429, code: 42902, userMessage: "事件触发次数已达上限" },
  INTERNAL: { status: 500, code: 50001, userMessage: "系统内部错误" },
  NOT_CONFIGURED: { status: 501, code: 50101, userMessage: "功能未开通" },
  MODEL_ERROR: { status: 502, code: 50201, userMessage: "模型服务出错" },
  /** Unverified: the reference names no code for it. */
  SERVICE_UNAVAILABLE: { status: 503, code: 50301, userMessage: "服务暂不可用，请稍后再试" },
  EXEC_TIMEOUT: { status: 504, code: 50401, userMessage: "执行超时" },
} as const;

type WireName = keyof typeof WIRE_ERRORS;

export interface WireError {
  status: number;
  code: number;
  errorCode: WireName;
  userMessage: string;
}

/** Our errors in this family's words. */
export const INSIGHT_ERRORS: Record<ErrorCode, WireError> = {
  credential_missing: row("TOKEN_MISSING"),
  credential_invalid: row("TOKEN_INVALID"),
  credential_expired: row("TOKEN_EXPIRED"),
  access_disabled: row("BOT_DISABLED"),
  permission_denied: row("SCOPE_DENIED"),
  request_invalid: row("INVALID_PARAM"),
  body_malformed: row("MALFORMED_JSON"),
  content_too_long: row("CONTENT_TOO_LONG"),
  request_repeated: row("SESSION_BUSY"),
  body_too_large: row("PAYLOAD_TOO_LARGE"),
  route_unknown: row("ROUTE_NOT_FOUND"),
  agent_not_workflow: row("INVALID_PARAM"),
  agent_not_chat: row("INVALID_PARAM"),
  conversation_not_found: row("SESSION_NOT_FOUND"),
  message_not_found: row("CANVAS_EXEC_NOT_FOUND"),
  run_not_found: row("CANVAS_EXEC_NOT_FOUND"),
  run_not_waiting: row("SESSION_BUSY"),
  trigger_not_subscribed: row("CANVAS_EVENT_NOT_FOUND"),
  not_found: row("BOT_NOT_FOUND"),
  agent_not_published: row("BOT_DISABLED"),
  turn_not_running: row("SESSION_BUSY"),
  turn_not_waiting: row("SESSION_BUSY"),
  turn_not_stored: row("SESSION_BUSY"),
  regenerate_limit: row("INVALID_PARAM"),
  already_decided: row("SESSION_BUSY"),
  conversation_busy: row("SESSION_BUSY"),
  rate_limited: row("RATE_LIMITED"),
  event_limit_reached: row("EVENT_TRIGGER_LIMIT"),
  too_many_turns: row("RATE_LIMITED"),
  budget_exhausted: row("RATE_LIMITED"),
  not_supported: row("NOT_CONFIGURED"),
  model_unknown: row("MODEL_ERROR"),
  model_timeout: row("EXEC_TIMEOUT"),
  model_failed: row("MODEL_ERROR"),
  workflow_failed: row("INTERNAL"),
  authorization_pending: row("INVALID_PARAM"),
  polling_too_fast: row("RATE_LIMITED"),
  authorization_denied: row("SCOPE_DENIED"),
  authorization_expired: row("TOKEN_EXPIRED"),
  authorization_invalid: row("TOKEN_INVALID"),
  client_invalid: row("ACCESS_KEY_INVALID"),
  grant_unsupported: row("INVALID_PARAM"),
  shutting_down: row("SERVICE_UNAVAILABLE"),
  storage_failed: row("SERVICE_UNAVAILABLE"),
  internal: row("INTERNAL"),
};

/** Which `not_found` is meant, by the field that named what is missing. */
const MISSING: Record<string, WireName> = {
  botId: "BOT_NOT_FOUND",
  knowledgeBaseId: "KNOWLEDGE_BASE_NOT_FOUND",
  docId: "DOC_NOT_FOUND",
  paragraphId: "PARAGRAPH_NOT_FOUND",
  eventId: "CANVAS_EVENT_NOT_FOUND",
  eventName: "CANVAS_EVENT_NOT_FOUND",
  executionId: "CANVAS_EXEC_NOT_FOUND",
  execId: "CANVAS_EXEC_NOT_FOUND",
  msgId: "CANVAS_EXEC_NOT_FOUND",
  sessionId: "SESSION_NOT_FOUND",
  voiceCallTaskId: "VOICE_CALL_NOT_FOUND",
};

/** Domain spellings of fields that can be at fault deeper down, in this family's spelling. */
const FIELD_NAMES: Record<string, string> = {
  text: "message.text",
  inputs: "variables",
  comment: "feedback",
  rating: "feedbackStatus",
  rater: "userId",
};

function row(errorCode: WireName): WireError {
  const { status, code, userMessage } = WIRE_ERRORS[errorCode];
  return { status, code, errorCode, userMessage };
}

/** An error in this family's words. */
export function wireError(error: Pick<DomainError, "code" | "field">): WireError {
  const missing = error.code === "not_found" ? MISSING[error.field ?? ""] : undefined;
  return missing === undefined ? INSIGHT_ERRORS[error.code] : row(missing);
}

/**
 * One body that satisfies every way in which clients look for errors. `isCodeText`: the route writes `code` as a string.
 * Source: spec page of Insight §8.1.
 */
export function presentError(error: DomainError, call: Call, isCodeText: boolean): JsonReply {
  const { status, code, errorCode, userMessage } = wireError(error);
  return {
    kind: "json",
    status,
    ...(error.retryAfterSeconds !== undefined && {
      headers: { "retry-after": String(error.retryAfterSeconds) },
    }),
    body: {
      code: isCodeText ? String(code) : code,
      errorCode,
      message: error.message,
      userMessage,
      details: detailsOf(error),
      statusCode: status,
      error: STATUS_CODES[status] ?? "Error",
      requestId: call.requestId,
    },
  };
}

function detailsOf(error: DomainError): unknown[] {
  if (error instanceof InputError) return [...error.problems];
  if (error.field === undefined) return [];
  const [first = "", ...rest] = error.field.split(".");
  const field = [FIELD_NAMES[first] ?? first, ...rest].join(".");
  return [{ field, rule: error.code, message: error.message }];
}
