import { expect } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import { NO_LIMITS } from "../support/antiphon-process.ts";
import { type Arrival, CallbackReceiver, contentOf } from "../support/callback-receiver.ts";
import { eventually } from "../support/eventually.ts";
import { hiagentClient } from "../support/hiagent-client.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { answerTo, isCharged, type Order, orderGraph, outputOf, wordsFor } from "./order-graph.ts";
import type { StoredRun } from "./stored-runs.ts";

/** Of a workflow that fails where nobody knows what happened, and of one that asks. */
export const KEYS = { fail: "orderfailtestkey0001", pause: "orderpausetestkey001" };

export type Policy = keyof typeof KEYS;

const PATHS = ["/stock", "/charge", "/credit", "/log"] as const;

/** The other side of all that the workflows call: a model's server, and one that counts. */
export class OrderScene {
  readonly upstream: Upstream;
  readonly counter: CallbackReceiver;

  private constructor(upstream: Upstream, counter: CallbackReceiver) {
    this.upstream = upstream;
    this.counter = counter;
  }

  /** `random` decides how long each answer takes: at most so many milliseconds. */
  static async open(random: () => number, { callMs, tokenMs }: { callMs: number; tokenMs: number }) {
    const upstream = await startUpstream({ keepRequests: 1_000_000 });
    upstream.reply(({ lastUserText }) =>
      wordsFor(lastUserText).flatMap((word) => [{ type: "delay", ms: random() * tokenMs }, word]),
    );
    const counter = await CallbackReceiver.start();
    for (const path of PATHS) {
      counter.behave(path, (arrival) => ({
        headers: { "content-type": "application/json" },
        body: JSON.stringify(answerTo(path, contentOf(arrival))),
        delayMs: random() * callMs,
      }));
    }
    return new OrderScene(upstream, counter);
  }

  /** What a server is started with. */
  get installation() {
    return {
      file: {
        models: upstreamModel(this.upstream.baseUrl),
        agents: Object.entries(KEYS).map(([slug, appKey]) => ({
          ...{ slug, name: slug, kind: "workflow", appKey },
          workflow: orderGraph(this.counter.url, slug as Policy),
        })),
      },
      environment: {
        ...NO_LIMITS,
        ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8",
        ANTIPHON_HIAGENT_RUN_GRACE_SECONDS: "0",
      },
    };
  }

  /** Every whole call of one kind for an order. */
  calls(path: (typeof PATHS)[number], { order }: Order): Arrival[] {
    return this.counter
      .at(path)
      .filter((arrival) => arrival.isWhole && contentOf(arrival)["order"] === order);
  }

  /** Whether everything outside happened as often as it may for a run in this state. */
  checkEffects(order: Order, status: "completed" | "failed"): void {
    const charges = this.calls("/charge", order);
    const credits = this.calls("/credit", order);
    if (!isCharged(order)) expect(charges).toEqual([]);
    else if (status === "completed") expect(charges).toHaveLength(1);
    else expect(charges.length).toBeLessThanOrEqual(1);
    if (isCharged(order)) expect(credits).toEqual([]);
    else expect(keysOf(credits)).toHaveLength(1);
    const stocks = Map.groupBy(this.calls("/stock", order), (arrival) => contentOf(arrival)["item"]);
    expect([...stocks.keys()]).toEqual(order.items.split(","));
    const stockKeys = [...stocks.values()].map((calls) => keysOf(calls));
    for (const keys of stockKeys) expect(keys).toHaveLength(1);
    expect(new Set(stockKeys.flat()).size).toBe(stockKeys.length);
    const logs = this.calls("/log", order);
    expect(keysOf(logs)).toHaveLength(status === "completed" ? 1 : 0);
    expect(new Set(logs.map(({ body }) => body.toString())).size).toBeLessThanOrEqual(1);
  }

  async close(): Promise<void> {
    await this.counter.close();
    await this.upstream.close();
  }
}

/** The different keys that calls named themselves by. */
export function keysOf(calls: readonly Arrival[]): string[] {
  return [...new Set(calls.map(({ headers }) => headers["idempotency-key"] ?? ""))];
}

/** Asks for a run. Undefined: it was not acknowledged. */
export async function send(url: string, policy: Policy, order: Order): Promise<string | undefined> {
  const client = hiagentClient({ url, key: KEYS[policy] });
  const reply = await client
    .call("run_app_workflow", { InputData: JSON.stringify(order) })
    .catch(() => undefined);
  if (reply !== undefined && reply.status !== 200) throw new Error(`${reply.status} ${reply.text}`);
  return reply?.body.runId;
}

/** The run as its caller sees it. */
async function look(url: string, policy: Policy, runId: string) {
  const client = hiagentClient({ url, key: KEYS[policy] });
  const { status, text, body } = await client.call("query_run_app_process", { RunID: runId });
  if (status !== 200) throw new Error(`${status} ${text}`);
  return body;
}

/** Answers what a run asks whose process died while it charged: what the other side knows of it. */
async function tellOutcome(scene: OrderScene, url: string, order: Order, runId: string): Promise<void> {
  const [charge] = scene.calls("/charge", order);
  const receipt = answerTo("/charge", { ...order });
  const outputs = { status: 200, headers: {}, body: receipt };
  const decision = charge === undefined ? { decision: "repeat" } : { decision: "done", outputs };
  const client = hiagentClient({ url, key: KEYS.pause });
  const reply = await client.call("async_resume_app_workflow", {
    RunID: runId,
    Input: JSON.stringify(decision),
  });
  if (reply.status !== 200) throw new Error(`${reply.status} ${reply.text}`);
}

/** Resolves with the run when it has ended; what it asks meanwhile is answered. */
export function untilEnded(scene: OrderScene, url: string, order: Order, policy: Policy, runId: string) {
  return eventually(async () => {
    const run = await look(url, policy, runId);
    if (run.status === "interrupted") await tellOutcome(scene, url, order, runId);
    if (run.status !== "success" && run.status !== "failed") throw new Error(`the run is ${run.status}`);
    return run;
  }, 60_000);
}

/** What a stored run gave, or why it failed. */
function outcomeOf({ outcome }: StoredRun): {
  output?: unknown;
  error?: { code: string; nodeId: string };
} {
  return outcome === "" ? {} : JSON.parse(outcome);
}

export function orderOf({ input }: StoredRun): Order {
  return JSON.parse(input).input;
}

/** Whether a run ended as it must. Resolves with how. */
export function checkEnd(scene: OrderScene, run: StoredRun): "completed" | "failed" {
  const order = orderOf(run);
  const { output, error } = outcomeOf(run);
  if (run.status === "completed") expect(output).toEqual(outputOf(order));
  else expect({ status: run.status, error }).toMatchObject(UNKNOWN_CHARGE);
  const status = run.status === "completed" ? "completed" : "failed";
  scene.checkEffects(order, status);
  return status;
}

const UNKNOWN_CHARGE = { status: "failed", error: { code: "outcome_unknown", nodeId: "charge" } };
