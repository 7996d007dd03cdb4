import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { parseUlid } from "../../src/dialects/hiagent/ids.ts";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { createDatabase } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { answerOf, hiagentClient } from "../support/hiagent-client.ts";
import { seededRandom } from "../support/random.ts";
import { startUpstream, tokens, type Upstream } from "../support/upstream.ts";
import { chatUntilCut, type Promised } from "./chatters.ts";
import { postgresTurns, type StoredTurn, type StoredTurns, sqliteTurns } from "./stored-turns.ts";

/** Kills per engine, and the seed of everything random, for running one failure again. */
const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 15);
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const CHATTERS = 8;
const CONVERSATIONS = 5;
const LATEST_KILL_MS = 400;
/** In every so many rounds the start that follows is killed as well, at some instant up to this one. */
const KILL_START_EVERY = 5;
const LATEST_START_KILL_MS = 1_000;
const KEY = "crashtestkey00000001";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

test(
  "SQLite: a server killed at any instant loses nothing it acknowledged",
  async () => {
    await crashAgainAndAgain(undefined, async (server) =>
      sqliteTurns(join(server.dataDirectory, "antiphon.db")),
    );
  },
  60_000 + ROUNDS * 6_000,
);

test(
  "PostgreSQL: a server killed at any instant loses nothing it acknowledged",
  async () => {
    const databaseUrl = await createDatabase();
    await crashAgainAndAgain(databaseUrl, () => postgresTurns(databaseUrl));
  },
  60_000 + ROUNDS * 6_000,
);

async function crashAgainAndAgain(
  databaseUrl: string | undefined,
  openTurns: (server: AntiphonProcess) => Promise<StoredTurns>,
): Promise<void> {
  const random = seededRandom(SEED);
  const modelRandom = seededRandom(SEED + 1);
  printFigure(`crash test: CRASH_SEED=${SEED} CRASH_ROUNDS=${ROUNDS}`);
  const upstream = await startUpstream({ keepRequests: 1_000_000 });
  closers.push(() => upstream.close());
  let asked = 0;
  upstream.reply(() => {
    asked += 1;
    return [tokens(5 + Math.floor(modelRandom() * 30), { delayMs: modelRandom() * 8, label: `-${asked}-` })];
  });
  const server = await startAntiphonProcess({
    file: {
      models: upstreamModel(upstream.baseUrl),
      agents: [{ slug: "a", name: "A", appKey: KEY, historyTokens: 500 }],
    },
    environment: NO_LIMITS,
    databaseUrl,
  });
  closers.push(() => server.close());
  const turns = await openTurns(server);
  closers.push(() => turns.close());

  const everything: Promised[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    try {
      everything.push(...(await crashOnce({ server, turns, upstream, random, round })));
    } catch (error) {
      throw new Error(
        `round ${round} of CRASH_SEED=${SEED}: ${error instanceof Error ? error.message : ""}`,
        {
          cause: error,
        },
      );
    }
  }
  const stored = await turns.all();
  for (const promised of everything) checkPromise(promised, stored, upstream);
  const count = (status: string) => [...stored.values()].filter((turn) => turn.status === status).length;
  printFigure(
    `${ROUNDS} kills: ${everything.length} acknowledged, ${stored.size} stored: ` +
      `${count("completed")} completed, ${count("stopped")} stopped, ${count("interrupted")} interrupted`,
  );
}

async function crashOnce(scene: {
  server: AntiphonProcess;
  turns: StoredTurns;
  upstream: Upstream;
  random: () => number;
  round: number;
}): Promise<Promised[]> {
  const { server, turns, upstream, random, round } = scene;
  const client = hiagentClient({ url: server.url, key: KEY });
  const conversations = await Promise.all(
    Array.from({ length: CONVERSATIONS }, () => client.newConversation()),
  );
  const promises: Promised[] = [];
  const chatters = Array.from({ length: CHATTERS }, (_, index) =>
    chatUntilCut({
      client,
      conversation: conversations[index % CONVERSATIONS] ?? "",
      name: `round ${round} chatter ${index}`,
      random: seededRandom(SEED + 1_000 * round + index),
      promises,
    }),
  );
  await delay(random() * LATEST_KILL_MS);
  server.kill("SIGKILL");
  await Promise.all([...chatters, server.waitExit()]);

  await turns.checkFiles();
  if (round % KILL_START_EVERY === 0) {
    await server.killDuringStart(random() * LATEST_START_KILL_MS);
    await turns.checkFiles();
  }
  await server.restart();
  await eventually(async () => expect(await turns.running()).toEqual([]));
  const stored = await turns.all();
  for (const promised of promises) checkPromise(promised, stored, upstream);
  await checkThroughTheApi(server, conversations, promises);
  return promises;
}

/** What the database holds against what was promised, and against what the model really said. */
function checkPromise(promised: Promised, stored: Map<number, StoredTurn>, upstream: Upstream): void {
  const turn = stored.get(parseUlid("turn", promised.messageId) ?? 0);
  if (turn === undefined) throw new Error(`lost: ${JSON.stringify(promised)}`);
  expect(turn.question).toBe(promised.question);
  if (promised.wholeText !== undefined) {
    expect(turn.text).toBe(promised.wholeText);
    expect(["completed", "stopped"]).toContain(turn.status);
  }
  if (promised.isStopped) expect(["completed", "stopped"]).toContain(turn.status);
  if (turn.text === "") return;
  const source = upstream.requests.find(
    (request) => request.lastUserText === turn.question && request.sentText.startsWith(turn.text),
  );
  if (source === undefined) throw new Error(`the model never said: ${JSON.stringify(turn)}`);
  if (turn.status === "completed") expect(turn.text).toBe(source.sentText);
}

async function checkThroughTheApi(
  server: AntiphonProcess,
  conversations: string[],
  promises: Promised[],
): Promise<void> {
  const client = hiagentClient({ url: server.url, key: KEY });
  for (const conversation of conversations) {
    const rounds = await client.history(conversation);
    const questions = rounds.map((entry) => entry.Query);
    expect(new Set(questions).size).toBe(questions.length);
    const own = promises.filter((promised) => promised.conversation === conversation);
    expect(questions).toEqual(expect.arrayContaining(own.map((promised) => promised.question)));
  }
  const cut = promises.find((promised) => promised.wholeText === undefined) ?? promises[0];
  if (cut === undefined) return;
  const again = await client.stream("chat_continue", { MessageID: cut.messageId, RespDataStandard: true });
  expect((await again.all()).at(-1)?.event).toMatch(/^message_(failed|end)$/);
  const next = await client.stream("chat_query_v2", {
    AppConversationID: cut.conversation,
    Query: `after ${cut.question}`,
  });
  await next.all();
  expect(next.payloads.at(-1)?.event).toBe("message_end");
  expect(answerOf(next.payloads)).not.toBe("");
}
