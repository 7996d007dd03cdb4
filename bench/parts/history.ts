import { formatId } from "../../src/dialects/coze/ids.ts";
import { formatXid } from "../../src/dialects/hiagent/ids.ts";
import type { Bench, Measurement, Part } from "../bench.ts";
import type { ReadsJob } from "../client/jobs.ts";
import type { FillOrder } from "../fill-history.ts";
import { type Batch, conversationsOf, type FilledConversation, placeBatches } from "../history-layout.ts";
import type { AntiphonProcess } from "../processes/antiphon.ts";
import { startChild } from "../processes/child.ts";
import { askForResult } from "../processes/load-client.ts";
import type { Cell, Column, Table } from "../report/table.ts";
import { percentile } from "../statistics.ts";
import { medianOf, ratioOf, serverMicroseconds } from "./candidates.ts";

/** Histories, lists and pages of messages read over HTTP, from a small store and from a big one. */
export const history: Part = {
  name: "history",
  async run(bench) {
    const long = { ...LONG, exchangesEach: bench.isQuick ? 2_000 : LONG.exchangesEach };
    const hiagentRows: Cell[][] = [];
    const cozeRows: Cell[][] = [];
    for (const engine of ["SQLite", "PostgreSQL"] as const) {
      const small = await fill(bench, engine, [SMALL]);
      const big = await fill(bench, engine, [many(bench.isQuick ? 1_000 : 9_000), long]);
      for (const read of HIAGENT_READS) {
        const subjects = [
          { ...read, name: [read.name, small.messages], server: small.server, of: small.many },
          { ...read, name: [read.name, big.messages], server: big.server, of: big.many },
        ];
        hiagentRows.push(...(await measureReads(bench, subjects)).map((row) => [engine, ...row]));
      }
      for (const read of COZE_READS) {
        const name = [read.order, read.from];
        const subjects = [
          { ...read, name: [...name, small.messages, "any"], server: small.server, of: small.many },
          { ...read, name: [...name, big.messages, "any"], server: big.server, of: big.many },
          { ...read, name: [...name, big.messages, "long"], server: big.server, of: big.long },
        ];
        cozeRows.push(...(await measureReads(bench, subjects)).map((row) => [engine, ...row]));
      }
      for (const { server } of [small, big]) await server.stop();
    }
    return [hiagentTable(hiagentRows), cozeTable(cozeRows, long.exchangesEach * 2)];
  },
};

const EXCHANGES_EACH = 50;
const CONVERSATIONS_EACH = 20;
/** Messages of a page, Coze's most. */
const PAGE = 50;

const SMALL = many(200);
const LONG: Batch = { conversations: 1, exchangesEach: 50_000, users: 1 };

function many(conversations: number): Batch {
  return { conversations, exchangesEach: EXCHANGES_EACH, users: conversations / CONVERSATIONS_EACH };
}

interface FilledStore {
  messages: number;
  server: AntiphonProcess;
  many: FilledConversation[];
  /** One conversation with many messages; none in a small store. */
  long: FilledConversation[];
}

async function fill(bench: Bench, engine: "SQLite" | "PostgreSQL", wanted: Batch[]): Promise<FilledStore> {
  const batches = placeBatches(wanted);
  const [manyOf = [], long = []] = batches.map(conversationsOf);
  const messages = [...manyOf, ...long].reduce((sum, { exchanges }) => sum + exchanges * 2, 0);
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
    batches,
  };
  const { child } = await startChild(bench.cleanup, "fill-history.ts");
  await askForResult(child, order);
  await child.stop();
  const server = await bench.antiphon({ directory, environment });
  return { messages, server, many: manyOf, long };
}

type Call = ReadsJob["calls"][number];

/** One kind of read, of any conversation. */
type Read = Pick<ReadsJob, "family" | "expected"> & { call(conversation: FilledConversation): Call };

const HIAGENT_READS: (Read & { name: string })[] = [
  {
    name: "get_conversation_messages",
    family: "hiagent",
    call: ({ id, userId }) => ({
      path: "/get_conversation_messages",
      body: { UserID: userId, AppConversationID: formatXid("conversation", id), Limit: 20 },
    }),
    expected: { text: '"AnswerInfo"', times: 20 },
  },
  {
    name: "get_conversation_list",
    family: "hiagent",
    call: ({ userId }) => ({ path: "/get_conversation_list", body: { UserID: userId } }),
    expected: { text: '"AppConversationID"', times: CONVERSATIONS_EACH },
  },
];

