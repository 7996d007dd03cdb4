import { expect, test } from "vitest";
import { readEvents } from "../../chat/turn-log.ts";
import type {
  AgentId,
  ChunkId,
  ConversationId,
  KnowledgeBaseId,
  MessageId,
  SectionId,
  TurnId,
} from "../../domain/ids.ts";
import type { TurnEvent } from "../../domain/turn-event.ts";
import { type FrameContext, turnFrames } from "./turn-frames.ts";

const context: FrameContext = {
  place: {
    turnId: 7001 as TurnId,
    conversationId: 5001 as ConversationId,
    sectionId: 6001 as SectionId,
    agentId: 3001 as AgentId,
    createdAt: new Date(1_750_000_000_400),
  },
  answerMessageId: 8001 as MessageId,
  meta: { trace: "t-1" },
  insertedIds: [],
  isHeld: false,
};

const usage: TurnEvent = {
  type: "usage",
  inputTokens: 12,
  outputTokens: 3,
  firstTokenAtMs: 0,
  firstTokenMs: 0,
  latencyMs: 2_000,
};

function framesOf(events: TurnEvent[], changes: Partial<FrameContext> = {}): string[] {
  const source = turnFrames(
    readEvents([{ type: "turn-start", turnId: context.place.turnId, atMs: 0 }, ...events]),
    { ...context, ...changes },
  );
  const frames: string[] = [];
  for (;;) {
    const frame = source.next();
    if (typeof frame !== "string") return frames;
    frames.push(frame);
  }
}

/** Frames as `[event, data]`. */
function read(frames: string[]): [string, unknown][] {
  return frames.map((frame) => {
    const [event = "", data = "", ...rest] = frame.split("\n");
    expect(rest).toEqual(["", ""]);
    return [event.slice("event:".length), JSON.parse(data.slice("data:".length))];
  });
}

test("an answer is told in the order and the bytes that the official clients read", () => {
  const frames = framesOf([
    { type: "reasoning-start" },
    { type: "reasoning-delta", text: "想" },
    { type: "reasoning-end" },
    { type: "text-start" },
    { type: "text-delta", text: "你" },
    { type: "text-delta", text: "好" },
    { type: "text-end" },
    usage,
    { type: "turn-end", status: "completed" },
  ]);
  const chat = '"id":"7001","conversation_id":"5001","bot_id":"3001","created_at":1750000000';
  const noUsage = '"usage":{"token_count":0,"output_count":0,"input_count":0}';
  const made =
    '"conversation_id":"5001","bot_id":"3001","chat_id":"7001","section_id":"6001","role":"assistant"';
  expect(frames).toEqual([
    `event:conversation.chat.created\ndata:{${chat},"last_error":{"code":0,"msg":""},"meta_data":{"trace":"t-1"},"status":"created",${noUsage},"section_id":"6001"}\n\n`,
    `event:conversation.chat.in_progress\ndata:{${chat},"last_error":{"code":0,"msg":""},"meta_data":{"trace":"t-1"},"status":"in_progress",${noUsage},"section_id":"6001"}\n\n`,
    'event:conversation.message.delta\ndata:{"id":"8001","conversation_id":"5001","bot_id":"3001","role":"assistant","type":"answer","content":"","content_type":"text","chat_id":"7001","section_id":"6001","reasoning_content":"想"}\n\n',
    'event:conversation.message.delta\ndata:{"id":"8001","conversation_id":"5001","bot_id":"3001","role":"assistant","type":"answer","content":"你","content_type":"text","chat_id":"7001","section_id":"6001"}\n\n',
    'event:conversation.message.delta\ndata:{"id":"8001","conversation_id":"5001","bot_id":"3001","role":"assistant","type":"answer","content":"好","content_type":"text","chat_id":"7001","section_id":"6001"}\n\n',
    `event:conversation.message.completed\ndata:{"id":"8001",${made},"type":"answer","content":"你好","content_type":"text","meta_data":{},"created_at":1750000000,"updated_at":1750000000,"reasoning_content":"想"}\n\n`,
    `event:conversation.message.completed\ndata:{"id":"7001000",${made},"type":"verbose","content":"{\\"msg_type\\":\\"generate_answer_finish\\",\\"data\\":\\"{\\\\\\"finish_reason\\\\\\":0,\\\\\\"FinData\\\\\\":\\\\\\"\\\\\\"}\\",\\"from_module\\":null,\\"from_unit\\":null}","content_type":"text","meta_data":{},"created_at":1750000000,"updated_at":1750000000}\n\n`,
    `event:conversation.chat.completed\ndata:{${chat},"completed_at":1750000002,"last_error":{"code":0,"msg":""},"meta_data":{"trace":"t-1"},"status":"completed","usage":{"token_count":15,"output_count":3,"input_count":12},"section_id":"6001"}\n\n`,
    'event:done\ndata:"[DONE]"\n\n',
  ]);
});

