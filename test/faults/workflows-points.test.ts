import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type FaultProcess, startFaultProcess } from "../support/fault-process.ts";
import type { FaultPoint } from "../support/fault-store.ts";
import { hiagentClient } from "../support/hiagent-client.ts";
import type { Order } from "./order-graph.ts";
import { checkEnd, OrderScene, orderOf, send, untilEnded } from "./order-scene.ts";
import { type StoredRuns, sqliteRuns } from "./stored-runs.ts";

vi.setConfig({ testTimeout: 120_000 });

const ASKING_KEY = "pointsasktestkey0001";

const asking = {
  version: 1,
  nodes: [
    { id: "start", type: "start", next: "ask" },
    {
      id: "ask",
      type: "question",
      text: "Which?",
      timeLimitSeconds: 3_600,
      next: { next: "said", timeout: "late" },
    },
    { id: "said", type: "end", outputs: { answer: { ref: "ask.answer" } } },
    { id: "late", type: "end", outputs: { answer: "none" } },
  ],
};

describe("a server that is killed between two things that it does to a run", () => {
  let scene: OrderScene;
  let server: FaultProcess;
  let stored: StoredRuns;

  beforeAll(async () => {
    scene = await OrderScene.open(() => 0, { callMs: 0, tokenMs: 0 });
    const { file, environment } = scene.installation;
    const ask = { slug: "ask", name: "ask", kind: "workflow", appKey: ASKING_KEY, workflow: asking };
    server = await startFaultProcess({ file: { ...file, agents: [...file.agents, ask] }, environment });
    stored = sqliteRuns(`${server.dataDirectory}/antiphon.db`);
  });

  afterAll(async () => {
    await server?.close();
    await scene?.close();
  });

  const client = () => hiagentClient({ url: server.url, key: ASKING_KEY });
  const look = async (RunID: string) => (await client().call("query_run_app_process", { RunID })).body;
  const answer = (RunID: string) =>
    client().call("sync_resume_app_workflow", { RunID, Input: '{"query":"this"}' });
  const until = (runId: string, status: string) =>
    eventually(async () => {
      const run = await look(runId);
      if (run.status !== status) throw new Error(`the run is ${run.status}: ${run.message}`);
      return JSON.parse(run.output);
    });

  async function ask(): Promise<string> {
    const { body } = await client().call("run_app_workflow", {});
    await until(body.runId, "interrupted");
    return body.runId;
  }

  async function dieAt(at: FaultPoint, skip: number, work: () => Promise<unknown>): Promise<void> {
    await server.tell({ faults: [{ at, skip, does: "kill" }] });
    await work().catch(() => {});
    await server.waitExit();
    await server.restart();
  }

  const POINTS: [FaultPoint, number][] = [
    ["before workflowRuns.open", 0],
    ["after workflowRuns.open", 0],
    ["after flush", 0],
    ...[0, 2, 4].flatMap((skip): [FaultPoint, number][] => [
      ["before workflowRuns.record", skip],
      ["after workflowRuns.record", skip],
    ]),
  ];

  test.each(POINTS)(
    "%s (%d): a run that was acknowledged ends, and none is begun twice",
    async (at, skip) => {
      const order: Order = { order: `${at} ${skip}`, amount: 500, items: "apple,pear" };
      let runId: string | undefined;
      await dieAt(at, skip, async () => {
        runId = await send(server.url, "fail", order);
      });
      const own = async () => (await stored.all()).filter((run) => orderOf(run).order === order.order);
      if (runId !== undefined) await untilEnded(scene, server.url, order, "fail", runId);
      const [run, ...others] = await eventually(async () => {
        const runs = await own();
        if (runs.some(({ status }) => status === "running")) throw new Error("it still runs");
        return runs;
      });
      expect(others).toEqual([]);
      if (at === "before workflowRuns.open") expect(run).toBeUndefined();
      else if (run === undefined) expect(runId).toBeUndefined();
      else checkEnd(scene, run);
    },
  );

  test("while an answer is taken: it is asked for again, or was heard", async () => {
    const runId = await ask();
    await dieAt("after workflowRuns.resume", 0, () => answer(runId));
    await until(runId, "interrupted");
    await dieAt("after workflowRuns.record", 0, () => answer(runId));
    expect(await until(runId, "success")).toEqual({ answer: "this" });
  });

  test("while a run is woken: it goes on after the next start", async () => {
    const runId = await ask();
    server.startAhead(2 * 3_600_000);
    await server.dieAtStart({ at: "after workflowRuns.claimWoken", does: "kill" });
    await server.dieAtStart({ at: "after workflowRuns.claimAbandoned", does: "kill" });
    await server.restart();
    expect(await until(runId, "success")).toEqual({ answer: "none" });
  });
});
