import type { Bench, Measurement, Part } from "../bench.ts";
import type { ReadsJob } from "../client/jobs.ts";
import type { FillOrder } from "../fill-history.ts";
import type { AntiphonProcess } from "../processes/antiphon.ts";
import { startChild } from "../processes/child.ts";
import { askForResult } from "../processes/load-client.ts";
import type { Cell, Table } from "../report/table.ts";
import { percentile } from "../statistics.ts";
import { medianOf, ratioOf, serverMicroseconds } from "./candidates.ts";

/** History and conversation lists read over HTTP, from a small store and from a big one. */
export const history: Part = {
  name: "history",
  async run(bench) {
    const sizes = bench.isQuick ? [200, 1_000] : [200, 10_000];
    const rows: Cell[][] = [];
    for (const engine of ["SQLite", "PostgreSQL"] as const) {
      const stores: FilledStore[] = [];
      for (const conversations of sizes) stores.push(await fill(bench, engine, conversations));
      for (const action of ["get_conversation_messages", "get_conversation_list"] as const) {
        rows.push(...(await measureAction(bench, engine, action, stores)));
      }
      for (const { server } of stores) await server.stop();
    }
    return [table(rows)];
  },
};

const EXCHANGES_EACH = 50;
const CONVERSATIONS_EACH = 20;

interface FilledStore {
  messages: number;
  server: AntiphonProcess;
  /** Ids as HiAgent prints them, with the user each belongs to. */
  conversations: { userId: string; id: string }[];
}

async function fill(
  bench: Bench,
  engine: "SQLite" | "PostgreSQL",
  conversations: number,
): Promise<FilledStore> {
  const messages = conversations * EXCHANGES_EACH * 2;
  bench.progress(`  ${engine}: filling a store with ${messages} messages`);
  const directory = bench.newDirectory();
  const environment: Record<string, string> = {};
  if (engine === "PostgreSQL") {
    environment["ANTIPHON_DATABASE_URL"] = await bench
      .postgres()
      .then((postgres) => postgres.createDatabase());
  }
  const first = await bench.antiphon({ directory, environment });
  await first.stop();
  const order: FillOrder = {
    databaseUrl: environment["ANTIPHON_DATABASE_URL"],
    path: `${directory}/data/antiphon.db`,
    conversations,
    exchangesEach: EXCHANGES_EACH,
    users: conversations / CONVERSATIONS_EACH,
  };
  const { child } = await startChild(bench.cleanup, "fill-history.ts");
  const filled = (await askForResult(child, order)) as FilledStore["conversations"];
  await child.stop();
  const server = await bench.antiphon({ directory, environment });
  return { messages, server, conversations: filled };
}

type Action = "get_conversation_messages" | "get_conversation_list";

/** Small and big store in turn. */
async function measureAction(
  bench: Bench,
  engine: string,
  action: Action,
  stores: FilledStore[],
): Promise<Cell[][]> {
  const results = stores.map((): Measurement[] => []);
  for (const _round of bench.rounds(3)) {
    for (const [index, store] of stores.entries()) {
      results[index]?.push(await bench.measure(readsJob(bench, action, store), store.server));
    }
  }
  const rate = (one: Measurement) => one.completed / one.seconds;
  return results.map((measurements, index) => [
    engine,
    action,
    stores[index]?.messages,
    medianOf(measurements, rate),
    ratioOf(measurements, results[0] ?? [], rate),
    medianOf(measurements, (one) => percentile(one.wholeMs, 0.5)),
    medianOf(measurements, (one) => percentile(one.wholeMs, 0.99)),
    serverMicroseconds(measurements, (one) => one.completed),
  ]);
}

function readsJob(bench: Bench, action: Action, { server, conversations }: FilledStore): ReadsJob {
  return {
    kind: "reads",
    url: server.url,
    connections: 20,
    action,
    bodies: conversations.map(({ userId, id }) => ({
      UserID: userId,
      ...(action === "get_conversation_messages" ? { AppConversationID: id, Limit: 20 } : {}),
    })),
    expected:
      action === "get_conversation_messages"
        ? { text: '"AnswerInfo"', times: 20 }
        : { text: '"AppConversationID"', times: CONVERSATIONS_EACH },
    durationMs: bench.isQuick ? 800 : 1_200,
  };
}

function table(rows: Cell[][]): Table {
  return {
    title: "Reads over HTTP, 20 at once, random conversations",
    columns: [
      { title: "engine" },
      { title: "action" },
      { title: "messages stored" },
      { title: "requests/s" },
      { title: "of small store", digits: 2 },
      { title: "p50 ms", digits: 1 },
      { title: "p99 ms", digits: 1 },
      { title: "CPU us/request" },
    ],
    rows,
    notes: [
      `get_conversation_messages with Limit 20 gives 20 questions with their answers (of ${EXCHANGES_EACH}); get_conversation_list gives the ${CONVERSATIONS_EACH} conversations of a user.`,
      "The store lies in the page cache: it was just written.",
    ],
  };
}
