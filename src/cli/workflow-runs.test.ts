import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAntiphon, type TestAntiphon } from "../../test/support/antiphon.ts";
import { eventually } from "../../test/support/eventually.ts";
import { hiagentClient } from "../../test/support/hiagent-client.ts";
import { formatUlid } from "../dialects/hiagent/ids.ts";
import { parseRunId } from "../dialects/hiagent/workflow-run-ids.ts";
import { formatUuid } from "../dialects/insight/ids.ts";
import { runCommand } from "./testing/fake-terminal.ts";

const KEY = "workflowcommands0001";
const CHAT_KEY = "workflowcommands0002";

const INNER = {
  version: 1,
  nodes: [
    { id: "start", type: "start", inputs: [{ name: "word", type: "string" }], next: "loud" },
    { id: "loud", type: "text", operation: "template", template: "{{ start.word }}!", next: "end" },
    { id: "end", type: "end", outputs: { word: { ref: "loud.text" } } },
  ],
};
const FLOW = {
  version: 1,
  nodes: [
    {
      id: "start",
      type: "start",
      inputs: [{ name: "way", type: "string", required: false, default: "inner" }],
      next: "choose",
    },
    {
      id: "choose",
      type: "condition",
      branches: [
        { port: "ask", when: 'start.way == "ask"' },
        { port: "rest", when: 'start.way == "rest"' },
        { port: "fail", when: 'start.way == "fail"' },
      ],
      next: { ask: "ask", rest: "rest", fail: "broken", else: "inner" },
    },
    { id: "ask", type: "question", text: "Why?", next: "end" },
    { id: "rest", type: "delay", inputs: { seconds: 4 }, next: "end" },
    {
      id: "broken",
      type: "code",
      code: "function main() { throw new Error('it broke') }",
      outputs: {},
      next: "end",
    },
    { id: "inner", type: "workflow", workflow: "inner", inputs: { word: "hello" }, next: "end" },
    { id: "end", type: "end", outputs: { output: "done" } },
  ],
};

