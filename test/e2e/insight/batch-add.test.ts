import { describe, expect, test } from "vitest";
import { parseUuid } from "../../../src/dialects/insight/ids.ts";
import type { AgentId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { aSession, useInsightWorld } from "./world.ts";

const HOUR_MS = 3_600_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(engines)("messages added to the history of Insight on $name", (engine) => {
  const world = useInsightWorld(engine);

  function add(body: Record<string, unknown>) {
    return world().insight.call("POST /workflow/history/batch-add", {
      botId: world().botId("shop"),
      ...body,
    });
  }

  /** What the model was told before and with a question that is asked now. */
  async function told(sessionId: string): Promise<unknown[]> {
    const message = `and now? ${sessionId}`;
    await world().insight.ask({ botId: world().botId("shop"), sessionId, message });
    return world().told(message).slice(0, -1);
  }

  test("are seen by the next reply in the order of their times, and nothing runs for them", async () => {
    const sessionId = aSession("batch");
    const now = Date.now();
    const before = world().upstream.requests.length;
    const { status, body } = await add({
      sessionId,
      history: [
        { role: "assistant", content: "您的订单已发货", timestamp: now - HOUR_MS },
        { role: "user", content: [{ type: "text", text: "我叫小明" }], timestamp: String(now - 2 * HOUR_MS) },
        { isSelf: true, text: "好的小明", timestamp: now - 1.5 * HOUR_MS, messageId: "m-1" },
        { isSelf: false, text: "谢谢" },
      ],
    });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      added: 4,
      skipped: 0,
      items: [
        { index: 0, messageId: expect.stringMatching(UUID), status: "added" },
        { index: 1, messageId: expect.stringMatching(UUID), status: "added" },
        { index: 2, messageId: "m-1", status: "added" },
        { index: 3, messageId: expect.stringMatching(UUID), status: "added" },
      ],
    });
    expect(world().upstream.requests).toHaveLength(before);
    expect(await told(sessionId)).toEqual([
      { role: "user", content: "我叫小明" },
      { role: "assistant", content: "好的小明" },
      { role: "assistant", content: "您的订单已发货" },
      { role: "user", content: "谢谢" },
    ]);
  });

  test("stand between what was said before and after them", async () => {
    const { insight, botId, teach } = world();
    teach("first question", ["first reply"]);
    const sessionId = aSession("batch");
    await insight.ask({ botId: botId("shop"), sessionId, message: "first question" });
    await add({ sessionId, history: [{ role: "assistant", content: "pushed later" }] });
    await add({
      sessionId,
      history: [{ role: "user", content: "said long ago", timestamp: 1_600_000_000_000 }],
    });
    expect(await told(sessionId)).toEqual([
      { role: "user", content: "said long ago" },
      { role: "user", content: "first question" },
      { role: "assistant", content: "first reply" },
      { role: "assistant", content: "pushed later" },
    ]);
  });

  test("are known by their messageId within a session: a second one is skipped, for ever and after a restart", async () => {
    const sessionId = aSession("batch");
    const other = aSession("batch");
    const item = { role: "user", content: "once", messageId: "push-7" };
    const first = await add({ sessionId, messages: [item, item, { ...item, sessionId: other }] });
    expect(first.body.data).toMatchObject({
      added: 2,
      skipped: 1,
      items: [{ status: "added" }, { status: "duplicate", messageId: "push-7" }, { status: "added" }],
    });
    await world().restart();
    const again = await add({ sessionId, history: [{ ...item, content: "changed" }] });
    expect(again.body.data).toMatchObject({ added: 0, skipped: 1, items: [{ status: "duplicate" }] });
    expect(await told(sessionId)).toEqual([{ role: "user", content: "once" }]);
    expect(await told(other)).toEqual([{ role: "user", content: "once" }]);
  });

  test("are skipped when they came as a message before; named like that they can be sent as one later", async () => {
    const { insight, botId } = world();
    const sessionId = aSession("batch");
    const asked = { botId: botId("shop"), sessionId, message: "asked here", messageId: "m-1" };
    await insight.ask(asked);
    const history = [
      { role: "user", content: "asked here", messageId: "m-1" },
      { role: "user", content: "pushed", messageId: "m-2" },
    ];
    const { body } = await add({ sessionId, history });
    expect(body.data.items.map(({ status }: { status: string }) => status)).toEqual(["duplicate", "added"]);
    const reply = await insight.ask({ ...asked, message: "pushed", messageId: "m-2" });
    expect(reply.message).not.toBe("");
  });

  test("may carry pictures and files by address", async () => {
    const sessionId = aSession("batch");
    const parts = [
      { type: "text", text: "看这个" },
      { type: "image_url", image_url: { url: "https://pictures.example/cat.png" } },
      { type: "file", file: { url: "https://files.example/a.pdf", name: "a.pdf" } },
    ];
    expect((await add({ sessionId, history: [{ role: "user", content: parts }] })).status).toBe(200);
    const [message] = (await told(sessionId)) as { content: { type: string; text?: string }[] }[];
    expect(message?.content.map(({ type }) => type).sort()).toEqual(["image_url", "text"]);
    expect(message?.content.find(({ type }) => type === "text")?.text).toContain("a.pdf");
  });

  test("may be a picture that the bot sent: the model is told its address", async () => {
    const sessionId = aSession("batch");
    const picture = { type: "image_url", image_url: { url: "https://pictures.example/dog.png" } };
    await add({ sessionId, history: [{ role: "assistant", content: [picture] }] });
    expect(await told(sessionId)).toEqual([
      { role: "assistant", content: "[image] https://pictures.example/dog.png" },
    ]);
  });

  test("are all refused when one of them is wrong, and no session is begun", async () => {
    const good = { role: "user", content: "good" };
    const wrong: [Record<string, unknown>, string][] = [
      [{ role: "user" }, "history.1.content"],
      [{ role: "user", content: "" }, "history.1.content"],
      [{ role: "assistant", text: " \n" }, "history.1.content"],
      [{ role: "user", content: [] }, "history.1.content"],
      [{ role: "system", content: "x" }, "history.1.role"],
      [{ content: "x" }, "history.1.role"],
      [{ ...good, timestamp: Date.now() + HOUR_MS }, "history.1.timestamp"],
      [{ ...good, timestamp: "yesterday" }, "history.1.timestamp"],
      [{ ...good, timestamp: -1 }, "history.1.timestamp"],
      [{ ...good, messageId: "x".repeat(129) }, "history.1.messageId"],
      [{ ...good, sessionId: "" }, "history.1.sessionId"],
    ];
    const sessionId = aSession("batch");
    for (const [item, field] of wrong) {
      const { status, body } = await add({ sessionId, history: [good, item] });
      expect([status, body.details?.[0]?.field], JSON.stringify(item)).toEqual([400, field]);
    }
    const { body } = await add({ history: [good] });
    expect(body.details[0].field).toBe("history.0.sessionId");
    for (const [list, code] of [
      [[], 40001],
      [Array(101).fill(good), 40001],
      ["good", 40001],
      [[{ role: "user", content: "长".repeat(8_001) }], 40003],
    ] as const) {
      expect((await add({ sessionId, history: list })).body.code).toBe(code);
    }
    expect((await add({ sessionId })).body.details[0].field).toBe("history");
    expect(
      (
        await world().insight.call(
          `GET /bot/session/details?botId=${world().botId("shop")}&sessionId=${sessionId}`,
        )
      ).status,
    ).toBe(404);
    expect(await told(sessionId)).toEqual([]);
  });

  test("a hundred messages to a hundred sessions arrive", async () => {
    const sessions = Array.from({ length: 100 }, () => aSession("batch-many"));
    const timestamp = Date.now() - HOUR_MS;
    const history = sessions.map((sessionId) => ({ sessionId, role: "user", content: "hi", timestamp }));
    const { body } = await add({ history });
    expect(body.data.added).toBe(100);
    expect(await told(sessions[99] ?? "")).toEqual([{ role: "user", content: "hi" }]);
  });

  test("are seen by the other families", async () => {
    const { insight, botId, server, coze } = world();
    const sessionId = aSession("batch");
    await add({ sessionId, history: [{ role: "user", content: "from elsewhere" }] });
    await insight.ask({ botId: botId("shop"), sessionId, message: "go on" });
    const agentId = parseUuid<AgentId>("agent", botId("shop")) ?? (0 as AgentId);
    const conversation = await server.store.conversations.findBySession(agentId, sessionId);
    const list = `POST /v1/conversation/message/list?conversation_id=${conversation?.id}` as const;
    const messages = await coze().data(list, { order: "asc" });
    const contents = messages.map(({ content }: { content: string }) => content);
    expect(contents.slice(0, 2)).toEqual(["from elsewhere", "go on"]);
  });
});
