import { tokensText, tokenText } from "../../test/support/upstream-script.ts";
import { BENCH_APP_KEY } from "../processes/antiphon.ts";

/** What is talked to: the upstream itself, the bare relay, or Antiphon. */
export interface Target {
  kind: "upstream" | "relay" | "antiphon";
  url: string;
}

const USER = "u1";

/** A question to the target as HTTP. `conversation` only matters to Antiphon. */
export function questionRequest(
  { kind, url }: Target,
  question: string,
  conversation: string | undefined,
): string {
  if (kind === "relay") return post(url, "/chat", { question });
  if (kind === "antiphon") {
    return actionRequest(url, "chat_query_v2", { AppConversationID: conversation, Query: question });
  }
  const messages = [
    { role: "system", content: "You answer the questions of a benchmark." },
    { role: "user", content: question },
  ];
  return post(url, "/chat/completions", {
    model: "bench",
    stream: true,
    stream_options: { include_usage: true },
    messages,
  });
}

/** A HiAgent action as HTTP. */
export function actionRequest(url: string, action: string, body: Record<string, unknown>): string {
  return post(url, `/${action}`, { UserID: USER, ...body }, `apikey: ${BENCH_APP_KEY}\r\n`);
}

function post(url: string, path: string, body: unknown, headers = ""): string {
  const { host, pathname } = new URL(url);
  const text = JSON.stringify(body);
  const prefix = pathname === "/" ? "" : pathname;
  return `POST ${prefix}${path} HTTP/1.1\r\nhost: ${host}\r\n${headers}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

/** The text of a token as it travels: UTF-8 bytes, a character each. */
export function tokenBytes(index: number): string {
  return Buffer.from(tokenText(index)).toString("latin1");
}

/** Says what is wrong with the answer; undefined when every token is there, in order, and the end. */
export function faultIn({ kind }: Target, body: string, tokens: number): string | undefined {
  let position = 0;
  for (let index = 0; index < tokens; index++) {
    position = body.indexOf(tokenBytes(index), position);
    if (position < 0) return `token ${index} is missing: ${body.slice(-300)}`;
  }
  const end = kind === "antiphon" ? '"event":"message_end"' : "data: [DONE]";
  return body.includes(end, position) ? undefined : `the end is missing: ${body.slice(-300)}`;
}

/** The same to the letter: every frame is read, as a real client would. Costs more. */
export function exactFaultIn(target: Target, body: string, tokens: number): string | undefined {
  const frames = Buffer.from(body, "latin1").toString("utf8").split("\n\n");
  const text = frames.map((frame) => frameText(target, frame)).join("");
  return text === tokensText(tokens) ? undefined : `wrong text: ${text.slice(0, 300)}`;
}

function frameText({ kind }: Target, frame: string): string {
  const data = /^data: (.*)$/m.exec(frame)?.[1];
  if (data === undefined || data === "[DONE]") return "";
  const payload = JSON.parse(data);
  if (kind === "upstream") return payload.choices[0]?.delta.content ?? "";
  if (kind === "antiphon" && payload.event !== "message") return "";
  return payload.answer;
}
