import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { type Client, openWorld, type World } from "./world.ts";

describe.each(engines)("What the model gets to see on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const ask = async (client: Client, AppConversationID: string, Query: string, more: object = {}) => {
    const body = { AppConversationID, Query, ResponseMode: "blocking", ...more };
    const reply = await client.call("chat_query_v2", body);
    expect(reply.status).toBe(200);
    return reply.body;
  };
  const lastMessages = () => world.upstream.requests.at(-1)?.body.messages ?? [];

  test("§15.1 every turn sees the ones before it, and only those of its own conversation", async () => {
    const client = world.client("school");
    const [mine, other] = [await client.newConversation(), await client.newConversation()];
    for (const number of [1, 2, 3]) world.teach(`question ${number}`, [`answer ${number}`]);
    await ask(client, mine, "question 1");
    await ask(client, other, "question 3");
    await ask(client, mine, "question 2");
    await ask(client, mine, "and?");
    expect(lastMessages()).toEqual([
      { role: "user", content: "question 1" },
      { role: "assistant", content: "answer 1" },
      { role: "user", content: "question 2" },
      { role: "assistant", content: "answer 2" },
      { role: "user", content: "and?" },
    ]);
  });

  test("§13.9 conversation, history, inputs and ratings survive a restart, and so does what the model sees", async () => {
    const before = world.client();
    const AppConversationID = await before.newConversation({ name: "小明" });
    const { id } = await ask(before, AppConversationID, "before the restart");
    await before.call("feedback", { MessageID: id, LikeType: -1 });
    const history = JSON.stringify(await before.history(AppConversationID));

    await world.restart();

    const after = world.client();
    expect(JSON.stringify(await after.history(AppConversationID))).toBe(history);
    const replayed = await after.stream("chat_continue", { MessageID: id, RespDataStandard: true });
    expect((await replayed.all()).at(-1)?.event).toBe("message_end");
    await ask(after, AppConversationID, "after the restart");
    expect(lastMessages()).toEqual([
      { role: "system", content: "你是商城客服，称呼用户为 小明。" },
      { role: "user", content: "before the restart" },
      { role: "assistant", content: "你好，this is the upstream." },
      { role: "user", content: "after the restart" },
    ]);
  });

  test("an answer that was running when the server stopped keeps its text and ends", async () => {
    const client = world.client();
    world.teach("cut off by a restart", ["so far", { type: "hold", until: new Promise(() => {}) }]);
    const AppConversationID = await client.newConversation();
    const stream = await client.stream("chat_query_v2", { AppConversationID, Query: "cut off by a restart" });
    const { id: MessageID } = await stream.until("message");

    await world.restart();

    expect((await stream.all()).at(-1)?.event).toBe("message_failed");
    const after = world.client();
    const [round] = await after.history(AppConversationID);
    expect(round.AnswerInfo).toMatchObject({ MessageID, Answer: "so far" });
    const replayed = await after.stream("chat_continue", { MessageID, RespDataStandard: true });
    expect((await replayed.all()).map((payload) => payload.event)).toEqual([
      "message_start",
      "message_output_start",
      "message",
      "message_output_end",
      "message_failed",
    ]);
    expect((await after.call("stop_message", { MessageID })).status).toBe(200);
    await ask(after, AppConversationID, "goes on");
  });

  test.each(["{{ 7*7 }}", "{% x %}{#", "{{name}}", "}}'\"\\"])(
    "the value %j of a variable reaches the model as it is",
    async (value) => {
      const client = world.client();
      const AppConversationID = await client.newConversation({ name: value.slice(0, 8), note: value });
      await ask(client, AppConversationID, `my name is ${value}`);
      const name = value.slice(0, 8);
      expect(lastMessages()).toEqual([
        { role: "system", content: `你是商城客服，称呼用户为 ${name}。` },
        { role: "user", content: `my name is ${value}` },
      ]);
    },
  );

  test.each(["constructor", "toString", "hasOwnProperty"])(
    "an unknown variable called %s does no harm",
    async (key) => {
      const client = world.client();
      const inputs = JSON.parse(`{"name":"小明","${key}":"x"}`);
      const AppConversationID = await client.newConversation(inputs);
      await ask(client, AppConversationID, "hello");
      expect(lastMessages()[0]?.content).toBe("你是商城客服，称呼用户为 小明。");
      const read = await client.call("get_conversation_inputs", { AppConversationID });
      expect(read.body.Inputs.name).toBe("小明");
      expect(read.body.Inputs.other).toBeUndefined();
    },
  );

  test("changed variables count from the next question on", async () => {
    const client = world.client();
    const AppConversationID = await client.newConversation({ name: "旧" });
    await ask(client, AppConversationID, "hello");
    await client.call("update_conversation", { AppConversationID, Inputs: { name: "新" } });
    await ask(client, AppConversationID, "hello again");
    expect(lastMessages()[0]?.content).toBe("你是商城客服，称呼用户为 新。");
  });

  test("§4.5 images reach the model as pictures, other files by name; both come back in both spellings", async () => {
    const client = world.client("school");
    const AppConversationID = await client.newConversation();
    const Files = [
      { Url: "http://127.0.0.1/cat.png?sign=1", Name: "cat.png", Size: 12 },
      { Url: "http://127.0.0.1/report.pdf", Name: "report.pdf", Size: "34", Path: "upload/full/aa" },
    ];
    await ask(client, AppConversationID, "what is this", { QueryExtends: { Files } });
    expect(lastMessages()).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "what is this\n[report.pdf] http://127.0.0.1/report.pdf" },
          { type: "image_url", image_url: { url: "http://127.0.0.1/cat.png?sign=1" } },
        ],
      },
    ]);
    const [round] = await client.history(AppConversationID);
    const both = (Path: string, Name: string, Size: number, Url: string) => ({
      ...{ Path, Name, Size, Url },
      ...{ path: Path, name: Name, size: Size, url: Url },
    });
    expect(round.QueryExtends).toEqual({
      Files: [
        both("", "cat.png", 12, "http://127.0.0.1/cat.png?sign=1"),
        both("upload/full/aa", "report.pdf", 34, "http://127.0.0.1/report.pdf"),
      ],
    });
    await ask(client, AppConversationID, "and now");
    expect(lastMessages()[0]?.content).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: "image_url" })]),
    );
  });

  test("retrieved passages reach the model, pairs answer without it", async () => {
    const client = world.client("library");
    await ask(client, await client.newConversation(), "图书馆几点闭馆");
    expect(lastMessages()[0]).toMatchObject({
      role: "system",
      content: expect.stringContaining("22:00 闭馆"),
    });
    const asked = world.upstream.requests.length;
    const faq = world.client("faq");
    const reply = await ask(faq, await faq.newConversation(), "可以退货吗？");
    expect(reply.answer).toBe("支持 7 天无理由退货。");
    expect(world.upstream.requests).toHaveLength(asked);
  });
});