describe("antiphon workflow, beside a running server", () => {
  let server: TestAntiphon;
  let environment: Record<string, string>;
  beforeAll(async () => {
    server = await startAntiphon({
      file: {
        models: [{ name: "m", provider: "extractive" }],
        agents: [
          { slug: "flow", name: "Flow", kind: "workflow", appKey: KEY, workflow: FLOW },
          { slug: "inner", name: "Inner", kind: "workflow", workflow: INNER },
          { slug: "shop", name: "Shop", responder: "flow", appKey: CHAT_KEY },
        ],
      },
      environment: { ANTIPHON_LOG_LEVEL: "silent" },
    });
    environment = { ANTIPHON_DATA: server.dataDirectory, ANTIPHON_LOG_LEVEL: "silent" };
  });
  afterAll(() => server.close());

  const run = (...words: string[]) => runCommand(["workflow", ...words], environment);
  const app = () => hiagentClient({ url: server.url, key: KEY });
  /** The id of a run that has settled, as HiAgent names it. */
  const begin = async (way: string): Promise<string> =>
    (await app().call("sync_run_app_workflow", { InputData: JSON.stringify({ way }) })).body.runId;
  const idOf = (runId: string) => parseRunId(runId)?.runId ?? 0;

  it("traces a run by its id in any family's spelling", async () => {
    const ulid = await begin("fail");
    const id = idOf(ulid);
    const trace = await run("trace", ulid);
    expect([trace.exitCode, trace.noted]).toEqual([0, ""]);
    const [head, ...lines] = trace.written.trimEnd().split("\n");
    expect(head).toMatch(
      new RegExp(`^run ${id}, workflow flow, version \\d+, hiagent, user u1, \\d{4}-.*Z$`),
    );
    expect(lines).toEqual([
      expect.stringMatching(/^✓ start +start .*[▏█]/),
      expect.stringContaining('in     {"way":"fail"}'),
      expect.stringContaining('out    {"way":"fail"}'),
      expect.stringMatching(/^✓ choose +condition .*→ fail$/),
      expect.stringContaining('out    {"port":"fail"}'),
      expect.stringMatching(/^✗ broken +code /),
      expect.stringContaining("failed: Error: it broke"),
      expect.stringMatching(/^failed in .*, 3 steps$/),
      expect.stringMatching(/^Error: it broke .*\(code_failed\)$/),
    ]);
    for (const spelling of [String(id), ulid.toLowerCase(), formatUlid("brief-workflow-run", id)]) {
      expect((await run("trace", spelling)).written).toBe(trace.written);
    }
  });

  it("traces what ran inside, and an inner run alone", async () => {
    const id = idOf(await begin("inner"));
    const names = (text: string) => [...text.matchAll(/^[│├└ ]*✓ (\S+)/gm)].map(([, name]) => name);
    expect(names((await run("trace", String(id))).written)).toEqual([
      "start",
      "choose",
      "inner",
      "start",
      "loud",
      "end",
      "end",
    ]);
    const steps = await server.store.workflowRuns.steps(id as never);
    const { subRunId } = steps.find(({ nodeId }) => nodeId === "inner") ?? {};
    const inner = await run("trace", String(subRunId));
    expect(names(inner.written)).toEqual(["start", "loud", "end"]);
    expect(inner.written).toMatch(
      new RegExp(`^part inner of run ${id}, .*\\ncompleted in .*, 3 steps\\n$`, "s"),
    );
    const refused = await run("cancel", String(subRunId));
    expect(refused.noted).toBe(`${subRunId} is the part inner of run ${id}. Cancel that one\n`);
  });

  it("traces the run that made an answer by the answer's id", async () => {
    const chat = hiagentClient({ url: server.url, key: CHAT_KEY });
    const AppConversationID = await chat.newConversation();
    const question = { AppConversationID, Query: "hello", ResponseMode: "blocking" };
    const { id } = (await chat.call("chat_query_v2", question)).body;
    const trace = await run("trace", id);
    expect(trace.written).toContain("workflow flow");
    const turnId = /^run (\d+)/.exec(trace.written)?.[1];
    const stored = await server.store.workflowRuns.get(Number(turnId) as never);
    expect((await run("trace", formatUuid("turn", stored?.turnId ?? 0))).written).toBe(trace.written);
    expect((await run("trace", String(stored?.turnId))).written).toBe(trace.written);
  });

  it("prints a run as JSON", async () => {
    const ulid = await begin("ask");
    const { run: stored, steps } = JSON.parse((await run("trace", ulid, "--json")).written);
    expect(stored).toMatchObject({ id: idOf(ulid), status: "waiting" });
    expect(steps).toHaveLength(3);
  });

  it("lists runs, by workflow and status", async () => {
    const id = String(idOf(await begin("ask")));
    const rows = async (...words: string[]) =>
      (await run("list", ...words)).written
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/\s{2,}/));
    const [heads, first] = await rows("--workflow", "flow", "--status", "waiting");
    expect(heads?.slice(0, 6)).toEqual(["id", "workflow", "status", "begun", "ran", "steps"]);
    expect(first?.slice(0, 3)).toEqual([id, "flow", "waiting"]);
    expect(first?.at(-1)).toBe("Why?");
    expect((await rows("--limit", "1"))[1]?.[0]).toBe(id);
    expect((await run("list", "--workflow", "inner")).written).toBe("no runs\n");
    expect((await run("list", "--workflow", "nobody")).exitCode).toBe(1);
  });

  it("cancels a run that waits at once, and one that runs within seconds", async () => {
    const waiting = String(idOf(await begin("ask")));
    expect((await run("cancel", waiting)).written).toBe(`${waiting} is cancelled\n`);
    expect((await run("cancel", waiting)).written).toBe(`${waiting} is cancelled\n`);
    const started = await app().call("run_app_workflow", { InputData: '{"way":"rest"}' });
    const { runId } = started.body;
    const told = await run("cancel", runId);
    expect(told.written).toBe(`${idOf(runId)} is told to end\n`);
    await eventually(async () => {
      const polled = await app().call("query_run_app_process", { RunID: runId });
      expect(polled.body.status).toBe("stopped");
    });
  });

  it("says that there is no such run", async () => {
    for (const unknown of ["123", "01K8Z6R2M4T7V9X0C3E5G7J9PN", formatUuid("turn", 5)]) {
      for (const command of ["trace", "cancel"]) {
        const refused = await run(command, unknown);
        expect([refused.exitCode, refused.noted]).toEqual([
          1,
          `there is no run ${unknown}. See antiphon workflow list\n`,
        ]);
      }
    }
  });
});
