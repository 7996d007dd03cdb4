import { fdatasync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { idSource } from "../src/domain/ids.ts";
import { repositories, sharedParts } from "../src/storage/repositories/index.ts";
import { openSqliteDatabase } from "../src/storage/sqlite/open.ts";
import { tokensText } from "../test/support/upstream-script.ts";
import { serveParent } from "./processes/parent.ts";
import {
  type OwnedConversation,
  sampleClosedTurn,
  sampleConversation,
  sampleOpenTurn,
} from "./sample-turn.ts";
import { percentile } from "./statistics.ts";

export interface DurabilityOrder {
  path: string;
  /** "flushed": synchronous=NORMAL, and one asynchronous flush for all who wait. "full": synchronous=FULL. */
  mode: "flushed" | "full";
  /** Added to every flush of the disk. */
  delayMs: number;
  concurrency: number;
  durationMs: number;
}

export interface DurabilityResult {
  turns: number;
  seconds: number;
  cpuSeconds: number;
  loopDelayMs: { p99: number; max: number };
  /** Milliseconds from a request's arrival to the acknowledgement of the stored answer. */
  turnMs: { p50: number | undefined; p99: number | undefined };
}

const LOOP_SAMPLE_MS = 2;
const ANSWER = tokensText(50);
const flushDisk = promisify(fdatasync);

serveParent({}, (message) => measure(message as DurabilityOrder));
process.once("SIGTERM", () => process.exit());

/** Workers store turns one after another, exactly as a turn without a model would. */
async function measure(order: DurabilityOrder): Promise<DurabilityResult> {
  const { store, flushed, close } = await openStore(order);
  const newId = idSource(0);
  const turnMs: number[] = [];
  const oneTurn = async (conversation: OwnedConversation): Promise<void> => {
    const askedAt = performance.now();
    // A request comes in, and later the model's answer, through the event loop.
    await nextTurn();
    const turn = sampleOpenTurn(newId, conversation, "什么时候发货？");
    await store.turns.open(turn);
    await flushed();
    await nextTurn();
    await store.turns.close(sampleClosedTurn(turn.turnId, ANSWER));
    await flushed();
    turnMs.push(performance.now() - askedAt);
  };

  const conversations = Array.from({ length: order.concurrency }, () =>
    sampleConversation(newId, { agentId: newId(), workspaceId: newId() }),
  );
  for (const conversation of conversations) await store.conversations.insert(conversation);
  const loop = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
  loop.enable();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const work = async (conversation: OwnedConversation) => {
    while (performance.now() - startedAt < order.durationMs) await oneTurn(conversation);
  };
  await Promise.all(conversations.map(work));
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  // The last wait is only recorded when the loop turns once more.
  await sleep(2 * LOOP_SAMPLE_MS);
  loop.disable();
  await close();
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - LOOP_SAMPLE_MS);
  return {
    turns: turnMs.length,
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    loopDelayMs: { p99: late(loop.percentile(99)), max: late(loop.max) },
    turnMs: { p50: percentile(turnMs, 0.5), p99: percentile(turnMs, 0.99) },
  };
}

async function openStore({ path, mode, delayMs }: DurabilityOrder) {
  const database = await openSqliteDatabase({
    path,
    durability: "full",
    sync: async (fileDescriptor) => {
      await flushDisk(fileDescriptor);
      if (delayMs > 0) await sleep(delayMs);
    },
  });
  const { connection, session, flush } = database;
  if (mode === "full") {
    connection.execute("pragma synchronous = full");
    if (delayMs > 0) delayCommits(connection, delayMs);
  }
  return {
    store: repositories(session, sharedParts(idSource(0))),
    flushed: async () => {
      if (mode === "flushed") await flush?.flushed();
    },
    close: () => database.close(),
  };
}

/** SQLite flushes inside `commit`, on the thread that calls it: a slower disk would keep that thread for longer. */
function delayCommits(
  connection: { execute(sql: string, parameters?: never): unknown },
  delayMs: number,
): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const execute = connection.execute.bind(connection);
  connection.execute = (sql, parameters) => {
    const result = execute(sql, parameters);
    if (sql === "commit") Atomics.wait(pause, 0, 0, delayMs);
    return result;
  };
}
