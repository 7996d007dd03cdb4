import { describe, expect, test } from "vitest";
import { answerOf } from "./coze-endpoints.ts";
import { strictProblems, type WireAnswer } from "./coze-strict.ts";

const MESSAGE = {
  id: "11",
  conversation_id: "12",
  bot_id: "13",
  chat_id: "14",
  role: "assistant",
  type: "answer",
  content: "hello",
  content_type: "text",
  meta_data: {},
  created_at: 1_700_000_000,
};
const CONVERSATION = { id: "12", created_at: 1_700_000_000, meta_data: {}, last_section_id: "12" };
const CHAT = {
  id: "14",
  conversation_id: "12",
  bot_id: "13",
  status: "in_progress",
  created_at: 1_700_000_000,
};
const DETAIL = { logid: "01JABCDEFGH" };

/** An answer that is right, changed by what a test wants wrong. */
function anAnswer(body: unknown, change: Partial<WireAnswer> = {}): WireAnswer {
  return {
    method: "GET",
    path: "/v1/conversation/retrieve",
    requestBody: "",
    status: 200,
    headers: { "content-type": "application/json; charset=utf-8", "x-tt-logid": DETAIL.logid },
    body: typeof body === "string" ? body : JSON.stringify(body),
    isWhole: true,
    ...change,
  };
}

const success = (data: unknown) => ({ code: 0, msg: "", data, detail: DETAIL });

describe("answers all SDKs can read", () => {
  test.each([
    ["a conversation", anAnswer(success(CONVERSATION))],
    [
      "a list of messages beside the code",
      anAnswer(
        { code: 0, msg: "", data: [MESSAGE], first_id: "11", last_id: "11", has_more: false, detail: DETAIL },
        { method: "POST", path: "/v1/conversation/message/list" },
      ),
    ],
    [
      "a modified message",
      anAnswer(
        { code: 0, msg: "", message: MESSAGE, detail: DETAIL },
        { method: "POST", path: "/v1/conversation/message/modify" },
      ),
    ],
    [
      "an envelope without data",
      anAnswer({ code: 0, msg: "", detail: DETAIL }, { method: "PUT", path: "/v1/variables" }),
    ],
    ["a chat", anAnswer(success(CHAT), { method: "POST", path: "/v3/chat" })],
    ["a business error", anAnswer({ code: 4200, msg: "no such conversation", detail: DETAIL })],
    ["a refusal", anAnswer({ code: 4100, msg: "who are you", detail: DETAIL }, { status: 401 })],
    [
      "a token without an envelope",
      anAnswer(
        { access_token: "czu_x", expires_in: 1_700_000_900, refresh_token: "r", token_type: "Bearer" },
        { method: "POST", path: "/api/permission/oauth2/token" },
      ),
    ],
    [
      "an OAuth error",
      anAnswer(
        { error: "access_denied", error_code: "access_denied", error_message: "no" },
        { method: "POST", path: "/api/permission/oauth2/token", status: 400 },
      ),
    ],
  ])("%s", (_, answer) => {
    expect(strictProblems(answer)).toEqual([]);
  });
});

