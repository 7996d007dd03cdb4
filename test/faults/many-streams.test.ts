import { afterEach, expect, test } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import { NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { createDatabase } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { answerOf, hiagentClient } from "../support/hiagent-client.ts";
import { openHttpStream, payloadsIn } from "../support/http-stream.ts";
import { metricOf } from "../support/metrics.ts";
import { startUpstream, tokens, tokensText } from "../support/upstream.ts";

const KEY = "manystreamskey000001";
const STREAMS = 1_000;
const TOKENS = 50;
const TOKEN_DELAY_MS = 20;
/** Connections opened at once, so that no listen queue overflows. */
const OPENED_AT_ONCE = 100;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

test.each(["SQLite", "PostgreSQL"])(
  "%s: a thousand streams at once are each whole, in order and ended once",
  async (engine) => {
    const everybodyIsThere = Promise.withResolvers<void>();
    const upstream = await startUpstream({
      reply: (request) => [
        { type: "hold", until: everybodyIsThere.promise },
        tokens(TOKENS, { delayMs: TOKEN_DELAY_MS, label: request.lastUserText }),
      ],
    });
    closers.push(() => upstream.close());
    const server = await startAntiphonProcess({
      file: { models: upstreamModel(upstream.baseUrl), agents: [{ slug: "a", name: "A", appKey: KEY }] },
      environment: NO_LIMITS,
      databaseUrl: engine === "PostgreSQL" ? await createDatabase() : undefined,
    });
    closers.push(() => server.close());
    const client = hiagentClient({ url: server.url, key: KEY });

    const startedAtMs = performance.now();
    const streamOne = async (index: number) => {
      const label = `-${index}-`;
      const conversation = await client.newConversation();
      const stream = await openHttpStream({
        url: server.url,
        key: KEY,
        action: "chat_query_v2",
        body: { AppConversationID: conversation, Query: label },
      });
      return { label, conversation, stream };
    };
    const opened: Awaited<ReturnType<typeof streamOne>>[] = [];
    for (let first = 0; first < STREAMS; first += OPENED_AT_ONCE) {
      const batch = Array.from({ length: OPENED_AT_ONCE }, (_, offset) => streamOne(first + offset));
      opened.push(...(await Promise.all(batch)));
    }
    const openedMs = performance.now() - startedAtMs;
    expect(await metricOf(server.url, "antiphon_http_open_streams")).toBe(STREAMS);
    await eventually(() => upstream.requests.length === STREAMS);
    const releasedAtMs = performance.now();
    everybodyIsThere.resolve();
    const ends = await Promise.all(opened.map(({ stream }) => stream.ended));
    const streamedMs = performance.now() - releasedAtMs;
    expect(ends.filter((end) => end === "whole")).toHaveLength(STREAMS);
    for (const { label, stream } of opened) {
      const payloads = payloadsIn(stream.text);
      const events = payloads.map((payload) => payload.event);
      expect(events[0]).toBe("message_start");
      expect(events.at(-1)).toBe("message_end");
      expect(events.filter((event) => event === "message_end")).toHaveLength(1);
      expect(events.filter((event) => event === "message")).toHaveLength(TOKENS);
      expect(answerOf(payloads)).toBe(tokensText(TOKENS, label));
    }
    printFigure(
      `${STREAMS} streams on ${engine}: opened in ${openedMs.toFixed(0)} ms; ` +
        `${STREAMS * TOKENS} tokens, due in ${TOKENS * TOKEN_DELAY_MS} ms, took ${streamedMs.toFixed(0)} ms`,
    );
    for (const { label, conversation } of opened.filter((_, index) => index % 50 === 0)) {
      const rounds = await client.history(conversation);
      expect(rounds.map((round) => round.AnswerInfo.Answer)).toEqual([tokensText(TOKENS, label)]);
    }
    expect(await metricOf(server.url, "antiphon_turns_total", 'status="completed"')).toBe(STREAMS);
    expect(await metricOf(server.url, "antiphon_running_turns")).toBe(0);
    expect(server.errors).toBe("");
  },
  120_000,
);
