import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { Endpoint } from "../../../src/dialects/coze/endpoint.ts";
import { COZE_ENDPOINTS } from "../../../src/dialects/coze/index.ts";
import { COZE_ANSWERS } from "../../support/coze-endpoints.ts";
import { engines } from "../../support/engines.ts";
import { fieldsOf, type InputField, pathOf, queryOf, validObject, withValue } from "./input-fields.ts";
import { type CozeWorld, expectStrictAnswers, openCozeWorld } from "./world.ts";

const WRONG_VALUES = [7, -1, 1.5, true, "?!", {}, { a: {} }, [], [[]], ["\u0000"], "\u0000"];
const WRONG_QUERIES = ["?!", "-1", "1.5", "x".repeat(5_000), "\u0000"];
/** Just above the limits there are, so that one body can hold many of them. */
const LONG_TEXTS = [101, 513, 1_025, 5_001, 20_001, 110_000].map((length) => "x".repeat(length));

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
      for (const fields of groupedByDepth(fieldsOf(schema))) {
        for (const wrong of rounds(
          fields.map((field) => ({ path: field.path, values: wrongValues(field) })),
        )) {
          let body = validObject(schema);
          for (const { path, value } of wrong) body = withValue(body, path, value);
          const answer = await send(endpoint, { body });
          expect({ wrong, ...answer }).toMatchObject({ code: 4000 });
          for (const { path } of wrong) expect(answer.msg).toMatch(naming(path));
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
  return expect.objectContaining({ code: 4000, msg: expect.stringMatching(naming(path)) });
}

/** A message that says what is wrong with this field, or with something in it. */
function naming(path: string): RegExp {
  return new RegExp(`(^|; )${path.replaceAll(".", "\\.")}(: |\\.)`);
}

/** What a field does not take, `undefined` standing for nothing at all. */
function wrongValues({ schema, isRequired }: InputField): unknown[] {
  const long = LONG_TEXTS.find((text) => !schema.safeParse(text).success);
  return [
    ...[...WRONG_VALUES, ...(long === undefined ? [] : [long])].filter(
      (value) => !schema.safeParse(value).success,
    ),
    ...(isRequired ? [undefined, null, ""] : []),
  ];
}

/** Fields that can be wrong at the same time, as none of them holds another. */
function groupedByDepth(fields: InputField[]): InputField[][] {
  const groups = Map.groupBy(fields, ({ path }) => path.split(".").length);
  return [...groups.values()];
}

/** The first wrong value of every field together, then the second ones, and so on. */
function rounds(fields: { path: string; values: unknown[] }[]): { path: string; value: unknown }[][] {
  const count = Math.max(0, ...fields.map(({ values }) => values.length));
  return Array.from({ length: count }, (_, round) =>
    fields.flatMap(({ path, values }) => (round < values.length ? [{ path, value: values[round] }] : [])),
  );
}
