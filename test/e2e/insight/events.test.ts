import { describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import type { ReplyScript } from "../../support/upstream.ts";
import { EVENT_ID, useAdapterWorld } from "./adapter-world.ts";
import { aSession, rowOf } from "./world.ts";

const UUID_8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(engines)("events of an agent, on $name", (engine) => {
  const world = useAdapterWorld(engine);
  const trigger = (body: object) => world().insight.call("POST /workflow/event/trigger", body);
  const shop = () => world().botId("shop");
  const execution = (executionId: string) =>
    world().insight.data(`GET /workflow/event/execution?botId=${shop()}&executionId=${executionId}`);
  /** As it is when its turn has begun, or it is clear that there will be none. */
  const decided = (executionId: string) =>
    eventually(async () => {
      const found = await execution(executionId);
      return found.status === "queued" ? false : found;
    });
  const ended = (execId: string) =>
    eventually(async () => {
      const row = await rowOf(world().insight, shop(), execId);
      return row.status === "running" ? false : row;
    });

  test("are listed with their variables, a page at a time", async () => {
    const { body } = await world().insight.call(`GET /workflow/event/list?botId=${shop()}`);
    expect(body).toEqual({
      code: 0,
      data: [
        {
          ...{ eventId: EVENT_ID, name: "消息", description: "somebody says something" },
          variables: [{ name: "message", type: { type: "string" } }],
          ...{ triggerTimesType: "unlimited", maxTriggerTimes: 0 },
          ...{ createdAt: expect.stringMatching(/Z$/), updatedAt: expect.stringMatching(/Z$/) },
        },
        expect.objectContaining({
          ...{ name: "退款", triggerTimesType: "limited", maxTriggerTimes: 2 },
          eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          variables: [
            { name: "order", type: { type: "string" } },
            { name: "amount", type: { type: "number" } },
          ],
        }),
        expect.objectContaining({
          name: "everything",
          variables: [
            { name: "list", type: { type: "array", items: {} } },
            { name: "it", type: { type: "object", properties: {} } },
          ],
        }),
      ],
      page: { current: 1, pageSize: 10, total: 3 },
      requestId: expect.any(String),
    });
    const list = async (query: string) => {
      const reply = await world().insight.call(`GET /workflow/event/list?botId=${shop()}&${query}`);
      return [reply.body.data.map(({ name }: { name: string }) => name), reply.body.page.total];
    };
    expect(await list("pageSize=1&page=2")).toEqual([["退款"], 3]);
    expect(await list("current=9")).toEqual([[], 3]);
    expect(await list("keyword=SOMEBODY")).toEqual([["消息"], 1]);
    const quiet = await world().insight.data(`GET /workflow/event/list?botId=${world().botId("quiet")}`);
    expect(quiet).toEqual([]);
  });

  test("what the public client sends becomes an execution with the same data", async () => {
    const sessionId = aSession("public");
    const params = { message: "【系统】新工单 42" };
    const { status, body } = await trigger({
      botId: shop(),
      eventId: EVENT_ID,
      sessionId,
      params,
      isMh: true,
    });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        code: 0,
        data: {
          executionId: expect.stringMatching(UUID_8),
          status: "queued",
          dueAt: expect.any(String),
          droppedParams: [],
        },
        requestId: expect.any(String),
      },
    });
    const { status: now, execId } = await decided(body.data.executionId);
    expect(now).toBe("started");
    const row = await ended(execId);
    expect(row).toMatchObject({
      ...{ execId, sessionId, status: "success" },
      triggerContent: {
        triggerType: "canvas-event-trigger",
        content: { eventId: EVENT_ID, eventName: "消息", data: params },
      },
      rawTrigger: {
        ...{ triggerType: "canvas-event-trigger", sessionId, triggerSource: "mh" },
        canvasEvent: { eventId: EVENT_ID, eventName: "消息", data: params },
      },
    });
    expect(world().asked("新工单 42").at(-1)?.lastUserText).toBe(params.message);
    expect(row.outputActions).toMatchObject([{ type: "send-text-message", status: "send" }]);
  });

  test("are triggered by name too; what is not declared is dropped, and values stand in the prompt", async () => {
    const sessionId = aSession("named");
    const params = { order: "N-7", amount: 12.5, colour: "red" };
    const reply = await trigger({ botId: shop(), eventName: "退款", sessionId, params, wait: true });
    expect(reply.body).toMatchObject({
      code: 0,
      data: {
        ...{ status: "success", droppedParams: ["colour"], handover: false, domain: "" },
        message: expect.stringMatching(/\w/),
        ...{ msgId: expect.stringMatching(UUID_8), execId: expect.stringMatching(UUID_8) },
        executionId: expect.stringMatching(UUID_8),
        ...{ references: [], fileUrls: [], outputActions: [{ type: "send-text-message", status: "send" }] },
      },
    });
    const [request] = world().asked("N-7");
    expect(request?.lastUserText).toBe('[The event "退款" happened.]\n{"order":"N-7","amount":12.5}');
    expect(request?.body.messages[0]).toMatchObject({ role: "system", content: "订单 N-7" });
  });

  test.each([
    ["no event", {}, "eventId"],
    ["a variable without a value", { eventName: "退款", params: { order: "1" } }, "params.amount"],
    ["no params at all", { eventName: "退款" }, "params.order"],
    ["a value of another type", { eventName: "退款", params: { order: "1", amount: "x" } }, "params.amount"],
    ["params that are a list", { eventId: EVENT_ID, params: ["x"] }, "params"],
    ["endless params", { eventId: EVENT_ID, params: { message: "x".repeat(32_001) } }, "params"],
    ["U+0000", { eventId: EVENT_ID, params: { message: "\u0000" } }, "params"],
    ["a delay of a month and more", { eventId: EVENT_ID, delaySeconds: 2_592_001 }, "delaySeconds"],
    ["a delay and patience", { eventId: EVENT_ID, delaySeconds: 1, wait: true }, "wait"],
    ["an empty session", { eventId: EVENT_ID, sessionId: "" }, "sessionId"],
    ["an endless key", { eventId: EVENT_ID, idempotencyKey: "x".repeat(129) }, "idempotencyKey"],
  ])("%s is refused, and nothing is stored", async (_what, body, field) => {
    const sessionId = aSession("refused");
    const asked = { botId: shop(), sessionId, params: { message: "x" }, ...body };
    if (_what === "no params at all") Reflect.deleteProperty(asked, "params");
    const { status, body: answer } = await trigger(asked);
    expect({ status, answer }).toMatchObject({
      status: 400,
      answer: { code: 40001, errorCode: "INVALID_PARAM", details: [{ field }] },
    });
    const agentId = (await world().server.store.agents.list((await workspace()).id)).find(
      ({ name }) => name === "商城客服",
    )?.id;
    if (agentId === undefined) throw new Error("the agent is gone");
    expect(await world().server.store.conversations.findBySession(agentId, sessionId)).toBeUndefined();
  });

  const workspace = async () => {
    const [first] = await world().server.store.workspaces.list();
    if (first === undefined) throw new Error("there is no workspace");
    return first;
  };

  test("that nobody declared are not found", async () => {
    const asked = { botId: shop(), sessionId: aSession("unknown"), params: {} };
    for (const event of [{ eventId: "22b35345-f433-4f2a-b91f-7c71b7fd931b" }, { eventName: "nothing" }]) {
      expect(await trigger({ ...asked, ...event })).toMatchObject({
        status: 404,
        body: { code: 40405, errorCode: "CANVAS_EVENT_NOT_FOUND" },
      });
    }
    const elsewhere = { ...asked, botId: world().botId("quiet"), eventId: EVENT_ID };
    expect((await trigger(elsewhere)).body.code).toBe(40405);
    expect((await trigger({ ...asked, botId: "nobody", eventId: EVENT_ID })).body.code).toBe(40401);
  });

  test("are triggered as often in a session as they may be", async () => {
    const sessionId = aSession("limited");
    const asked = { botId: shop(), eventName: "退款", sessionId, params: { order: "1", amount: 1 } };
    const replies = await Promise.all([1, 2, 3, 4].map(() => trigger(asked)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
    expect(replies.find(({ status }) => status === 429)?.body).toMatchObject({
      ...{ code: 42902, errorCode: "EVENT_TRIGGER_LIMIT" },
    });
    expect((await trigger({ ...asked, sessionId: aSession("limited") })).status).toBe(200);
  });

  test("with a key are triggered once in a day", async () => {
    const sessionId = aSession("once");
    const asked = { botId: shop(), eventId: EVENT_ID, sessionId, params: { message: sessionId } };
    const replies = await Promise.all(
      [1, 2, 3].map(() => trigger({ ...asked, idempotencyKey: `key of ${sessionId}` })),
    );
    const ids = new Set(replies.map(({ body }) => body.data.executionId));
    expect(ids.size).toBe(1);
    const [executionId = ""] = ids;
    await ended((await decided(executionId)).execId);
    const again = await trigger({ ...asked, idempotencyKey: `key of ${sessionId}`, wait: true });
    expect(again.body.data).toMatchObject({ executionId, status: "success" });
    expect(world().asked(sessionId)).toHaveLength(1);
    const elsewhere = { botId: world().botId("listener"), eventName: "消息", sessionId };
    const other = await trigger({
      ...{ ...elsewhere, params: { message: "another bot's" } },
      ...{ idempotencyKey: `key of ${sessionId}`, wait: true },
    });
    expect(other.body.data).toMatchObject({ status: "success", message: expect.stringMatching(/./) });
    expect(other.body.data.executionId).not.toBe(executionId);
  });

  test("happen later where they are told to, also after a restart, unless they are cancelled", async () => {
    const sessionId = aSession("later");
    const asked = { botId: shop(), eventId: EVENT_ID, sessionId };
    const later = (message: string, delaySeconds: number, more: object = {}) =>
      trigger({ ...asked, params: { message }, delaySeconds, ...more }).then(({ body }) => body.data);
    const soon = await later(`soon ${sessionId}`, 2);
    const never = await later(`never ${sessionId}`, 3_600);
    const reminder = await later(`reminder ${sessionId}`, 3_600, { cancelOnUserMessage: true });
    await world().restart();
    const cancel = (executionId: string) =>
      world().insight.call("POST /workflow/event/cancel", { botId: shop(), executionId });
    expect((await cancel(never.executionId)).body.data).toEqual({
      ...{ executionId: never.executionId, status: "cancelled", reason: "by_caller" },
    });
    expect((await cancel(never.executionId)).status).toBe(200);
    await world().insight.ask({ botId: shop(), sessionId, message: "I am here" });
    expect(await execution(reminder.executionId)).toMatchObject({ status: "cancelled", reason: "message" });
    const { createdAt } = await ended((await decided(soon.executionId)).execId);
    expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(Date.parse(soon.dueAt));
    expect((await cancel(soon.executionId)).status).toBe(409);
    expect(world().asked(`never ${sessionId}`)).toEqual([]);
    const unknown = await cancel("22b35345-f433-4f2a-b91f-7c71b7fd931b");
    expect(unknown).toMatchObject({ status: 404, body: { code: 40406 } });
    const elsewhere = { botId: world().botId("quiet"), executionId: soon.executionId };
    expect((await world().insight.call("POST /workflow/event/cancel", elsewhere)).status).toBe(404);
  });

  test("of a session that is with a person are recorded, and who waits is told", async () => {
    const sessionId = aSession("held");
    await world().insight.ask({ botId: shop(), sessionId, message: "hi" });
    const { store } = world().server;
    const held = await store.conversations.listHeld({ idleSince: new Date(), limit: 1 });
    expect(held).toEqual([]);
    const agent = (await store.agents.list((await workspace()).id)).find(({ name }) => name === "商城客服");
    const conversation = agent && (await store.conversations.findBySession(agent.id, sessionId));
    if (conversation === undefined) throw new Error("there is no session");
    await store.conversations.hold(conversation.id, new Date());
    const params = { message: `to nobody ${sessionId}` };
    const reply = await trigger({ botId: shop(), eventId: EVENT_ID, sessionId, params, wait: true });
    expect(reply.body.data).toMatchObject({
      ...{ status: "recorded", reason: "held", handover: true, message: "", outputActions: [] },
    });
    expect(world().asked(sessionId)).toEqual([]);
    await store.conversations.release(conversation.id);
  });

  test("that the model emits happen after its answer, each once, as part of the chain", async () => {
    const sessionId = aSession("chain");
    const emit = JSON.stringify({ event: "消息", data: { message: `second ${sessionId}` } });
    world().upstream.replyWhen({ lastUserText: `first ${sessionId}` }, ({ body }): ReplyScript => {
      const isCalled = body.messages.at(-1)?.role === "tool";
      return isCalled ? ["done"] : [{ type: "tool-call", name: "emit_event", arguments: emit }];
    });
    const reply = await world().insight.ask({ botId: shop(), sessionId, message: `first ${sessionId}` });
    expect(reply.outputActions).toMatchObject([
      { type: "canvas-event-action" },
      { type: "send-text-message" },
    ]);
    await eventually(() => world().asked(`second ${sessionId}`).length === 1);
    const now = Date.now();
    const query = `botId=${shop()}&startTimestamp=${now - 60_000}&endTimestamp=${now + 60_000}&sessionId=${sessionId}`;
    const rows = await eventually(async () => {
      const found = await world().insight.data(`GET /workflow/history/list?${query}`);
      return found.length === 2 && found;
    });
    expect(
      rows.map(({ rawTrigger }: { rawTrigger: { triggerType: string } }) => rawTrigger.triggerType),
    ).toEqual(["canvas-event-trigger", "receive-text-message"]);
  });

  test("fail who waits with what went wrong", async () => {
    const sessionId = aSession("failing");
    const params = { message: `fail ${sessionId}` };
    world().upstream.replyWhen({ lastUserText: params.message }, [{ type: "status", status: 400 }]);
    expect(await trigger({ botId: shop(), eventId: EVENT_ID, sessionId, params, wait: true })).toMatchObject({
      status: 502,
      body: { code: 50201, errorCode: "MODEL_ERROR" },
    });
  });
});