test("separators that break lines in Python are escaped in every kind of frame", () => {
  const text = "a\u0085b\u2028c\u2029d";
  const frames = framesOf([
    { type: "reasoning-delta", text },
    { type: "text-delta", text },
    usage,
    { type: "suggestions", questions: [text], inputTokens: 0, outputTokens: 0, latencyMs: 0 },
    { type: "turn-end", status: "completed" },
  ]);
  expect(frames.join("")).not.toMatch(/[\u0085\u2028\u2029]/);
  expect(frames.filter((frame) => frame.includes("a\\u0085b\\u2028c\\u2029d"))).toHaveLength(4);
});

test("searches and tool calls stand before the answer, follow-ups after it, each with an id of its own", () => {
  const passage = {
    knowledgeBaseId: 41 as KnowledgeBaseId,
    knowledgeBaseName: "手册",
    documentName: "faq.md",
    documentUrl: "",
    chunkId: 42 as ChunkId,
    headings: [],
    text: "7 天无理由退货",
    question: "",
    score: 0.9,
  };
  const frames = read(
    framesOf([
      { type: "knowledge-search-start", query: "q", knowledgeBaseIds: [], topK: 3, scoreThreshold: 0 },
      { type: "knowledge-search-end", passages: [passage], latencyMs: 1 },
      {
        type: "thought-start",
        position: 1,
        thought: "",
        skill: "tool",
        tool: "weather",
        input: '{"city":"南京"}',
      },
      {
        type: "thought-end",
        position: 1,
        observation: '{"temp":26}',
        latencyMs: 1,
        toolLatencyMs: 1,
        thoughtLatencyMs: 0,
      },
      { type: "text-delta", text: "26 度" },
      usage,
      { type: "suggestions", questions: ["明天呢？"], inputTokens: 0, outputTokens: 0, latencyMs: 0 },
      { type: "turn-end", status: "completed" },
    ]),
  );
  expect(frames.slice(2, -2)).toMatchObject([
    ["conversation.message.completed", { id: "7001000", type: "knowledge" }],
    ["conversation.message.completed", { id: "7001001", type: "function_call" }],
    ["conversation.message.completed", { id: "7001002", type: "tool_output", content: '{"temp":26}' }],
    ["conversation.message.delta", { id: "8001", type: "answer", content: "26 度" }],
    ["conversation.message.completed", { id: "8001", type: "answer", content: "26 度" }],
    ["conversation.message.completed", { id: "7001003", type: "verbose" }],
    ["conversation.message.completed", { id: "7001004", type: "follow_up", content: "明天呢？" }],
  ]);
  expect(contentOf(frames[3])).toEqual({ name: "weather", arguments: { city: "南京" } });
  expect(contentOf(frames[2])).toMatchObject({ msg_type: "knowledge_recall" });
});

