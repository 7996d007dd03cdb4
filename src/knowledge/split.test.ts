import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columns, splitMarkdown, splitText } from "./split.ts";

const SMALL = { target: 40, max: 60, overlap: 0 };
const SMALL_WITH_OVERLAP = { ...SMALL, overlap: 16 };

const fragment = fc.constantFrom(
  "退货流程",
  "请在七天内申请。",
  "为什么？",
  "好的！",
  "……",
  "word ",
  "A sentence. ",
  "Really? ",
  "3.14",
  "\n",
  "\n\n",
  "😀",
  "𠮷",
  "\u200d",
  "  ",
  "- item\n",
  "1. one\n",
  "| a | b |\n",
  "```\n",
  "> quote\n",
  "<div>",
  "[x]: y\n",
  "\t",
  "\r\n",
  "***",
  "\\",
);
const anyText = fc
  .array(fc.oneof({ weight: 4, arbitrary: fragment }, fc.string({ unit: "binary" })), { maxLength: 60 })
  .map((parts) => parts.join(""));

const visible = (text: string) => text.replace(/\s+/g, "");
const joined = (pieces: { text: string }[]) => visible(pieces.map(({ text }) => text).join(""));

describe("splitText", () => {
  it("loses nothing but white space and keeps the order", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(joined(splitText(text, SMALL))).toBe(visible(text));
      }),
    );
  });

  it("makes no piece longer than the maximum, also with repeated sentences", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const piece of splitText(text, SMALL_WITH_OVERLAP)) {
          expect(columns(piece.text)).toBeLessThanOrEqual(SMALL.max);
        }
      }),
    );
  });

  it("never cuts a surrogate pair", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const piece of splitText(text.toWellFormed(), SMALL_WITH_OVERLAP)) {
          expect(piece.text.isWellFormed()).toBe(true);
        }
      }),
    );
    expect(joined(splitText("𠮷😀".repeat(200), SMALL))).toBe("𠮷😀".repeat(200));
  });

  it("cuts the same text the same way every time", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(splitText(text)).toEqual(splitText(text));
      }),
    );
  });

  it("cuts Chinese after whole sentences and repeats the last one", () => {
    const text = "签收后七天内可以退货。请保留好包装和发票。运费由买家承担。质量问题由卖家承担运费。";
    expect(splitText(text, { target: 50, max: 60, overlap: 40 }).map((piece) => piece.text)).toEqual([
      "签收后七天内可以退货。请保留好包装和发票。",
      "请保留好包装和发票。运费由买家承担。",
      "运费由买家承担。质量问题由卖家承担运费。",
    ]);
  });

  it("leaves out the repeated sentence where it does not fit", () => {
    const [first, long] = ["前面有一句话。".repeat(5), `${"长".repeat(28)}。`];
    const pieces = splitText(first + long, SMALL_WITH_OVERLAP).map((piece) => piece.text);
    expect(pieces.at(-1)).toBe(long);
  });

  it("does not take a decimal point for the end of a sentence", () => {
    const text = `${"x".repeat(30)} costs 3.14 euro. It is ${"y".repeat(20)}.`;
    expect(splitText(text, SMALL)[0]?.text).toBe(`${"x".repeat(30)} costs 3.14 euro.`.slice(0, 60));
  });

  it("keeps usual pieces near 400 Chinese characters or 800 Latin ones", () => {
    for (const [sentence, size] of [
      ["这是一句关于退货流程的说明文字。", 400],
      ["This is a sentence about returns. ", 800],
    ] as const) {
      const pieces = splitText(sentence.repeat(300));
      for (const piece of pieces.slice(0, -1)) {
        expect(piece.text.length).toBeGreaterThan(size * 0.8);
        expect(piece.text.length).toBeLessThanOrEqual(size);
      }
    }
  });

  it("finds nothing in nothing", () => {
    expect(splitText(" \n\n \t")).toEqual([]);
    expect(splitMarkdown("")).toEqual([]);
  });
});

