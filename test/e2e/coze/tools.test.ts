import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CozeEvent, chatQuery, eventNames, userMessage } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import type { ReplyStep } from "../../support/upstream.ts";
import { type ChatWorld, openChatWorld } from "./chat-world.ts";

function lookUp(order: string, id?: string): ReplyStep {
  const call = { type: "tool-call", name: "look_up_order", arguments: JSON.stringify({ order }) } as const;
  return id === undefined ? call : { ...call, id };
}

describe.each(engines)("tools that a Coze caller runs, on $name", (engine) => {
  let world: ChatWorld;

  beforeAll(async () => {
    world = await openChatWorld(engine);
  });

  afterAll(() => world.close());

  function chatBody(text: string) {
    return {
      bot_id: world.botId("helper"),
      user_id: "u-1",
      additional_messages: [userMessage(text)],
      meta_data: { order: text },
    };
  }

  async function streamed(text: string): Promise<CozeEvent[]> {
    return (await world.coze().stream("POST /v3/chat", chatBody(text))).all();
  }

  /** The Chat object of the last event before `done`. */
  function lastChat(events: CozeEvent[]) {
    return events.at(-2)?.data;
  }

  function outputsFor(chat: CozeEvent["data"], text: string) {
    return chat.required_action.submit_tool_outputs.tool_calls.map((call: { id: string }) => ({
      tool_call_id: call.id,
      output: text,
    }));
  }

  async function submitted(chat: CozeEvent["data"], text: string): Promise<CozeEvent[]> {
    const route = `POST /v3/chat/submit_tool_outputs?${chatQuery(chat)}` as const;
    const stream = await world.coze().stream(route, { tool_outputs: outputsFor(chat, text) });
    return stream.all();
  }

  function completed(events: CozeEvent[]) {
    return events.filter(({ event }) => event === "conversation.message.completed").map(({ data }) => data);
  }

  test("a chat goes on whatever ids the model gives its calls", async () => {
    const ids = ["call_".padEnd(5_000, "x"), "twice", "twice"];
    const calls = ids.map((id) => lookUp("C-3", id));
    world.upstream.replyOnce(calls, { lastUserText: "怪编号" });
    world.upstream.replyOnce(["都好"], { lastUserText: "怪编号" });
    const events = await submitted(lastChat(await streamed("怪编号")), "sent");
    expect(lastChat(events)).toMatchObject({ status: "completed" });
  });

  test("a chat that waits twice tells every message once, with the ids that the lists give", async () => {
    world.upstream.replyOnce(["先查一下。", lookUp("A-1")], { lastUserText: "查两次" });
    world.upstream.replyOnce([lookUp("B-2")], { lastUserText: "查两次" });
    world.upstream.replyOnce(["都发货了"], { lastUserText: "查两次" });
    const first = await streamed("查两次");
    const second = await submitted(lastChat(first), "sent");
    expect(eventNames(second)).toEqual([
      "conversation.chat.in_progress",
      "conversation.message.completed",
      "conversation.message.completed",
      "conversation.chat.requires_action",
      "done",
    ]);
    const third = await submitted(lastChat(second), "sent too");
    const chat = lastChat(third);
    expect(chat).toMatchObject({ status: "completed", meta_data: { order: "查两次" } });
    const told = completed([...first, ...second, ...third]);
    expect(told.map(({ type, content }) => [type, content])).toEqual([
      ["function_call", JSON.stringify({ name: "look_up_order", arguments: { order: "A-1" } })],
      ["tool_output", "sent"],
      ["function_call", JSON.stringify({ name: "look_up_order", arguments: { order: "B-2" } })],
      ["tool_output", "sent too"],
      ["answer", "先查一下。都发货了"],
      ["verbose", expect.any(String)],
    ]);
    expect(await world.coze().chatMessages(chat)).toEqual(told);
    const listed = await world.coze().messages(chat.conversation_id, { include_middle_message: true });
    expect(listed.slice(1)).toEqual(told);
  });

  test("while it waits a poll tells what it waits for, and its list what was said and called", async () => {
    world.upstream.replyOnce(["稍等。", lookUp("A-1")], { lastUserText: "等着" });
    const chat = lastChat(await streamed("等着"));
    const polled = await world.coze().polled(chat);
    expect(polled).toEqual({ ...chat, inserted_additional_messages: undefined });
    const list = await world.coze().chatMessages(chat);
    expect(list.map(({ type, content }) => [type, content])).toEqual([
      ["function_call", JSON.stringify({ name: "look_up_order", arguments: { order: "A-1" } })],
      ["answer", "稍等。"],
    ]);
  });

  test("an output may be empty", async () => {
    world.upstream.replyOnce([lookUp("A-1")], { lastUserText: "没有结果" });
    const chat = lastChat(await streamed("没有结果"));
    world.upstream.replyOnce(["查不到"], { lastUserText: "没有结果" });
    const events = await submitted(chat, "");
    expect(lastChat(events).status).toBe("completed");
    expect(world.upstream.requests.at(-1)?.body.messages.at(-1)).toMatchObject({ role: "tool", content: "" });
  });

  test("outputs that are missing, unknown, double or of no shape are refused, and the chat still waits", async () => {
    world.upstream.replyOnce([lookUp("A-1")], { lastUserText: "错的输出" });
    const chat = lastChat(await streamed("错的输出"));
    const [output] = outputsFor(chat, "sent");
    const route = `POST /v3/chat/submit_tool_outputs?${chatQuery(chat)}` as const;
    for (const tool_outputs of [
      undefined,
      [],
      {},
      [{ output: "sent" }],
      [{ ...output, tool_call_id: "call_other" }],
      [output, output],
      [output, { ...output, tool_call_id: "call_other" }],
      [{ ...output, output: { sent: true } }],
    ]) {
      const answer = await world.coze().call(route, { tool_outputs });
      expect(answer).toMatchObject({ code: 4000, msg: expect.stringContaining("tool_outputs") });
    }
    expect((await world.coze().polled(chat)).status).toBe("requires_action");
  });

  test("nobody else may hand outputs over", async () => {
    world.upstream.replyOnce([lookUp("A-1")], { lastUserText: "别人的" });
    const chat = lastChat(await streamed("别人的"));
    const body = { tool_outputs: outputsFor(chat, "sent") };
    const route = `POST /v3/chat/submit_tool_outputs?${chatQuery(chat)}` as const;
    expect(await world.coze("member").call(route, body)).toMatchObject({ code: 4200 });
    expect(await world.coze("reader").call(route, body)).toMatchObject({ code: 4101 });
    expect((await world.coze().polled(chat)).status).toBe("requires_action");
  });

  test("a chat that went on can be canceled: the model's connection closes, the text so far stays", async () => {
    world.upstream.replyOnce([lookUp("A-1")], { lastUserText: "继续再停" });
    const chat = lastChat(await streamed("继续再停"));
    world.upstream.replyOnce(["说到", { type: "hold", until: new Promise(() => {}) }], {
      lastUserText: "继续再停",
    });
    const route = `POST /v3/chat/submit_tool_outputs?${chatQuery(chat)}` as const;
    const stream = await world.coze().stream(route, { tool_outputs: outputsFor(chat, "sent") });
    await stream.until("conversation.message.delta");
    const { conversation_id, id: chat_id } = chat;
    const canceled = await world.coze().data("POST /v3/chat/cancel", { conversation_id, chat_id });
    expect(canceled.status).toBe("canceled");
    const events = await stream.all();
    expect(eventNames(events).slice(-3)).toEqual([
      "conversation.message.completed",
      "conversation.chat.completed",
      "done",
    ]);
    expect(lastChat(events).status).toBe("canceled");
    await eventually(() => world.upstream.requests.at(-1)?.closedAtMs !== undefined);
    const list = await world.coze().chatMessages(chat);
    expect(list.map(({ type }) => type)).toEqual(["function_call", "tool_output", "answer", "verbose"]);
    expect(list[2].content).toBe("说到");
  });

  test("a restart loses neither what was said nor the ids of what comes", async () => {
    world.upstream.replyOnce(["先查。", lookUp("A-1")], { lastUserText: "重启之间" });
    const first = await streamed("重启之间");
    await world.restart();
    world.upstream.replyOnce(["查到了"], { lastUserText: "重启之间" });
    const second = await submitted(lastChat(first), "sent");
    const told = completed([...first, ...second]);
    expect(told.map(({ type }) => type)).toEqual(["function_call", "tool_output", "answer", "verbose"]);
    expect(told[2].content).toBe("先查。查到了");
    expect(await world.coze().chatMessages(lastChat(second))).toEqual(told);
  });
});