function contentOf(frame: [string, unknown] | undefined): unknown {
  const data = frame?.[1];
  if (typeof data !== "object" || data === null || !("content" in data)) throw new Error("no message");
  return JSON.parse(String(data.content));
}

test("a chat that fails says why, and the stream still ends with done", () => {
  const frames = read(
    framesOf([
      { type: "text-delta", text: "半" },
      { type: "turn-error", code: "model_timeout", message: "the model did not answer in time" },
    ]),
  );
  expect(frames.slice(3)).toMatchObject([
    [
      "conversation.chat.failed",
      { status: "failed", last_error: { code: 5000, msg: "the model did not answer in time" } },
    ],
    ["done", "[DONE]"],
  ]);
  expect(frames[3]?.[1]).toHaveProperty("failed_at");
  expect(frames[3]?.[1]).not.toHaveProperty("completed_at");
});

test("a canceled chat keeps its text and ends with an event that every client knows", () => {
  const frames = read(
    framesOf([{ type: "text-delta", text: "半" }, usage, { type: "turn-end", status: "stopped" }]),
  );
  expect(frames.slice(3)).toMatchObject([
    ["conversation.message.completed", { type: "answer", content: "半" }],
    ["conversation.message.completed", { type: "verbose" }],
    ["conversation.chat.completed", { status: "canceled" }],
    ["done", "[DONE]"],
  ]);
  expect(frames[5]?.[1]).not.toHaveProperty("completed_at");
});

test("a chat that waits names the tools its caller has to run", () => {
  const frames = read(
    framesOf([
      { type: "requires-action", calls: [{ id: "call_1", name: "light", arguments: "" }] },
      usage,
      { type: "turn-end", status: "waiting" },
    ]),
  );
  expect(frames.slice(2)).toMatchObject([
    [
      "conversation.chat.requires_action",
      {
        status: "requires_action",
        usage: { token_count: 15 },
        required_action: {
          type: "submit_tool_outputs",
          submit_tool_outputs: {
            tool_calls: [{ id: "call_1", type: "function", function: { name: "light", arguments: "{}" } }],
          },
        },
      },
    ],
    ["done", "[DONE]"],
  ]);
});

test("a chat that goes on begins in progress, counts on from what it told before and completes the whole text", () => {
  const frames = read(
    framesOf([{ type: "text-delta", text: "开了" }, usage, { type: "turn-end", status: "completed" }], {
      before: {
        text: "我去看看。",
        reasoning: "",
        trace: [
          { type: "thought-start", position: 1, thought: "", skill: "tool", tool: "light", input: "{}" },
        ],
      },
    }),
  );
  expect(frames[0]).toMatchObject(["conversation.chat.in_progress", { status: "in_progress" }]);
  expect(frames.slice(2, 4)).toMatchObject([
    ["conversation.message.completed", { id: "8001", content: "我去看看。开了" }],
    ["conversation.message.completed", { id: "7001001", type: "verbose" }],
  ]);
});

test("a chat whose conversation is with a person completes without an answer", () => {
  const frames = read(framesOf([usage, { type: "turn-end", status: "completed" }], { isHeld: true }));
  expect(frames.map(([event]) => event)).toEqual([
    "conversation.chat.created",
    "conversation.chat.in_progress",
    "conversation.message.completed",
    "conversation.chat.completed",
    "done",
  ]);
  expect(frames[2]?.[1]).toMatchObject({ type: "verbose" });
  expect(frames[3]?.[1]).toMatchObject({ status: "completed" });
});

test("messages stored with the question are named in every state of the chat", () => {
  const frames = read(
    framesOf([usage, { type: "turn-end", status: "completed" }], { insertedIds: [91 as MessageId] }),
  );
  const chats = frames.filter(([event]) => event.startsWith("conversation.chat."));
  expect(chats).toHaveLength(3);
  for (const [, chat] of chats) expect(chat).toMatchObject({ inserted_additional_messages: [{ id: "91" }] });
});
