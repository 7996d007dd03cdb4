import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { INSIGHT_ENDPOINTS } from "../../../src/dialects/insight/index.ts";
import { engines } from "../../support/engines.ts";
import { NASTY_VALUES } from "../../support/nasty-values.ts";
import { callWith, keyMaker } from "./access-keys.ts";
import { useInsightWorld } from "./world.ts";

const RUNS_PER_ROUTE = 15;
/** Past every limit that is looked at before a body is refused as a whole. */
const MAX_TEXT = 9_000;
/** Enough that none is used more often than it may be. */
const KEYS = 40;

const routes = INSIGHT_ENDPOINTS.filter(({ isSupported }) => isSupported).map((endpoint) => ({
  endpoint,
  route: `${endpoint.method} ${endpoint.path}`,
}));

/** Values that have broken servers before, beside anything at all. */
const nasty = fc.constantFrom<unknown>(
  ...NASTY_VALUES,
  [{ role: "user", content: [{ type: "image_url", image_url: { url: "javascript:1" } }] }],
  { type: "text", text: "hello" },
  { type: "image", imageUrl: "\u0000" },
);

describe.each(engines)("whatever is sent to Insight routes on $name", (engine) => {
  const world = useInsightWorld(engine);
  let tokens: string[];
  let known: unknown[];

  beforeAll(async () => {
    const { insight, botId, server } = world();
    const maker = await keyMaker(server);
    tokens = await Promise.all(Array.from({ length: KEYS }, async () => (await maker.make()).token));
    const place = { botId: botId("shop"), sessionId: "any" };
    const { execId, msgId } = await insight.ask({ ...place, message: "hello" });
    const now = Date.now();
    known = [place.botId, "any", execId, msgId, now, String(now - 60_000), "thumb-down", "user", true, 1];
  });

  test.each(routes)(
    "$route answers in the family's envelope and never fails",
    async ({ endpoint }) => {
      const value = (depth = 2): fc.Arbitrary<unknown> =>
        fc.oneof(
          { weight: 3, arbitrary: nasty },
          { weight: 3, arbitrary: fc.constantFrom(...known) },
          { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: MAX_TEXT }) },
          { weight: 2, arbitrary: depth === 0 ? fc.boolean() : fc.jsonValue({ maxDepth: depth }) },
        );
      /** The agent is mostly right, so that what comes after it is reached. */
      const member = (name: string) =>
        name === "botId"
          ? fc.oneof({ weight: 8, arbitrary: fc.constant(known[0]) }, { weight: 1, arbitrary: value() })
          : value();
      const record = (names: string[]) =>
        fc.record(Object.fromEntries(names.map((name) => [name, member(name)])), { requiredKeys: [] });
      const { query, body } = endpoint.input;
      const text = fc.oneof(
        {
          weight: 8,
          arbitrary: record(Object.keys(body?.shape ?? { any: 1 })).map((it) => JSON.stringify(it)),
        },
        { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
      );
      const pairs = record(Object.keys(query.shape)).map((it) =>
        Object.entries(it).map(([name, item]): [string, string] => [
          name,
          typeof item === "string" ? item : String(JSON.stringify(item)),
        ]),
      );
      const place = fc.oneof(
        fc.constantFrom("1", "9007199254740993"),
        fc.string({ unit: "binary", minLength: 1, maxLength: 300 }),
      );
      let count = 0;
      await fc.assert(
        fc.asyncProperty(text, pairs, place, async (sent, search, where) => {
          count += 1;
          const path = endpoint.path.replace(/:\w+/, encodeURIComponent(where.toWellFormed()));
          const answer = await callWith(
            world().url,
            tokens[count % KEYS],
            `${endpoint.method} ${path}?${new URLSearchParams(search)}`,
            endpoint.method === "GET" ? {} : { body: sent },
          );
          expect(answer.text).not.toMatch(/\n\s+at |node_modules|SQLITE|syntax error at/);
          if (answer.headers.get("content-type")?.startsWith("text/event-stream") === true) return;
          expect(answer.status, answer.text).toBeLessThan(500);
          if (answer.status === 200) {
            expect(Number(answer.body.code)).toBe(0);
            expect(answer.body).not.toHaveProperty("message");
          } else expectSuperset(answer);
          expect(answer.body.requestId).toBe(answer.headers.get("x-request-id"));
        }),
        { numRuns: RUNS_PER_ROUTE },
      );
    },
    120_000,
  );
});

// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape.
function expectSuperset({ status, body }: { status: number; body: any }): void {
  expect(body).toEqual({
    code: expect.anything(),
    errorCode: expect.stringMatching(/^[A-Z_]+$/),
    message: expect.stringMatching(/./),
    userMessage: expect.stringMatching(/./),
    details: expect.any(Array),
    statusCode: status,
    error: expect.stringMatching(/./),
    requestId: expect.any(String),
  });
  expect(Math.floor(Number(body.code) / 100)).toBe(status);
  for (const detail of body.details) {
    expect(detail).toEqual({
      field: expect.any(String),
      rule: expect.any(String),
      message: expect.any(String),
    });
  }
}
