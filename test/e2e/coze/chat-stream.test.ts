import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { userMessage } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import { type RawResponse, rawConnection } from "../../support/raw-http-client.ts";
import { type ChatWorld, openChatWorld } from "./chat-world.ts";

describe.each(engines)("the bytes of a Coze stream on $name", (engine) => {
  let world: ChatWorld;

  beforeAll(async () => {
    world = await openChatWorld(engine);
  });

  afterAll(() => world.close());

  /** Posts a body over a connection of its own and takes the response as it is on the wire. */
  async function post(
    target: string,
    body: Record<string, unknown> | string,
    headers: Record<string, string> = { authorization: `Bearer ${world.token()}` },
  ): Promise<RawResponse> {
    const connection = await rawConnection(world.port);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const head = [
      `POST ${target} HTTP/1.1`,
      "host: localhost",
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(text)}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    connection.send(`${head.join("\r\n")}\r\n\r\n${text}`);
    const response = await connection.response();
    connection.socket.destroy();
    return response;
  }

  function ask(text: string, more: Record<string, unknown> = {}) {
    return {
      bot_id: world.botId("shop"),
      user_id: "u-1",
      stream: true,
      additional_messages: [userMessage(text)],
      ...more,
    };
  }

  function dataOf(frame: string | undefined): Record<string, unknown> {
    return JSON.parse(frame?.split("\n")[1]?.slice("data:".length) ?? "");
  }

  test("every event is two lines and a blank one, and an HTTP chunk of its own", async () => {
    world.teach("两行", [{ type: "reasoning", text: "想一想" }, "你", "好"]);
    const response = await post("/v3/chat", ask("两行"));
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      "content-type": expect.stringContaining("text/event-stream"),
      "x-tt-logid": expect.stringMatching(/^[0-9A-Z]{26}$/),
    });
    expect(response.headers).not.toHaveProperty("content-encoding");
    for (const chunk of response.chunks) expect(chunk).toMatch(/^event:[a-z_.]+\ndata:[^\n\r]+\n\n$/);
    expect(response.chunks.map((chunk) => chunk.split("\n")[0])).toEqual([
      "event:conversation.chat.created",
      "event:conversation.chat.in_progress",
      "event:conversation.message.delta",
      "event:conversation.message.delta",
      "event:conversation.message.delta",
      "event:conversation.message.completed",
      "event:conversation.message.completed",
      "event:conversation.chat.completed",
      "event:done",
    ]);
    expect(response.chunks.at(-1)).toBe('event:done\ndata:"[DONE]"\n\n');
  });

  test("members stand in the order of the hosted platform's, ids are text and times are numbers", async () => {
    world.teach("顺序", ["好"]);
    const { chunks } = await post("/v3/chat", ask("顺序", { meta_data: { order: "A-1" } }));
    const chat = dataOf(chunks[0]);
    const { id, conversation_id: conversation, section_id: section, created_at: at } = chat;
    expect(Number.isInteger(at)).toBe(true);
    const inserted = JSON.stringify(chat["inserted_additional_messages"]);
    expect(chunks[0]).toBe(
      `event:conversation.chat.created\ndata:{"id":"${id}","conversation_id":"${conversation}","bot_id":"${world.botId("shop")}","created_at":${at},"last_error":{"code":0,"msg":""},"meta_data":{"order":"A-1"},"status":"created","usage":{"token_count":0,"output_count":0,"input_count":0},"section_id":"${section}","inserted_additional_messages":${inserted}}\n\n`,
    );
    const messageId = dataOf(chunks[2])["id"];
    expect(chunks[2]).toBe(
      `event:conversation.message.delta\ndata:{"id":"${messageId}","conversation_id":"${conversation}","bot_id":"${world.botId("shop")}","role":"assistant","type":"answer","content":"好","content_type":"text","chat_id":"${id}","section_id":"${section}"}\n\n`,
    );
    const completed = dataOf(chunks[5]);
    expect(completed).toMatchObject({ status: "completed", completed_at: expect.any(Number) });
    expect(completed["completed_at"]).toBeGreaterThanOrEqual(Number(at));
  });

  test("separators that Python's client breaks lines at are escaped", async () => {
    const said = "a\u0085b\u2028c\u2029d";
    world.teach("分隔", [{ type: "reasoning", text: said }, said]);
    const { chunks } = await post("/v3/chat", ask("分隔", { meta_data: { said } }));
    const all = chunks.join("");
    expect(all).not.toMatch(/[\u0085\u2028\u2029]/);
    expect(all).toContain('"content":"a\\u0085b\\u2028c\\u2029d"');
    expect(all).toContain('"reasoning_content":"a\\u0085b\\u2028c\\u2029d"');
    expect(all).toContain('"meta_data":{"said":"a\\u0085b\\u2028c\\u2029d"}');
  });

  test("while the model is silent nothing is sent: no comment, no heartbeat", async () => {
    world.teach("停顿", [{ type: "delay", ms: 400 }, "好", { type: "delay", ms: 400 }, "了"]);
    const { chunks } = await post("/v3/chat", ask("停顿"));
    expect(chunks).toHaveLength(8);
  });

  test("a stream of tool outputs has the same bytes", async () => {
    world.teach("查单", [{ type: "tool-call", name: "look_up_order", arguments: "{}" }]);
    const waiting = await post("/v3/chat", ask("查单", { bot_id: world.botId("helper") }));
    expect(waiting.chunks.map((chunk) => chunk.split("\n")[0])).toEqual([
      "event:conversation.chat.created",
      "event:conversation.chat.in_progress",
      "event:conversation.message.completed",
      "event:conversation.chat.requires_action",
      "event:done",
    ]);
    const chat = dataOf(waiting.chunks[3]);
    const calls = Object(chat["required_action"]).submit_tool_outputs.tool_calls;
    world.upstream.replyOnce(["已发货"], { lastUserText: "查单" });
    const target = `/v3/chat/submit_tool_outputs?conversation_id=${chat["conversation_id"]}&chat_id=${chat["id"]}`;
    const resumed = await post(target, {
      tool_outputs: [{ tool_call_id: calls[0].id, output: "sent" }],
      stream: true,
    });
    for (const chunk of resumed.chunks) expect(chunk).toMatch(/^event:[a-z_.]+\ndata:[^\n\r]+\n\n$/);
    expect(resumed.chunks.map((chunk) => chunk.split("\n")[0])).toEqual([
      "event:conversation.chat.in_progress",
      "event:conversation.message.completed",
      "event:conversation.message.delta",
      "event:conversation.message.completed",
      "event:conversation.message.completed",
      "event:conversation.chat.completed",
      "event:done",
    ]);
  });

  const refusals: [string, number, () => Promise<RawResponse>][] = [
    ["a missing question", 4000, () => post("/v3/chat", ask("x", { additional_messages: [] }))],
    ["an unknown bot", 4200, () => post("/v3/chat", ask("x", { bot_id: "1" }))],
    ["an unpublished bot", 4015, () => post("/v3/chat", ask("x", { bot_id: world.botId("unpublished") }))],
    ["no token", 4100, () => post("/v3/chat", ask("x"), {})],
    ["a wrong token", 4100, () => post("/v3/chat", ask("x"), { authorization: "Bearer pat_wrong" })],
    [
      "a token that may not chat",
      4101,
      () => post("/v3/chat", ask("x"), { authorization: `Bearer ${world.token("reader")}` }),
    ],
    [
      "an unknown chat",
      4200,
      () =>
        post("/v3/chat/submit_tool_outputs?conversation_id=1&chat_id=1", { tool_outputs: [], stream: true }),
    ],
  ];
  test.each(refusals)(
    "%s before the first event is JSON with status 200 and no newline at its end",
    async (_, code, call) => {
      const response = await call();
      expect(response.status).toBe(200);
      expect(response.headers["content-type"]).toContain("application/json");
      const body = response.chunks.join("");
      expect(body.endsWith("}")).toBe(true);
      expect(body).not.toContain("\n");
      expect(JSON.parse(body)).toEqual({
        code,
        msg: expect.stringMatching(/./),
        detail: { logid: response.headers["x-tt-logid"] },
      });
    },
  );

  test("without a stream a wrong token is 401, and a business error 200", async () => {
    const unknown = await post("/v3/chat", ask("x", { stream: false }), {
      authorization: "Bearer pat_wrong",
    });
    expect([unknown.status, JSON.parse(unknown.chunks.join("")).code]).toEqual([401, 4100]);
    const missing = await post("/v3/chat", ask("x", { stream: false, bot_id: "1" }));
    expect([missing.status, JSON.parse(missing.chunks.join("")).code]).toEqual([200, 4200]);
  });

  test("a body that is no JSON is a parameter error", async () => {
    const response = await post("/v3/chat", '{"bot_id":');
    expect([response.status, JSON.parse(response.chunks.join("")).code]).toEqual([200, 4000]);
  });

  test("the header's id stands in the body too", async () => {
    const response = await post("/v1/conversation/create", "");
    expect(JSON.parse(response.chunks.join(""))).toMatchObject({
      code: 0,
      msg: "",
      detail: { logid: response.headers["x-tt-logid"] },
    });
  });
});
