import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { TRIGGER_TYPES } from "../../../src/domain/trigger.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import type { ReplyScript } from "../../support/upstream.ts";
import {
  ADAPTER_SECRET,
  type AdapterWorld,
  EVENT_ID,
  OTHER_SECRET,
  textTrigger,
  useAdapterWorld,
} from "./adapter-world.ts";
import { aSession, rowOf } from "./world.ts";

const EXAMPLE = join(import.meta.dirname, "../../../examples/adapters/node.ts");
const MINUTE_MS = 60_000;

/** One of each type. Source: spec page of Insight §4.3. */
const SAMPLES: Record<string, Record<string, unknown>> = {
  "receive-text-message": { receiveTextMessage: { text: "在吗" } },
  "receive-image-message": { receiveImageMessage: { imageUrl: "https://files.example/a.png", text: "看" } },
  "receive-audio-message": { receiveAudioMessage: { audioUrl: "https://files.example/a.mp3" } },
  "receive-video-message": { receiveVideoMessage: { videoUrl: "https://files.example/a.mp4" } },
  "receive-other-message": { receiveOtherMessage: { rawContent: '{"type":"Location"}' } },
  "tag-event": { tagEvent: { tagId: "t1", operation: "ADD", tagName: "VIP" } },
  "join-room": { joinRoom: { roomId: "r1", contactIds: ["c1", "c2"] } },
  "new-friend": { newFriend: { contactId: "c1", receiverId: "a1" } },
  "canvas-event-trigger": { canvasEvent: { eventId: EVENT_ID, data: { message: "发生了" } } },
  "bot-receive-text-message": { receiveTextMessage: { text: "bot to bot" } },
};

async function sessionOf({ server }: AdapterWorld, name: string, sessionId: string) {
  const { store } = server;
  const [workspace] = await store.workspaces.list();
  const agents = workspace === undefined ? [] : await store.agents.list(workspace.id);
  const agent = agents.find((candidate) => candidate.name === name);
  return agent && store.conversations.findBySession(agent.id, sessionId);
}

