import { afterEach, expect, test } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { answerOf, hiagentClient } from "../support/hiagent-client.ts";
import { type HttpStream, openHttpStream } from "../support/http-stream.ts";
import { metricOf } from "../support/metrics.ts";
import { startUpstream, tokens, tokensText, type Upstream } from "../support/upstream.ts";

const KEY = "slowreadertest000001";
const PIECE = "0123456789abcdef".repeat(256);
const PIECES = 5_000;
const WHOLE_BYTES = PIECE.length * PIECES;
const READERS = 20;
const MB = 1_000_000;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

async function start(slowReaderSeconds: number): Promise<{ upstream: Upstream; server: AntiphonProcess }> {
  const upstream = await startUpstream();
  closers.push(() => upstream.close());
  const server = await startAntiphonProcess({
    file: { models: upstreamModel(upstream.baseUrl), agents: [{ slug: "a", name: "A", appKey: KEY }] },
    environment: {
      ...NO_LIMITS,
      ANTIPHON_LOG_LEVEL: "info",
      ANTIPHON_SLOW_READER_SECONDS: String(slowReaderSeconds),
    },
  });
  closers.push(() => server.close());
  return { upstream, server };
}

function residentBytes(server: AntiphonProcess): Promise<number> {
  return metricOf(server.url, "antiphon_process_memory_bytes", 'kind="rss"');
}

/** Takes 1 MB, then nothing any more. */
async function readAMegabyte(stream: HttpStream): Promise<void> {
  await eventually(() => stream.receivedBytes >= MB);
  stream.pause();
}

test("a reader that takes nothing more is dropped; the others and the answer are not", async () => {
  const { upstream, server } = await start(2);
  const client = hiagentClient({ url: server.url, key: KEY });
  const conversation = await client.newConversation();
  upstream.replyOnce(Array.from({ length: PIECES }, () => PIECE));
  const slow = await openHttpStream({
    url: server.url,
    key: KEY,
    action: "chat_query_v2",
    body: { AppConversationID: conversation, Query: "tell me everything" },
    keepText: false,
  });
  await readAMegabyte(slow);

  upstream.reply([tokens(50, { delayMs: 5 })]);
  const other = await client.newConversation();
  const quick = await client.stream("chat_query_v2", { AppConversationID: other, Query: "quick" });
  expect(answerOf(await quick.all())).toBe(tokensText(50));

  await eventually(async () => (await metricOf(server.url, "antiphon_http_slow_readers_total")) === 1);
  await eventually(() =>
    expect(server.logs()).toContainEqual(expect.objectContaining({ msg: "request", end: "slow_reader" })),
  );
  slow.resume();
  expect(await slow.ended).toBe("cut");
  await eventually(async () => (await metricOf(server.url, "antiphon_running_turns")) === 0, 60_000);
  const [round] = await client.history(conversation);
  expect(round.AnswerInfo.Answer === PIECE.repeat(PIECES)).toBe(true);
  expect(await metricOf(server.url, "antiphon_http_open_streams")).toBe(0);
}, 120_000);

test.each([
  // The log is shared; a reader costs what its socket holds. What is still to come costs the log, the trace and the store.
  { moment: "while it runs", allowedBytes: READERS * 5 * MB + 6 * WHOLE_BYTES },
  // Every reader has read the stored answer for itself, and holds nothing beside it.
  { moment: "after its end", allowedBytes: READERS * 1.5 * WHOLE_BYTES },
])(
  "twenty readers of one large answer that stop reading ($moment) hold no frames of all of it",
  async ({ moment, allowedBytes }) => {
    const { upstream, server } = await start(60);
    const client = hiagentClient({ url: server.url, key: KEY });
    const conversation = await client.newConversation();
    const rest = Promise.withResolvers<void>();
    const half = Array.from({ length: PIECES / 2 }, () => PIECE);
    upstream.replyOnce([...half, { type: "hold", until: rest.promise }, ...half]);
    if (moment === "after its end") rest.resolve();
    const first = await client.stream("chat_query_v2", {
      AppConversationID: conversation,
      Query: "tell me everything",
    });
    const { id } = await first.until("message_start");
    const enough = moment === "after its end" ? WHOLE_BYTES : WHOLE_BYTES / 2;
    let read = 0;
    while (read < enough) read += (await first.next())?.answer?.length ?? 0;
    if (moment === "after its end") await first.all();

    const open = () =>
      openHttpStream({
        url: server.url,
        key: KEY,
        action: "chat_continue",
        body: { MessageID: id, RespDataStandard: true },
        keepText: false,
      });
    const readOne = async () => readAMegabyte(await open());
    await readOne();
    const before = await residentBytes(server);
    await Promise.all(Array.from({ length: READERS }, readOne));
    rest.resolve();
    await first.all();
    const after = await residentBytes(server);
    printFigure(
      `slow readers (${moment}): ${(before / MB).toFixed(0)} MB resident with one reader, ` +
        `${(after / MB).toFixed(0)} MB with ${READERS} more of a ${(WHOLE_BYTES / MB).toFixed(0)} MB answer`,
    );
    expect(after - before).toBeLessThan(allowedBytes);
  },
  120_000,
);
