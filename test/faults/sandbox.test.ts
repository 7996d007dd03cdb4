import { afterAll, beforeAll, expect, test } from "vitest";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { hiagentClient } from "../support/hiagent-client.ts";
import { type RunObject, readRunObject } from "../support/hiagent-run-shapes.ts";

const ATTACKED = "attackedappkey000001";
const CALM = "calmappkey0000000001";

/** Each is an expression that the code of the workflow evaluates. */
const ATTACKS = [
  "(() => { for (;;); })()",
  "(async () => { for (;;) await null; })()",
  "(function again() { return Promise.resolve().then(again); })()",
  "/^(a+)+$/.test('a'.repeat(60) + 'b')",
  "'a'.repeat(2 ** 30)",
  "(() => { const all = []; for (;;) all.push(new Float64Array(2 ** 17).fill(1)); })()",
  "JSON.parse('['.repeat(1e6))",
  "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
  "(() => { for (let n = 0; ; n += 1) console.log('x'.repeat(1000)); })()",
  "this.constructor.constructor('return process')().exit()",
];

/** How much slower the server may answer meanwhile: code that held its thread would keep it for seconds. */
const TIMES_SLOWER = 10;
/** What both are counted as at least, so that the fast idle answers of a fast machine mean nothing. */
const LEAST_MS = 10;

let server: AntiphonProcess;
beforeAll(async () => {
  const input = { name: "text", type: "string" };
  const workflow = (nodes: object[]) => ({ version: 1, nodes });
  server = await startAntiphonProcess({
    environment: { ...NO_LIMITS, ANTIPHON_HIAGENT_RUN_GRACE_SECONDS: "60" },
    file: {
      models: [{ name: "extractive", provider: "extractive" }],
      agents: [
        {
          slug: "attacked",
          name: "Attacked",
          kind: "workflow",
          appKey: ATTACKED,
          workflow: workflow([
            { id: "start", type: "start", inputs: [input], next: "code" },
            {
              id: "code",
              type: "code",
              code: "async function main({ text }) { return { result: String(await eval(text)) }; }",
              inputs: { text: { ref: "start.text" } },
              outputs: { result: { type: "string" } },
              timeoutSeconds: 1,
              next: "end",
            },
            { id: "end", type: "end", answer: "{{ code.result }}" },
          ]),
        },
        {
          slug: "calm",
          name: "Calm",
          kind: "workflow",
          appKey: CALM,
          workflow: workflow([
            { id: "start", type: "start", inputs: [input], next: "text" },
            { id: "text", type: "text", template: "{{ start.text }}!", next: "end" },
            { id: "end", type: "end", answer: "{{ text.text }}" },
          ]),
        },
      ],
    },
  });
});
afterAll(() => server.close());

async function run(key: string, text: string): Promise<RunObject> {
  const { body } = await hiagentClient({ url: server.url, key }).call("sync_run_app_workflow", {
    InputData: JSON.stringify({ text }),
  });
  return readRunObject(body);
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const middle = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

/** Milliseconds that the server takes for a sign of life and for a run, in the middle of those until `isOver`. */
async function latency(isOver: (rounds: number) => boolean): Promise<{ alive: number; calm: number }> {
  const alive: number[] = [];
  const calm: number[] = [];
  do {
    const sign = () => fetch(`${server.url}/healthz`).then((response) => expect(response.status).toBe(200));
    alive.push(await timeOf(sign));
    calm.push(await timeOf(async () => expect((await run(CALM, "hi")).output).toBe(`{"output":"hi!"}`)));
  } while (!isOver(alive.length));
  return { alive: middle(alive), calm: middle(calm) };
}

test("ten attacks at once fail as code does, and the server answers and runs as if there were none", async () => {
  expect((await run(ATTACKED, "6 * 7")).output).toBe(`{"output":"42"}`);
  await latency((rounds) => rounds === 10);
  const idle = await latency((rounds) => rounds === 30);

  let left = ATTACKS.length;
  const attacks = ATTACKS.map((attack) => run(ATTACKED, attack).finally(() => (left -= 1)));
  const attacked = await latency(() => left === 0);
  for (const outcome of await Promise.all(attacks)) {
    expect(outcome.status).toBe("failed");
    expect(outcome.message).not.toMatch(/\/(work|home|tmp|src|node_modules)|\.ts/);
  }

  const slower = (now: number, before: number) => Math.max(now, LEAST_MS) / Math.max(before, LEAST_MS);
  expect(slower(attacked.alive, idle.alive)).toBeLessThan(TIMES_SLOWER);
  expect(slower(attacked.calm, idle.calm)).toBeLessThan(TIMES_SLOWER);
  expect((await run(ATTACKED, "6 * 7")).output).toBe(`{"output":"42"}`);
}, 60_000);
