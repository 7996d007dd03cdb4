import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NodeError } from "../node-error.ts";
import { Scope } from "./scope.ts";
import { renderTemplate, streamParts } from "./template.ts";

const NAMES = {
  start: {
    name: "李雷",
    amount: 150,
    half: 2.5,
    isNew: true,
    none: null,
    tags: ["a", "b"],
    order: { id: 7, items: [1] },
  },
  loop: { item: "x", index: 0 },
};

const render = (text: string, names: Record<string, unknown> = NAMES) =>
  renderTemplate(text, new Scope(undefined, names));

describe("a template", () => {
  it.each<[string, string]>([
    ["no logic {at all}", "no logic {at all}"],
    ["你好 {{ start.name }}，{{ start.amount }} / {{ start.half }}", "你好 李雷，150 / 2.5"],
    ["{{ start.isNew }} {{ start.none }} {{ start.missing }} {{ skipped.answer.text }}|", "true   |"],
    ["{{ start.order }} {{ start.tags }}", '{"id": 7, "items": [1]} ["a", "b"]'],
    ["{% for tag in start.tags %}{{ loop.index }}{{ tag }} {% endfor %}", "1a 2b "],
    ["{{ loop.item }}{{ loop.index }}", "x0"],
    ["{% if start.amount > 100 %}big{% else %}small{% endif %}", "big"],
    ["{{ start.tags|join(', ') }} {{ start.name|upper }} {{ start.missing|default('-') }}", "a, b 李雷 -"],
    ["{{ 'a-b'.split('-')[1] }}{{ 'aXa'.replace('X', '+') }}{{ 'aXa'|replace('a', 'bb') }}", "ba+abbXbb"],
    ["{{ 'b' in start.tags }} {{ 'x' not in 'abc' }} {{ 'id' in start.order }}", "true true true"],
    [
      "{% set ns = namespace(sum=0) %}{% for i in range(4) %}{% set ns.sum = ns.sum + i %}{% endfor %}{{ ns.sum }}",
      "6",
    ],
    ["{% macro hi(name) %}Hi {{ name }}{% endmacro %}{{ hi('A') }}{{ hi(start.name) }}", "Hi AHi 李雷"],
    ["{{ range }}{{ start.order.get }}{{ start.constructor }}{{ start.order.__proto__ }}", ""],
    ["{# words for people #}a", "a"],
  ])("%s", (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each<[string, string]>([
    ["{{ start.name", "cannot be read"],
    ["{% for i in start.amount %}{% endfor %}", "cannot be filled in"],
    ["{{ start.name|nothing }}", "Unknown"],
    ["{{ nothing() }}", "cannot be filled in"],
    ["{{ start.name['replace']('a', 'b') }}", "called by their names"],
    ["{{ ' '|indent(100000) }}", "as they are, and short"],
    ["{{ start|tojson(indent=100000) }}", "as they are, and short"],
    ["{% set a = [namespace(x=1)] %}", "namespace"],
  ])("%s fails with words", (text, message) => {
    expect(() => render(text)).toThrow(NodeError);
    expect(() => render(text)).toThrow(message);
  });
});

describe("a template that would take for ever, or all memory, is stopped", () => {
  const big = { text: "ab".repeat(50_000), list: Array.from({ length: 5_000 }, (_, index) => index) };

  it.each<[string, string]>([
    [
      "loops",
      "{% for a in list %}{% for b in list %}{% for c in list %}{% endfor %}{% endfor %}{% endfor %}",
    ],
    ["counting", "{{ range(100000000) }}"],
    ["doubling text", `{% set t = text %}${"{% set t = t ~ t %}".repeat(40)}{{ t }}`],
    ["doubling lists", `{% set t = [1] %}${"{% set t = [t, t] %}".repeat(60)}{{ t }}`],
    ["adding lists", `{% set t = list %}${"{% set t = t + t %}".repeat(60)}{{ t|length }}`],
    ["replacing", "{{ text|replace('a', text) }}"],
    [
      "joining",
      "{% set t = [text] %}{% for i in list %}{% set t = t + [text] %}{% endfor %}{{ list|join(text) }}",
    ],
    ["searching", "{% for i in list %}{{ (text ~ 'c') in (text ~ text) }}{% endfor %}"],
    ["calling itself", "{% macro m(x) %}{{ m(x) }}{{ m(x) }}{% endmacro %}{{ m(1) }}"],
    ["white space", `${" ".repeat(90_000)}{{ a }}`],
    ["length", "x{{ a }}".repeat(20_000)],
  ])("%s", (_name, text) => {
    const startedAt = performance.now();
    expect(() => render(text, big)).toThrow(NodeError);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

it("a template without logic falls into its pieces, any other does not", () => {
  expect(streamParts("Hi {{ llm.text }}!{{ x }}")).toEqual([
    { text: "Hi " },
    { path: ["llm", "text"] },
    { text: "!" },
    { path: ["x"] },
  ]);
  for (const text of [
    "{{ a|upper }}",
    "{% if a %}b{% endif %}",
    "{{ a[0] }}",
    "{{ 1 + 1 }}",
    "{{ a.b() }}",
  ]) {
    expect(streamParts(text)).toBeUndefined();
  }
});

/** Characters of all sorts, those among them that make trouble. */
const unit = fc.oneof(
  fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 }),
  fc.constantFrom("李", "😀", "\ud800", "\u2028", "é"),
);

const piece = fc.constantFrom(
  ...[
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    "start",
    "a",
    ".",
    "|",
    "(",
    ")",
    "[",
    "]",
    "~",
    "+",
    "'x'",
    "1",
    " ",
  ],
  ...[
    "for i in a",
    "endfor",
    "if a",
    "else",
    "endif",
    "set a = ",
    "endset",
    "macro m(x)",
    "endmacro",
    "call m()",
  ],
  ...[
    "endcall",
    "join",
    "replace",
    "upper",
    "tojson",
    "indent",
    "namespace",
    "range(3)",
    "loop.index",
    "in",
    "not",
  ],
  ...["{{ a }}", "{% for i in a %}", "{% endfor %}", "{% set b = a %}", "{{ a|length }}", "\n"],
);

it("whatever the text and the values are, it comes to text or fails with a NodeError", () => {
  const nearly = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(" "));
  const names = fc.dictionary(fc.constantFrom("start", "a", "b", "loop", "m"), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit }), nearly), names, (text, values) => {
      try {
        expect(typeof render(text, values)).toBe("string");
        streamParts(text);
      } catch (error) {
        if (!(error instanceof NodeError)) throw error;
      }
    }),
    { numRuns: 1_000 },
  );
});

it("whatever stands in values stays as it is", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit }),
        fc.array(piece).map((all) => all.join("")),
      ),
      (value) => {
        expect(render("[{{ a }}]{% set b = a %}{{ b ~ '' }}", { a: value })).toBe(`[${value}]${value}`);
      },
    ),
    { numRuns: 300 },
  );
});
