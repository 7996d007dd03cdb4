import { tokensText, tokenText } from "../../test/support/upstream-script.ts";
import { BENCH_AGENT, BENCH_APP_KEY, BENCH_TOKEN } from "../processes/antiphon.ts";

/** What is talked to, and in whose words. The URL of `openai` ends in `/v1`, whoever speaks it. */
export type Target =
  | { kind: "openai" | "relay" | "hiagent"; url: string }
  | { kind: "coze"; url: string; botId: string }
  | { kind: "insight"; url: string; botId: string; token: string };

const USER = "u1";

/** A question to the target as HTTP. `conversation` only matters to those that have conversations. */
export function questionRequest(target: Target, question: string, conversation: string | undefined): string {
  const { url } = target;
  switch (target.kind) {
    case "relay":
      return post(url, "/chat", { question });
    case "openai":
      return post(
        url,
        "/chat/completions",
        {
          model: BENCH_AGENT,
          stream: true,
          stream_options: { include_usage: true },
          messages: [{ role: "user", content: question }],
        },
        bearer(BENCH_APP_KEY),
      );
    case "hiagent":
      return hiagentRequest(url, "/chat_query_v2", { AppConversationID: conversation, Query: question });
    case "coze":
      return cozeRequest(url, `/v3/chat?conversation_id=${conversation}`, {
        bot_id: target.botId,
        user_id: USER,
        stream: true,
        additional_messages: [{ role: "user", type: "question", content: question, content_type: "text" }],
      });
    case "insight":
      return post(
        url,
        "/openapi/bot/message",
        { botId: target.botId, sessionId: conversation, message: question, stream: true },
        bearer(target.token),
      );
  }
}

/** What makes a conversation and how its id is read; undefined where there are none, or callers name them. */
export function conversationRequest(
  target: Target,
): { request: string; readId(body: string): string } | undefined {
  if (target.kind === "hiagent") {
    return {
      request: hiagentRequest(target.url, "/create_conversation", {}),
      readId: (body) => JSON.parse(body).Conversation.AppConversationID,
    };
  }
  if (target.kind === "coze") {
    return {
      request: cozeRequest(target.url, "/v1/conversation/create", { bot_id: target.botId }),
      readId: (body) => JSON.parse(body).data.id,
    };
  }
  return undefined;
}

/** A HiAgent action as HTTP. */
export function hiagentRequest(url: string, path: string, body: Record<string, unknown>): string {
  return post(url, path, { UserID: USER, ...body }, `apikey: ${BENCH_APP_KEY}\r\n`);
}

/** A call of the Coze Open API as HTTP. */
export function cozeRequest(url: string, path: string, body: Record<string, unknown>): string {
  return post(url, path, body, bearer(BENCH_TOKEN));
}

function bearer(secret: string): string {
  return `authorization: Bearer ${secret}\r\n`;
}

function post(url: string, path: string, body: unknown, headers = ""): string {
  const { host, pathname } = new URL(url);
  const text = JSON.stringify(body);
  const prefix = pathname === "/" ? "" : pathname;
  return `POST ${prefix}${path} HTTP/1.1\r\nhost: ${host}\r\n${headers}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

/** The text of a token as it travels: UTF-8 bytes, a character each. */
export function tokenBytes(index: number): string {
  return bytes(tokenText(index));
}

function bytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** Says what is wrong with the answer; undefined when every token is there, in order, and the end. */
export function faultIn({ kind }: Target, body: string, tokens: number): string | undefined {
  let position = 0;
  for (let index = 0; index < tokens; index++) {
    position = body.indexOf(tokenBytes(index), position);
    if (position < 0) return `token ${index} is missing: ${body.slice(-300)}`;
  }
  const isWhole = body.includes(endOf(kind, tokens), position);
  return isWhole ? undefined : `the end is missing: ${body.slice(-300)}`;
}

/** What stands after the last increment of a whole answer, and only there. */
function endOf(kind: Target["kind"], tokens: number): string {
  switch (kind) {
    case "openai":
    case "relay":
      return "data: [DONE]";
    case "hiagent":
      return '"event":"message_end"';
    case "coze":
      // The whole text once more, which would hide a missing increment if only the end were looked for.
      return `"content":"${bytes(tokensText(tokens))}"`;
    case "insight":
      // Before the actions, which say the whole text once more.
      return '"finish":true';
  }
}

/** The same to the letter: every frame is read, as a real client would. Costs more. */
export function exactFaultIn({ kind }: Target, body: string, tokens: number): string | undefined {
  const frames = Buffer.from(body, "latin1").toString("utf8").split("\n\n");
  const text = frames.map((frame) => frameText(kind, frame)).join("");
  return text === tokensText(tokens) ? undefined : `wrong text: ${text.slice(0, 300)}`;
}

function frameText(kind: Target["kind"], frame: string): string {
  const data = /^data: ?(.*)$/m.exec(frame)?.[1];
  if (data === undefined || data === "[DONE]") return "";
  const payload = JSON.parse(data);
  switch (kind) {
    case "openai":
      return payload.choices[0]?.delta.content ?? "";
    case "relay":
      return payload.answer;
    case "hiagent":
      return payload.event === "message" ? payload.answer : "";
    case "coze":
      return frame.startsWith("event:conversation.message.delta\n") ? payload.content : "";
    case "insight":
      return payload.code === 0 && payload.data.finish !== true ? payload.data.message : "";
  }
}
