import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { NO_LIMITS } from "../../support/antiphon-process.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type InsightClient, insightClient } from "../../support/insight-client.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";
import { aSession, botIds, rowOf } from "./world.ts";

const KEY = { id: "6c7b0003-0000-4000-8000-000000000001", secret: "flow-world-secret", scopes: ["all"] };
const TICKET = "a277efc6-025f-41cd-8888-43e3a8e8e28f";

/** Answers tickets, and a chain of two events after each message; nothing waits for `lonely`. */
const FLOW = {
  version: 1,
  mode: "chatflow",
  nodes: [
    { id: "ticket", type: "trigger", event: "ticket", next: "noted" },
    {
      id: "noted",
      type: "send-text-message",
      inputs: { text: { template: "收到：{{ ticket.data.message }}" } },
    },
    { id: "start", type: "start", next: "hello" },
    { id: "hello", type: "message", text: "Hello.", next: "tag" },
    { id: "tag", type: "tag-user", inputs: { operation: "ADD", tags: [{ tagName: "vip" }] }, next: "later" },
    { id: "later", type: "emit-event", event: "again", inputs: { params: {} }, next: "bye" },
    { id: "bye", type: "end", answer: "You said {{ start.query }}." },
    { id: "again", type: "trigger", event: "again", next: "reminded" },
    { id: "reminded", type: "send-text-message", inputs: { text: "And?" } },
  ],
};

const answering = { responder: "flow" };
const events = [
  { id: TICKET, name: "ticket", description: "", variables: [{ name: "message" }] },
  { name: "again", description: "", variables: [] },
  { name: "lonely", description: "", variables: [] },
];

