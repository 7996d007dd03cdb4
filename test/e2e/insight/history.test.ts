import { describe, expect, test } from "vitest";
import { parseUuid } from "../../../src/dialects/insight/ids.ts";
import type { TurnId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { aSession, useInsightWorld } from "./world.ts";

const DAY_MS = 86_400_000;

describe.each(engines)("the execution history of Insight on $name", (engine) => {
  const world = useInsightWorld(engine);

  /** The list with these filters, over the last day unless they say otherwise. */
  function list(filters: Record<string, string | number | boolean> = {}) {
    const now = Date.now();
    const given = {
      botId: world().botId("shop"),
      startTimestamp: now - DAY_MS,
      endTimestamp: now + 60_000,
      ...filters,
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(given)) query.set(name, String(value));
    return world().insight.call(`GET /workflow/history/list?${query}`);
  }

  /** The questions of the listed rows. */
  async function texts(filters: Record<string, string | number | boolean>): Promise<string[]> {
    const { body } = await list(filters);
    return body.data.map((row: { triggerContent: { content: string } }) => row.triggerContent.content);
  }

  async function talk(questions: string[], session = aSession("history")): Promise<string> {
    for (const message of questions) {
      await world().insight.ask({ botId: world().botId("shop"), sessionId: session, message });
    }
    return session;
  }

  test("a plain message is an execution with everything documented", async () => {
    const { teach, insight, botId } = world();
    teach("几点开门", ["九点", "开门。"]);
    const sessionId = aSession("history");
    const { execId } = await insight.ask({ botId: botId("shop"), sessionId, message: "几点开门？" });
    const { status, body } = await list({ execId });
    expect(status).toBe(200);
    expect(body).toEqual({
      code: 0,
      data: [
        {
          execId,
          sessionId,
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          status: "success",
          processDuration: expect.any(Number),
          canvasVersion: expect.stringMatching(/^v\d{13}$/),
          canvasName: "商城客服",
          isCanary: false,
          triggerContent: { triggerType: "receive-text-message", content: "几点开门？" },
          rawTrigger: {
            triggerType: "receive-text-message",
            sessionId,
            triggerSource: "api",
            receiveTextMessage: { text: "几点开门？", role: "user" },
          },
          outputActions: [{ type: "send-text-message", status: "send", payload: { text: "九点开门。" } }],
          tokenCount: {
            upstream: { prompt: expect.any(Number), completion: expect.any(Number), reasoning: 0 },
          },
          totalCostInCny: 0,
          feedbackStatus: "none",
          ...{ allNodesSuccess: true, rootExecId: execId, chainDepth: 0 },
          mergedFromExecIds: [],
        },
      ],
      page: { current: 1, pageSize: 10, total: 1 },
      requestId: expect.any(String),
    });
  });

  test("times are numbers or digits, from the start on and before the end; newest first, page by page", async () => {
    const sessionId = await talk(["q1", "q2", "q3"]);
    expect(await texts({ sessionId })).toEqual(["q3", "q2", "q1"]);
    const second = await list({ sessionId, page: "2", pageSize: "1" });
    expect(second.body.data[0].triggerContent.content).toBe("q2");
    expect(second.body.page).toEqual({ current: 2, pageSize: 1, total: 3 });
    const alias = await list({ sessionId, current: 3, pageSize: 1 });
    expect(alias.body.data[0].triggerContent.content).toBe("q1");
    expect((await list({ sessionId, page: 4, pageSize: 1 })).body.data).toEqual([]);
    const at = Date.parse(second.body.data[0].createdAt);
    const third = Date.parse((await list({ sessionId })).body.data[0].createdAt);
    expect(await texts({ sessionId, startTimestamp: at, endTimestamp: third })).toContain("q2");
    expect(await texts({ sessionId, startTimestamp: third, endTimestamp: third + 1_000 })).toContain("q3");
    expect(await texts({ sessionId, startTimestamp: at - 1_000, endTimestamp: at })).not.toContain("q2");
  });

  test("a window of 31 days is allowed, a longer one, a reversed one and a missing end are refused", async () => {
    const end = Date.now();
    expect((await list({ startTimestamp: end - 31 * DAY_MS, endTimestamp: end })).status).toBe(200);
    for (const [startTimestamp, endTimestamp] of [
      [end - 31 * DAY_MS - 1, end],
      [end, end - 1],
      [end - 1, "soon"],
      [end - 1, ""],
    ] as const) {
      const { status, body } = await list({ startTimestamp, endTimestamp });
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 40001, details: [{ field: "endTimestamp" }] });
    }
  });

  test("a word of the question or of the reply finds it, in either case of letters; of nothing else", async () => {
    const { teach } = world();
    teach("HELLO World", ["Grüße aus der 图书馆 100%_sure"]);
    const sessionId = await talk(["HELLO World", "other"]);
    expect(await texts({ sessionId, keyword: "hello w" })).toEqual(["HELLO World"]);
    expect(await texts({ sessionId, keyword: "图书馆" })).toEqual(["HELLO World"]);
    expect(await texts({ sessionId, keyword: "100%_" })).toEqual(["HELLO World"]);
    expect(await texts({ sessionId, keyword: "%" })).toEqual(["HELLO World"]);
    expect(await texts({ sessionId, keyword: "receive-text-message" })).toEqual([]);
  });

  test("triggers, actions, statuses and feedback are filters; several must all hold", async () => {
    const { teach, insight, botId } = world();
    teach("boom", [{ type: "status", status: 400, body: { error: { message: "no" } } }]);
    const sessionId = await talk(["fine"]);
    await insight.call("POST /bot/message", { botId: botId("shop"), sessionId, message: "boom" });
    const filtered = (more: Record<string, string | boolean>) => texts({ sessionId, ...more });
    expect(await filtered({ status: "success" })).toEqual(["fine"]);
    expect(await filtered({ status: "error" })).toEqual(["boom"]);
    expect(await filtered({ status: "merged_skipped" })).toEqual([]);
    expect(await filtered({ allNodesSuccess: true })).toEqual(["fine"]);
    expect(await filtered({ allNodesSuccess: false })).toEqual(["boom"]);
    expect(await filtered({ allNodesSuccess: true, status: "error" })).toEqual([]);
    expect(await filtered({ actionType: "send-text-message" })).toEqual(["fine"]);
    expect(await filtered({ actionType: "tag-user" })).toEqual([]);
    expect(await filtered({ triggerType: "receive-text-message" })).toEqual(["boom", "fine"]);
    expect(await filtered({ triggerType: "tag-event" })).toEqual([]);
    const [row] = (await list({ sessionId, status: "success" })).body.data;
    await insight.data("POST /bot-message/feedback", {
      botId: botId("shop"),
      execId: row.execId,
      feedbackStatus: "thumb-down",
    });
    expect(await filtered({ feedbackStatus: "thumb-down" })).toEqual(["fine"]);
    expect(await filtered({ feedbackStatus: "none" })).toEqual(["boom"]);
    expect((await list({ execId: row.execId })).body.data[0].feedbackStatus).toBe("thumb-down");
  });

  test("a running one is listed as running, a stopped one as cancelled", async () => {
    const { teach, insight, hiagent } = world();
    const { promise, resolve } = Promise.withResolvers<void>();
    teach("slow", ["a", { type: "hold", until: promise }, "b"]);
    const client = hiagent("slow-reader");
    const conversation = await client.newConversation();
    const stream = await client.stream("chat_query", {
      AppConversationID: conversation,
      Query: "slow",
      ResponseMode: "streaming",
    });
    const running = await eventually(async () => {
      const { body } = await list({ status: "running" });
      expect(body.data).toHaveLength(1);
      return body.data[0];
    });
    expect(running).toMatchObject({ status: "running", triggerContent: { content: "slow" } });
    expect(running.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    const turnId = parseUuid<TurnId>("turn", running.execId);
    await world().server.app.turns.stop(turnId ?? (0 as TurnId));
    resolve();
    stream.hangUp();
    await eventually(async () => {
      const { body } = await list({ execId: running.execId });
      expect(body.data[0].status).toBe("cancelled");
    });
    const found = await list({ sessionId: running.sessionId });
    expect(found.body.data).toHaveLength(1);
    expect(await insight.call("GET /workflow/history/list")).toMatchObject({ status: 400 });
  });

  test("words outside the lists, unknown sessions and other bots find nothing or are refused", async () => {
    expect((await list({ sessionId: "nobody knows it" })).body).toMatchObject({
      data: [],
      page: { total: 0 },
    });
    expect((await list({ execId: "22b35345-f433-4f2a-b91f-7c71b7fd931b" })).body.data).toEqual([]);
    for (const filters of [
      { triggerType: "receive-smoke" },
      { actionType: "dance" },
      { status: "done" },
      { feedbackStatus: "up" },
      { allNodesSuccess: "maybe" },
      { page: 0 },
      { pageSize: 201 },
    ]) {
      const { status, body } = await list(filters as Record<string, string>);
      expect([status, body.code, body.details[0].field]).toEqual([400, 40001, Object.keys(filters)[0]]);
    }
    const sessionId = await talk(["mine"]);
    expect(await texts({ sessionId, botId: world().botId("library") })).toEqual([]);
    expect((await list({ botId: "nobody" })).body.code).toBe(40401);
    expect((await world().client("chat").call(`GET /workflow/history/list?botId=x`)).status).toBe(403);
  });
});
