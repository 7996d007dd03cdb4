import { expect, test } from "vitest";
import { isPlainTemplate, isTemplate } from "./template.ts";

test.each([
  "plain words, {braces} and 100 %",
  "你好 {{ name }}",
  "{# note #}{% if city == 'Berlin' and not night %}in{% elif city is defined %}{{ city }}{% else %}{% endif %}",
  "{{ name | default('friend') | upper }} {{ 'a' if name else 'b' }} {{ a ~ b + 'c' }}",
])("%s is a template for everybody", (text) => {
  expect(isPlainTemplate(text)).toBe(true);
});

test.each([
  "{% for i in range(1000000000) %}x{% endfor %}",
  "{{ range(1000000000) | join }}",
  "{{ a | default(range(1000000000)) }}",
  "{{ a | replace('x', a) }}",
  "{{ a | indent(1000000000) }}",
  "{{ a.upper() }}",
  "{{ a[0] }}",
  "{{ [a, a] }}",
  "{{ a * 3 }}",
  "{{ a in b }}",
  "{% set a = a ~ a %}",
  "{% macro m() %}{{ m() }}{% endmacro %}",
  "{% filter upper %}a{% endfilter %}",
  "{% if a %}{% for c in a %}{% endfor %}{% endif %}",
])("%s is one only for the configuration file", (text) => {
  expect([isTemplate(text), isPlainTemplate(text)]).toEqual([true, false]);
});

test.each(["{{ a", "{{ a b }}", `{{ ${"(".repeat(10_000)} }}`])("%.20s is none", (text) => {
  expect([isTemplate(text), isPlainTemplate(text)]).toEqual([false, false]);
});
