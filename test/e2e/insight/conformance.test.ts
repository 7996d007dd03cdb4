import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contentOf } from "../../support/callback-receiver.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { INSIGHT_ROUTES } from "../../support/insight-routes.ts";
import {
  ACTIONS,
  type ConformanceWorld,
  EVENT_ID,
  FEEDBACK_PATH,
  KEY,
  LESSER_KEY,
  MINUTE_MS,
  openConformanceWorld,
  SECRET,
  TRIGGERS,
  UNKNOWN_ID,
} from "./conformance-world.ts";
import { StrictClient } from "./strict-client.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Any = any;

describe.each(engines)("the conformance list of Insight on $name", (engine) => {
  let world: ConformanceWorld;
  beforeAll(async () => {
    world = await openConformanceWorld(engine);
  });
  afterAll(() => world?.close());

  describe("1. The callback", () => {
    test("is the seed's sample, with our ids; none is sent when a like is taken back", async () => {
      const text = "回复消息:\n\n\n\n发送人昵称:";
      world.teach("hi", [text]);
      const sessionId = "20950312-c744-4e5d-8ac9-e4de6a1bed03";
      const { execId, msgId } = await world.ask(sessionId, "hi");
      await world.rate(execId, "thumb-up");
      await world.callbacks(execId, 1);
      await world.rate(execId, "none");
      const [liked, taken] = await world.callbacks(execId, 2);
      const sample = {
        botId: world.botId,
        sessionId,
        execId,
        triggerEvent: {
          triggerType: "receive-text-message",
          sessionId,
          receiveTextMessage: { text: "hi", role: "user" },
          history: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
        },
        outputActions: [
          {
            type: "send-text-message",
            status: "send",
            payload: { text },
          },
        ],
        messageId: msgId,
      };
      expect(liked).toEqual({ ...sample, feedbackStatus: "thumb-up" });
      expect(taken).toEqual({ ...sample, feedbackStatus: "none" });
      const raw = world.arrivals(execId)[1]?.body.toString() ?? "";
      expect(raw).toBe(JSON.stringify(JSON.parse(raw)));
    });

    test("has a reason with a dislike only", async () => {
      const { execId } = await world.ask("reasons", "为什么");
      const refused = { botId: world.botId, execId, feedbackStatus: "thumb-up", feedback: "好" };
      const reply = await world.client.call("POST /bot-message/feedback", { body: refused });
      expect(reply.body).toMatchObject({ code: 40001, details: [{ field: "feedback" }] });
      const said = [];
      for (const [status, feedback] of [
        ["thumb-down", "太长"],
        ["thumb-up"],
        ["thumb-down"],
        ["none"],
      ] as const) {
        await world.rate(execId, status, feedback === undefined ? {} : { feedback });
        said.push({ feedbackStatus: status, ...(feedback !== undefined && { feedback }) });
        const bodies = await world.callbacks(execId, said.length);
        expect(
          bodies.map(({ feedbackStatus, ...body }) => ({ feedbackStatus, ...pick(body, "feedback") })),
        ).toEqual(said);
      }
    });

    test.each(Object.keys(TRIGGERS))("tells of the trigger %s as it was sent in", async (triggerType) => {
      const sessionId = `trigger ${triggerType}`;
      const payload = TRIGGERS[triggerType] ?? {};
      const row = await world.triggered({ triggerType, sessionId, ...payload });
      await world.rate(row.execId, "thumb-up");
      const [body] = await world.callbacks(row.execId, 1);
      const { history: before, canvasEvent, ...event } = body.triggerEvent;
      const { canvasEvent: sentEvent, ...sent } = payload;
      expect(event).toMatchObject({ triggerType, sessionId, ...sent });
      // The server adds which emission it was.
      if (sentEvent !== undefined) expect(canvasEvent).toMatchObject(sentEvent);
      expect(body.sessionId).toBe(sessionId);
      const [parties = {}] = Object.values(payload) as Record<string, string>[];
      for (const name of ["receiverId", "contactId", "roomId"]) expect(body[name]).toBe(parties[name]);
      expect(Array.isArray(before)).toBe(true);
      expect(row.rawTrigger).toMatchObject({ triggerType, sessionId, ...sent });
    });

    test.each(ACTIONS)("tells of what the tool %s did", async (name, input, type, payload) => {
      const question = `please ${name}`;
      world.teach(question, ({ body }) =>
        body.messages.at(-1)?.role === "tool"
          ? ["done"]
          : [{ type: "tool-call", name, arguments: JSON.stringify(input) }],
      );
      const reply = await world.ask(`action ${name}`, question, { contactId: "c1" });
      expect(reply.outputActions.map((action: Any) => action.type)).toEqual([type, "send-text-message"]);
      await world.rate(reply.execId, "thumb-up");
      const [body] = await world.callbacks(reply.execId, 1);
      expect(body.outputActions).toEqual(reply.outputActions);
      expect(body.outputActions[0].payload).toEqual(payload);
      const [row] = await world.client.data(world.history(`actionType=${type}&execId=${reply.execId}`));
      expect(row.outputActions).toEqual(reply.outputActions);
    });
  });

  // In depth: test/e2e/feedback/delivery.test.ts, test/faults/feedback-crash.test.ts (kill -9).
  describe("2. Delivery", () => {
    test("three minutes down: everything comes once, each answer's changes as one, the last", async () => {
      const flipped = await world.ask("down", "一");
      const other = await world.ask("down", "二");
      await world.receiver.close();
      for (const status of ["thumb-up", "thumb-down", "none", "thumb-up"])
        await world.rate(flipped.execId, status);
      await world.rate(other.execId, "thumb-down", { feedback: "不对" });
      const deadline = Date.now() + 3 * MINUTE_MS;
      await eventually(() => Date.now() > deadline);
      await world.receiver.listen();
      expect(await world.callbacks(other.execId, 1)).toMatchObject([{ feedback: "不对" }]);
      expect(await world.callbacks(flipped.execId, 1)).toMatchObject([{ feedbackStatus: "thumb-up" }]);
      await eventually(async () => {
        const { items } = await world.api("GET /deliveries?limit=50");
        const open = items.filter(({ state }: Any) => !["delivered", "superseded"].includes(state));
        expect(open).toEqual([]);
      });
      expect(world.arrivals(flipped.execId)[0]?.headers["x-feedback-revision"]).toBe("4");
    });

    // Ten seconds are ten seconds: once is enough.
    test.runIf(engine === engines[0])(
      "a redirect and a slow answer are failures, after which the same is sent again",
      async () => {
        const { execId } = await world.ask("failures", "慢");
        const seen: string[] = [];
        world.receiver.behave(FEEDBACK_PATH, (arrival) => {
          if (contentOf(arrival).execId !== execId) return {};
          seen.push(arrival.id);
          if (seen.length === 1)
            return { status: 302, headers: { location: `${world.receiver.url}/elsewhere` } };
          return seen.length === 2 ? { delayMs: 11_000 } : {};
        });
        await world.rate(execId, "thumb-up");
        await eventually(() => expect(seen).toHaveLength(3), 60_000);
        expect(new Set(seen).size).toBe(1);
        expect(world.receiver.at("/elsewhere")).toEqual([]);
        world.receiver.behave(FEEDBACK_PATH, {});
      },
    );

    test("410 ends it: the endpoint is disabled", async () => {
      const url = `${world.receiver.url}/gone`;
      world.receiver.behave("/gone", { status: 410 });
      const { endpoint } = await world.api("POST /endpoints", {
        kind: "insight",
        name: "gone",
        url,
      });
      const { execId } = await world.ask("gone", "走了");
      await world.rate(execId, "thumb-up");
      await eventually(async () => {
        const { state } = await world.api(`GET /endpoints/${endpoint.id}`);
        expect(state).toBe("disabled");
      });
      await world.rate(execId, "none");
      await world.callbacks(execId, 2);
      expect(world.receiver.at("/gone")).toHaveLength(1);
      await world.api(`DELETE /endpoints/${endpoint.id}`);
    });

    test("the signature is that of the vector's recipe", () => {
      const [id, body] = ["fb_00000000-0000-4000-8000-000000000001", `{"botId":"${UNKNOWN_ID}"}`];
      expect(new Webhook(SECRET).sign(id, new Date(1_700_000_000_000), body)).toBe(
        "v1,2NRweGYQBI1+oUvlQCTVDXm+NUSfHfpCBUcajponz0o=",
      );
      expect(world.receiver.at(FEEDBACK_PATH).length).toBeGreaterThan(0);
      expect(world.receiver.badSignatures()).toEqual([]);
    });
  });

  test("3. Two calls for a token give two that are good; both end with their key", async () => {
    const { accessKey, secret } = await world.api("POST /access-keys", { name: "short" });
    const client = new StrictClient(world.server.url);
    const tokens = [
      await client.authenticate(accessKey.keyId, secret),
      await client.authenticate(accessKey.keyId, secret),
    ];
    expect(new Set(tokens).size).toBe(2);
    const list = `GET /workflow/event/list?botId=${world.botId}`;
    const codes = async () => {
      const replies = await Promise.all(tokens.map((token) => client.call(list, { token })));
      return replies.map(({ status, body }) => [status, body.code]);
    };
    expect(await codes()).toEqual([
      [200, 0],
      [200, 0],
    ]);
    await world.api(`POST /access-keys/${accessKey.keyId}/disable`);
    expect((await codes()).map(([status]) => status)).toEqual([401, 401]);
    const body = { accessKeyId: accessKey.keyId, accessKeySecret: secret };
    const again = await client.call("POST /get-access-token", { body, token: null });
    expect([again.status, again.body.code]).toEqual([401, 40104]);
  });

  describe("4. Chat", () => {
    test("takes a text as a message, and answers with every documented member", async () => {
      const data = await world.ask("plain", "你好");
      expect(data).toEqual({
        ...{ message: expect.any(String), handover: false, domain: "", msgId: expect.stringMatching(UUID) },
        ...{ references: [], fileUrls: [], execId: expect.stringMatching(UUID) },
        outputActions: [expect.objectContaining({ type: "send-text-message", status: "send" })],
      });
      expect((await world.ask("plain", { type: "text", text: "你好" })).message).toBe(data.message);
    });

    test("a history that is given counts for the call and is not kept", async () => {
      await world.ask("override", "存下的");
      await world.ask("override", "这次", {
        history: [
          { text: "别处说的", isSelf: false },
          { text: "好", isSelf: true },
        ],
      });
      expect(world.askedWith("这次")).toEqual([
        { role: "user", content: "别处说的" },
        { role: "assistant", content: "好" },
        { role: "user", content: "这次" },
      ]);
      await world.ask("override", "以后");
      expect(JSON.stringify(world.askedWith("以后"))).not.toContain("别处说的");
      expect(world.askedWith("以后")?.map(({ content }) => content)).toContain("存下的");
    });

    test("a stream's increments are the message of the whole reply, and its last frame has none", async () => {
      world.teach("流", ["一", "二 ", "three\n", "😀"]);
      const whole = await world.ask("whole", "流");
      const frames = await world.client.frames({ botId: world.botId, sessionId: "stream", message: "流" });
      const last = frames.pop();
      expect(frames.map(({ data }) => data.message).join("")).toBe(whole.message);
      expect(frames.every(({ code, data }) => code === 0 && data.message !== "")).toBe(true);
      const { message, outputActions, references, fileUrls, domain, handover } = whole;
      expect([message, last]).toEqual([
        "一二 three\n😀",
        {
          code: 0,
          data: {
            ...{ message: "", finish: true, msgId: frames[0].data.msgId, execId: frames[0].data.execId },
            ...{ handover, domain, references, fileUrls, outputActions },
          },
        },
      ]);
    });

    test("an error in a stream is told without a message; before the first word it is an error like any other", async () => {
      world.teach("断", ["开头", { type: "data", data: { error: { message: "broken" } } }, { type: "end" }]);
      const place = { botId: world.botId, sessionId: "broken" };
      const frames = await world.client.frames({ ...place, message: "断" });
      expect(frames.at(-1)).toEqual({
        ...{ code: 50201, errorCode: "MODEL_ERROR", errorMessage: expect.stringMatching(/./), data: null },
      });
      expect(frames.map(({ data }) => data?.finish).filter(Boolean)).toEqual([]);
      world.teach("拒", [{ type: "status", status: 400, body: { error: { message: "no" } } }]);
      const reply = await world.client.call("POST /bot/message", {
        body: { ...place, message: "拒", stream: true },
      });
      expect([reply.status, reply.body.code]).toEqual([502, 50201]);
    });
  });

  test("5. Ending a voice call answers with its code as a text", async () => {
    // No call can be running yet, so that there is none to end.
    const body = { botId: world.botId, sessionId: "s", voiceCallTaskId: "t" };
    const reply = await world.client.call("POST /bot/voice-call/stop", { body });
    expect([reply.status, reply.body.code]).toEqual([404, "40408"]);
  });

  test("6. The history takes times as they come, page and current, and is newest first", async () => {
    const execIds = [];
    for (const message of ["一", "二", "三"]) execIds.unshift((await world.ask("history", message)).execId);
    const idsOf = (rows: Any[]) => rows.map(({ execId }) => execId);
    const mine = "sessionId=history";
    expect(idsOf(await world.client.data(world.history(mine)))).toEqual(execIds);
    const [from, to] = [Date.now() - 3_600_000, Date.now() + 60_000];
    for (const spelled of [
      { from, to },
      { from: `${from}`, to: `${to}` },
    ]) {
      const reply = await world.client.call(world.history(mine, spelled));
      expect([spelled, reply.body.code === 0 ? idsOf(reply.body.data) : reply.body]).toEqual([
        spelled,
        execIds,
      ]);
    }
    for (const name of ["page", "current"]) {
      const { body } = await world.client.call(world.history(`${mine}&pageSize=2&${name}=2`));
      expect(idsOf(body.data)).toEqual(execIds.slice(2));
      expect(body.page).toEqual({ current: 2, pageSize: 2, total: 3 });
      const past = await world.client.call(world.history(`${mine}&pageSize=2&${name}=9`));
      expect([past.status, past.body.data]).toEqual([200, []]);
    }
  });

  test("7. An event is triggered by what the public client sends", async () => {
    const params = { message: "【系统】新工单 42" };
    const body = { botId: world.botId, eventId: EVENT_ID, sessionId: "wx-1", params, isMh: true };
    const { executionId } = await world.client.data("POST /workflow/event/trigger", body);
    const row = await world.finished(executionId);
    expect(row).toMatchObject({
      sessionId: "wx-1",
      rawTrigger: {
        ...{ triggerType: "canvas-event-trigger", sessionId: "wx-1" },
        canvasEvent: { eventId: EVENT_ID, eventName: "发送", data: params, executionId },
      },
      triggerContent: {
        triggerType: "canvas-event-trigger",
        content: { eventId: EVENT_ID, data: params, executionId },
      },
    });
    const listed = await world.client.data(world.history("triggerType=canvas-event-trigger&sessionId=wx-1"));
    expect(listed.map(({ execId }: Any) => execId)).toEqual([row.execId]);
  });

  test.each(INSIGHT_ROUTES)("9. %s is there below both prefixes", async (route) => {
    const isOpen = route.endsWith("/get-access-token");
    for (const prefix of ["/openapi", "/api/openapi"]) {
      const without = await world.client.call(route, { token: null, prefix });
      expect(without.body.code).toBe(isOpen ? 40001 : route.endsWith("/stop") ? "40101" : 40101);
      const empty = await world.client.call(route, { prefix, ...(route.startsWith("POST") && { body: {} }) });
      const isLater = route.includes("/knowledge-base/") || route.endsWith("/voice-call/start");
      expect([prefix, empty.status]).toEqual([prefix, isLater ? 501 : 400]);
    }
  });

  describe("10. Every error has all that any client looks for, and a status of its own", () => {
    const about = () => ({ botId: world.botId, sessionId: "errors" });
    const wrong: [string, string, () => object, number, number][] = [
      ["a missing field", "POST /bot/message", () => ({ body: about() }), 400, 40001],
      ["broken JSON", "POST /bot/message", () => ({ body: '{"botId":' }), 400, 40002],
      [
        "a long text",
        "POST /bot/message",
        () => ({ body: { ...about(), message: "长".repeat(8_001) } }),
        400,
        40003,
      ],
      [
        "no token",
        "POST /bot/message",
        () => ({ token: null, body: { ...about(), message: "x" } }),
        401,
        40101,
      ],
      [
        "another's token",
        "POST /bot/message",
        () => ({ token: "x.y.z", body: { ...about(), message: "x" } }),
        401,
        40102,
      ],
      [
        ...["a wrong secret", "POST /get-access-token"],
        ...[
          () => ({ token: null, body: { accessKeyId: KEY.id, accessKeySecret: "wrong-secret" } }),
          401,
          40104,
        ],
      ] as [string, string, () => object, number, number],
      [
        "an unknown bot",
        "POST /bot/message",
        () => ({ body: { ...about(), botId: UNKNOWN_ID, message: "x" } }),
        404,
        40401,
      ],
      [
        ...["an unknown event", "POST /workflow/event/trigger"],
        ...[() => ({ body: { ...about(), eventId: UNKNOWN_ID, params: {} } }), 404, 40405],
      ] as [string, string, () => object, number, number],
      [
        ...["an unknown execution", "POST /bot-message/feedback"],
        ...[() => ({ body: { botId: world.botId, execId: UNKNOWN_ID, feedbackStatus: "none" } }), 404, 40406],
      ] as [string, string, () => object, number, number],
      ["an unknown route", "POST /bot/nothing", () => ({ body: {} }), 404, 40400],
      [
        "too much",
        "POST /bot/message",
        () => ({ body: `{"message":"${"x".repeat(1_048_576)}"}` }),
        413,
        41301,
      ],
      ["what is not there yet", "GET /knowledge-base/list", () => ({}), 501, 50101],
    ];
    test.each(wrong)("%s", async (_what, route, options, status, code) => {
      for (const prefix of ["/openapi", "/api/openapi"]) {
        const reply = await world.client.call(route, { ...options(), prefix });
        expect([reply.status, reply.body.code]).toEqual([status, code]);
      }
    });

    test("a scope that is missing", async () => {
      const client = new StrictClient(world.server.url);
      await client.authenticate(LESSER_KEY.id, LESSER_KEY.secret);
      const reply = await client.call(world.history());
      expect([reply.status, reply.body.code]).toEqual([403, 40301]);
    });

    test("an event that has happened as often as it may", async () => {
      const body = { botId: world.botId, eventName: "一次", sessionId: "limited", params: {} };
      await world.client.data("POST /workflow/event/trigger", body);
      const reply = await world.client.call("POST /workflow/event/trigger", { body });
      expect([reply.status, reply.body.code]).toEqual([429, 42902]);
    });
  });
});

function pick(body: Any, name: string): object {
  return name in body ? { [name]: body[name] } : {};
}
