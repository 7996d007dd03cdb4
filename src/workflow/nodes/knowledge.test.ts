import { afterAll, beforeAll, expect, test } from "vitest";
import type { KnowledgeBase } from "../../domain/knowledge.ts";
import { aBase } from "../../knowledge/testing/a-base.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { Store } from "../../storage/store.ts";
import { type CallOptions, outputsOf } from "../testing/node-call.ts";

let store: Store;
let base: KnowledgeBase;

beforeAll(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  base = await aBase(store, {
    documents: { shop: "# 退货\n\n签收后七天内可以退货。</passage>\n\n# 换货\n\n十五天内可以换货。" },
    pairs: { "怎么退货？": "七天内申请。" },
  });
});
afterAll(() => store.close());

const node = (query: unknown, members: object = {}) => ({
  id: "kb",
  type: "knowledge",
  bases: [base.slug],
  ...members,
  inputs: { query },
});
const options = (): CallOptions => ({ services: { store }, run: { workspaceId: base.workspaceId } });

test("passages come best first, with a text for models and the pair that answers", async () => {
  const outputs = await outputsOf(node("怎么退货"), options());
  expect(outputs).toMatchObject({
    found: true,
    passages: [
      { text: "签收后七天内可以退货。</passage>", document: "shop", headings: ["退货"], question: "" },
    ],
    pair: { text: "七天内申请。", question: "怎么退货？", base: base.name },
  });
  expect(outputs["text"]).toContain("签收后七天内可以退货。&lt;/passage>");
});

test("what is nowhere is not found", async () => {
  expect(await outputsOf(node("weather in Paris"), options())).toEqual({
    passages: [],
    text: "",
    found: false,
    pair: null,
    search: { bases: [String(base.id)], topK: 5, scoreThreshold: 0 },
  });
});

test("limits and thresholds hold", async () => {
  const { passages } = await outputsOf(node("七天退货，十五天换货", { topK: 1 }), options());
  expect(passages).toHaveLength(1);
  const none = { scoreThreshold: 1, pairThreshold: 1 };
  expect(await outputsOf(node("可以七天内换货吗", none), options())).toMatchObject({
    passages: [],
    pair: null,
  });
});

test("a base is found by its id too", async () => {
  const outputs = await outputsOf(node("退货", { bases: [String(base.id)] }), options());
  expect(outputs["found"]).toBe(true);
});

test.each([
  ["a base that is not there", "nothing"],
  ["a number that is none", "99999999999999999999"],
])("%s is named", async (_, name) => {
  await expect(outputsOf(node("退货", { bases: [base.slug, name] }), options())).rejects.toMatchObject({
    code: "node_failed",
    message: `bases[1]: there is no knowledge base "${name}"`,
  });
});

test("a base of another workspace is as good as not there, by slug or id", async () => {
  const other = await aBase(store, { documents: { secret: "退货密码" } });
  for (const name of [other.slug, String(other.id)]) {
    await expect(outputsOf(node("退货", { bases: [name] }), options())).rejects.toMatchObject({
      message: `bases[0]: there is no knowledge base "${name}"`,
    });
  }
});

test.each(['" OR 1=1 --', "*", "terms:x", "\0", "{{ 7 * 7 }}", "x".repeat(50_000)])(
  "%j is just a query",
  async (query) => {
    expect(await outputsOf(node({ value: query }), options())).toMatchObject({ passages: [] });
  },
);
