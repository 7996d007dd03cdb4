import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { tokens, tokensText } from "../../support/upstream.ts";
import { shopChats } from "./shop-chats.ts";
import {
  answer,
  type CozeWorld,
  chatOf,
  completedMessages,
  deltasOf,
  expectStrictAnswers,
  openCozeWorld,
  question,
  refusalOf,
} from "./world.ts";

describe.each(engines)("chats of @coze/api on $name", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const { shop, streamed, history } = shopChats(() => world);

  test("create answers at once, retrieve follows it to the end, messages.list has what it made", async () => {
    const hold = Promise.withResolvers<void>();
    world.teach("poll me", ["poll", { type: "hold", until: hold.promise }, "ed"]);
    const { chat } = world.sdk();
    const made = await chat.create(shop("poll me", { meta_data: { trace: "t-1" } }));
    expect(made).toMatchObject({
      bot_id: world.botId("shop"),
      status: "in_progress",
      meta_data: { trace: "t-1" },
      last_error: { code: 0, msg: "" },
    });
    expect(made).not.toHaveProperty("completed_at");
    expect(await chat.retrieve(made.conversation_id, made.id)).toMatchObject({ status: "in_progress" });
    hold.resolve();

    const done = await eventually(async () => {
      const now = await chat.retrieve(made.conversation_id, made.id);
      expect(now.status).toBe("completed");
      return now;
    });
    expect(done).toMatchObject({
      id: made.id,
      conversation_id: made.conversation_id,
      meta_data: { trace: "t-1" },
    });
    expect(done.completed_at).toBeGreaterThanOrEqual(Number(done.created_at));
    expect(done.usage).toEqual({ input_count: 20, output_count: 2, token_count: 22 });
    const messages = await chat.messages.list(made.conversation_id, made.id);
    expect(messages.filter((message) => message.type === "answer")).toMatchObject([
      { role: "assistant", content: "polled", content_type: "text", chat_id: made.id },
    ]);
    expect(messages.map((message) => message.type)).not.toContain("question");
    expect(await history(made.conversation_id)).toEqual(["poll me", "polled"]);
  });

  test("createAndPoll", async () => {
    world.teach("poll for me", ["你好", "！"]);
    const { chat, messages } = await world.sdk().chat.createAndPoll(shop("poll for me"));
    expect(chat.status).toBe("completed");
    expect(messages?.find((message) => message.type === "answer")?.content).toBe("你好！");
  });

  test("stream: created, in_progress, increments, the whole answer, all answers done, completed, done", async () => {
    world.teach("stream me", [tokens(5), { type: "usage", inputTokens: 11, outputTokens: 7 }]);
    const events = await streamed("stream me", { meta_data: { a: "b" } });
    expect(events.map((event) => event.event)).toEqual([
      "conversation.chat.created",
      "conversation.chat.in_progress",
      ...Array.from({ length: 5 }, () => "conversation.message.delta"),
      "conversation.message.completed",
      "conversation.message.completed",
      "conversation.chat.completed",
      "done",
    ]);
    expect(deltasOf(events)).toBe(tokensText(5));
    expect(completedMessages(events).map((message) => message.type)).toEqual(["answer", "verbose"]);
    expect(completedMessages(events, "answer")[0]?.content).toBe(tokensText(5));
    expect(events.at(-2)).toMatchObject({
      data: {
        status: "completed",
        meta_data: { a: "b" },
        usage: { input_count: 11, output_count: 7, token_count: 18 },
      },
    });
    expect(events.at(-1)).toEqual({ event: "done", data: "[DONE]" });
    const { conversation_id, id } = chatOf(events);
    const listed = await world.sdk().chat.messages.list(conversation_id, id);
    expect(listed.map((message) => message.id)).toEqual(
      completedMessages(events).map((message) => message.id),
    );
  });

  test("reasoning comes in increments of its own, before the text", async () => {
    world.teach("think first", [
      { type: "reasoning", text: "嗯，" },
      { type: "reasoning", text: "我想想" },
      "答案",
      "是 42",
    ]);
    const events = await streamed("think first");
    expect(deltasOf(events, "reasoning_content")).toBe("嗯，我想想");
    expect(deltasOf(events)).toBe("答案是 42");
    const increments = events.flatMap((event) =>
      event.event === "conversation.message.delta" ? [event.data] : [],
    );
    expect(increments.map((one) => one.content)).toEqual(["", "", "答案", "是 42"]);
    expect(completedMessages(events, "answer")).toMatchObject([
      { content: "答案是 42", reasoning_content: "嗯，我想想" },
    ]);
    const { conversation_id, id } = chatOf(events);
    const [kept] = (await world.sdk().chat.messages.list(conversation_id, id)).filter(
      (one) => one.type === "answer",
    );
    expect(kept).toMatchObject({ reasoning_content: "嗯，我想想" });
  });

  test("line separators of every alphabet arrive as they were said", async () => {
    const said = 'a\u2028b\u2029c\u0085d\u000be\u000cf\r\ng\th"i\\j😀';
    world.teach("separators please", [said]);
    const events = await streamed("separators please");
    expect(deltasOf(events)).toBe(said);
    expect(world.proxy.last().body).not.toMatch(/[\u0085\u2028\u2029]/);
    expect(await history(chatOf(events).conversation_id)).toEqual(["separators please", said]);
  });

  test("follow-ups stand after the answer and are no messages of the conversation", async () => {
    const bot_id = world.botId("curious");
    world.upstream.replyOnce(["the answer"], { lastUserText: "suggest something" });
    world.upstream.replyOnce(['["一？","二？","三？","四？"]']);
    const events = await streamed("suggest something", { bot_id });
    expect(completedMessages(events).map((message) => message.type)).toEqual([
      "answer",
      "verbose",
      "follow_up",
      "follow_up",
      "follow_up",
    ]);
    expect(completedMessages(events, "follow_up").map((message) => message.content)).toEqual([
      "一？",
      "二？",
      "三？",
    ]);
    expect(await history(chatOf(events).conversation_id)).toEqual(["suggest something", "the answer"]);
  });

  test("follow-ups that fail are no failure of the chat", async () => {
    const bot_id = world.botId("curious");
    world.upstream.replyOnce(["the answer"], { lastUserText: "suggest nothing" });
    world.upstream.replyOnce([{ type: "status", status: 400 }]);
    const events = await streamed("suggest nothing", { bot_id });
    expect(events.at(-2)).toMatchObject({ event: "conversation.chat.completed" });
    expect(completedMessages(events, "follow_up")).toEqual([]);
  });

  test("knowledge stands before the answer", async () => {
    const events = await streamed("图书馆几点闭馆？", { bot_id: world.botId("library") });
    expect(completedMessages(events).map((message) => message.type)).toEqual([
      "knowledge",
      "answer",
      "verbose",
    ]);
    expect(completedMessages(events, "knowledge")[0]?.content).toContain("22:00 闭馆");
  });

  test("a tool of the server's: what was called and what it said, then the answer", async () => {
    const text = "how warm is it in Beijing";
    world.upstream.replyOnce([{ type: "tool-call", name: "get_weather", arguments: '{"city":"Beijing"}' }], {
      lastUserText: text,
    });
    world.upstream.replyOnce(["26 degrees"], { lastUserText: text });
    const events = await streamed(text, { bot_id: world.botId("weather") });
    expect(completedMessages(events).map((message) => message.type)).toEqual([
      "function_call",
      "tool_output",
      "answer",
      "verbose",
    ]);
    expect(JSON.parse(completedMessages(events, "function_call")[0]?.content ?? "")).toEqual({
      name: "get_weather",
      arguments: { city: "Beijing" },
    });
    expect(JSON.parse(completedMessages(events, "tool_output")[0]?.content ?? "")).toEqual({ temp: 26 });
    const { conversation_id, id } = chatOf(events);
    const listed = await world.sdk().chat.messages.list(conversation_id, id);
    expect(listed.map((message) => message.id)).toEqual(
      completedMessages(events).map((message) => message.id),
    );
    expect(await history(conversation_id)).toEqual([text, "26 degrees"]);
  });

  test("a shortcut asks its question with the values given", async () => {
    const events = await streamed("", {
      additional_messages: [],
      shortcut_command: { command_id: "return", parameters: { order: "A-7" } },
    });
    expect(await history(chatOf(events).conversation_id)).toEqual([
      "退货 A-7，原因：不喜欢",
      "你好，this is the upstream.",
    ]);
    expect(
      await refusalOf(world.sdk().chat.create(shop("x", { shortcut_command: { command_id: "?" } }))),
    ).toMatchObject({ code: 4000, msg: expect.stringContaining("shortcut_command.command_id") });
  });

  test("a failure half-way: chat.failed with an error, then done; the text so far is kept", async () => {
    const arrived = Promise.withResolvers<void>();
    world.teach("fail half-way", ["half ", { type: "hold", until: arrived.promise }, { type: "destroy" }]);
    const events: Awaited<ReturnType<typeof streamed>> = [];
    for await (const event of world.sdk().chat.stream(shop("fail half-way"))) {
      events.push({ ...event });
      if (event.event === "conversation.message.delta") arrived.resolve();
    }
    expect(events.slice(-2)).toMatchObject([
      { event: "conversation.chat.failed", data: { status: "failed", last_error: { code: 5000 } } },
      { event: "done", data: "[DONE]" },
    ]);
    expect(deltasOf(events)).toBe("half ");
    const { conversation_id, id } = chatOf(events);
    const failed = await world.sdk().chat.retrieve(conversation_id, id);
    expect(failed).toMatchObject({
      status: "failed",
      last_error: { code: 5000, msg: expect.stringMatching(/./) },
    });
    expect(failed.failed_at).toBeGreaterThan(0);
    expect(await history(conversation_id)).toEqual(["fail half-way", "half "]);
  });

  test("a model that refuses: created and in_progress, then failed", async () => {
    world.teach("refuse me", [
      { type: "status", status: 400, body: { error: { message: "sk-secret is wrong" } } },
    ]);
    const events = await streamed("refuse me");
    expect(events.map((event) => event.event)).toEqual([
      "conversation.chat.created",
      "conversation.chat.in_progress",
      "conversation.chat.failed",
      "done",
    ]);
    expect(JSON.stringify(events)).not.toContain("sk-secret");
  });

  test("a conversation goes on, and its history is what the model sees", async () => {
    const { conversation_id } = chatOf(await streamed("first of two"));
    await streamed("second of two", { conversation_id });
    expect(world.asked("second of two").body.messages).toMatchObject([
      { role: "system" },
      { role: "user", content: "first of two" },
      { role: "assistant", content: "你好，this is the upstream." },
      { role: "user", content: "second of two" },
    ]);
    expect(await history(conversation_id)).toHaveLength(4);
  });

  test("additional_messages: the last is the question, those before are history and kept", async () => {
    const events = await streamed("", {
      additional_messages: [question("I am Ada"), answer("Hello Ada"), question("who am I, Ada or Bob")],
    });
    expect(world.asked("who am I, Ada or Bob").body.messages.slice(1)).toMatchObject([
      { role: "user", content: "I am Ada" },
      { role: "assistant", content: "Hello Ada" },
      { role: "user", content: "who am I, Ada or Bob" },
    ]);
    const { conversation_id } = chatOf(events);
    expect(await history(conversation_id)).toEqual([
      "I am Ada",
      "Hello Ada",
      "who am I, Ada or Bob",
      "你好，this is the upstream.",
    ]);
    const chat = chatOf(events) as { inserted_additional_messages?: { id: string }[] };
    const { data } = await world.sdk().conversations.messages.list(conversation_id, { order: "asc" });
    expect(chat.inserted_additional_messages?.map((one) => one.id)).toEqual(
      data.slice(0, 3).map((message) => message.id),
    );
  });

  test("without additional_messages the last stored message is the question", async () => {
    const { conversations } = world.sdk();
    const { id } = await conversations.create({ bot_id: world.botId("shop") });
    await conversations.messages.create(id, { ...question("stored before the chat"), meta_data: {} });
    const events = await streamed("", { conversation_id: id, additional_messages: [] });
    expect(deltasOf(events)).toBe("你好，this is the upstream.");
    expect(world.asked("stored before the chat").body.messages.at(-1)).toMatchObject({
      content: "stored before the chat",
    });
    expect(await history(id)).toEqual(["stored before the chat", "你好，this is the upstream."]);
  });

  test("nothing to answer is refused", async () => {
    const refusal = await refusalOf(world.sdk().chat.create(shop("", { additional_messages: [] })));
    expect(refusal).toMatchObject({ name: "BadRequestError", code: 4000 });
    expect(refusal.msg).toContain("additional_messages");
  });

  test("custom_variables fill the prompt", async () => {
    await streamed("who am I to you", { custom_variables: { name: "王小明" } });
    expect(world.asked("who am I to you").body.messages[0]).toMatchObject({
      role: "system",
      content: expect.stringContaining("称呼用户为 王小明"),
    });
    await streamed("and without a name");
    expect(world.asked("and without a name").body.messages[0]?.content).toContain("称呼用户为 朋友");
  });

  test("auto_save_history=false: answered, and not to be found afterwards", async () => {
    const { conversations } = world.sdk();
    const { id } = await conversations.create({ bot_id: world.botId("shop") });
    const events = await streamed("leave no trace", { conversation_id: id, auto_save_history: false });
    expect(deltasOf(events)).toBe("你好，this is the upstream.");
    expect(await history(id)).toEqual([]);
    const chat = chatOf(events);
    expect(await refusalOf(world.sdk().chat.retrieve(id, chat.id))).toMatchObject({ code: 4200 });
    await streamed("after no trace", { conversation_id: id });
    expect(JSON.stringify(world.asked("after no trace").body.messages)).not.toContain("leave no trace");
  });

  test("auto_save_history=false needs a stream", async () => {
    const refusal = await refusalOf(world.sdk().chat.create(shop("x", { auto_save_history: false })));
    expect(refusal).toMatchObject({ code: 4000, msg: expect.stringContaining("auto_save_history") });
  });

  test("cancel ends the chat, closes the model's connection and keeps the text so far", async () => {
    world.teach("cancel me", ["so far ", { type: "hold", until: new Promise(() => {}) }]);
    const { chat } = world.sdk();
    const events: Awaited<ReturnType<typeof streamed>> = [];
    let canceled: Awaited<ReturnType<typeof chat.cancel>> | undefined;
    for await (const event of chat.stream(shop("cancel me"))) {
      events.push({ ...event });
      if (event.event === "conversation.message.delta" && canceled === undefined) {
        canceled = await chat.cancel(event.data.conversation_id, event.data.chat_id);
      }
    }
    const { conversation_id, id } = chatOf(events);
    expect(canceled).toMatchObject({ id, conversation_id, status: "canceled" });
    expect(events.slice(-2)).toMatchObject([{ data: { id, status: "canceled" } }, { event: "done" }]);
    expect(await chat.retrieve(conversation_id, id)).toMatchObject({ status: "canceled" });
    expect(await history(conversation_id)).toEqual(["cancel me", "so far "]);
    await eventually(() => expect(world.asked("cancel me").closedAtMs).toBeDefined());
    expect(await refusalOf(chat.cancel(conversation_id, id))).toMatchObject({ code: 4104 });
  });

  test("a chat that is over cannot be cancelled: 4104", async () => {
    const { conversation_id, id } = chatOf(await streamed("already over"));
    expect(await refusalOf(world.sdk().chat.cancel(conversation_id, id))).toMatchObject({ code: 4104 });
  });

  test("a second chat in the same conversation: 4016, and the first goes on", async () => {
    const hold = Promise.withResolvers<void>();
    world.teach("hold the conversation", ["one ", { type: "hold", until: hold.promise }, "two"]);
    const { chat } = world.sdk();
    const { id, conversation_id } = await chat.create(shop("hold the conversation"));
    expect(await refusalOf(chat.create(shop("too early", { conversation_id })))).toMatchObject({
      code: 4016,
    });
    expect(await streamed("too early", { conversation_id })).toMatchObject([
      { event: "error", data: { code: 4016 } },
    ]);
    hold.resolve();
    await eventually(async () => (await chat.retrieve(conversation_id, id)).status === "completed");
    expect(await history(conversation_id)).toEqual(["hold the conversation", "one two"]);
  });

  test("a client that hangs up finds the whole answer by polling", async () => {
    const hold = Promise.withResolvers<void>();
    world.teach("hang up on me", ["one ", { type: "hold", until: hold.promise }, "two"]);
    const { chat } = world.sdk();
    const controller = new AbortController();
    let place: { conversation_id: string; chat_id: string } | undefined;
    const left = (async () => {
      for await (const event of chat.stream(shop("hang up on me"), { signal: controller.signal })) {
        if (event.event !== "conversation.message.delta") continue;
        place = { conversation_id: event.data.conversation_id, chat_id: event.data.chat_id };
        controller.abort();
      }
    })();
    // Whether the SDK throws or ends its iteration when it is aborted is its own affair.
    await left.catch(() => {});
    hold.resolve();
    const { conversation_id = "", chat_id = "" } = place ?? {};
    await eventually(async () => (await chat.retrieve(conversation_id, chat_id)).status === "completed");
    expect(await history(conversation_id)).toEqual(["hang up on me", "one two"]);
  });
});
