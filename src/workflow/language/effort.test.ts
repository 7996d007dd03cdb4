import { describe, expect, test } from "vitest";
import { Effort, EffortError } from "./effort.ts";
import { evaluateInput } from "./evaluate.ts";
import { evaluateExpression } from "./expression.ts";
import { matchesPattern } from "./pattern.ts";
import { Scope } from "./scope.ts";
import { renderTemplate } from "./template.ts";

const text = "a".repeat(500_000);
const scope = new Scope(undefined, {
  start: {
    text,
    same: "a".repeat(500_000),
    many: Array.from({ length: 1_000 }, () => 1),
    numbers: Array.from({ length: 90_000 }, (_, index) => index),
    members: Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`name${index}`, index])),
  },
});

describe("work that would keep the server busy is refused, though it is a short expression", () => {
  test.each([
    ["start.many.all(each, start.text.size() > 0)"],
    ['start.many.all(each, start.text.charAt(0) == "a")'],
    ['start.many.all(each, start.text.upperAscii() != "")'],
    ['start.many.all(each, start.text.trim() != "")'],
    ['start.many.all(each, start.text.split("").size() > 0)'],
    ['start.many.all(each, start.text.split("a").size() > 0)'],
    ["start.many.all(each, start.text <= start.same)"],
    ["start.many.all(each, start.text.startsWith(start.same))"],
    ["start.many.all(each, start.text.endsWith(start.same))"],
    ["start.many.all(each, size(start.members) > 0)"],
    ["start.many.all(each, start.members.exists(name, true))"],
    ["start.numbers.exists(each, each.missing)"],
    ['start.many.all(each, timestamp("2025-01-01T00:00:00Z").getHours("Asia/Shanghai") > 0)'],
    ['start.numbers.all(each, "a".matches("b{" + string(each) + "}") || true)'],
  ])("%s", (expression) => {
    expect(() => evaluateExpression(expression, scope)).toThrow(EffortError);
  });
});

describe("work that would keep the server busy is refused, though it is a short template", () => {
  test.each([
    ["start.text[1:400000]"],
    ["start.text[::-1]"],
    ["start.text|title"],
    ["start.text.split('a')"],
    ["start.numbers|sort"],
    ["start.numbers|unique"],
    ["start.numbers|tojson"],
    ["start.numbers|join(',')"],
    ["start.numbers[1:]"],
    ["start.members|items"],
  ])("%s", (expression) => {
    const template = `{% for each in range(100) %}{% set made = ${expression} %}{% endfor %}`;
    expect(() => renderTemplate(template, scope)).toThrow(EffortError);
  });
});

test("many inputs have no more than one of them", () => {
  const one = { cel: "start.many.map(each, each + 1).size()" };
  expect(evaluateInput([one, one], scope)).toEqual([1_000, 1_000]);
  expect(() =>
    evaluateInput(
      Array.from({ length: 1_000 }, () => one),
      scope,
    ),
  ).toThrow(EffortError);
});

test("a pattern that is long is not even read", () => {
  expect(() => matchesPattern("(a|b)".repeat(100_000), "a", new Effort())).toThrow(/too long/);
});

test("texts and lists of a usual size are no matter", () => {
  expect(evaluateExpression("start.text.size()", scope)).toBe(500_000);
  expect(renderTemplate("{{ start.text|trim|length }}", scope)).toBe("500000");
  expect(renderTemplate("{% for each in start.many %}{{ each }},{% endfor %}", scope)).toHaveLength(2_000);
  expect(renderTemplate("{{ start.many|join(',') }}", scope)).toHaveLength(1_999);
});
