import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { NO_LIMITS } from "../support/antiphon-process.ts";
import { CallbackReceiver, contentOf } from "../support/callback-receiver.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { type FaultProcess, startFaultProcess } from "../support/fault-process.ts";
import { hiagentClient } from "../support/hiagent-client.ts";
import { keysOf } from "./order-scene.ts";

vi.setConfig({ testTimeout: 120_000 });

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

/** Keys of apps by what they do. */
const KEYS = { asks: "waitasktestkey000001", rests: "waitresttestkey00001", hurries: "waithurrytestkey0001" };
type App = keyof typeof KEYS;

/** What waits for a person, for a time, and for a person until a time; the last two then say so outside, once. */
function apps(counter: string) {
  const named = { id: "start", type: "start", inputs: [{ name: "name", type: "string" }] };
  const ping = {
    ...{ id: "ping", type: "http", method: "POST", url: `${counter}/ping`, next: "done" },
    inputs: { body: { name: { ref: "start.name" } } },
  };
  const app = (slug: App, nodes: object[]) => ({
    ...{ slug, name: slug, kind: "workflow", appKey: KEYS[slug] },
    workflow: { version: 1, nodes },
  });
  return [
    app("asks", [
      { ...named, next: "ask" },
      { id: "ask", type: "question", text: "Which order, {{ start.name }}?", next: "done" },
      { id: "done", type: "end", outputs: { answer: { ref: "ask.answer" }, name: { ref: "start.name" } } },
    ]),
    app("rests", [
      { ...named, next: "rest" },
      { id: "rest", type: "delay", inputs: { seconds: 2 * DAY_SECONDS }, next: "ping" },
      ping,
      { id: "done", type: "end", outputs: { name: { ref: "start.name" } } },
    ]),
    app("hurries", [
      { ...named, next: "ask" },
      {
        ...{ id: "ask", type: "question", text: "Quick!", timeLimitSeconds: DAY_SECONDS },
        next: { next: "said", timeout: "ping" },
      },
      ping,
      { id: "said", type: "end", outputs: { way: "said" } },
      { id: "done", type: "end", outputs: { way: "late" } },
    ]),
  ];
}

describe.each(engines)("runs that wait, on $name", (engine) => {
  let counter: CallbackReceiver;
  const servers: FaultProcess[] = [];
  let server: FaultProcess;

  beforeAll(async () => {
    counter = await CallbackReceiver.start();
    const databaseUrl = await engine.databaseUrl();
    const installation = {
      file: { agents: apps(counter.url) },
      environment: {
        ...NO_LIMITS,
        ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8",
        ANTIPHON_SECRET_KEY: randomBytes(32).toString("base64"),
      },
      databaseUrl,
    };
    server = await startFaultProcess(installation);
    servers.push(server);
    // Several nodes may look for what is due at once.
    if (databaseUrl !== undefined) servers.push(await startFaultProcess(installation));
  });

  afterAll(async () => {
    for (const each of servers) await each.close();
    await counter?.close();
  });

  const client = (app: App) => hiagentClient({ url: server.url, key: KEYS[app] });

  async function begin(app: App, name: string): Promise<string> {
    const { body, text } = await client(app).call("run_app_workflow", {
      InputData: JSON.stringify({ name }),
    });
    if (body.runId === undefined) throw new Error(text);
    return body.runId;
  }

  const look = async (app: App, RunID: string) =>
    (await client(app).call("query_run_app_process", { RunID })).body;

  const until = (app: App, runId: string, status: string) =>
    eventually(async () => {
      const run = await look(app, runId);
      if (run.status !== status) throw new Error(`the run is ${run.status}: ${run.message}`);
      return run;
    });

  const answer = (RunID: string, query: string) =>
    client("asks").call("sync_resume_app_workflow", { RunID, Input: JSON.stringify({ query }) });

  const pings = (name: string) => counter.at("/ping").filter((arrival) => contentOf(arrival).name === name);

  /** Kills every node; resolves when all run again with a clock so far ahead. */
  async function killAndStart(aheadMs: number): Promise<void> {
    for (const each of servers) each.kill("SIGKILL");
    await Promise.all(servers.map((each) => each.waitExit()));
    for (const each of servers) each.startAhead(aheadMs);
    await Promise.all(servers.map((each) => each.restart()));
  }

  test("a question is answered three days and two crashes later, by one of those who try", async () => {
    const runId = await begin("asks", "Li");
    const asked = await until("asks", runId, "interrupted");
    expect(asked.msg).toBe("Which order, Li?");
    await killAndStart(0);
    expect(await look("asks", runId)).toMatchObject({ status: "interrupted", msg: asked.msg });
    await killAndStart(3 * DAY_MS);
    const replies = await Promise.all(["A-1", "A-2", "A-3"].map((text) => answer(runId, text)));
    const accepted = replies.filter(({ status }) => status === 200);
    expect(accepted).toHaveLength(1);
    const run = await until("asks", runId, "success");
    expect(JSON.parse(run.output)).toEqual({ name: "Li", answer: expect.stringMatching(/^A-[123]$/) });
    expect(accepted[0]?.body.output).toBe(run.output);
    await killAndStart(0);
  });

  test("what was due while nothing ran happens after the start, once; what is not yet due waits", async () => {
    const runs = await Promise.all(
      ["one", "two", "three"].map(async (name) => ({ name, runId: await begin("rests", name) })),
    );
    const late = await begin("hurries", "late");
    await until("hurries", late, "interrupted");
    // What only waits for its time is at work, as its caller sees it.
    for (const { runId } of runs) expect((await look("rests", runId)).status).toBe("processing");
    await killAndStart(1.5 * DAY_MS);
    expect(JSON.parse((await until("hurries", late, "success")).output)).toEqual({ way: "late" });
    expect(counter.at("/ping")).toHaveLength(1);
    await killAndStart(3 * DAY_MS);
    for (const { name, runId } of runs) {
      expect(JSON.parse((await until("rests", runId, "success")).output)).toEqual({ name });
      expect(pings(name)).toHaveLength(1);
    }
    await killAndStart(4 * DAY_MS);
    const tidy = await begin("asks", "Wu");
    await until("asks", tidy, "interrupted");
    expect((await answer(tidy, "B-1")).status).toBe(200);
    expect(keysOf(counter.at("/ping"))).toHaveLength(4);
    expect(counter.at("/ping")).toHaveLength(4);
  });
});