describe.each(engines)("an adapter, on $name", (engine) => {
  const world = useAdapterWorld(engine);
  const shop = () => world().botId("shop");
  const execution = (executionId: string, botId = shop()) =>
    world().insight.data(`GET /workflow/event/execution?botId=${botId}&executionId=${executionId}`);
  const endedRow = (executionId: string, botId = shop()) =>
    eventually(async () => {
      const { execId } = await execution(executionId, botId);
      const row = await rowOf(world().insight, botId, execId);
      return row.status === "running" ? false : row;
    });

  /** What the adapter was told of the session, when it was told something. */
  const told = (sessionId: string) =>
    eventually(() => {
      const all = world().toldOf(sessionId);
      if (all.length === 0) throw new Error("nothing was told");
      return all;
    });

  test("tells of a message, and is told what the bot decides, signed with the same secret", async () => {
    const sessionId = aSession("chat");
    const asked = { botId: shop(), triggerEvent: textTrigger(sessionId, `怎么退货？${sessionId}`) };
    const { status, body } = await world().post(asked);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        code: 0,
        data: { executionId: expect.any(String), status: "queued", dueAt: expect.any(String) },
        requestId: expect.any(String),
      },
    });
    const [first] = await told(sessionId);
    expect(first).toMatchObject({
      type: "turn.actions",
      data: {
        userId: "c1",
        run: {
          ...{ sessionId, source: "adapter" },
          trigger: { type: "receive-text-message", payload: { contactId: "c1", receiverId: "a1" } },
          actions: [{ type: "send-text-message", status: "send", payload: { text: expect.any(String) } }],
        },
      },
    });
    const row = await endedRow(body.data.executionId);
    expect(row).toMatchObject({ sessionId, status: "success", rawTrigger: { triggerSource: "mh" } });
    expect(row.outputActions[0].payload.text).toBe(first.data.run.actions[0].payload.text);
    const session = await sessionOf(world(), "商城客服", sessionId);
    expect(session).toMatchObject({ userId: "c1", channel: "api" });
    expect(world().toldOf(sessionId, "/other")).toEqual([]);
  });

  test("is told of tools that the model used, in order, its words last", async () => {
    const sessionId = aSession("tag");
    const question = `please tag ${sessionId}`;
    const call = JSON.stringify({ operation: "ADD", tags: [{ tagName: "VIP" }] });
    world().upstream.replyWhen({ lastUserText: question }, ({ body }): ReplyScript => {
      if (body.messages.at(-1)?.role === "tool") return ["tagged"];
      return [{ type: "tool-call", name: "tag_user", arguments: call }];
    });
    await world().post({ botId: shop(), triggerEvent: textTrigger(sessionId, question) });
    const [first] = await told(sessionId);
    expect(first.data.run.actions).toMatchObject([
      { type: "tag-user", status: "send", payload: { operation: "ADD", contactId: "c1" } },
      { type: "send-text-message", status: "send", payload: { text: "tagged" } },
    ]);
  });

  test.each(TRIGGER_TYPES)("may send %s, which is recorded at least", async (triggerType) => {
    const sessionId = aSession(triggerType);
    const triggerEvent = { triggerType, sessionId, ...SAMPLES[triggerType] };
    const isDefault = !["receive-video-message", "receive-other-message", "tag-event"].includes(triggerType);
    const isStarted = isDefault && !["join-room", "new-friend"].includes(triggerType);
    const { body } = await world().post({ botId: shop(), triggerEvent });
    if (!isStarted) {
      expect(body.data).toMatchObject({ status: "recorded", reason: "not_subscribed" });
    } else {
      const row = await endedRow(body.data.executionId);
      expect(row.rawTrigger).toMatchObject(triggerEvent);
    }
  });

  test.each(["receive-other-message", "tag-event", "join-room", "new-friend"])(
    "starts a turn with %s where the agent listens to it",
    async (triggerType) => {
      const sessionId = aSession(triggerType);
      const botId = world().botId("listener");
      const triggerEvent = { triggerType, sessionId, ...SAMPLES[triggerType] };
      const { body } = await world().post({ botId, triggerEvent });
      const row = await endedRow(body.data.executionId, botId);
      expect(row).toMatchObject({ status: "success", rawTrigger: triggerEvent });
      await eventually(() => world().toldOf(sessionId).length === 1);
      const words = { botId, triggerEvent: textTrigger(sessionId, "hi") };
      expect((await world().post(words)).body.data).toMatchObject({ status: "recorded" });
    },
  );

  test("may send types of its own, which keep their names", async () => {
    const sessionId = aSession("native");
    const receiveFileMessage = { fileUrl: "https://files.example/a.pdf", contactId: "c1" };
    const triggerEvent = { triggerType: "receive-file-message", sessionId, receiveFileMessage };
    const botId = world().botId("listener");
    const { body } = await world().post({ botId, triggerEvent });
    const row = await endedRow(body.data.executionId, botId);
    expect(row.rawTrigger).toMatchObject({ triggerType: "receive-file-message", receiveFileMessage });
  });

  test("is heard once, however often it says the same", async () => {
    const sessionId = aSession("twice");
    const asked = { botId: shop(), triggerEvent: textTrigger(sessionId, `once ${sessionId}`) };
    const id = randomUUID();
    const answers = await Promise.all([1, 2, 3].map(() => world().post(asked, { id })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.data.executionId)).size).toBe(1);
    expect(answers.filter(({ body }) => body.data.isRepeated === true)).toHaveLength(2);
    await endedRow(answers[0]?.body.data.executionId);
    expect(world().asked(`once ${sessionId}`)).toHaveLength(1);
    expect(await told(sessionId)).toHaveLength(1);
  });

  test("its messages are answered in the order they came", async () => {
    const sessionId = aSession("order");
    const texts = Array.from({ length: 8 }, (_, index) => `${sessionId} message ${index}`);
    for (const text of texts)
      await world().post({ botId: shop(), triggerEvent: textTrigger(sessionId, text) });
    await eventually(() => world().asked(`${sessionId} message`).length === texts.length);
    expect(
      world()
        .asked(`${sessionId} message`)
        .map(({ lastUserText }) => lastUserText),
    ).toEqual(texts);
  });

  test("what the account wrote itself is said by the bot, and coworkers are not answered", async () => {
    const sessionId = aSession("own");
    const own = textTrigger(sessionId, "我来回复", { role: "assistant" });
    expect((await world().post({ botId: shop(), triggerEvent: own })).body.data).toEqual({
      status: "stored",
      messageId: expect.any(String),
    });
    const coworker = textTrigger(sessionId, "午饭？", { isCoworker: true });
    expect((await world().post({ botId: shop(), triggerEvent: coworker })).body.data).toMatchObject({
      ...{ status: "recorded", reason: "coworker" },
    });
    await world().insight.ask({ botId: shop(), sessionId, message: `然后呢 ${sessionId}` });
    const [request] = world().asked(`然后呢 ${sessionId}`);
    expect(request?.body.messages.slice(1)).toEqual([
      { role: "assistant", content: "我来回复" },
      { role: "user", content: `然后呢 ${sessionId}` },
    ]);
  });

  test("brings along what was said elsewhere", async () => {
    const sessionId = aSession("history");
    const question = `and now? ${sessionId}`;
    const history = [
      { role: "user", content: [{ type: "text", text: "before" }] },
      { role: "assistant", content: [{ type: "text", text: "yes" }] },
      { role: "user", content: [{ type: "text", text: question }] },
    ];
    const { body } = await world().post({
      botId: shop(),
      triggerEvent: { ...textTrigger(sessionId, question), history },
    });
    await endedRow(body.data.executionId);
    expect(world().asked(question)[0]?.body.messages.slice(1)).toEqual([
      { role: "user", content: "before" },
      { role: "assistant", content: "yes" },
      { role: "user", content: question },
    ]);
  });

  test("in whose session an event happens is told what comes of it", async () => {
    const sessionId = aSession("event");
    const quiet = { botId: world().botId("quiet"), triggerEvent: textTrigger(sessionId, `hi ${sessionId}`) };
    await world().post(quiet, { endpoint: "other", secret: OTHER_SECRET });
    await eventually(() => world().toldOf(sessionId, "/other").length === 1);
    expect(world().toldOf(sessionId, "/im")).toEqual([]);

    const trigger = (isMh: boolean, session: string) =>
      world().insight.data("POST /workflow/event/trigger", {
        ...{ botId: shop(), eventId: EVENT_ID, sessionId: session, isMh },
        params: { message: `event of ${session}` },
      });
    const [wanted, unwanted] = [aSession("event"), aSession("event")];
    await world().post({ botId: shop(), triggerEvent: textTrigger(wanted, `hi ${wanted}`) });
    await eventually(() => world().toldOf(wanted).length === 1);
    await trigger(true, wanted);
    await eventually(() => world().toldOf(wanted).length === 2);
    const [answered, happened] = world().toldOf(wanted);
    expect(happened.data).toMatchObject({
      adapterId: expect.stringMatching(/^\d+$/),
      run: { source: "adapter", trigger: { type: "canvas-event-trigger" } },
    });
    expect(happened.data.adapterId).toBe(answered.data.adapterId);
    await endedRow((await trigger(false, unwanted)).executionId);
    const everybody = aSession("event");
    await trigger(true, everybody);
    await eventually(() => world().toldOf(everybody).length === 1);
    expect(world().toldOf(unwanted)).toEqual([]);
  });

  describe("is refused", () => {
    const asked = (sessionId: string) => ({ botId: shop(), triggerEvent: textTrigger(sessionId, "hi") });
    const late = new Date(Date.now() - 10 * MINUTE_MS);

    test.each([
      ["with another secret", { secret: OTHER_SECRET }],
      ["with an old signature", { at: late }],
      ["without a signature", { headers: { "webhook-signature": "" } }],
      ["with the signature of another request", { headers: { "webhook-id": "another" } }],
      ["as an endpoint that is not there", { endpoint: "123456789" }],
      ["as an endpoint without a name", { endpoint: "nobody" }],
    ])("%s, and learns nothing", async (_what, more) => {
      const sessionId = aSession("refused");
      const answer = await world().post(asked(sessionId), more);
      expect(answer).toMatchObject({
        status: 401,
        body: { code: 40102, message: "the endpoint or the signature is wrong" },
      });
      expect(await sessionOf(world(), "商城客服", sessionId)).toBeUndefined();
    });

    test("for agents its endpoint does not hear of", async () => {
      const refused = await world().post(asked(aSession("refused")), {
        endpoint: "other",
        secret: OTHER_SECRET,
      });
      expect(refused).toMatchObject({ status: 404, body: { code: 40401 } });
    });

    test.each([
      ["a body that is no JSON", "{", 400, 40002],
      ["no body", "", 400, 40001],
      ["a list", "[]", 400, 40001],
      ["no agent", JSON.stringify({ triggerEvent: textTrigger("s", "hi") }), 400, 40001],
      [
        "an unknown type",
        JSON.stringify({ botId: "b", triggerEvent: { triggerType: "x", sessionId: "s" } }),
        400,
        40001,
      ],
      ["too much", JSON.stringify({ botId: "x".repeat(600_000) }), 413, 41301],
    ])("with %s", async (_what, body, status, code) => {
      expect(await world().post(body)).toMatchObject({ status, body: { code } });
    });

    test("while its endpoint is disabled", async () => {
      const { store } = world().server;
      const endpoint = await store.endpoints.findBySlug("im");
      if (endpoint === undefined) throw new Error("there is no endpoint");
      await store.endpoints.save({ ...endpoint, state: "disabled", stateReason: "by hand" });
      onTestFinished(() => store.endpoints.save(endpoint));
      expect((await world().post(asked(aSession("refused")))).status).toBe(403);
    });

    test("when it sends very much at once", { timeout: 60_000 }, async () => {
      await eventually(async () => {
        const attempts = Array.from({ length: 200 }, () =>
          world().post("{", { endpoint: "other", secret: OTHER_SECRET }),
        );
        const answers = await Promise.all(attempts);
        const refused = answers.find(({ status }) => status === 429);
        expect(refused?.body).toMatchObject({ code: 42901 });
      });
    });
  });
});