describe("answers that break an SDK", () => {
  const list = { method: "POST", path: "/v1/conversation/message/list" };
  const wholeList = { first_id: "11", last_id: "11", has_more: false, data: [MESSAGE] };
  const without = (object: Record<string, unknown>, key: string) =>
    Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

  test.each<[string, WireAnswer, string]>([
    ["an unknown endpoint", anAnswer(success({}), { path: "/v1/nothing" }), "no schema"],
    ["a page", anAnswer("<html>", { headers: { "content-type": "text/html" } }), "neither JSON"],
    ["a trailing newline", anAnswer(`${JSON.stringify(success(CONVERSATION))}\n`), "trailing newline"],
    ["no JSON", anAnswer("{"), "no JSON"],
    ["a missing logid", anAnswer({ code: 0, msg: "", data: CONVERSATION }), "detail.logid is missing"],
    [
      "another logid in the header",
      anAnswer(success(CONVERSATION), {
        headers: { "content-type": "application/json", "x-tt-logid": "01JOTHERLOGID" },
      }),
      "x-tt-logid is not detail.logid",
    ],
    ["a code in a string", anAnswer({ ...success(CONVERSATION), code: "0" }), "code is no whole number"],
    ["a missing field", anAnswer(success(without(CONVERSATION, "last_section_id"))), "data.last_section_id"],
    [
      "a time in a string",
      anAnswer(success({ ...CONVERSATION, created_at: "1700000000" })),
      "data.created_at",
    ],
    [
      "milliseconds",
      anAnswer(success({ ...CONVERSATION, created_at: 1_700_000_000_000 })),
      "data.created_at",
    ],
    ["a number as an id", anAnswer(success({ ...CONVERSATION, id: 12 })), "data.id is no string"],
    ["meta_data with a number", anAnswer(success({ ...CONVERSATION, meta_data: { a: 1 } })), "meta_data.a"],
    ["null data", anAnswer(success(null), { method: "PUT", path: "/v1/variables" }), "data is there"],
    ["a missing has_more", anAnswer({ ...success([]), ...without(wholeList, "has_more") }, list), "has_more"],
    ["a null first_id", anAnswer({ ...success([]), ...wholeList, first_id: null }, list), "first_id"],
    ["first_id elsewhere", anAnswer({ ...success(CONVERSATION), first_id: "1" }), "top-level first_id"],
    ["debug_url", anAnswer({ ...success(CONVERSATION), debug_url: "x" }), "top-level debug_url"],
    [
      "a message of an unknown type",
      anAnswer({ ...success([]), ...wholeList, data: [{ ...MESSAGE, type: "thought" }] }, list),
      "data.0.type",
    ],
    [
      "null where something is unset",
      anAnswer(success({ ...CHAT, completed_at: null }), { method: "POST", path: "/v3/chat" }),
      "completed_at",
    ],
    [
      "a failed chat without its error",
      anAnswer(success({ ...CHAT, status: "failed", failed_at: 1_700_000_000 }), {
        method: "POST",
        path: "/v3/chat",
      }),
      "last_error",
    ],
    [
      "JSON where a stream was asked for",
      anAnswer(success(CHAT), { method: "POST", path: "/v3/chat", requestBody: '{"stream":true}' }),
      "no stream where one was asked for",
    ],
    [
      "an error of a stream with another status",
      anAnswer(
        { code: 4100, msg: "no", detail: DETAIL },
        { method: "POST", path: "/v3/chat", requestBody: '{"stream":true}', status: 401 },
      ),
      "came with status 401",
    ],
    ["an error with data", anAnswer({ ...success({}), code: 4000, msg: "bad" }), "an error with data"],
    ["an error without words", anAnswer({ code: 4000, msg: "", detail: DETAIL }), "without a message"],
    [
      "an error as a success",
      anAnswer({ code: 4000, msg: "bad", detail: DETAIL }, { status: 404 }),
      "status 404",
    ],
    [
      "success of what is not there",
      anAnswer(success({}), { method: "POST", path: "/v1/datasets" }),
      "nothing is supported yet",
    ],
    [
      "an OAuth error in an envelope",
      anAnswer(
        { code: 4000, msg: "bad", detail: DETAIL },
        { method: "POST", path: "/api/permission/oauth2/token", status: 400 },
      ),
      "an OAuth error without error",
    ],
    [
      "a duration as the expiry",
      anAnswer(
        { access_token: "czs_x", expires_in: 900, token_type: "Bearer" },
        { method: "POST", path: "/api/permission/oauth2/token" },
      ),
      "expires_in",
    ],
  ])("%s", (_, answer, problem) => {
    expect(strictProblems(answer).join("\n")).toContain(problem);
  });

  test("a stream with wrong headers, compressed, or with two events in one chunk", () => {
    const created = `event:conversation.chat.created\ndata:${JSON.stringify({ ...CHAT, status: "created" })}\n\n`;
    const answer = anAnswer(created, {
      method: "POST",
      path: "/v3/chat",
      requestBody: '{"stream":false}',
      headers: { "content-type": "text/event-stream", "content-encoding": "gzip" },
      body: created + created,
      chunks: [created + created],
      isWhole: false,
    });
    expect(strictProblems(answer)).toEqual([
      "a stream nobody asked for",
      "a compressed stream",
      "no x-tt-logid header",
      expect.stringContaining("not exactly one event"),
      expect.stringContaining("created while created"),
    ]);
  });
});

test("the most exact route wins", () => {
  expect(answerOf("GET", "/v1/bots/12")).toBe(answerOf("GET", "/v1/bots/13"));
  expect(answerOf("GET", "/v1/bots")).not.toBe(answerOf("GET", "/v1/bots/12"));
  expect(answerOf("PATCH", "/v1/bots")).toBeUndefined();
});
