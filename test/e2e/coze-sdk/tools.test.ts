import type { CreateChatData, StreamChatData } from "@coze/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import {
  type CozeWorld,
  chatOf,
  completedMessages,
  deltasOf,
  expectStrictAnswers,
  openCozeWorld,
  question,
  readAll,
  refusalOf,
} from "./world.ts";

describe.each(engines)("tools that the caller of @coze/api runs, on $name", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const CALL = {
    type: "tool-call",
    name: "look_up_order",
    arguments: '{"order":"A-1"}',
    id: "call_a",
  } as const;
  const helper = (text: string) => ({
    bot_id: world.botId("helper"),
    user_id: "u1",
    additional_messages: [question(text)],
  });
  /** Begins a chat whose model calls the tool; resolves with its events, waiting for the tool. */
  const waiting = async (text: string): Promise<{ events: StreamChatData[]; chat: CreateChatData }> => {
    world.upstream.replyOnce([CALL], { lastUserText: text });
    world.upstream.replyOnce(["订单已", "发货。"], { lastUserText: text });
    const events = await readAll(world.sdk().chat.stream(helper(text)));
    const last = events.at(-2);
    if (last?.event !== "conversation.chat.requires_action") throw new Error(JSON.stringify(events));
    return { events, chat: last.data };
  };
  const OUTPUT = { tool_call_id: "call_a", output: '{"state":"shipped"}' };

  test("the stream ends with requires_action, and a submitted stream goes on to the end", async () => {
    const { events, chat } = await waiting("stream my order");
    expect(chat).toMatchObject({
      status: "requires_action",
      required_action: {
        type: "submit_tool_outputs",
        submit_tool_outputs: {
          tool_calls: [
            {
              id: "call_a",
              type: "function",
              function: { name: "look_up_order", arguments: '{"order":"A-1"}' },
            },
          ],
        },
      },
    });
    expect(completedMessages(events).map((message) => message.type)).toEqual(["function_call"]);
    expect(events.at(-1)).toEqual({ event: "done", data: "[DONE]" });
    const { conversation_id, id: chat_id } = chat;
    expect(await world.sdk().chat.retrieve(conversation_id, chat_id)).toMatchObject({
      status: "requires_action",
      required_action: chat.required_action,
    });

    const more = await readAll(
      world.sdk().chat.submitToolOutputs({ conversation_id, chat_id, tool_outputs: [OUTPUT], stream: true }),
    );
    expect(more[0]).toMatchObject({ event: "conversation.chat.in_progress", data: { id: chat_id } });
    expect(deltasOf(more)).toBe("订单已发货。");
    expect(completedMessages(more).map((message) => message.type)).toEqual([
      "tool_output",
      "answer",
      "verbose",
    ]);
    expect(more.slice(-2)).toMatchObject([
      { event: "conversation.chat.completed", data: { id: chat_id, status: "completed" } },
      { event: "done" },
    ]);
    expect(world.asked("stream my order").body.messages.slice(-2)).toMatchObject([
      { role: "assistant", tool_calls: [{ id: "call_a" }] },
      { role: "tool", tool_call_id: "call_a", content: '{"state":"shipped"}' },
    ]);
    const listed = await world.sdk().chat.messages.list(conversation_id, chat_id);
    expect(listed.map((message) => message.type)).toEqual([
      "function_call",
      "tool_output",
      "answer",
      "verbose",
    ]);
    const { data } = await world.sdk().conversations.messages.list(conversation_id);
    expect(data.map((message) => message.type)).toEqual(["answer", "question"]);
  });

  test("without a stream: the chat is in progress again and is polled to its end", async () => {
    const { chat } = await waiting("poll my order");
    const { conversation_id, id: chat_id } = chat;
    const submitted = await world
      .sdk()
      .chat.submitToolOutputs({ conversation_id, chat_id, tool_outputs: [OUTPUT], stream: false })
      .next();
    expect(submitted).toMatchObject({ done: true, value: { id: chat_id, status: "in_progress" } });
    const done = await eventually(async () => {
      const now = await world.sdk().chat.retrieve(conversation_id, chat_id);
      expect(now.status).toBe("completed");
      return now;
    });
    expect(done).not.toHaveProperty("required_action");
    const messages = await world.sdk().chat.messages.list(conversation_id, chat_id);
    expect(messages.find((message) => message.type === "answer")?.content).toBe("订单已发货。");
  });

  test("createAndPoll stops at requires_action", async () => {
    world.upstream.replyOnce([CALL], { lastUserText: "poll until the tool" });
    const { chat, messages } = await world.sdk().chat.createAndPoll(helper("poll until the tool"));
    expect(chat).toMatchObject({ status: "requires_action" });
    expect(messages?.map((message) => message.type)).toEqual(["function_call"]);
  });

  test("two tools at once: all outputs are needed, in any order", async () => {
    const text = "two orders at once";
    world.upstream.replyOnce([CALL, { ...CALL, id: "call_b", arguments: '{"order":"B-2"}' }], {
      lastUserText: text,
    });
    world.upstream.replyOnce(["both"], { lastUserText: text });
    const events = await readAll(world.sdk().chat.stream(helper(text)));
    const last = events.at(-2);
    if (last?.event !== "conversation.chat.requires_action") throw new Error("no action required");
    const { conversation_id, id: chat_id, required_action } = last.data;
    expect(required_action?.submit_tool_outputs.tool_calls.map((call) => call.id)).toEqual([
      "call_a",
      "call_b",
    ]);

    const submit = (tool_outputs: { tool_call_id: string; output: string }[]) =>
      world.sdk().chat.submitToolOutputs({ conversation_id, chat_id, tool_outputs, stream: false }).next();
    for (const incomplete of [[OUTPUT], [], [OUTPUT, { tool_call_id: "call_x", output: "?" }]]) {
      const refusal = await refusalOf(submit(incomplete));
      expect(refusal).toMatchObject({ code: 4000 });
      expect(refusal.msg).toContain("tool_outputs");
    }
    expect((await world.sdk().chat.retrieve(conversation_id, chat_id)).status).toBe("requires_action");
    await submit([{ tool_call_id: "call_b", output: "second" }, OUTPUT]);
    await eventually(
      async () => (await world.sdk().chat.retrieve(conversation_id, chat_id)).status === "completed",
    );
    const told = world.asked(text).body.messages.filter((message) => message.role === "tool");
    expect(told).toMatchObject([
      { tool_call_id: "call_a", content: '{"state":"shipped"}' },
      { tool_call_id: "call_b", content: "second" },
    ]);
  });

  test("twice, or for a chat that waits for nothing, is refused", async () => {
    const { chat } = await waiting("submit twice");
    const { conversation_id, id: chat_id } = chat;
    const submit = () =>
      readAll(
        world
          .sdk()
          .chat.submitToolOutputs({ conversation_id, chat_id, tool_outputs: [OUTPUT], stream: true }),
      );
    expect((await submit()).at(-1)).toMatchObject({ event: "done" });
    expect(await submit()).toMatchObject([{ event: "error", data: { code: 4000 } }]);
  });

  test("a waiting chat cannot be cancelled: 4104, and it still waits", async () => {
    const { chat } = await waiting("cancel while it waits");
    const { conversation_id, id: chat_id } = chat;
    expect(await refusalOf(world.sdk().chat.cancel(conversation_id, chat_id))).toMatchObject({ code: 4104 });
    expect((await world.sdk().chat.retrieve(conversation_id, chat_id)).status).toBe("requires_action");
  });

  test("another question meanwhile is answered, and the waiting chat can still go on", async () => {
    const { chat } = await waiting("left waiting");
    const { conversation_id, id: chat_id } = chat;
    const next = await readAll(
      world.sdk().chat.stream({ ...helper("a new question meanwhile"), conversation_id }),
    );
    expect(deltasOf(next)).toBe("你好，this is the upstream.");
    const more = await readAll(
      world.sdk().chat.submitToolOutputs({ conversation_id, chat_id, tool_outputs: [OUTPUT], stream: true }),
    );
    expect(deltasOf(more)).toBe("订单已发货。");
    expect(JSON.stringify(world.asked("left waiting").body.messages)).not.toContain("meanwhile");
  });

  test("text before the tool and after it make one answer", async () => {
    world.upstream.replyOnce(["我查一下。", CALL], { lastUserText: "say something first" });
    world.upstream.replyOnce(["查到了。"], { lastUserText: "say something first" });
    const events = await readAll(world.sdk().chat.stream(helper("say something first")));
    expect(deltasOf(events)).toBe("我查一下。");
    const { conversation_id, id: chat_id } = chatOf(events);
    const more = await readAll(
      world.sdk().chat.submitToolOutputs({ conversation_id, chat_id, tool_outputs: [OUTPUT], stream: true }),
    );
    expect(deltasOf(more)).toBe("查到了。");
    expect(completedMessages(more, "answer")).toMatchObject([{ content: "我查一下。查到了。" }]);
    const { data } = await world.sdk().conversations.messages.list(conversation_id);
    expect(data[0]?.content).toBe("我查一下。查到了。");
  });

  test("auto_save_history=false keeps nothing that outputs could be submitted to: 5000", async () => {
    world.upstream.replyOnce([CALL], { lastUserText: "unsaved tool" });
    const events = await readAll(
      world.sdk().chat.stream({ ...helper("unsaved tool"), auto_save_history: false }),
    );
    const last = events.at(-2);
    if (last?.event !== "conversation.chat.requires_action") throw new Error(JSON.stringify(last));
    const { conversation_id, id: chat_id } = last.data;
    const submitted = await readAll(
      world.sdk().chat.submitToolOutputs({ conversation_id, chat_id, tool_outputs: [OUTPUT], stream: true }),
    );
    expect(submitted).toMatchObject([{ event: "error", data: { code: 5000 } }]);
  });

  test("a restart between requires_action and the outputs loses nothing", async () => {
    const { chat } = await waiting("survive a restart");
    const { conversation_id, id: chat_id } = chat;
    await world.restart();
    expect(await world.sdk().chat.retrieve(conversation_id, chat_id)).toMatchObject({
      status: "requires_action",
      required_action: chat.required_action,
    });
    const more = await readAll(
      world.sdk().chat.submitToolOutputs({ conversation_id, chat_id, tool_outputs: [OUTPUT], stream: true }),
    );
    expect(deltasOf(more)).toBe("订单已发货。");
    expect(world.asked("survive a restart").body.messages.slice(-2)).toMatchObject([
      { role: "assistant", tool_calls: [{ id: "call_a", function: { arguments: '{"order":"A-1"}' } }] },
      { role: "tool", tool_call_id: "call_a", content: '{"state":"shipped"}' },
    ]);
  });
});