describe.each(engines)("flows of the Insight family, on $name", (engine) => {
  let upstream: Upstream;
  let server: TestAntiphon;
  let insight: InsightClient;
  let bots: Map<string, string>;

  beforeAll(async () => {
    upstream = await startUpstream();
    server = await startAntiphon({
      file: {
        models: upstreamModel(upstream.baseUrl),
        users: [
          { name: "owner", role: "owner", tokens: [{ token: "pat_insight_world_owner", scopes: ["all"] }] },
        ],
        insight: { accessKeys: [KEY] },
        agents: [
          { slug: "flow", name: "流程", kind: "workflow", workflow: FLOW },
          { slug: "desk", name: "前台", ...answering, events },
          { slug: "patient", name: "耐心", ...answering, events, mergeWindowMs: 400 },
        ],
      },
      environment: { ANTIPHON_LOG_LEVEL: "silent", ...NO_LIMITS },
      databaseUrl: await engine.databaseUrl(),
    });
    bots = await botIds(server.url);
    insight = insightClient({ url: server.url, accessKeyId: KEY.id, accessKeySecret: KEY.secret });
  });

  afterAll(async () => {
    await server.close();
    await upstream.close();
  });

  const bot = (name: string) => bots.get(name) ?? "";
  const ask = (name: string, body: object) =>
    insight.data("POST /bot/message", { botId: bot(name), ...body });
  const rowsOf = async (name: string, sessionId: string) => {
    const now = Date.now();
    const times = `startTimestamp=${now - 600_000}&endTimestamp=${now + 600_000}`;
    return insight.data(
      `GET /workflow/history/list?botId=${bot(name)}&sessionId=${sessionId}&${times}&pageSize=50`,
    );
  };

  test("an event as the public client sends it is an execution with the same data", async () => {
    const sessionId = aSession("ticket");
    const params = { message: "【系统】新工单 42" };
    const asked = { botId: bot("前台"), eventId: TICKET, sessionId, params, isMh: true };
    const { body } = await insight.call("POST /workflow/event/trigger", asked);
    expect(body).toMatchObject({ code: 0, data: { status: "queued" } });
    const [row] = await eventually(async () => {
      const rows = await rowsOf("前台", sessionId);
      return rows[0]?.status === "success" ? rows : false;
    });
    expect(row).toMatchObject({
      triggerContent: { triggerType: "canvas-event-trigger", content: { eventId: TICKET, data: params } },
      outputActions: [
        { type: "send-text-message", nodeId: "noted", payload: { text: "收到：【系统】新工单 42" } },
      ],
      ...{ canvasName: "流程", canvasVersion: expect.stringMatching(/^v\d+$/), chainDepth: 0 },
    });
    const lonely = { botId: bot("前台"), eventName: "lonely", sessionId, params: {} };
    const refused = await insight.call("POST /workflow/event/trigger", lonely);
    expect([refused.status, refused.body.code]).toEqual([404, 40405]);
    const waited = await insight.data("POST /workflow/event/trigger", { ...asked, isMh: false, wait: true });
    expect(waited).toMatchObject({ status: "success", message: "收到：【系统】新工单 42" });
  });

  test("actions stand in the order in which the nodes decided, and events lead to executions that name theirs", async () => {
    const sessionId = aSession("chain");
    const reply = await ask("前台", { sessionId, message: "hi", messageId: "m1" });
    const actions = ["send-text-message", "tag-user", "canvas-event-action", "send-text-message"];
    const nodes = ["hello", "tag", "later", "bye"];
    const shown = (told: { outputActions: { type: string; nodeId?: string }[] }) =>
      told.outputActions.map(({ type, nodeId }) => [type, nodeId]);
    const expected = actions.map((type, index) => [type, nodes[index]]);
    expect(reply.message).toBe("Hello.\n\nYou said hi.");
    expect(shown(reply)).toEqual(expected);
    expect(await ask("前台", { sessionId, message: "hi", messageId: "m1" })).toEqual(reply);
    const row = await rowOf(insight, bot("前台"), reply.execId);
    expect(shown(row)).toEqual(expected);
    expect(row).toMatchObject({ allNodesSuccess: true, chainDepth: 0, rootExecId: reply.execId });
    expect(row).not.toHaveProperty("parentExecId");
    const [next] = await eventually(async () => {
      const rows = await rowsOf("前台", sessionId);
      return rows.length === 2 && rows[0]?.status === "success" ? rows : false;
    });
    expect(next).toMatchObject({
      ...{ parentExecId: reply.execId, rootExecId: reply.execId, chainDepth: 1 },
      outputActions: [{ nodeId: "reminded" }],
    });
  });

  test("messages within the window get one reply, and those before it say which", async () => {
    const sessionId = aSession("together");
    const said = (message: string) => ask("耐心", { sessionId, message, messageId: message });
    const replies = await Promise.all(["one", "two", "three"].map(said));
    const [whole, ...others] = replies.filter(({ message }) => message !== "");
    expect(others).toEqual([]);
    const lines = whole.message.replace("Hello.\n\nYou said ", "").replace(".", "").split("\n");
    expect(lines.toSorted()).toEqual(["one", "three", "two"]);
    const merged = replies.filter(({ message }) => message === "");
    for (const reply of merged) {
      expect(reply).toMatchObject({ mergedIntoExecId: whole.execId, outputActions: [] });
    }
    expect(await Promise.all(["one", "two", "three"].map(said))).toEqual(replies);
    const rows = await eventually(async () => {
      const found = await rowsOf("耐心", sessionId);
      return found.length === 4 ? found : false;
    });
    expect(rows.slice(1).map(({ status }: { status: string }) => status)).toEqual([
      "success",
      "merged_skipped",
      "merged_skipped",
    ]);
    const ids = merged.map(({ execId }) => execId).toSorted();
    expect(rows[1].mergedFromExecIds.toSorted()).toEqual(ids);
  });

  test("a trial is told what would be done, does nothing and is listed nowhere", async () => {
    const sessionId = aSession("trial");
    const reply = await ask("耐心", { sessionId, message: "hi", testRun: true });
    expect(reply.outputActions.map(({ status }: { status: string }) => status)).toEqual(
      Array.from({ length: 4 }, () => "skip"),
    );
    const event = { botId: bot("前台"), eventId: TICKET, sessionId, params: { message: "x" } };
    const waited = await insight.data("POST /workflow/event/trigger", {
      ...event,
      testRun: true,
      wait: true,
    });
    expect(waited.outputActions).toMatchObject([{ status: "skip", nodeId: "noted" }]);
    expect(await rowsOf("耐心", sessionId)).toEqual([]);
    expect(await rowsOf("前台", sessionId)).toEqual([]);
  });
});
