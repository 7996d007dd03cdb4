import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { type RawResponse, rawConnection } from "../../support/raw-http-client.ts";
import {
  type AgentSlug,
  type ChatWorld,
  DRAFT_KEY,
  FLOW_KEY,
  LIBRARY_TEXT,
  openChatWorld,
  SHOP_KEY,
} from "./chat-world.ts";
import { ask, lastAsked, openAiClient, refusal, WEATHER } from "./openai-world.ts";

describe.each(engines)("the OpenAI-compatible door on $name", (engine) => {
  let world: ChatWorld;

  beforeAll(async () => {
    world = await openChatWorld(engine);
  });

  afterAll(() => world.close());

  const client = (apiKey?: string) => openAiClient(world, apiKey);

  async function conversationsOf(slug: AgentSlug): Promise<unknown[]> {
    return (await world.coze().data(`GET /v1/conversations?bot_id=${world.botId(slug)}`)).conversations;
  }

  describe("models", () => {
    test("are the published agents, by slug", async () => {
      const models = [];
      for await (const model of client().models.list()) models.push(model);
      expect(models.map(({ id }) => id)).toEqual(["helper", "library", "school", "shop"]);
      expect(models[0]).toEqual({
        id: "helper",
        object: "model",
        created: expect.any(Number),
        owned_by: "antiphon",
      });
    });

    test("are found by slug and by id, and unpublished ones are not", async () => {
      expect((await client().models.retrieve("shop")).id).toBe("shop");
      expect((await client().models.retrieve(world.botId("shop"))).id).toBe(world.botId("shop"));
      for (const name of ["unpublished", world.botId("unpublished"), "nothing", "1", "9".repeat(30)]) {
        const error = await refusal(client().models.retrieve(name));
        expect([error.status, error.code]).toEqual([404, "model_not_found"]);
      }
    });

    test("are the one agent of an app key", async () => {
      const { data } = await client(SHOP_KEY).models.list();
      expect(data.map(({ id }) => id)).toEqual(["shop"]);
      const error = await refusal(client(SHOP_KEY).chat.completions.create(ask("x", "school")));
      expect([error.status, error.code, error.param]).toEqual([404, "model_not_found", "model"]);
    });

    test.each([
      ["an unpublished agent", DRAFT_KEY, "unpublished"],
      ["a workflow", FLOW_KEY, "flow"],
    ])("are none for the app key of %s", async (_, key, slug) => {
      expect((await client(key).models.list()).data).toEqual([]);
      const error = await refusal(client(key).chat.completions.create(ask("x", slug)));
      expect([error.status, error.code]).toEqual([404, "model_not_found"]);
    });

    test("are answered with the id that the log has", async () => {
      for (const path of ["/v1/models", "/v1/models/shop"]) {
        const { headers } = await fetch(`${world.url}${path}`, {
          headers: { authorization: `Bearer ${world.token()}` },
        });
        expect(headers.get("x-tt-logid")).toBe(headers.get("x-request-id"));
      }
    });
  });

  describe("completions", () => {
    test("answer with the agent's prompt before the caller's, and tell what they used", async () => {
      world.teach("一次", [
        { type: "reasoning", text: "想" },
        "你",
        "好",
        { type: "usage", inputTokens: 21, outputTokens: 4 },
      ]);
      const completion = await client().chat.completions.create({
        model: "shop",
        messages: [
          { role: "system", content: "简短回答。" },
          { role: "user", content: "之前" },
          { role: "assistant", content: "之后" },
          { role: "developer", content: "用中文。" },
          { role: "user", content: "一次" },
        ],
        temperature: 0.25,
        max_completion_tokens: 77,
        top_p: 0.5,
      });
      expect(completion).toMatchObject({
        id: expect.stringMatching(/^chatcmpl-\d+$/),
        object: "chat.completion",
        model: "shop",
        choices: [
          {
            index: 0,
            finish_reason: "stop",
            message: { role: "assistant", content: "你好", reasoning_content: "想" },
          },
        ],
        usage: { prompt_tokens: 21, completion_tokens: 4, total_tokens: 25 },
      });
      expect(lastAsked(world).body).toMatchObject({
        temperature: 0.25,
        top_p: 0.5,
        max_tokens: 77,
        messages: [
          {
            role: "system",
            content: expect.stringMatching(
              /^你是商城客服，称呼用户为 朋友。[\s\S]*简短回答。[\s\S]*用中文。$/,
            ),
          },
          { role: "user", content: "之前" },
          { role: "assistant", content: "之后" },
          { role: "user", content: "一次" },
        ],
      });
    });

    test("stream the same, with usage where it is asked for", async () => {
      world.teach("流式", ["你", "好", { type: "usage", inputTokens: 8, outputTokens: 2 }]);
      const stream = await client().chat.completions.create({
        ...ask("流式"),
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = "";
      const chunks = [];
      for await (const chunk of stream) {
        chunks.push(chunk);
        text += chunk.choices[0]?.delta.content ?? "";
      }
      expect(text).toBe("你好");
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
      expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
      expect(chunks.at(-1)).toMatchObject({
        choices: [],
        usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 },
      });
    });

    test.each([
      ["length", "length"],
      ["content_filter", "content_filter"],
    ])("say that they were cut off: %s", async (reason, told) => {
      world.teach(`截断 ${reason}`, ["一半", { type: "finish", reason }]);
      const whole = await client().chat.completions.create(ask(`截断 ${reason}`));
      expect(whole.choices[0]).toMatchObject({ finish_reason: told, message: { content: "一半" } });
      const stream = await client().chat.completions.create({ ...ask(`截断 ${reason}`), stream: true });
      const reasons = [];
      for await (const { choices } of stream) reasons.push(choices[0]?.finish_reason);
      expect(reasons).toEqual([null, null, told]);
    });

    test("work with the package's own stream helper", async () => {
      world.teach("助手流", ["一", "二"]);
      const runner = client().chat.completions.stream(ask("助手流"));
      expect(await runner.finalContent()).toBe("一二");
    });

    test("use the agent's knowledge", async () => {
      await client().chat.completions.create(ask("图书馆几点闭馆？", "library"));
      expect(lastAsked(world).body.messages[0]?.content).toContain(LIBRARY_TEXT);
    });

    test("take the app key of their agent, by slug or id", async () => {
      world.teach("用钥匙", ["可以"]);
      for (const model of ["shop", world.botId("shop")]) {
        const { choices } = await client(SHOP_KEY).chat.completions.create(ask("用钥匙", model));
        expect(choices[0]?.message.content).toBe("可以");
      }
    });

    test("hand pictures to the model, also large ones", async () => {
      const url = `data:image/png;base64,${"A".repeat(2_000_000)}`;
      await client().chat.completions.create({
        model: "shop",
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "看图" },
              { type: "image_url", image_url: { url } },
            ],
          },
        ],
      });
      expect(lastAsked(world).body.messages.at(-1)?.content).toEqual([
        { type: "text", text: "看图" },
        { type: "image_url", image_url: { url } },
      ]);
    });

    test("are not stored", async () => {
      const before = await conversationsOf("school");
      const { id } = await client().chat.completions.create(ask("不存", "school"));
      expect(await conversationsOf("school")).toEqual(before);
      const query = `conversation_id=1&chat_id=${id.slice("chatcmpl-".length)}`;
      expect(await world.coze().call(`GET /v3/chat/retrieve?${query}`)).toMatchObject({ code: 4200 });
    });
  });

  describe("tools of the caller", () => {
    test("come back as calls, and go on with what they gave", async () => {
      world.upstream.replyOnce(
        [
          { type: "tool-call", name: "weather", arguments: '{"city":"南京"}', id: "call_a" },
          { type: "tool-call", name: "weather", arguments: '{"city":"上海"}', id: "call_b", index: 1 },
          { type: "usage", inputTokens: 30, outputTokens: 12 },
        ],
        { lastUserText: "两地天气" },
      );
      const asked = { ...ask("两地天气"), tools: [WEATHER] };
      const first = await client().chat.completions.create(asked);
      expect(lastAsked(world).body.tools).toEqual([WEATHER]);
      const [choice] = first.choices;
      expect(choice).toMatchObject({
        finish_reason: "tool_calls",
        message: {
          content: null,
          tool_calls: [
            { id: "call_a", type: "function", function: { name: "weather", arguments: '{"city":"南京"}' } },
            { id: "call_b", type: "function", function: { name: "weather", arguments: '{"city":"上海"}' } },
          ],
        },
      });
      expect(first.usage?.total_tokens).toBe(42);
      if (choice === undefined) throw new Error("no choice");
      world.upstream.replyOnce(["南京 26 度，上海 28 度"], { lastUserText: "两地天气" });
      const second = await client().chat.completions.create({
        ...asked,
        messages: [
          ...asked.messages,
          choice.message,
          { role: "tool", tool_call_id: "call_a", content: "26" },
          { role: "tool", tool_call_id: "call_b", content: "28" },
        ],
      });
      expect(second.choices[0]?.message.content).toBe("南京 26 度，上海 28 度");
      expect(lastAsked(world).body.messages.slice(-2)).toMatchObject([
        { role: "tool", tool_call_id: "call_a", content: "26" },
        { role: "tool", tool_call_id: "call_b", content: "28" },
      ]);
    });

    test("are streamed, after text before them", async () => {
      world.teach("流式工具", [
        "看一下。",
        { type: "tool-call", name: "weather", arguments: "{}", id: "call_s" },
      ]);
      const runner = client().chat.completions.stream({ ...ask("流式工具"), tools: [WEATHER] });
      const message = await runner.finalMessage();
      expect(message).toMatchObject({
        content: "看一下。",
        tool_calls: [{ id: "call_s", function: { name: "weather", arguments: "{}" } }],
      });
    });

    test("are run by the package's tool loop", async () => {
      world.upstream.replyOnce([{ type: "tool-call", name: "weather", arguments: '{"city":"苏州"}' }], {
        lastUserText: "工具循环",
      });
      world.upstream.replyOnce(["苏州 25 度"], { lastUserText: "工具循环" });
      const cities: unknown[] = [];
      const runner = client().chat.completions.runTools({
        ...ask("工具循环"),
        tools: [
          {
            type: "function",
            function: {
              ...WEATHER.function,
              parse: JSON.parse,
              function: (input: { city: string }) => {
                cities.push(input.city);
                return "25";
              },
            },
          },
        ],
      });
      expect(await runner.finalContent()).toBe("苏州 25 度");
      expect(cities).toEqual(["苏州"]);
    });

    test("are not offered with tool_choice none", async () => {
      await client().chat.completions.create({ ...ask("不用工具"), tools: [WEATHER], tool_choice: "none" });
      expect(lastAsked(world).body.tools ?? []).toEqual([]);
    });
  });

  test("what some clients take for the end of a line is escaped", async () => {
    const said = "a\u0085b\u2028c\u2029d";
    world.teach("分隔符", [{ type: "reasoning", text: said }, said]);
    const response = await fetch(`${world.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.token()}` },
      body: JSON.stringify({ ...ask("分隔符"), stream: true }),
    });
    const text = await response.text();
    expect(text).not.toMatch(/[\u0085\u2028\u2029]/);
    expect(text).toContain('"content":"a\\u0085b\\u2028c\\u2029d"');
    expect(text).toContain('"reasoning_content":"a\\u0085b\\u2028c\\u2029d"');
  });

  test("a stream is nothing but data lines, each an HTTP chunk of its own", async () => {
    world.teach("字节", ["好"]);
    const connection = await rawConnection(world.port);
    const body = JSON.stringify({ ...ask("字节"), stream: true });
    connection.send(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${SHOP_KEY}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const response: RawResponse = await connection.response();
    connection.socket.destroy();
    expect(response.headers["content-type"]).toContain("text/event-stream");
    const [role, text, end, done, ...rest] = response.chunks;
    const start = role?.slice(0, role.indexOf(',"choices"'));
    expect(start).toMatch(
      /^data: \{"id":"chatcmpl-\d+","object":"chat\.completion\.chunk","created":\d+,"model":"shop"$/,
    );
    expect(role).toBe(
      `${start},"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}\n\n`,
    );
    expect(text).toBe(
      `${start},"choices":[{"index":0,"delta":{"content":"好"},"logprobs":null,"finish_reason":null}]}\n\n`,
    );
    expect(end).toBe(
      `${start},"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n`,
    );
    expect(done).toBe("data: [DONE]\n\n");
    expect(rest).toEqual([]);
  });
});
