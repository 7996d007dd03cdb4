import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexTerms, normalize, queryTerms } from "./terms.ts";

const asked = (text: string) => queryTerms(text).map(({ term }) => term);

describe("indexTerms", () => {
  it.each([
    ["退款", "退款单"],
    ["货单", "收货单号"],
    ["发票", "增值税专用发票"],
    ["京市", "南京市长江大桥"],
    ["吉野", "𠮷野家吉野"],
    ["𠮷野", "𠮷野家"],
  ])("lets the two-character word %s be found in %s", (word, text) => {
    expect(indexTerms(text)).toContain(word);
  });

  it("holds every pair of neighbours and every character of a Chinese text", () => {
    const han = fc.array(fc.constantFrom(..."退货款发票人工智能运费的了吗𠮷"), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(han, (characters) => {
        const terms = new Set(indexTerms(characters.join("")));
        characters.forEach((character, index) => {
          expect(terms.has(character)).toBe(true);
          if (index > 0) expect(terms.has(`${characters[index - 1]}${character}`)).toBe(true);
        });
      }),
    );
  });

  it("holds nothing that a query language could read, and no huge terms", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        for (const term of indexTerms(text)) {
          expect(term).toMatch(/^[\p{L}\p{N}]+$/u);
          expect([...term].length).toBeLessThanOrEqual(64);
        }
      }),
    );
    expect(indexTerms("A".repeat(100_000)).join().length).toBe(64);
    // A radical without a reading belongs to the Han script and is no letter.
    expect(indexTerms("\u2e80")).toEqual([]);
  });

  it("cuts identifiers into their words", () => {
    expect(indexTerms("chat_query_v2 /v3/chat ANTIPHON_PORT=8787")).toEqual(
      "chat query v2 v3 chat antiphon port 8787".split(" "),
    );
  });
});

describe("queryTerms", () => {
  it("are all among the terms of the same text", () => {
    const part = fc.constantFrom(
      ..."退货运费谁出怎么开发票会话的吗",
      "models ",
      "running ",
      "Ａ",
      "é",
      "8787 ",
      "ラーメン",
      "안녕",
      "สวัสดี",
      "？",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const text = parts.join("").replace(/能不能|会不会/g, "");
        const indexed = new Set(indexTerms(text));
        for (const term of asked(text)) expect(indexed.has(term)).toBe(true);
      }),
    );
  });

  it.each([
    ["models", "model"],
    ["stopped", "stopping"],
    ["store", "stored"],
    ["policies", "policy"],
    ["boxes", "box"],
    ["rating", "rated"],
    ["CAFÉ", "cafe"],
    ["ＡＰＩ", "api"],
    ["ﬁle", "file"],
  ])("takes %s and %s for the same", (one, other) => {
    expect(asked(one)).toEqual(asked(other));
  });

  it.each([["status"], ["class"], ["string"], ["speed"], ["thing"]])(
    "leaves the ending of %s alone",
    (word) => {
      expect(indexTerms(word)).toEqual(word.split(" "));
    },
  );

  it("leaves out polite and empty words", () => {
    expect(asked("请问我的退款到账了吗？谢谢")).toEqual(expect.arrayContaining(["退款", "到账"]));
    expect(asked("请问我的退款到账了吗？谢谢")).not.toContain("请问");
    expect(asked("Could you please tell me about the invoice?")).toEqual(
      ["can", "invoic"].map((t) => (t === "can" ? "could" : t)),
    );
  });

  it("never leaves out everything", () => {
    for (const text of ["的", "你好", "the", "请问", "在吗", "who are you"])
      expect(asked(text)).not.toEqual([]);
  });

  it("tells words that ask from words that name", () => {
    expect(queryTerms("怎么退货")).toEqual([
      { term: "怎么", kind: "question" },
      { term: "退货", kind: "word" },
    ]);
    expect(queryTerms("能不能退款")).toEqual(queryTerms("能退款吗"));
  });

  it("makes a word of single characters the dictionary leaves behind", () => {
    expect(queryTerms("什么是会话")).toContainEqual({ term: "会话", kind: "word" });
  });

  it("follows a long word with its parts", () => {
    expect(queryTerms("人工智能平台").slice(0, 2)).toEqual([
      { term: "人工智能", kind: "whole" },
      { term: "人工", kind: "part" },
    ]);
  });

  it("is empty for text without letters and digits, and short for a long text", () => {
    expect(queryTerms('？！ " * ( ) : - ^')).toEqual([]);
    expect(queryTerms(Array.from({ length: 5_000 }, (_, i) => `w${i}`).join(" ")).length).toBe(64);
  });
});

describe("normalize", () => {
  it("ends the same when done twice", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(normalize(normalize(text))).toBe(normalize(text));
      }),
    );
  });
});