describe("the example of an adapter", () => {
  const [sqlite] = engines;
  if (sqlite === undefined) throw new Error("there is no engine");
  const world = useAdapterWorld(sqlite);

  test("carries messages in and answers out, with its endpoint's slug or id", async () => {
    const { store } = world().server;
    const endpoint = await store.endpoints.findBySlug("im");
    if (endpoint === undefined) throw new Error("there is no endpoint");
    const child = spawn(process.execPath, [EXAMPLE], {
      env: {
        ...{ PATH: process.env["PATH"], ANTIPHON: world().url, ENDPOINT: String(endpoint.id) },
        ...{ SECRET: ADAPTER_SECRET, BOT: world().botId("shop"), PORT: "0" },
      },
    });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    const port = await eventually(() => /listening .*"port":(\d+)/.exec(said)?.[1] ?? false);
    await store.endpoints.save({ ...endpoint, url: `http://127.0.0.1:${port}/` });
    await world().server.app.callbacks.endpointChanged(endpoint.id);
    world().upstream.replyWhen({ lastUserText: "怎么退货？" }, ["七天内可退。"]);
    child.stdin.write("xiaoli: 怎么退货？\n");
    await eventually(() => said.includes("to xiaoli: 七天内可退。\n") || Promise.reject(new Error(said)));
    const forged = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}" });
    expect(forged.status).toBe(401);
  });
});