describe("splitMarkdown", () => {
  it("makes no piece longer than the maximum, never cuts a pair and never throws", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const piece of splitMarkdown(text.toWellFormed(), SMALL_WITH_OVERLAP)) {
          expect(columns(piece.text)).toBeLessThanOrEqual(SMALL.max);
          expect(piece.text.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it("loses no text and keeps the order, headings included", () => {
    const block = fc.constantFrom("paragraph", "list", "code", "table", "quote", "heading", "html");
    fc.assert(
      fc.property(fc.array(fc.tuple(block, fc.integer({ min: 1, max: 6 })), { maxLength: 25 }), (blocks) => {
        const words: string[] = [];
        const word = () => {
          words.push(`w${words.length}`);
          return words.at(-1) ?? "";
        };
        const source = blocks.map(([kind, size]) => markdownBlock(kind, size, word)).join("\n\n");
        const seen: string[] = [];
        for (const piece of splitMarkdown(source, SMALL)) {
          for (const match of `${piece.headings.join(" ")} ${piece.text}`.matchAll(/w\d+/g)) {
            if (!seen.includes(match[0])) seen.push(match[0]);
          }
        }
        expect(seen).toEqual(words);
      }),
    );
  });

  it("gives each piece the headings above it", () => {
    const pieces = splitMarkdown(
      "前言\n\n# 售后\n\n## 退货\n\n七天内。\n\n### 运费\n\n买家付。\n\n## 换货\n\n十五天内。\n\n同类\n---\n\n一样。",
    );
    expect(pieces).toEqual([
      { headings: [], text: "前言" },
      { headings: ["售后", "退货"], text: "七天内。" },
      { headings: ["售后", "退货", "运费"], text: "买家付。" },
      { headings: ["售后", "换货"], text: "十五天内。" },
      { headings: ["售后", "同类"], text: "一样。" },
    ]);
  });

  it("makes a heading with nothing below it a piece", () => {
    expect(splitMarkdown("# A\n\n## B\n\n## C\n\ntext\n\n# D")).toEqual([
      { headings: ["A"], text: "B" },
      { headings: ["A", "C"], text: "text" },
      { headings: [], text: "D" },
    ]);
  });

  it("drops front matter, but not a line across the page", () => {
    expect(splitMarkdown("---\ntitle: x\n---\n\ntext")).toEqual([{ headings: [], text: "text" }]);
    expect(splitMarkdown("---\r\ntitle: x\r\n---\r\ntext")).toEqual([{ headings: [], text: "text" }]);
    expect(joined(splitMarkdown("---\n\nfirst\n\n---\n\nsecond"))).toBe("---first---second");
  });

  it("keeps code whole where it fits, with its indentation", () => {
    const code = "```ts\n  if (a) {\n\n    b();\n  }\n```";
    const text = "Some words before it.\n\n";
    expect(splitMarkdown(text + code, SMALL).map((piece) => piece.text)).toEqual([text.trim(), code]);
  });

  it("does not take # inside code for a heading", () => {
    expect(splitMarkdown("# A\n\n```sh\n# comment\n```")).toEqual([
      { headings: ["A"], text: "```sh\n# comment\n```" },
    ]);
  });

  it("repeats the header of a table it has to cut", () => {
    const rows = Array.from({ length: 8 }, (_, i) => `| name${i} | 1 |`);
    const pieces = splitMarkdown(["| n | x |", "|---|---|", ...rows].join("\n"), {
      target: 60,
      max: 70,
      overlap: 30,
    });
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces) expect(piece.text.startsWith("| n | x |\n|---|---|\n| name")).toBe(true);
  });

  it("cuts a long list between its items", () => {
    const items = Array.from({ length: 6 }, (_, i) => `- item ${i} of the list`);
    for (const piece of splitMarkdown(items.join("\n"), SMALL))
      expect(piece.text).toMatch(/^- item .* list$/s);
  });

  it("does not repeat a heading that is as long as a text", () => {
    const pieces = splitMarkdown(`# ${"long ".repeat(100)}\n\ntext`);
    expect(pieces.every((piece) => piece.headings.length === 0)).toBe(true);
    expect(joined(pieces)).toContain("text");
  });

  it.each([
    ["quotes", ">".repeat(20_000)],
    ["numbers", "1. ".repeat(20_000)],
    ["nested lists", Array.from({ length: 500 }, (_, i) => `${"  ".repeat(i)}- x`).join("\n")],
    ["brackets", "[".repeat(50_000)],
    ["dots", ".".repeat(50_000)],
    ["spaces", `a\n${" ".repeat(200_000)}\nb`],
    ["pipes", `${"|".repeat(20_000)}\n${"|-".repeat(20_000)}`],
  ])("is not brought down by a page of %s", (_, text) => {
    const usual = { target: 800, max: 1200, overlap: 0 };
    expect(joined(splitText(text, usual)) === visible(text)).toBe(true);
    expect(splitMarkdown(text, usual).every((piece) => columns(piece.text) <= usual.max)).toBe(true);
  });
});

function markdownBlock(kind: string, size: number, word: () => string): string {
  const many = (line: () => string) => Array.from({ length: size * 3 }, line);
  switch (kind) {
    case "heading":
      return `${"#".repeat(size)} ${word()}`;
    case "list":
      return many(() => `- ${word()} ${word()}`).join("\n");
    case "code":
      return ["```", ...many(word), "```"].join("\n");
    case "table":
      return [`| ${word()} | ${word()} |`, "|---|---|", ...many(() => `| ${word()} | ${word()} |`)].join(
        "\n",
      );
    case "quote":
      return many(() => `> ${word()}`).join("\n");
    case "html":
      return `<div>${many(word).join(" ")}</div>`;
    default:
      return many(word).join(" ");
  }
}
