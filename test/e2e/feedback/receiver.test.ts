import { Webhook } from "standardwebhooks";
import { describe, expect, onTestFinished, test } from "vitest";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { callApi, FEEDBACK_PATH, OWNER_TOKEN, openFeedbackWorld } from "./world.ts";

const SECRET = `whsec_${Buffer.from("feedback receiver secret, 32 b.!").toString("base64")}`;
const MEMBER_TOKEN = "pat_feedback_receiver_member";
const BODY = {
  botId: "f7bb8f07-dc5c-416b-88d4-c1568f923857",
  sessionId: "66f0000000000000000000a1",
  execId: "0b9f3c1e-5a55-4a44-9d0e-2f6f2b3d8a10",
  triggerEvent: { triggerType: "receive-wecom-note", note: { any: "thing" } },
  outputActions: [{ type: "smart-tag" }],
  feedbackStatus: "thumb-down",
};

describe.each(engines)("The reference receiver on $name", (engine) => {
  async function start(environment: Record<string, string> = {}): Promise<TestAntiphon> {
    const server = await startAntiphon({
      file: {
        models: upstreamModel("http://127.0.0.1:1"),
        users: [
          { name: "owner", role: "owner", tokens: [{ token: OWNER_TOKEN, scopes: ["all"] }] },
          { name: "member", role: "member", tokens: [{ token: MEMBER_TOKEN, scopes: ["all"] }] },
        ],
      },
      environment: { ANTIPHON_LOG_LEVEL: "silent", ...environment },
      databaseUrl: await engine.databaseUrl(),
    });
    onTestFinished(() => server.close());
    return server;
  }

  const open = { ANTIPHON_INSIGHT_RECEIVER: "true" };
  const signing = { ...open, ANTIPHON_INSIGHT_RECEIVER_SECRET: SECRET };

  async function post({ url }: TestAntiphon, body: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${url}${FEEDBACK_PATH}`, { method: "POST", headers, body });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
    return { status: response.status, body: (await response.json()) as any };
  }

  function signed(body: string, id: string, at = new Date()) {
    return {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": new Webhook(SECRET).sign(id, at, body),
    };
  }

  const received = async ({ url }: TestAntiphon) => (await callApi(url, "GET /received-feedback")).body.items;

  test("is not there unless it is asked for", async () => {
    expect((await post(await start(), JSON.stringify(BODY))).status).toBe(404);
  });

  test("takes what it does not know, answers 200 with an empty object, and lists what came", async () => {
    const server = await start(open);
    const text = JSON.stringify(BODY);
    const headers = {
      "webhook-id": "fb_1",
      "x-feedback-revision": "7",
      "x-feedback-user": "%E5%BC%A0%E4%B8%89%00",
    };
    for (let count = 0; count < 2; count++) {
      expect(await post(server, text, headers)).toEqual({ status: 200, body: {} });
    }
    expect(await post(server, text, { "x-feedback-user": "100%" })).toEqual({ status: 200, body: {} });
    expect(await received(server)).toMatchObject([
      { webhookId: "", revision: 0, rater: "100%", body: BODY },
      { webhookId: "fb_1", revision: 7, rater: "张三", body: BODY },
    ]);
    const first = await callApi(server.url, "GET /received-feedback?limit=1");
    const { nextCursor } = first.body;
    expect(
      (await callApi(server.url, `GET /received-feedback?cursor=${nextCursor}`)).body.items,
    ).toHaveLength(1);
    const asMember = { headers: { authorization: `Bearer ${MEMBER_TOKEN}` } };
    expect((await fetch(`${server.url}/api/received-feedback`, asMember)).status).toBe(403);
  });

  test("lists what came between other spaces than those of JSON, or behind a byte order mark", async () => {
    const server = await start(open);
    for (const space of ["\uFEFF", "\u00A0", "\u2028"]) {
      expect((await post(server, `${space}${JSON.stringify(BODY)}${space}`)).status).toBe(200);
    }
    expect(await received(server)).toMatchObject([{ body: BODY }, { body: BODY }, { body: BODY }]);
  });

  test("refuses what is no feedback, and keeps nothing of it", async () => {
    const server = await start(open);
    const refused: [string, number][] = [
      ["{botId: 1}", 400],
      ["", 400],
      ["[]", 400],
      [JSON.stringify({ ...BODY, botId: undefined }), 400],
      [JSON.stringify({ ...BODY, sessionId: "" }), 400],
      [JSON.stringify({ ...BODY, triggerEvent: {} }), 400],
      [JSON.stringify({ ...BODY, outputActions: {} }), 400],
      [JSON.stringify({ ...BODY, feedbackStatus: "like" }), 400],
      [JSON.stringify({ ...BODY, more: "x".repeat(600_000) }), 413],
    ];
    const answers = [];
    for (const [body] of refused) answers.push([body, (await post(server, body)).status]);
    expect(answers).toEqual(refused);
    expect(await received(server)).toEqual([]);
  });

  test("with a secret takes only what is signed with it, lately, byte for byte", async () => {
    const server = await start(signing);
    const text = JSON.stringify(BODY);
    const old = new Date(Date.now() - 10 * 60_000);
    const wrong = [
      {},
      signed(`${text} `, "fb_1"),
      { ...signed(text, "fb_1"), "webhook-id": "fb_2" },
      signed(text, "fb_1", old),
      { ...signed(text, "fb_1"), "webhook-signature": "v1,AAAA" },
    ];
    for (const headers of wrong) {
      const { status, body } = await post(server, text, headers);
      expect([status, body.statusCode]).toEqual([401, 401]);
    }
    expect(await post(server, text, signed(text, "fb_1"))).toEqual({ status: 200, body: {} });
    expect(await received(server)).toHaveLength(1);
  });

  test("ends a chain: what is rated on one server is read on the other, once for each change", async () => {
    const server = await start(signing);
    const world = await openFeedbackWorld(engine);
    onTestFinished(() => world.close());
    const { body } = await world.api("POST /endpoints", {
      ...{ kind: "insight", name: "the other server", url: server.url, secret: SECRET },
    });
    expect(body.endpoint.url).toBe(`${server.url}${FEEDBACK_PATH}`);
    const answer = await world.answer("coze");
    await answer.rate({ rating: "like" });
    await eventually(async () => (await received(server)).length === 1);
    await answer.rate({ rating: "dislike", comment: "不对" });
    await eventually(async () => (await received(server)).length === 2);
    const { body: deliveries } = await world.api(`GET /deliveries?endpointId=${body.endpoint.id}`);
    await world.api(`POST /deliveries/${deliveries.items[0].id}/resend`);
    await eventually(async () => {
      const { body: all } = await world.api(`GET /deliveries?endpointId=${body.endpoint.id}`);
      return (
        all.items.length === 3 && all.items.every(({ state }: { state: string }) => state === "delivered")
      );
    });
    expect(await received(server)).toMatchObject([
      {
        revision: 2,
        rater: answer.rater,
        body: { execId: answer.execId, feedbackStatus: "thumb-down", feedback: "不对" },
      },
      { revision: 1, rater: answer.rater, body: { execId: answer.execId, feedbackStatus: "thumb-up" } },
    ]);
  });
});
