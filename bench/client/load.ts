import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { askFor } from "../answer-shape.ts";
import { Connection } from "./connection.ts";
import type { HoldJob, Job, Outcome, ReadsJob, StreamsJob } from "./jobs.ts";
import {
  conversationRequest,
  cozeRequest,
  exactFaultIn,
  faultIn,
  hiagentRequest,
  questionRequest,
  type Target,
  tokenBytes,
} from "./target.ts";

const FAULTS_KEPT = 3;
const PREPARATION_LIMIT_MS = 30_000;
/** Every so many-th answer is read frame by frame; of the others every token is looked for. */
const EXACT_EVERY = 16;

/** A job whose connections are open and warm. */
export interface Load {
  run(): Promise<Outcome>;
  close(): void;
}

/** Opens the connections and does what must come before the measuring: conversations, first requests. */
export async function prepareLoad(job: Job): Promise<Load> {
  const url = job.kind === "reads" ? job.url : job.target.url;
  const connections = await openAll(url, job.connections);
  const tally = new Tally();
  let work: (connection: Connection, index: number) => Promise<void>;
  if (job.kind === "reads") work = readsWork(job, tally);
  else if (job.kind === "hold") work = await holdWork(job, connections, tally);
  else work = await streamsWork(job, connections, tally);
  return {
    run: () => tally.measure(() => Promise.all(connections.map(work))),
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
}

/** A few at a time, so that no listen queue overflows. */
async function openAll(url: string, count: number): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < count) {
    const some = Math.min(50, count - connections.length);
    connections.push(...(await Promise.all(Array.from({ length: some }, () => Connection.open(url)))));
  }
  return connections;
}

class Tally {
  completed = 0;
  tokens = 0;
  readonly firstTokenMs: number[] = [];
  readonly wholeMs: number[] = [];
  readonly faults: string[] = [];
  faultCount = 0;

  fault(text: string): void {
    this.faultCount++;
    if (this.faults.length < FAULTS_KEPT) this.faults.push(text);
  }

  async measure(work: () => Promise<unknown>): Promise<Outcome> {
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    await work();
    const seconds = (performance.now() - startedAt) / 1_000;
    const cpu = process.cpuUsage(cpuBefore);
    const { completed, tokens, firstTokenMs, wholeMs, faults, faultCount } = this;
    return {
      ...{ completed, tokens, seconds, firstTokenMs, wholeMs, faults, faultCount },
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
    };
  }
}

async function streamsWork(job: StreamsJob, connections: Connection[], tally: Tally) {
  const { target, shape, conversations, limitMs, spreadMs } = job;
  const places = await conversationsFor(
    target,
    connections,
    conversations === "own" ? job.turns : connections.length,
  );
  await warmUp(target, connections);
  const question = askFor(shape);
  let startedAt: number | undefined;
  let begun = 0;
  return async (connection: Connection, index: number) => {
    startedAt ??= performance.now();
    if (spreadMs > 0) await sleep((spreadMs * index) / connections.length);
    while (begun < job.turns && performance.now() - startedAt < limitMs) {
      const turn = begun++;
      const place = places[conversations === "own" ? turn : index];
      try {
        await oneTurn(connection, job, questionRequest(target, question, place), turn, tally);
      } catch (error) {
        tally.fault(String(error));
        return; // The connection is gone.
      }
    }
  };
}

async function oneTurn(
  connection: Connection,
  { target, shape, limitMs }: StreamsJob,
  request: string,
  turn: number,
  tally: Tally,
): Promise<void> {
  const sentAt = performance.now();
  const { status, body, awaitedAt } = await connection.exchange(request, limitMs, tokenBytes(0));
  const wholeMs = performance.now() - sentAt;
  const fault =
    faultIn(target, body, shape.tokens) ??
    (turn % EXACT_EVERY === 0 ? exactFaultIn(target, body, shape.tokens) : undefined);
  if (status !== 200 || awaitedAt === undefined || fault !== undefined) {
    tally.fault(`${target.kind} ${status}: ${fault ?? body.slice(0, 300)}`);
    return;
  }
  tally.completed++;
  tally.tokens += shape.tokens;
  tally.firstTokenMs.push(awaitedAt - sentAt);
  tally.wholeMs.push(wholeMs);
}

/** One short answer on every connection: sockets to the upstream are open, code is compiled. */
async function warmUp(target: Target, connections: Connection[]): Promise<void> {
  const places = await conversationsFor(target, connections, connections.length);
  const question = askFor({ tokens: 1, pace: "burst" });
  await Promise.all(
    connections.map(async (connection, index) => {
      const request = questionRequest(target, question, places[index]);
      const { body } = await connection.exchange(request, PREPARATION_LIMIT_MS);
      const fault = faultIn(target, body, 1);
      if (fault !== undefined) throw new Error(`${target.kind} cannot answer: ${fault}`);
    }),
  );
}

async function conversationsFor(target: Target, connections: Connection[], count: number): Promise<string[]> {
  if (target.kind === "insight") return Array.from({ length: count }, () => randomUUID());
  const places: string[] = [];
  const creation = conversationRequest(target);
  if (creation === undefined) return places;
  let begun = 0;
  const work = async (connection: Connection) => {
    while (begun++ < count) {
      const { status, body } = await connection.exchange(creation.request, PREPARATION_LIMIT_MS);
      if (status !== 200) throw new Error(`${target.kind} makes no conversation: ${status} ${body}`);
      places.push(creation.readId(body));
    }
  };
  // A hundred at once fill the server; a thousand would only queue.
  await Promise.all(connections.slice(0, 100).map(work));
  return places;
}

async function holdWork({ target }: HoldJob, connections: Connection[], tally: Tally) {
  const places = await conversationsFor(target, connections, connections.length);
  const question = askFor({ tokens: 5, pace: "hold" });
  return async (connection: Connection, index: number) => {
    const hasBegun = await connection.begin(
      questionRequest(target, question, places[index]),
      PREPARATION_LIMIT_MS,
      tokenBytes(4),
    );
    if (hasBegun) tally.completed++;
    else tally.fault(`${target.kind}: a held stream did not begin`);
  };
}

function readsWork({ url, family, calls, expected, durationMs }: ReadsJob, tally: Tally) {
  const requestOf = family === "coze" ? cozeRequest : hiagentRequest;
  const requests = calls.map(({ path, body }) => requestOf(url, path, body));
  return async (connection: Connection) => {
    const startedAt = performance.now();
    while (performance.now() - startedAt < durationMs) {
      const request = requests[Math.floor(Math.random() * requests.length)] ?? "";
      const sentAt = performance.now();
      try {
        const { status, body } = await connection.exchange(request, PREPARATION_LIMIT_MS);
        tally.wholeMs.push(performance.now() - sentAt);
        if (status === 200 && body.split(expected.text).length - 1 === expected.times) tally.completed++;
        else tally.fault(`${request.split(" ", 2)[1]} ${status}: ${body.slice(0, 300)}`);
      } catch (error) {
        tally.fault(String(error));
        return; // The connection is gone.
      }
    }
  };
}
