import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { Endpoint } from "../../../src/dialects/coze/endpoint.ts";
import { COZE_ENDPOINTS } from "../../../src/dialects/coze/index.ts";
import { COZE_ANSWERS } from "../../support/coze-endpoints.ts";
import { engines } from "../../support/engines.ts";
import { fieldsOf, pathOf, queryOf, validObject, withValue } from "./input-fields.ts";
import { type CozeWorld, expectStrictAnswers, openCozeWorld } from "./world.ts";

const WRONG_VALUES = [
  7,
  -1,
  1.5,
  true,
  "?!",
  "x".repeat(110_000),
  {},
  { a: {} },
  [],
  [[]],
  ["\u0000"],
  "\u0000",
];
const WRONG_QUERIES = ["?!", "-1", "1.5", "x".repeat(5_000), "\u0000"];

const supported = COZE_ENDPOINTS.filter((endpoint) => endpoint.isSupported);
const routes = (endpoint: Endpoint) => endpoint.methods.map((method) => `${method} ${endpoint.path}`);

test("every supported endpoint has a strict schema, and every strict schema an endpoint", () => {
  const supportedRoutes = supported.flatMap(routes);
  expect(supportedRoutes.filter((route) => COZE_ANSWERS[route] === undefined)).toEqual([]);
  const answered = Object.keys(COZE_ANSWERS).filter(
    (route) => COZE_ANSWERS[route]?.kind !== "later" && !route.includes("/api/permission/"),
  );
  expect(answered.filter((route) => !supportedRoutes.includes(route))).toEqual([]);
});

test("everything a caller can send has a limit", () => {
  const unlimited = supported.flatMap((endpoint) =>
    [endpoint.input.query, ...(endpoint.input.body === undefined ? [] : [endpoint.input.body])].flatMap(
      (schema) =>
        fieldsOf(schema)
          .filter(({ path, schema: field }) => !isLookedUp(path) && keepsLongText(field))
          .map(({ path }) => `${routes(endpoint)[0]}: ${path}`),
    ),
  );
  expect(unlimited).toEqual([]);
});

/** An id or a number that is compared with what is stored, and never stored itself. */
function isLookedUp(path: string): boolean {
  return /(_id|bot_version)$/.test(path);
}

/** Text of 300,000 characters passes, and it is not read as an id that nothing has. */
function keepsLongText(field: z.ZodType): boolean {
  const result = field.safeParse("x".repeat(300_000));
  return result.success && result.data !== 0 && result.data !== undefined;
}

// What is refused before the store is asked does not depend on the engine.
describe.each(engines.slice(0, 1))("Coze endpoints on bad input", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const send = async (
    endpoint: Endpoint,
    input: { query?: Record<string, unknown>; body?: unknown },
  ): Promise<{ code: number; msg: string }> => {
    const { query, body } = endpoint.input;
    const method = endpoint.methods[0] ?? "GET";
    const sent = input.body ?? (body === undefined ? undefined : validObject(body));
    const reply = await world.call(
      `${method} ${pathOf(endpoint)}${queryOf(input.query ?? validObject(query))}`,
      {
        ...(sent === undefined || method === "GET" ? {} : { body: sent }),
      },
    );
    return reply.json;
  };

  const withQuery = supported.filter(({ input }) => fieldsOf(input.query).length > 0);
  test.each(withQuery.map((endpoint) => [routes(endpoint)[0], endpoint] as const))(
    "%s names what is wrong in its query",
    async (_, endpoint) => {
      const base = validObject(endpoint.input.query);
      for (const { path, schema, isRequired } of fieldsOf(endpoint.input.query)) {
        const wrong = WRONG_QUERIES.filter((value) => !schema.safeParse(value).success);
        for (const value of [...wrong, ...(isRequired ? [""] : [])]) {
          const answer = await send(endpoint, { query: { ...base, [path]: value } });
          expect([path, value.slice(0, 20), answer]).toEqual([path, value.slice(0, 20), refusalOf(path)]);
        }
      }
    },
  );

  const withBody = supported.filter(({ input }) => input.body !== undefined);
  test.each(withBody.map((endpoint) => [routes(endpoint)[0], endpoint] as const))(
    "%s names what is wrong in its body",
    async (_, endpoint) => {
      const schema = endpoint.input.body;
      if (schema === undefined) return;
      const base = validObject(schema);
      for (const field of fieldsOf(schema)) {
        const { path } = field;
        const wrong = WRONG_VALUES.filter((value) => !field.schema.safeParse(value).success);
        for (const value of wrong) {
          const body = withValue(base, path, value);
          const answer = await send(endpoint, { body });
          const sent = JSON.stringify(value).slice(0, 20);
          expect([path, sent, answer]).toEqual([path, sent, refusalOf(path)]);
        }
        if (!field.isRequired) continue;
        for (const nothing of [undefined, null, ""]) {
          const answer = await send(endpoint, { body: withValue(base, path, nothing) });
          expect([path, nothing, answer]).toEqual([path, nothing, refusalOf(path)]);
        }
      }
    },
  );

  test.each(withBody.map((endpoint) => [routes(endpoint)[0], endpoint] as const))(
    "%s refuses bodies that are no object",
    async (_, endpoint) => {
      for (const body of ['{"a":', "[1]", "7", '"text"', "true", '{"__proto__":{"x":1}}x']) {
        const answer = await send(endpoint, { body });
        expect([body, answer]).toEqual([body, expect.objectContaining({ code: 4000 })]);
      }
    },
  );
});

function refusalOf(path: string): unknown {
  return expect.objectContaining({ code: 4000, msg: expect.stringContaining(path) });
}
