import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { answerOf } from "../../support/hiagent-client.ts";
import { type RawResponse, rawConnection } from "../../support/raw-http-client.ts";
import { tokens, tokensText } from "../../support/upstream.ts";
import { gate } from "./gate.ts";
import { keyOf, openWorld, type World } from "./world.ts";

const V1_FRAME = /^event:text\ndata:data: \{.*\}\n\n$/;
const V2_FRAME = /^event:text\ndata: \{.*\}\n\n$/;

describe.each(engines)("HiAgent framing on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  /** The response to one call, chunk by chunk as it is on the wire. */
  const onTheWire = async (action: string, body: Record<string, unknown>): Promise<RawResponse> => {
    const connection = await rawConnection(world.port);
    const text = JSON.stringify({ UserID: "u1", ...body });
    connection.send(
      `POST /api/proxy/api/v1/${action} HTTP/1.1\r\nhost: x\r\napikey: ${keyOf("shop")}\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
    const response = await connection.response();
    connection.socket.destroy();
    return response;
  };

  describe.each([
    { framing: "v1", action: "chat_query", again: "query_again", frame: V1_FRAME },
    { framing: "v2", action: "chat_query_v2", again: "query_again_v2", frame: V2_FRAME },
  ])("$framing", ({ action, again, framing, frame }) => {
    test("§15.2 every frame is two exact lines and a chunk of its own, message_end is last", async () => {
      world.teach("twenty tokens", [tokens(20)]);
      const AppConversationID = await world.client().newConversation();
      const response = await onTheWire(action, { AppConversationID, Query: "twenty tokens" });

      expect(response.status).toBe(200);
      expect(response.headers).toMatchObject({
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
        "x-accel-buffering": "no",
        "transfer-encoding": "chunked",
      });
      expect(response.headers).not.toHaveProperty("content-encoding");
      for (const chunk of response.chunks) expect(chunk).toMatch(frame);
      expect(response.chunks.join("")).not.toMatch(/\r|\[DONE\]|^(id|retry|:)/m);
      const payloads = response.chunks.map((chunk) => JSON.parse(chunk.slice(chunk.indexOf("{"))));
      expect(payloads.map((payload) => payload.event)).toEqual([
        "message_start",
        "message_output_start",
        ...Array.from({ length: 20 }, () => "message"),
        "message_output_end",
        "message_cost",
        "message_end",
      ]);
      expect(answerOf(payloads)).toBe(tokensText(20));
      const [round] = await world.client().history(AppConversationID);
      expect(round.AnswerInfo.Answer).toBe(answerOf(payloads));
      expect(round.AnswerInfo.MessageID).toBe(payloads[0].id);
    });

    test("§15.2 the same bytes whether the caller asks for streaming, nothing or an empty mode", async () => {
      for (const mode of [{}, { ResponseMode: "" }, { ResponseMode: "streaming" }, { ResponseMode: null }]) {
        const AppConversationID = await world.client().newConversation();
        const response = await onTheWire(action, { AppConversationID, Query: "hello", ...mode });
        for (const chunk of response.chunks) expect(chunk).toMatch(frame);
        expect(response.chunks.at(-1)).toContain('"event":"message_end"');
      }
    });

    test("§6.1 chat_continue and query_again use the same framing", async () => {
      const client = world.client();
      const id = await client.newConversation();
      const [first] = await (await client.stream(action, { AppConversationID: id, Query: "hello" })).all();
      const more = { MessageID: first?.id, AppConversationID: id };
      const standard = framing === "v2" ? { RespDataStandard: true } : {};
      for (const response of [
        await onTheWire("chat_continue", { ...more, ...standard }),
        await onTheWire(again, more),
      ]) {
        expect(response.status).toBe(200);
        for (const chunk of response.chunks) expect(chunk).toMatch(frame);
      }
    });

    test("§6.1 text with line breaks of every alphabet stays on one line", async () => {
      const answer = 'a\nb\r\nc\u2028d\u2029e\u0085f\u000bg"h\\i\t😀';
      world.teach("line breaks", [answer]);
      const AppConversationID = await world.client().newConversation();
      const response = await onTheWire(action, { AppConversationID, Query: "line breaks" });
      for (const chunk of response.chunks) {
        expect(chunk).toMatch(frame);
        for (const separator of ["\u0085", "\u2028", "\u2029", "\u000b", "\r"]) {
          expect(chunk).not.toContain(separator);
        }
      }
      const payloads = response.chunks.map((chunk) => JSON.parse(chunk.slice(chunk.indexOf("{"))));
      expect(answerOf(payloads)).toBe(answer);
    });

    test("§6.1 a frame leaves as soon as there is something to say", async () => {
      const hold = gate();
      world.teach("held after one", ["first", { type: "hold", until: hold.until }, "second"]);
      const client = world.client();
      const id = await client.newConversation();
      const stream = await client.stream(action, { AppConversationID: id, Query: "held after one" });
      expect((await stream.until("message")).answer).toBe("first");
      hold.open();
      expect(answerOf(await stream.all())).toBe("firstsecond");
    });

    test("§6.4 message_end of a stream has an empty answer", async () => {
      const client = world.client();
      const id = await client.newConversation();
      const stream = await client.stream(action, { AppConversationID: id, Query: "hello" });
      expect((await stream.all()).at(-1)).toMatchObject({ event: "message_end", answer: "" });
    });
  });

  test.each(["chat_query", "query_again"])(
    "§15.3 %s blocking is exactly one v1 frame, message_end, with the whole answer",
    async (action) => {
      world.teach("blocking tokens", [{ type: "reasoning", text: "hm" }, tokens(30)]);
      const client = world.client();
      const id = await client.newConversation();
      const question = { AppConversationID: id, Query: "blocking tokens" };
      const [first] = await (await client.stream("chat_query", question)).all();
      const response = await onTheWire(action, {
        ...question,
        MessageID: first?.id,
        ResponseMode: "blocking",
      });
      expect(response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
      expect(response.chunks).toHaveLength(1);
      const [chunk = ""] = response.chunks;
      expect(chunk).toMatch(V1_FRAME);
      const payload = JSON.parse(chunk.slice(chunk.indexOf("{")));
      expect(payload).toEqual({
        event: "message_end",
        task_id: expect.stringMatching(/^[0-9A-Z]{26}$/),
        id: payload.task_id,
        conversation_id: first?.conversation_id,
        created_at: expect.any(Number),
        answer: tokensText(30),
      });
      expect(Number.isInteger(payload.created_at)).toBe(true);
      expect((await client.history(id)).at(-1).AnswerInfo.MessageID).toBe(payload.id);
    },
  );

  test.each(["chat_query_v2", "query_again_v2"])(
    "§8 %s blocking is one JSON object of the documented shape, without an envelope",
    async (action) => {
      world.teach("blocking thought", [{ type: "reasoning", text: "思考" }, "你好！"]);
      const client = world.client();
      const id = await client.newConversation();
      const question = { AppConversationID: id, Query: "blocking thought" };
      const [first] = await (await client.stream("chat_query", question)).all();
      const reply = await client.call(action, {
        ...question,
        MessageID: first?.id,
        ResponseMode: "blocking",
      });
      expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(reply.body).toEqual({
        event: "message",
        task_id: expect.stringMatching(/^[0-9A-Z]{26}$/),
        id: reply.body.task_id,
        conversation_id: first?.conversation_id,
        answer: "你好！",
        created_at: expect.any(Number),
        think_messages: ["思考"],
        tool_messages: [],
      });
      expect(Number.isInteger(reply.body.created_at)).toBe(true);
    },
  );
});