/** In both orders: without a cursor, after a message in the middle, and before the last one. */
const COZE_READS = (["desc", "asc"] as const).flatMap((order) => [
  pageRead(order, "the beginning", () => ({})),
  pageRead(order, "the middle, after_id", (conversation) => {
    const middle = Math.floor(conversation.exchanges / 2);
    const { question, answer } = conversation.messages(order === "asc" ? middle - 1 : middle);
    return { after_id: formatId(order === "asc" ? answer : question) };
  }),
  pageRead(order, "the end, before_id", (conversation) => {
    const { question } = conversation.messages(0);
    const { answer } = conversation.messages(conversation.exchanges - 1);
    return { before_id: formatId(order === "asc" ? answer : question) };
  }),
]);

function pageRead(
  order: "asc" | "desc",
  from: string,
  cursor: (conversation: FilledConversation) => Record<string, string>,
): Read & { order: string; from: string } {
  return {
    order,
    from,
    family: "coze",
    call: (conversation) => ({
      path: `/v1/conversation/message/list?conversation_id=${formatId(conversation.id)}`,
      body: { order, limit: PAGE, ...cursor(conversation) },
    }),
    expected: { text: '"type":', times: PAGE },
  };
}

/** A read of some conversations of a store. */
type Subject = Read & { name: Cell[]; server: AntiphonProcess; of: FilledConversation[] };

/** All subjects in turn; ratios are to the first. */
async function measureReads(bench: Bench, subjects: Subject[]): Promise<Cell[][]> {
  const results = subjects.map((): Measurement[] => []);
  for (const _round of bench.rounds(2)) {
    for (const [index, subject] of subjects.entries()) {
      const { family, server, of, call, expected } = subject;
      const job: ReadsJob = {
        ...{ kind: "reads", url: server.url, family, connections: 20, calls: of.map(call), expected },
        durationMs: bench.isQuick ? 400 : 1_000,
      };
      results[index]?.push(await bench.measure(job, server));
    }
  }
  const rate = (one: Measurement) => one.completed / one.seconds;
  return results.map((measurements, index) => [
    ...(subjects[index]?.name ?? []),
    medianOf(measurements, rate),
    ratioOf(measurements, results[0] ?? [], rate),
    medianOf(measurements, (one) => percentile(one.wholeMs, 0.5)),
    medianOf(measurements, (one) => percentile(one.wholeMs, 0.99)),
    serverMicroseconds(measurements, (one) => one.completed),
  ]);
}

const READ_COLUMNS: Column[] = [
  { title: "requests/s" },
  { title: "of small store", digits: 2 },
  { title: "p50 ms", digits: 1 },
  { title: "p99 ms", digits: 1 },
  { title: "CPU us/request" },
];

const CACHE_NOTE = "The store lies in the page cache: it was just written.";

function hiagentTable(rows: Cell[][]): Table {
  return {
    title: "HiAgent reads over HTTP, 20 at once, random conversations",
    columns: [{ title: "engine" }, { title: "action" }, { title: "messages stored" }, ...READ_COLUMNS],
    rows,
    notes: [
      `get_conversation_messages with Limit 20 gives 20 questions with their answers (of ${EXCHANGES_EACH}); get_conversation_list gives the ${CONVERSATIONS_EACH} conversations of a user.`,
      CACHE_NOTE,
    ],
  };
}

function cozeTable(rows: Cell[][], longest: number): Table {
  return {
    title: `Coze message list over HTTP: pages of ${PAGE} messages, 20 at once`,
    columns: [
      { title: "engine" },
      { title: "order" },
      { title: "from" },
      { title: "messages stored" },
      { title: "conversation" },
      ...READ_COLUMNS,
    ],
    rows,
    notes: [
      `POST /v1/conversation/message/list. "any": random conversations of ${EXCHANGES_EACH * 2} messages. "long": one conversation of ${longest} messages.`,
      '"the end, before_id": the page before the last message of the order asked for.',
      CACHE_NOTE,
    ],
  };
}
