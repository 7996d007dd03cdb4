import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueToken } from "../../../src/access/tokens.ts";
import { COZE_ENDPOINTS } from "../../../src/dialects/coze/index.ts";
import { FULL_SCOPE } from "../../../src/domain/access.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import { type DrawnWorkflow, drawWorkflows } from "../../support/coze-workflows.ts";
import { engines } from "../../support/engines.ts";
import { NASTY_VALUES } from "../../support/nasty-values.ts";
import { type AgentsWorld, openAgentsWorld } from "./agents-world.ts";

const RUNS_PER_ROUTE = 12;
/** Long enough to reach every limit that is looked at before a body is refused as a whole. */
const MAX_TEXT = 3_000;

const routes = COZE_ENDPOINTS.filter((endpoint) => endpoint.isSupported).flatMap((endpoint) =>
  endpoint.methods.map((method) => ({ method, endpoint, name: `${method} ${endpoint.path}` })),
);

/** Values that have broken servers before, beside anything at all. */
const nasty = fc.constantFrom<unknown>(...NASTY_VALUES, "[{", '[{"type":"image","file_id":"1"}]');

/** Waits for an answer at once, so that nothing of it goes on behind a test. */
const QUICK: DrawnWorkflow = {
  name: "quick",
  nodes: [
    { id: "start", type: "start", inputs: [{ name: "n", type: "integer", required: false }], next: "ask" },
    { id: "ask", type: "question", text: "?", next: "end" },
    { id: "end", type: "end", answer: "{{ ask.answer }}" },
  ],
};

describe.each(engines)("whatever is sent to Coze routes on $name", (engine) => {
  let world: AgentsWorld;
  let token: string;
  let known: string[];

  beforeAll(async () => {
    world = await openAgentsWorld(engine);
    const owner = Number(world.userIds.owner) as UserId;
    const request = {
      kind: "personal" as const,
      userId: owner,
      name: "test",
      scope: FULL_SCOPE,
      sessionName: "",
    };
    token = (await issueToken(world.server.store, request)).text;
    const bot = await world.create();
    const conversation = await world.call("owner", "POST /v1/conversation/create", { bot_id: bot });
    const flows = await drawWorkflows(world.server.store, world.home, [
      QUICK,
      { ...QUICK, name: "chat", mode: "chatflow" },
    ]);
    const ran = await world.call("owner", "POST /v1/workflow/run", { workflow_id: flows.get(QUICK.name) });
    known = [
      bot,
      conversation.json.data.id,
      world.home,
      world.userIds.owner,
      ...flows.values(),
      ran.json.execute_id,
      ran.json.interrupt_data.event_id,
    ];
  });
  afterAll(() => world.close());

  test.each(routes)(
    "$name answers in the family's envelope and never fails",
    async ({ method, endpoint }) => {
      const value = (depth = 2): fc.Arbitrary<unknown> =>
        fc.oneof(
          { weight: 3, arbitrary: nasty },
          { weight: 2, arbitrary: fc.constantFrom(...known) },
          { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: MAX_TEXT }) },
          { weight: 2, arbitrary: depth === 0 ? fc.boolean() : fc.jsonValue({ maxDepth: depth }) },
        );
      const record = (names: string[]) =>
        fc.record(Object.fromEntries(names.map((name) => [name, value()])), { requiredKeys: [] });
      const body = fc.oneof(
        {
          weight: 6,
          arbitrary: record(Object.keys(endpoint.input.body?.shape ?? { any: 1 })).map((it) =>
            JSON.stringify(it),
          ),
        },
        { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
      );
      const query = record(Object.keys(endpoint.input.query.shape)).map((it) =>
        Object.entries(it).map(([name, item]): [string, string] => [
          name,
          typeof item === "string" ? item : String(JSON.stringify(item)),
        ]),
      );
      const place = fc.oneof(
        fc.constantFrom(...known),
        fc.string({ unit: "binary", minLength: 1, maxLength: 300 }),
      );
      await fc.assert(
        fc.asyncProperty(
          body,
          query,
          fc.array(place, { minLength: 3, maxLength: 3 }),
          async (text, pairs, places) => {
            let next = 0;
            const path = endpoint.path.replace(/:\w+/g, () =>
              encodeURIComponent((places[next++] ?? "1").toWellFormed()),
            );
            const search = new URLSearchParams(pairs).toString();
            const response = await fetch(`${world.server.url}${path}?${search}`, {
              method,
              headers: { authorization: `Bearer ${token}` },
              ...(method === "GET" ? {} : { body: text }),
            });
            const answer = await response.text();
            expect(response.status, answer).toBeLessThan(500);
            expect(answer).not.toMatch(/\n\s+at |node_modules|SQLITE|syntax error at/);
            if (response.headers.get("content-type")?.includes("json") === true) {
              const { code, detail } = JSON.parse(answer);
              expect(code).toBeTypeOf("number");
              expect(code).not.toBe(5000);
              expect(detail.logid).toBe(response.headers.get("x-tt-logid"));
            }
          },
        ),
        { numRuns: RUNS_PER_ROUTE },
      );
    },
  );
});
