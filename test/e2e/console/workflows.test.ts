import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AgentId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { type ConsoleWorld, openConsoleWorld } from "./console-world.ts";

/** Asks why, unless it is told; what it is told to send is never sent in a trial. */
const GRAPH = {
  version: 1,
  nodes: [
    {
      id: "start",
      type: "start",
      inputs: [{ name: "way", type: "string", required: false, default: "ask" }],
      next: "choose",
    },
    {
      id: "choose",
      type: "condition",
      branches: [
        { port: "ask", when: 'start.way == "ask"' },
        { port: "send", when: 'start.way == "send"' },
      ],
      next: { ask: "ask", send: "send", else: "broken" },
    },
    { id: "ask", type: "question", text: "Why?", next: "end" },
    { id: "send", type: "http", method: "POST", url: "https://shop.example/refunds", next: "sent" },
    { id: "sent", type: "end", outputs: { output: "sent" } },
    {
      id: "broken",
      type: "code",
      code: "function main() { throw new Error('no') }",
      outputs: {},
      next: "sent",
    },
    { id: "end", type: "end", outputs: { answer: { ref: "ask.answer" } } },
  ],
};
const ids = /^\d+$/;
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

describe.each(engines)("workflows over the console API on $name", (engine) => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await openConsoleWorld(engine);
  });
  afterAll(() => world.close());

  const made = async (graph: unknown = GRAPH): Promise<string> =>
    (await world.call("owner", "POST /workflows", { name: "Refund", graph })).body.id;
  const tried = async (id: string, input: object = {}) =>
    (await world.call("owner", `POST /workflows/${id}/test-runs`, { input })).body;

  test("a workflow is made, listed, drawn and drawn again", async () => {
    const { body: empty } = await world.call("member", "POST /workflows", { name: "Empty" });
    expect(empty).toMatchObject({
      id: expect.stringMatching(ids),
      workspaceId: world.workspaceId,
      name: "Empty",
      description: "",
      mode: null,
      revision: 1,
      graph: null,
      problems: [],
      createdAt: time,
    });
    const path = `/workflows/${empty.id}` as const;
    expect((await world.call("owner", `GET ${path}/picture`)).body).toEqual({ mermaid: null });
    const put = await world.call("owner", `PUT ${path}/graph`, { graph: GRAPH, revision: 1 });
    expect(put.body).toMatchObject({
      revision: 2,
      mode: "workflow",
      graph: { version: 1, mode: "workflow" },
    });
    expect(put.body.graph.nodes).toHaveLength(GRAPH.nodes.length);
    expect((await world.call("member", `GET ${path}`)).body).toEqual(put.body);
    const { graph: _, problems: __, ...listed } = put.body;
    expect((await world.call("member", "GET /workflows?limit=100")).body.items).toContainEqual(listed);
    expect((await world.call("member", `GET ${path}/picture`)).body.mermaid).toMatch(/^flowchart .*start/s);
    const stale = await world.call("owner", `PUT ${path}/graph`, { graph: GRAPH, revision: 1 });
    expect([stale.status, stale.body.error]).toEqual([
      409,
      {
        code: "already_decided",
        message: "the draft was changed since: it is at revision 2",
        field: "revision",
      },
    ]);
    expect((await world.call("owner", `GET /workflows/${world.agentId}`)).status).toBe(404);
  });

  test("a graph that cannot run is refused by node and field, and its problems are told without saving", async () => {
    const id = await made();
    const before = await world.call("owner", `GET /workflows/${id}`);
    const broken = {
      version: 1,
      nodes: [
        { id: "start", type: "start", next: "ask" },
        { id: "ask", type: "question", text: "{{ nobody.text }}", next: "gone" },
        { id: "self", type: "workflow", workflow: id },
      ],
    };
    for (const route of [`PUT /workflows/${id}/graph`, "POST /workflows"] as const) {
      const refused = await world.call("owner", route, {
        graph: broken,
        ...(route.startsWith("POST") && { name: "x" }),
      });
      expect([refused.status, refused.body.error.code]).toEqual([400, "request_invalid"]);
      expect(refused.body.error.field).toMatch(/^graph\.nodes\.(ask|self)\./);
      expect(refused.body.error.message).toContain("graph.nodes.ask.next");
    }
    const { body } = await world.call("member", "POST /workflow-graphs/validate", { graph: broken });
    expect(body.mermaid).toBeNull();
    expect(body.problems).toContainEqual({
      nodeId: "ask",
      field: "graph.nodes.ask.next",
      message: expect.any(String),
    });
    const missing = await world.call("owner", `PUT /workflows/${id}/graph`, { graph: {} });
    expect(missing.body.error.field).toBe("graph.version");
    expect((await world.call("owner", `GET /workflows/${id}`)).body).toEqual(before.body);
  });

  test("a graph that runs itself is only found out with the workflow that it is for", async () => {
    const id = await made();
    const graph = {
      version: 1,
      nodes: [
        { id: "start", type: "start", next: "again" },
        { id: "again", type: "workflow", workflow: id, next: "end" },
        { id: "end", type: "end" },
      ],
    };
    const validate = async (more: object) =>
      (await world.call("member", "POST /workflow-graphs/validate", { graph, ...more })).body.problems;
    expect(await validate({})).toEqual([]);
    expect(await validate({ workflowId: id })).toMatchObject([{ field: "graph.nodes.again.workflow" }]);
    const put = await world.call("owner", `PUT /workflows/${id}/graph`, { graph });
    expect(put.body.error).toMatchObject({ field: "graph.nodes.again.workflow" });
  });

  test("a workflow that is not there is found out before there is one that runs it", async () => {
    const graph = {
      version: 1,
      nodes: [
        { id: "start", type: "start", next: "inner" },
        { id: "inner", type: "workflow", workflow: "nowhere", next: "end" },
        { id: "end", type: "end" },
      ],
    };
    const field = "graph.nodes.inner.workflow";
    const told = await world.call("member", "POST /workflow-graphs/validate", { graph });
    expect(told.body.problems).toMatchObject([{ field, message: "is no workflow" }]);
    const refused = await world.call("member", "POST /workflows", { name: "Outer", graph });
    expect(refused.body.error).toMatchObject({ field });
  });

  test("headers are never shown, and stay when they are put back for the same host", async () => {
    const drawn = (url: string, token: string) => ({
      version: 1,
      tools: [{ name: "t", description: "T", url, headers: { "x-key": token } }],
      nodes: [
        { id: "start", type: "start", next: "each" },
        {
          ...{ id: "each", type: "loop", over: "count", inputs: { count: 1 }, next: "end" },
          body: [{ id: "call", type: "http", url, headers: { authorization: token } }],
        },
        { id: "end", type: "end" },
      ],
    });
    const id = await made(drawn("https://shop.example/a", "sesame-42"));
    const shown = await world.call("owner", `GET /workflows/${id}`);
    expect(JSON.stringify(shown.body)).not.toContain("sesame-42");
    expect(shown.body.graph.tools[0].headers).toEqual({ "x-key": "(hidden)" });
    const put = (url: string, token: string) =>
      world.call("owner", `PUT /workflows/${id}/graph`, { graph: drawn(url, token) });
    expect((await put("https://evil.example/a", "(hidden)")).body.error).toMatchObject({
      field: "graph.nodes.call.headers.authorization",
    });
    const kept = await put("https://shop.example/b", "(hidden)");
    expect(JSON.stringify(kept.body)).not.toContain("sesame-42");
    const agent = await world.server.store.agents.find(Number(id) as AgentId);
    expect(JSON.stringify(agent?.settings.graph).match(/sesame-42/g)).toHaveLength(2);
  });

  test("a draft is tried: it asks, is answered, and sends nothing; no list shows it", async () => {
    const id = await made();
    const run = await tried(id);
    expect(run).toMatchObject({
      id: expect.stringMatching(ids),
      workflowId: id,
      versionId: null,
      status: "waiting",
      isTest: true,
      dialect: "console",
      interrupts: [{ nodeId: "ask", kind: "question", text: "Why?", options: [] }],
      steps: [
        { nodeId: "start", kind: "start", status: "completed", output: { way: "ask" }, endedAt: time },
        { nodeId: "choose", port: "ask" },
        { nodeId: "ask", status: "waiting", output: null, endedAt: null },
      ],
    });
    expect((await world.call("member", `GET /workflow-runs/${run.id}`)).body).toEqual(run);
    const [{ stepId }] = run.interrupts;
    const resumed = await world.call("owner", `POST /workflow-runs/${run.id}/resume`, {
      stepId,
      data: "late",
    });
    expect(resumed.body).toMatchObject({ status: "completed", output: { answer: "late" }, endedAt: time });
    expect(resumed.body.steps).toMatchObject([{}, {}, { answer: "late" }, { nodeId: "end" }]);
    const again = await world.call("owner", `POST /workflow-runs/${run.id}/resume`, { data: "late" });
    expect([again.status, again.body.error.code]).toEqual([409, "run_not_waiting"]);
    expect(await tried(id, { way: "send" })).toMatchObject({
      status: "completed",
      output: { output: "sent" },
    });
    expect(await tried(id, { way: "fail" })).toMatchObject({
      status: "failed",
      error: { code: "code_failed", nodeId: "broken" },
    });
    expect((await tried(id, { way: {} })).error).toMatchObject({
      code: "request_invalid",
      field: "input.way",
    });
    expect((await world.call("member", `GET /workflows/${id}/runs`)).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  test("runs are listed newest first, by status, and cancelled", async () => {
    const id = await made();
    await world.call("owner", `POST /agents/${id}/publish`, { channels: [{ channel: "api" }] });
    const workflow = await world.server.store.agents.findLive(Number(id) as never, "api");
    if (workflow === undefined) throw new Error("it is not live");
    const { workflows } = world.server.app;
    const begin = async (way: string) => {
      const request = { workflow, input: { way }, how: "sync", dialect: "test", requestId: "r" } as const;
      const { run, settled } = await workflows.start(request);
      await settled;
      return String(run.id);
    };
    const [asking, failed] = [await begin("ask"), await begin("fail")];
    const list = async (query = "") => (await world.call("member", `GET /workflows/${id}/runs${query}`)).body;
    expect((await list()).items.map((run: { id: string }) => run.id)).toEqual([failed, asking]);
    expect(await list("?limit=1")).toMatchObject({ items: [{ id: failed }], nextCursor: "1" });
    expect(await list("?limit=1&cursor=1")).toMatchObject({ items: [{ id: asking }], nextCursor: null });
    expect((await list("?status=waiting")).items).toMatchObject([
      { id: asking, versionId: expect.stringMatching(ids), interrupts: [{ kind: "question" }] },
    ]);
    expect((await world.call("member", `GET /workflows/${id}/runs?status=odd`)).body.error.field).toBe(
      "status",
    );
    const cancelled = await world.call("owner", `POST /workflow-runs/${asking}/cancel`);
    expect(cancelled.body).toMatchObject({ id: asking, status: "cancelled", interrupts: [], endedAt: time });
    const twice = await world.call("owner", `POST /workflow-runs/${asking}/cancel`);
    expect(twice.body).toEqual(cancelled.body);
  });
});
