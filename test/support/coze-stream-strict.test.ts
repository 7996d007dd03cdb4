import { describe, expect, test } from "vitest";
import { chatStreamProblem, readLikeGo, readLikePython } from "./coze-stream-strict.ts";

const CHAT = { id: "14", conversation_id: "12", bot_id: "13", status: "created", created_at: 1_700_000_000 };
const USAGE = { token_count: 3, input_count: 1, output_count: 2 };
const FINISH =
  '{"msg_type":"generate_answer_finish","data":"{\\"finish_reason\\":0,\\"FinData\\":\\"\\"}","from_module":null,"from_unit":null}';

const frame = (event: string, data: unknown) => `event:${event}\ndata:${JSON.stringify(data)}\n\n`;
const chat = (status: string, more: object = {}) =>
  frame(`conversation.chat.${status}`, { ...CHAT, status, ...more });
const text = (more: object = {}) => ({
  id: "20",
  conversation_id: "12",
  bot_id: "13",
  chat_id: "14",
  role: "assistant",
  type: "answer",
  content: "",
  content_type: "text",
  ...more,
});
const delta = (more: object) => frame("conversation.message.delta", text(more));
const complete = (more: object) => frame("conversation.message.completed", text(more));

const CREATED = chat("created");
const IN_PROGRESS = chat("in_progress");
const HEL = delta({ content: "hel" });
const LO = delta({ content: "lo" });
const ANSWER = complete({ content: "hello" });
const VERBOSE = complete({ id: "21", type: "verbose", content: FINISH });
const COMPLETED = chat("completed", { completed_at: 1_700_000_001, usage: USAGE });
const FAILED = chat("failed", { failed_at: 1_700_000_001, last_error: { code: 5000, msg: "broke" } });
const REQUIRES = chat("requires_action", {
  required_action: {
    type: "submit_tool_outputs",
    submit_tool_outputs: {
      tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: "{}" } }],
    },
  },
});
const DONE = 'event:done\ndata:"[DONE]"\n\n';
const ORDINARY = [CREATED, IN_PROGRESS, HEL, LO, ANSWER, VERBOSE, COMPLETED, DONE];

const problem = (frames: string[], options = { isWhole: true, isResumed: false }) =>
  chatStreamProblem(frames.join(""), options);

describe("streams every SDK can read", () => {
  const functionCall = complete({ id: "22", type: "function_call", content: '{"name":"look"}' });
  const output = complete({ id: "23", type: "tool_output", content: '"a cat"' });
  const canceled = frame("conversation.chat.completed", { ...CHAT, status: "canceled" });
  const followUp = (id: string) => complete({ id, type: "follow_up", content: "And then?" });

  test.each([
    ["an answer", ORDINARY],
    [
      "reasoning before the text",
      [
        CREATED,
        IN_PROGRESS,
        delta({ content: "", reasoning_content: "hm" }),
        HEL,
        LO,
        complete({ content: "hello", reasoning_content: "hm" }),
        VERBOSE,
        COMPLETED,
        DONE,
      ],
    ],
    [
      "a tool between",
      [CREATED, IN_PROGRESS, functionCall, output, HEL, LO, ANSWER, VERBOSE, COMPLETED, DONE],
    ],
    ["follow-ups", [...ORDINARY.slice(0, 6), followUp("30"), followUp("31"), COMPLETED, DONE]],
    ["a failure half-way", [CREATED, IN_PROGRESS, HEL, FAILED, DONE]],
    ["an error event", [CREATED, IN_PROGRESS, frame("error", { code: 5000, msg: "broke" }), DONE]],
    ["a cancelled chat", [CREATED, IN_PROGRESS, HEL, complete({ content: "hel" }), canceled, DONE]],
    ["a tool for the caller", [CREATED, IN_PROGRESS, functionCall, REQUIRES, DONE]],
  ])("%s", (_, frames) => {
    expect(problem(frames)).toBeUndefined();
  });

  test("one that goes on after tool outputs", () => {
    expect(problem([IN_PROGRESS, ...ORDINARY.slice(2)], { isWhole: true, isResumed: true })).toBeUndefined();
  });

  test("one whose reader left in the middle of an event", () => {
    const cut = [CREATED, IN_PROGRESS, HEL.slice(0, 40)];
    expect(problem(cut, { isWhole: false, isResumed: false })).toBeUndefined();
  });
});

