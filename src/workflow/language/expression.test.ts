import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NodeError } from "../node-error.ts";
import { evaluateExpression } from "./expression.ts";
import { Scope } from "./scope.ts";

const NAMES = {
  start: {
    amount: 150,
    count: 2,
    name: "李雷",
    code: "A-17",
    isNew: true,
    none: null,
    items: [
      { price: 1, tags: ["a"] },
      { price: 2.5, tags: [] },
    ],
  },
  loop: { item: 3, index: 0 },
  run: { now: "2025-01-31T18:30:00Z" },
};

const evaluate = (text: string, names: Record<string, unknown> = NAMES) =>
  evaluateExpression(text, new Scope(undefined, names));

describe("an expression", () => {
  it.each<[string, unknown]>([
    ["start.amount > 100", true],
    ["start.amount > 100.5 && start.count <= 2", true],
    ["start.count + 1", 3],
    ["1 == 1.0", true],
    ["start.amount / 4", 37.5],
    ["start.count % 2 == 0", true],
    ["-start.count", -2],
    ["start.items[1].price", 2.5],
    ["start.items[start.count - 1].price == 2.5", true],
    ["size(start.items) + start.items.size()", 4],
    ["size('😀李')", 2],
    ["start.items.map(i, i.price * 2)", [2, 5]],
    ["start.items.map(i, i.price > 1, i.price)", [2.5]],
    ["start.items.filter(i, 'a' in i.tags)", [{ price: 1, tags: ["a"] }]],
    ["start.items.exists(i, i.price == 1)", true],
    ["start.items.all(i, i.price > 1)", false],
    ["start.items.exists_one(i, i.price > 1)", true],
    ["has(start.name) && !has(start.other)", true],
    ["has(skipped.answer.text)", false],
    ["start.none == null", true],
    ["start.isNew ? 'new' : 'old'", "new"],
    ["loop.item + loop.index", 3],
    ["'a loop of ' + \"loop\"", "a loop of loop"],
    ["start.name + '！'", "李雷！"],
    ["start.code.matches('^[A-Z]-[0-9]+$')", true],
    ["start.code.split('-')", ["A", "17"]],
    ["int(start.code.substring(2)) + 1", 18],
    ["['a', 'b'].join('/')", "a/b"],
    ["{'a': 1, 'b': [true, null]}", { a: 1, b: [true, null] }],
    ["timestamp(run.now) + duration('1h30m')", "2025-01-31T20:00:00.000Z"],
    ["timestamp(run.now).getDate('Asia/Shanghai')", 1],
    ["timestamp(run.now) > timestamp('2025-01-01T00:00:00Z')", true],
    ["cel.bind(total, start.amount * 2, total > 200)", true],
    ["nothing.here || true", true],
    ["false && nothing.here", false],
    ["{'a': 1} == {'a': 1.0}", true],
    ["'1' == 1", false],
  ])("%s", (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  it.each<[string, string]>([
    ["start.other", "there is no `other`"],
    ["skipped", "there is no `skipped`"],
    ["start.amount + start.name", "number + string means nothing"],
    ["start.amount / 0", "divided by 0"],
    ["start.items[2]", "has no entry 2"],
    ["start.name ? 1 : 2", "true or false is needed, not string"],
    ["int(start.name)", "cannot make a number"],
    ["nothing()", "there is no function nothing()"],
    ["start.name.matches('(')", "pattern cannot be read"],
    ["1 +", "cannot be read"],
    ["start.amount.constructor", "number has no `constructor`"],
    ["start.constructor", "there is no `constructor`"],
    ["start.name.__proto__", "string has no `__proto__`"],
    ["1e308 * 10.0", "becomes too big"],
    ["9007199254740993", "too big"],
  ])("%s fails with words", (text, message) => {
    let error: unknown;
    try {
      evaluate(text);
    } catch (cause) {
      error = cause;
    }
    expect(error).toBeInstanceOf(NodeError);
    expect(error).toMatchObject({ code: "expression_failed", message: expect.stringContaining(message) });
  });
});

it("an expression that is too long or too deep fails with words", () => {
  expect(() => evaluate("x".repeat(10_001))).toThrow(/longer than 10000/);
  expect(() => evaluate(`${"(".repeat(2_000)}1${")".repeat(2_000)}`)).toThrow(/cannot be read/);
  expect(() => evaluate(`${"!".repeat(9_000)}true`)).toThrow(NodeError);
});

describe("an expression that would take for ever, or all memory, is stopped", () => {
  const big = { list: Array.from({ length: 3_000 }, (_, index) => index), text: "ab".repeat(50_000) };
  const doubling = Array.from({ length: 40 }, (_, index) => index);

  it.each<[string, string]>([
    ["loops inside one another", "list.all(a, list.all(b, list.all(c, a + b + c >= 0)))"],
    ["a list that doubles", `[1]${doubling.map((i) => `.map(x${i}, [x${i}, x${i}])`).join("")} == [1]`],
    [
      "text that doubles",
      `${doubling.map((i) => `cel.bind(t${i}, ${i === 0 ? "text" : `t${i - 1} + t${i - 1}`}, `).join("")}size(t39)${")".repeat(40)}`,
    ],
    ["a search in long text", "list.map(i, text.contains(text + 'c'))"],
    ["a pattern on long text", "list.map(i, text.matches('(a*b*)*c'))"],
    ["joined text", "list.map(i, text).join(text)"],
    ["replaced text", "text.replace('a', text)"],
  ])("%s", (_name, text) => {
    const startedAt = performance.now();
    expect(() => evaluate(text, big)).toThrow(NodeError);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

/** Characters of all sorts, those among them that make trouble. */
const unit = fc.oneof(
  fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 }),
  fc.constantFrom("李", "😀", "\ud800", "\u2028", "é"),
);

/** Texts that are nearly expressions: what the language has, in any order. */
const piece = fc.constantFrom(
  ...[
    "start",
    "loop",
    "a",
    "b",
    ".",
    ".",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "?",
    "+",
    "-",
    "*",
    "/",
    "%",
  ],
  ...[
    "==",
    "<",
    "in",
    "&&",
    "||",
    "!",
    "1",
    "2.5",
    "0",
    "'x'",
    '"y"',
    "null",
    "true",
    "size",
    "map",
    "filter",
  ],
  ...[
    "all",
    "has",
    "int",
    "string",
    "timestamp",
    "duration",
    "substring",
    "split",
    "matches",
    "__proto__",
    "'1h'",
  ],
);
const nearly = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(" "));

/** Expressions that can be read, nested and over whatever. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie("expression");
  return {
    expression: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      fc.constantFrom(
        "start",
        "a",
        "b",
        "start.x",
        "1",
        "2.5",
        "'t'",
        "null",
        "true",
        "[]",
        "{}",
        "[1, 'a']",
      ),
      fc
        .tuple(inner, fc.constantFrom("+", "-", "*", "/", "%", "==", "<", "in", "&&", "||"), inner)
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(fc.constantFrom("map", "filter", "all", "exists"), inner, inner)
        .map(([macro, list, body]) => `${list}.${macro}(a, ${body})`),
      fc
        .tuple(
          fc.constantFrom("size", "int", "double", "string", "bool", "timestamp", "duration", "type"),
          inner,
        )
        .map(([name, value]) => `${name}(${value})`),
      fc
        .tuple(inner, fc.constantFrom("contains", "split", "matches", "indexOf", "substring", "join"), inner)
        .map(([value, name, other]) => `${value}.${name}(${other})`),
      fc.tuple(inner, inner).map(([value, index]) => `${value}[${index}]`),
      fc.tuple(inner, inner, inner).map((parts) => `(${parts.join(" ? ").replace(/ \? ([^?]*)$/, " : $1")})`),
    ),
  };
});

it("whatever the text and the values are, it comes to JSON data or fails with a NodeError", () => {
  const names = fc.dictionary(fc.constantFrom("start", "a", "b", "loop"), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit }), nearly, expression), names, (text, values) => {
      try {
        const value = evaluate(text, values);
        expect(JSON.parse(JSON.stringify(value))).toEqual(value);
      } catch (error) {
        if (!(error instanceof NodeError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});
