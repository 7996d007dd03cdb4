import fc from "fast-check";
import { expect, it } from "vitest";
import { html } from "./html.ts";

it("every value is escaped, for text and for attributes", () => {
  const evil = `<script>"'&\``;
  expect(html`<a title="${evil}">${evil}</a>`.text).toBe(
    '<a title="&#60;script&#62;&#34;&#39;&#38;`">&#60;script&#62;&#34;&#39;&#38;`</a>',
  );
});

it("HTML inside HTML stays as it is, lists are joined, nothing is nothing, a backslash is a backslash", () => {
  const items = ["a<b", "c"].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${undefined}${7}\n`.text).toBe("<ul><li>a&#60;b</li><li>c</li></ul>7\n");
});

it("no text can end the attribute or the element it stands in", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const [, attribute, content] = /^<p title="([^"<>']*)">([^"<>']*)<\/p>$/.exec(
        html`<p title="${text}">${text}</p>`.text.replace(/[\n\r\u2028\u2029]/g, " "),
      ) ?? [undefined, undefined, undefined];
      expect(attribute).toBeDefined();
      expect(content).toBe(attribute);
    }),
  );
});