describe("framing that breaks a parser", () => {
  test.each([
    ["a comment", `: ping\n\n${CREATED}`, /Python knows no line ": ping"|Go drops the line/],
    ["an id", CREATED.replace("event:", "id:1\nevent:"), /Go drops the line|Python knows no line "id:1"/],
    ["retry", `retry: 1000\n${CREATED}`, /Go drops the line/],
    ["data before its event", "data:{}\nevent:x\n\n", /Go drops the line/],
    ["a blank line between event and data", "event:x\n\ndata:{}\n\n", /Go reads ""/],
    ["a missing last newline", CREATED.slice(0, -2), /Go waits for a newline/],
    ["two data lines", "event:x\ndata:{\ndata:}\n\n", /Go drops|Python knows no|twice/],
    ["U+2028 as it is", delta({ content: "a\u2028b" }), /Python knows no line/],
    ["U+2029 as it is", delta({ content: "a\u2029b" }), /Python knows no line/],
    ["U+0085 as it is", delta({ content: "a\u0085b" }), /Python knows no line/],
    ["no blank line", CREATED.slice(0, -1) + IN_PROGRESS, /not event, data, blank line/],
    ["carriage returns", CREATED.replaceAll("\n", "\r\n"), /not event, data, blank line/],
    ["data that is no JSON", "event:conversation.chat.created\ndata:[DONE]\n\n", /no JSON/],
  ])("%s", (_, raw, why) => {
    expect(chatStreamProblem(raw, { isWhole: true, isResumed: false })).toMatch(why);
  });

  test("what each of the two parsers refuses by itself", () => {
    expect(() => readLikePython("event:x\nevent:y\ndata:{}\n\n")).toThrow("twice");
    expect(() => readLikePython("event:x\n\n")).toThrow("waits for the rest");
    expect(() => readLikeGo("event:x\ndata:{}")).toThrow("waits for a newline");
    expect(readLikeGo("event: x\ndata: {}\n\n")).toEqual([{ event: "x", data: "{}" }]);
    expect(readLikePython("event: x\ndata: {}\n\n")).toEqual([{ event: "x", data: "{}" }]);
  });
});

describe("order that breaks §6.1", () => {
  const replaced = (index: number, ...frames: string[]) => ORDINARY.toSpliced(index, 1, ...frames);

  test.each<[string, string[], RegExp]>([
    ["no created", ORDINARY.slice(1), /in_progress while start/],
    ["no in_progress", replaced(1), /while created/],
    ["an increment of another chat", replaced(2, delta({ content: "hel", chat_id: "99" })), /of the chat 99/],
    ["an empty increment", replaced(2, delta({ content: "" })), /either content or reasoning/],
    ["an answer that is not its increments", replaced(3), /not the sum of its increments/],
    ["no completed answer", replaced(4), /all answers done while one is open/],
    ["no verbose", replaced(5), /completed while messages/],
    [
      "an answer after verbose",
      replaced(5, VERBOSE, complete({ id: "40", content: "" })),
      /after the answers/,
    ],
    [
      "completed without usage",
      replaced(6, chat("completed", { completed_at: 1_700_000_001 })),
      /without usage/,
    ],
    ["an unknown event", replaced(5, frame("ping", {}), VERBOSE), /not in the list/],
    ["no end of the chat", replaced(6), /done while finished-answers/],
    ["no done", ORDINARY.slice(0, -1), /ends without done/],
    ["done without quotes", replaced(7, "event:done\ndata:[DONE]\n\n"), /done carries/],
    ["two dones", [...ORDINARY, DONE], /after done/],
    ["more after the end", replaced(7, HEL, DONE), /after the chat has ended/],
    ["a failure without an error", [CREATED, IN_PROGRESS, chat("failed"), DONE], /last_error/],
    ["an action nobody describes", [CREATED, IN_PROGRESS, chat("requires_action"), DONE], /required_action/],
    ["a time in a string", replaced(0, chat("created", { created_at: "1700000000" })), /created_at/],
    [
      "four follow-ups",
      replaced(6, ...["50", "51", "52", "53"].map((id) => complete({ id, type: "follow_up" })), COMPLETED),
      /more than 3/,
    ],
    [
      "another agent half-way",
      replaced(6, chat("completed", { bot_id: "77", usage: USAGE, completed_at: 1_700_000_001 })),
      /another bot_id/,
    ],
  ])("%s", (_, frames, why) => {
    expect(problem(frames)).toMatch(why);
  });
});
