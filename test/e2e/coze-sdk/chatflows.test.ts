import type { StreamChatData } from "@coze/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { openWorkflowWorld, type WorkflowName, type WorkflowWorld } from "./workflow-world.ts";
import {
  chatOf,
  completedMessages,
  deltasOf,
  expectStrictAnswers,
  historyOf,
  question,
  readAll,
} from "./world.ts";

describe.each(engines)("chatflows through the official SDK on $name", (engine) => {
  let world: WorkflowWorld;
  beforeAll(async () => {
    world = await openWorkflowWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const ask = (name: WorkflowName, text: string, more: object = {}) =>
    readAll(
      world.sdk().workflows.chat.stream({
        workflow_id: world.flowId(name),
        additional_messages: [question(text)],
        ...more,
      }),
    );
  const names = (events: StreamChatData[]) => [...new Set(events.map(({ event }) => event))];
  const debugUrl = () =>
    JSON.parse(/event:done\ndata:(.*)\n/.exec(world.proxy.last().body)?.[1] ?? "null").debug_url;

  test("answers in pieces, and ends with where to look at the run", async () => {
    world.teach("你好吗", ["我", "很好"]);
    const events = await ask("对话", "你好吗");
    expect(names(events)).toEqual([
      "conversation.chat.created",
      "conversation.chat.in_progress",
      "conversation.message.delta",
      "conversation.message.completed",
      "conversation.chat.completed",
      "done",
    ]);
    expect(deltasOf(events)).toBe("我很好");
    expect(completedMessages(events, "answer").map(({ content }) => content)).toEqual(["我很好"]);
    const url = new URL(debugUrl());
    const execute = url.searchParams.get("execute_id") ?? "";
    const [history] = await world.sdk().workflows.runs.history(world.flowId("对话"), execute);
    expect(history).toMatchObject({ execute_status: "Success", run_mode: 1 });
  });

  test("goes on in the conversation, whose messages stand in it", async () => {
    world.teach("第一句", ["一"]);
    world.teach("第二句", ["二"]);
    const first = await ask("对话", "第一句");
    const { conversation_id } = chatOf(first);
    const second = await ask("对话", "第二句", { conversation_id });
    expect(chatOf(second).conversation_id).toBe(conversation_id);
    expect(await historyOf(world.sdk(), conversation_id)).toEqual(["第一句", "一", "第二句", "二"]);
  });

  test("an input node requires an action; calling again with lines answers it", async () => {
    const asked = await ask("点餐", "我要点餐", { parameters: { shop: "大店" } });
    expect(names(asked).slice(-2)).toEqual(["conversation.chat.requires_action", "done"]);
    expect(deltasOf(asked)).toContain("大店：要什么？");
    const { conversation_id, id } = chatOf(asked);
    expect(debugUrl()).toContain("execute_id=");
    const waiting = await world.sdk().chat.retrieve(conversation_id, id);
    expect(waiting).toMatchObject({
      status: "requires_action",
      required_action: { submit_tool_outputs: { tool_calls: [{ type: "reply_message" }] } },
    });
    const answered = await ask("点餐", "drink: 红茶\ncups: 2", { conversation_id });
    expect(completedMessages(answered, "answer").at(-1)?.content).toBe("2 杯红茶");
    expect(names(answered).slice(-2)).toEqual(["conversation.chat.completed", "done"]);
    expect((await world.sdk().chat.retrieve(conversation_id, id)).status).toBe("completed");
  });

  test("JSON answers an input node too, also after a restart", async () => {
    const { conversation_id } = chatOf(await ask("点餐", "我要点餐"));
    await world.restart();
    const answered = await ask("点餐", '{"drink":"咖啡","cups":1}', { conversation_id });
    expect(completedMessages(answered, "answer").at(-1)?.content).toBe("1 杯咖啡");
  });

  test("CONVERSATION_NAME chooses a conversation; an unknown name is refused with its own code", async () => {
    const parameters = { CONVERSATION_NAME: "默认会话" };
    expect(await ask("对话", "在吗", { parameters })).toMatchObject([
      { event: "error", data: { code: 720702204 } },
    ]);
    const create = (get_or_create: boolean) =>
      world.call("POST /v1/workflow/conversation/create", {
        body: { workflow_id: world.flowId("对话"), conversation_name: "默认会话", get_or_create },
      });
    const made = (await create(true)).json.data;
    expect((await create(true)).json.data.id).toBe(made.id);
    world.teach("在吗", ["在"]);
    expect(chatOf(await ask("对话", "在吗", { parameters })).conversation_id).toBe(made.id);
    const newer = (await create(false)).json.data;
    expect(newer.id).not.toBe(made.id);
    expect(chatOf(await ask("对话", "在吗", { parameters })).conversation_id).toBe(newer.id);
    const byId = await ask("对话", "在吗", { parameters, conversation_id: made.id });
    expect(chatOf(byId).conversation_id).toBe(made.id);
  });

  test("with a bot the conversation is that bot's", async () => {
    world.teach("以机器人的名义", ["好"]);
    const bot_id = world.botId("shop");
    const events = await ask("对话", "以机器人的名义", { bot_id });
    expect(chatOf(events)).toMatchObject({ bot_id });
    const { conversation_id } = chatOf(events);
    world.teach("还在吗", ["在的"]);
    expect(chatOf(await ask("对话", "还在吗", { conversation_id })).bot_id).toBe(bot_id);
  });

  test("refuses what cannot be: as one JSON answer that the SDK tells as an error", async () => {
    const { conversation_id } = chatOf(await ask("点餐", "我要点餐"));
    const cases: [object, number, string][] = [
      [{ workflow_id: world.flowId("天气") }, 4000, "workflow_id"],
      [{ workflow_id: world.flowId("草稿") }, 4200, "published"],
      [{ workflow_id: "77" }, 4200, "workflow"],
      [{ bot_id: world.botId("shop"), app_id: "1" }, 4000, "app_id"],
      [{ app_id: "1" }, 4200, "app"],
      [{ bot_id: "77" }, 4200, "agent"],
      [{ additional_messages: [] }, 4000, "additional_messages"],
      [{ additional_messages: Array(51).fill(question("x")) }, 4000, "additional_messages"],
      [
        { additional_messages: [{ ...question("x"), role: "assistant", type: "answer" }] },
        4000,
        "additional_messages",
      ],
      [{ parameters: "[1]" }, 4000, "parameters"],
      [{ parameters: "{" }, 4000, "parameters"],
      [{ conversation_id: "77" }, 4200, "conversation"],
      [{ conversation_id, bot_id: world.botId("shop") }, 4000, "conversation_id"],
      [{ workflow_version: "1" }, 4200, "version"],
      [{ ext: { user_id: "u".repeat(1_001) } }, 4000, "ext"],
    ];
    for (const [more, code, text] of cases) {
      const events = await ask("对话", "x", more);
      expect([more, events[0]?.event]).toEqual([more, "error"]);
      expect(events[0]?.data).toMatchObject({ code, msg: expect.stringContaining(text) });
    }
  });

  test("one chat of a conversation at a time, and /v3/chat/cancel stops it", async () => {
    const hanging = new AbortController();
    world.teach("慢慢来", async () => {
      await new Promise((resolve) => hanging.signal.addEventListener("abort", resolve));
      return ["晚了"];
    });
    const stream = world.sdk().workflows.chat.stream({
      workflow_id: world.flowId("对话"),
      additional_messages: [question("慢慢来")],
    });
    const events: StreamChatData[] = [];
    let second: StreamChatData[] | undefined;
    for await (const event of stream) {
      events.push({ ...event });
      if (event.event !== "conversation.chat.in_progress") continue;
      const { conversation_id, id } = event.data;
      second = await ask("对话", "还有", { conversation_id });
      const canceled = await world.sdk().chat.cancel(conversation_id, id);
      expect(canceled.status).toBe("canceled");
    }
    hanging.abort();
    expect(second).toMatchObject([{ event: "error", data: { code: 4016 } }]);
    expect(events.at(-2)?.data).toMatchObject({ status: "canceled" });
  });
});
