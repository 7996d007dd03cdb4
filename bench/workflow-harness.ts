import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { openCodeSandbox } from "../src/workflow/sandbox/quickjs-sandbox.ts";
import { serveParent } from "./processes/parent.ts";
import { openDurable, openInMemory } from "./workflows/antiphon.ts";
import { openLangGraph, openMastra } from "./workflows/peers.ts";
import { type Contender, expectedText, STEPS } from "./workflows/steps.ts";

export interface WorkflowOrder {
  way:
    | "antiphon, in memory"
    | "antiphon, SQLite"
    | "antiphon, SQLite, effects"
    | "antiphon, PostgreSQL"
    | "LangGraph"
    | "LangGraph, memory"
    | "LangGraph, SQLite"
    | "Mastra"
    | "Mastra, memory";
  /** A file that does not exist yet, for those that write one. */
  path: string;
  databaseUrl?: string | undefined;
  /** Where the others were installed. */
  peers: string;
  runs: number;
  atOnce: number;
  /** No run is begun after this. */
  limitMs: number;
}

export interface WorkflowResult {
  steps: number;
  seconds: number;
  cpuSeconds: number;
  loopDelayMs: { p99: number; max: number };
  /** What the process had at most beyond what it had before, in megabytes. */
  memoryMegabytes: number;
  /** Runs that came to something else. */
  wrong: number;
}

export interface CodeOrder {
  code: { calls: number; atOnce: number; threads: number };
}

export interface CodeResult {
  calls: number;
  seconds: number;
  cpuSeconds: number;
  firstCallMs: number;
}

const LOOP_SAMPLE_MS = 2;

serveParent({}, (message) => {
  const order = message as WorkflowOrder | CodeOrder;
  return "code" in order ? measureCode(order) : measure(order);
});
process.once("SIGTERM", () => process.exit());

function open({ way, path, databaseUrl = "", peers }: WorkflowOrder): Promise<Contender> {
  switch (way) {
    case "antiphon, in memory":
      return openInMemory();
    case "antiphon, SQLite":
      return openDurable({ path }, "text");
    case "antiphon, SQLite, effects":
      return openDurable({ path }, "effects");
    case "antiphon, PostgreSQL":
      return openDurable({ databaseUrl }, "text");
    case "LangGraph":
      return openLangGraph(peers, { kind: "nothing" });
    case "LangGraph, memory":
      return openLangGraph(peers, { kind: "memory" });
    case "LangGraph, SQLite":
      return openLangGraph(peers, { kind: "sqlite", path });
    case "Mastra":
      return openMastra(peers, "nothing");
    case "Mastra, memory":
      return openMastra(peers, "memory");
  }
}

/** A tenth of the runs first, which do not count. */
async function measure(order: WorkflowOrder): Promise<WorkflowResult> {
  const contender = await open(order);
  let next = 0;
  let wrong = 0;
  const runMany = async (count: number, limitMs: number) => {
    const [first, deadline] = [next, performance.now() + limitMs];
    const work = async () => {
      while (next < first + count && performance.now() < deadline) {
        const index = next++;
        const text = await contender.run(`${index}`, index);
        if (text !== expectedText(`${index}`)) wrong += 1;
      }
    };
    await Promise.all(Array.from({ length: Math.min(order.atOnce, count) }, work));
    return next - first;
  };
  await runMany(Math.ceil(order.runs / 10), order.limitMs / 5);
  const memoryBefore = process.memoryUsage.rss();
  const loop = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
  loop.enable();
  // It counts from its first sample, and there may be no other before the end.
  await sleep(2 * LOOP_SAMPLE_MS);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const runs = await runMany(order.runs, order.limitMs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  // The last wait is only recorded when the loop turns once more.
  await sleep(2 * LOOP_SAMPLE_MS);
  loop.disable();
  const most = process.resourceUsage().maxRSS * 1_024;
  await contender.close();
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - LOOP_SAMPLE_MS);
  return {
    steps: runs * STEPS,
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    loopDelayMs: { p99: late(loop.percentile(99)), max: late(loop.max) },
    memoryMegabytes: Math.max(0, most - memoryBefore) / 1e6,
    wrong,
  };
}

async function measureCode({ code: { calls, atOnce, threads } }: CodeOrder): Promise<CodeResult> {
  const sandbox = openCodeSandbox({ threads });
  const { signal } = new AbortController();
  const code =
    "function main({ amount, rate }) { return { total: Math.round(amount * (1 + rate) * 100) / 100 }; }";
  const call = () => sandbox.run({ code, input: { amount: 99.5, rate: 0.06 }, timeoutMs: 10_000 }, signal);
  const first = performance.now();
  await call();
  const firstCallMs = performance.now() - first;
  const callMany = async (count: number) => {
    let left = count;
    const work = async () => {
      while (left-- > 0) await call();
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  };
  await callMany(Math.ceil(calls / 5));
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await callMany(calls);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  await sandbox.close();
  return { calls, seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, firstCallMs };
}
