import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KnowledgeBaseId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { searchPairs, searchPassages } from "./search.ts";
import { aBase } from "./testing/a-base.ts";
import { ENGINES } from "./testing/engines.ts";

const SHOP = `# 售后

## 退货

签收后七天内可以申请退货，退款原路返回。

## 换货

十五天内可以换货，尺码不合适也可以。

## 开票

下单时可以选择开具增值税专用发票，也可以之后补开。

# Shipping

Orders are shipped within two days. Express shipping costs ten euro.
`;

describe.each(ENGINES)("search on %s", (_, open) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  const passages = (baseIds: KnowledgeBaseId[], query: string, options = {}) =>
    searchPassages({ store }, { baseIds, query, topK: 5, scoreThreshold: 0, ...options });
  const pairs = (baseIds: KnowledgeBaseId[], query: string, options = {}) =>
    searchPairs({ store }, { baseIds, query, topK: 5, scoreThreshold: 0.8, ...options });

  it.each([
    ["退款", "退货"],
    ["发票", "开票"],
    ["票", "开票"],
    ["尺码", "换货"],
    ["怎么退货？", "退货"],
    ["专用发票怎么补开", "开票"],
    ["ship", "Shipping"],
    ["ＥＸＰＲＥＳＳ", "Shipping"],
  ])("finds %s under %s", async (query, heading) => {
    const { id } = await aBase(store, { documents: { shop: SHOP } });
    const [first] = await passages([id], query);
    expect(first?.headings.at(-1)).toBe(heading);
  });

  it("tells where a passage stands", async () => {
    const { id, name } = await aBase(store, { documents: { shop: SHOP } });
    const [first] = await passages([id], "换货");
    expect(first).toEqual({
      chunkId: expect.any(Number),
      knowledgeBaseId: id,
      knowledgeBaseName: name,
      documentId: expect.any(Number),
      documentName: "shop",
      documentUrl: "",
      headings: ["售后", "换货"],
      text: "十五天内可以换货，尺码不合适也可以。",
      question: "",
      score: expect.any(Number),
    });
  });

  it("scores 1 for a title that is the query, and low for a word in passing", async () => {
    const { id } = await aBase(store, { documents: { shop: SHOP } });
    const [title] = await passages([id], "换货");
    const [passing] = await passages([id], "推荐尺码合适的餐厅菜单和天气");
    expect(title?.score).toBe(1);
    expect(passing?.score).toBeLessThan(0.35);
  });

  it("scores low when most of the query is nowhere", async () => {
    const { id } = await aBase(store, { documents: { shop: SHOP } });
    const [whole] = await passages([id], "尺码");
    const [little] = await passages([id], "尺码 pizza recipe oven");
    expect(whole?.score).toBeGreaterThan(0.7);
    expect(little?.score).toBeLessThan(0.25);
  });

  it("weighs a rare word more than a common one", async () => {
    const texts = ["退货须知。", "退货说明。", "退货电话。", "开具发票。", "退货地址。", "退货时间。"];
    const { id } = await aBase(store, {
      documents: Object.fromEntries(texts.map((text, i) => [`d${i}`, text])),
    });
    const [first, second] = await passages([id], "退货和发票");
    expect(first?.text).toBe("开具发票。");
    expect(first?.score).toBeGreaterThan(2 * (second?.score ?? 1));
  });

  it("judges a long word that stands nowhere by its parts", async () => {
    const { id } = await aBase(store, { documents: { a: "人工客服也很智能。", b: "别的内容。" } });
    const [found] = await passages([id], "人工智能");
    expect(found?.score).toBeGreaterThan(0.5);
  });

  it("prefers a passage in the script of the query", async () => {
    const { id } = await aBase(store, {
      documents: { a: "Use PostgreSQL.", b: "用 PostgreSQL。", c: "Use PostgreSQL." },
    });
    const names = async (query: string) =>
      (await passages([id], query)).map(({ documentName }) => documentName);
    expect(await names("请问 PostgreSQL")).toEqual(["b", "a", "c"]);
    expect(await names("PostgreSQL")).toEqual(["a", "c", "b"]);
  });

  it("finds nothing for a query about something else", async () => {
    const { id } = await aBase(store, { documents: { shop: SHOP } });
    expect(await passages([id], "今晚吃什么")).toEqual([]);
    expect(await passages([id], "weather in Paris")).toEqual([]);
  });

  it.each([
    '"',
    "*",
    "(",
    ")",
    ":",
    "-",
    "^",
    "NEAR",
    "AND",
    "OR",
    "NOT",
    "'",
    "\\",
    "%",
    "&",
    "|",
    "!",
    "\0",
    "\ud800",
  ])("takes %j in a query for what it is: neither an error nor an operator", async (syntax) => {
    const { id } = await aBase(store, { documents: { shop: SHOP } });
    const found = async (query: string) => (await passages([id], query)).map(({ chunkId }) => chunkId);
    const plain = await found("退货");
    expect(await found(`${syntax}退货${syntax}`)).toEqual(plain);
    expect(await found(`退货 ${syntax} ${syntax}`)).toEqual(plain);
    expect(await found(`ship ${syntax}`)).toEqual(await found("ship"));
    expect(await found(syntax)).toEqual([]);
    expect(await pairs([id], syntax)).toEqual([]);
  });

  it("does not let an operator widen a query: terms: 退货 OR 换货 asks for no column", async () => {
    const { id } = await aBase(store, {
      documents: { shop: "# a\n\n苹果\n\n# b\n\n香蕉\n\n# scope\n\npassage" },
    });
    const texts = async (query: string) => (await passages([id], query)).map(({ text }) => text);
    expect(await texts("苹果 NOT 香蕉")).toEqual(expect.arrayContaining(["苹果", "香蕉"]));
    expect(await texts("苹*")).toEqual(["苹果"]);
    expect(await texts("terms:苹果")).toEqual(["苹果"]);
  });

  it("searches only the named bases", async () => {
    const one = await aBase(store, { documents: { shop: "退货要七天内" }, pairs: { "怎么退货？": "一" } });
    const other = await aBase(store, { documents: { shop: "退货要三天内" }, pairs: { "怎么退货？": "二" } });
    const names = (found: { knowledgeBaseId: KnowledgeBaseId }[]) =>
      found.map((passage) => passage.knowledgeBaseId);
    expect(names(await passages([one.id], "退货"))).toEqual([one.id]);
    expect(names(await passages([one.id, other.id], "退货"))).toEqual([one.id, other.id]);
    expect(names(await pairs([other.id], "怎么退货"))).toEqual([other.id]);
  });

  it("finds nothing without bases, without words, or for an unknown base", async () => {
    const { id } = await aBase(store, { documents: { shop: SHOP }, pairs: { "怎么退货？": "七天内" } });
    const unknown = store.newId<KnowledgeBaseId>();
    for (const search of [passages, pairs]) {
      expect(await search([], "怎么退货")).toEqual([]);
      expect(await search([id], "？！")).toEqual([]);
      expect(await search([id], "")).toEqual([]);
      expect(await search([unknown], "怎么退货")).toEqual([]);
      expect(await search([id], "怎么退货", { topK: 0 })).toEqual([]);
    }
  });

  it("keeps to the limit and the threshold, best first", async () => {
    const { id } = await aBase(store, { documents: { shop: SHOP } });
    const all = await passages([id], "七天内退货还是换货");
    expect(all.length).toBeGreaterThan(1);
    expect(all.map(({ score }) => score)).toEqual(all.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(await passages([id], "七天内退货还是换货", { topK: 1 })).toEqual(all.slice(0, 1));
    const threshold = all[0]?.score ?? 0;
    expect(await passages([id], "七天内退货还是换货", { scoreThreshold: threshold })).toEqual(
      all.slice(0, 1),
    );
  });

  it("puts equal scores in the order they were stored", async () => {
    const twins = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`d${i}`, "退货要七天内"]));
    const { id } = await aBase(store, { documents: twins });
    const found = await passages([id], "退货", { topK: 8 });
    expect(new Set(found.map(({ score }) => score)).size).toBe(1);
    expect(found.map(({ documentName }) => documentName)).toEqual(Object.keys(twins));
  });

  it("finds a rare word among thousands of passages with the common ones", async () => {
    const common = Array.from(
      { length: 400 },
      (_, i) => `# 条目${i}\n\n退货流程说明第${i}条，退货流程请联系客服。`,
    );
    const rare = "# 特殊\n\n这里说到钛合金，还有很多别的话。";
    const { id } = await aBase(store, { documents: { big: [...common, rare].join("\n\n") } });
    const found = await passages([id], "钛合金的退货流程", { topK: 50 });
    expect(found.some(({ text }) => text.includes("钛合金"))).toBe(true);
  });

  it("finds a passage by words that very many passages have", async () => {
    const common = Array.from({ length: 1_100 }, (_, i) => `# 条目${i}\n\n退货流程说明。`);
    const { id } = await aBase(store, { documents: { big: common.join("\n\n") } });
    expect(await passages([id], "退货流程")).toHaveLength(5);
    expect((await passages([id], "条目7的退货流程"))[0]?.headings).toEqual(["条目7"]);
  });

  describe("pairs", () => {
    const FAQ = {
      "怎么退货？": "七天内申请。",
      "怎么换货？": "十五天内申请。",
      "How do I start?": "npm start",
    };

    it.each([["怎么退货呢"], ["请问怎么退货"], ["如何退货"], ["怎么退货？"]])(
      "answer %s with 怎么退货",
      async (query) => {
        const { id, name } = await aBase(store, { pairs: FAQ });
        const found = await pairs([id], query);
        expect(found.map(({ text }) => text)).toEqual(["七天内申请。"]);
        expect(found[0]).toMatchObject({
          question: "怎么退货？",
          knowledgeBaseName: name,
          documentName: "",
          headings: [],
        });
      },
    );

    it.each([["退货运费谁出"], ["能退货吗"], ["退货"], ["怎么退款"], ["How do I stop?"]])(
      "leave %s alone",
      async (query) => {
        const { id } = await aBase(store, { pairs: FAQ });
        expect(await pairs([id], query)).toEqual([]);
      },
    );

    it("score 1 for the same question in another spelling", async () => {
      const { id } = await aBase(store, { pairs: FAQ });
      const [found] = await pairs([id], "ｈｏｗ do i START", { scoreThreshold: 1 });
      expect(found).toMatchObject({ score: 1, text: "npm start" });
    });

    it("answer a question made of empty words alone", async () => {
      const { id } = await aBase(store, { pairs: { 你好: "您好！", "who are you": "Antiphon" } });
      expect((await pairs([id], "你好！"))[0]?.text).toBe("您好！");
      expect((await pairs([id], "Who are you?"))[0]?.text).toBe("Antiphon");
    });

    it("are not found as passages, nor passages as pairs", async () => {
      const { id } = await aBase(store, { documents: { a: "怎么退货" }, pairs: { "怎么换货？": "换" } });
      expect((await passages([id], "换货")).map(({ question }) => question)).not.toContain("怎么换货？");
      expect(await pairs([id], "怎么退货")).toEqual([]);
    });
  });
});
