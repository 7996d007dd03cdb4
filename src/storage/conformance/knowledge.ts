import { expect, it } from "vitest";
import type { KnowledgeBaseId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { aBase, aChunk, aDocument } from "./factories.ts";

/** Knowledge bases, their documents and the full-text index. */
export function knowledgeConformance(shared: () => Store): void {
  it("bases are found by slug and id and can be renamed", async () => {
    const store = shared();
    const [first, second] = [await aBase(store), await aBase(store)];
    await store.knowledge.saveBase({ ...first, name: "新名" });
    expect(await store.knowledge.findBaseBySlug(first.workspaceId, first.slug)).toEqual({
      ...first,
      name: "新名",
    });
    expect(await store.knowledge.findBaseBySlug(store.newId<WorkspaceId>(), first.slug)).toBeUndefined();
    const unknown = store.newId<KnowledgeBaseId>();
    const found = await store.knowledge.findBases([second.id, unknown, first.id]);
    expect(found.map((base) => base.id).sort()).toEqual([first.id, second.id].sort());
    expect(await store.knowledge.findBases([])).toEqual([]);
  });

  it("bases of a workspace are paged with how many documents they have", async () => {
    const store = shared();
    const first = await aBase(store);
    const { workspaceId } = first;
    const second = { ...(await aBase(store)), workspaceId, id: store.newId<KnowledgeBaseId>() };
    await store.knowledge.saveBase(second);
    await store.knowledge.saveDocument(aDocument(store, first), []);
    await store.knowledge.saveDocument(aDocument(store, first), []);
    const page = (after?: KnowledgeBaseId) =>
      store.knowledge.pageOfBases({ workspaceId, limit: 1, ...(after !== undefined && { after }) });
    expect(await page()).toEqual([
      { ...first, documentCount: 2 },
      { ...second, documentCount: 0 },
    ]);
    expect(await page(first.id)).toEqual([{ ...second, documentCount: 0 }]);
  });

  it("a document replaces what its earlier version left, and a deleted one leaves nothing", async () => {
    const store = shared();
    const base = await aBase(store);
    const document = aDocument(store, base);
    const chunk = (terms: string[]) => aChunk(store, base, terms, { documentId: document.id });
    const search = async (term: string) =>
      store.knowledge.candidates({ baseIds: [base.id], kind: "passage", terms: [term], limit: 9 });
    await store.knowledge.saveDocument(document, [chunk(["旧", "内容"]), chunk(["旧"])]);
    expect(await search("旧")).toHaveLength(2);
    const changed = { ...document, contentHash: "1".repeat(64), name: "新.md" };
    const kept = chunk(["新", "内容"]);
    await store.knowledge.saveDocument(changed, [kept]);
    expect(await store.knowledge.listDocuments(base.id)).toEqual([changed]);
    expect(await search("旧")).toEqual([]);
    expect(await search("新")).toEqual([{ chunk: kept, document: changed }]);
    await store.knowledge.deleteDocument(document.id);
    expect(await search("新")).toEqual([]);
    expect(await store.knowledge.listDocuments(base.id)).toEqual([]);
    const counts = await store.knowledge.termCounts({ baseIds: [base.id], kind: "passage", terms: ["新"] });
    expect(counts).toEqual({ total: 0, counts: new Map() });
  });

  it("pairs without a document are replaced as a whole; passages and pairs of documents stay", async () => {
    const store = shared();
    const base = await aBase(store);
    const document = aDocument(store, base);
    const owned = aChunk(store, base, ["发货"], {
      documentId: document.id,
      kind: "pair",
      question: "发货？",
    });
    const pair = (terms: string[]) =>
      aChunk(store, base, terms, { kind: "pair", headings: [], question: "怎么退货？" });
    await store.knowledge.saveDocument(document, [owned]);
    await store.knowledge.replacePairs(base.id, [pair(["退货"]), pair(["发货"])]);
    const kept = pair(["退货"]);
    await store.knowledge.replacePairs(base.id, [kept]);
    const found = (terms: string[]) =>
      store.knowledge.candidates({ baseIds: [base.id], kind: "pair", terms, limit: 9 });
    expect(await found(["退货"])).toEqual([{ chunk: kept, document: undefined }]);
    expect(await found(["发货"])).toEqual([{ chunk: owned, document }]);
    expect(
      await store.knowledge.candidates({ baseIds: [base.id], kind: "passage", terms: ["退货"], limit: 9 }),
    ).toEqual([]);
  });

  it("any term is enough, more terms are better, and the limit holds", async () => {
    const store = shared();
    const base = await aBase(store);
    const both = aChunk(store, base, ["退货", "运费"], { kind: "pair" });
    const one = aChunk(store, base, ["退货", "地址", "电话"], { kind: "pair" });
    const neither = Array.from({ length: 20 }, () => aChunk(store, base, ["发票"], { kind: "pair" }));
    await store.knowledge.replacePairs(base.id, [one, ...neither, both]);
    const search = (limit: number) =>
      store.knowledge.candidates({
        baseIds: [base.id],
        kind: "pair",
        terms: ["运费", "退货", "没有"],
        limit,
      });
    expect((await search(10)).map((found) => found.chunk.id)).toEqual([both.id, one.id]);
    expect((await search(1)).map((found) => found.chunk.id)).toEqual([both.id]);
  });

  it("only the named bases are searched and counted", async () => {
    const store = shared();
    const [first, second, third] = [await aBase(store), await aBase(store), await aBase(store)];
    for (const base of [first, second, third]) {
      await store.knowledge.replacePairs(base.id, [
        aChunk(store, base, ["退货", "退货"], { kind: "pair" }),
        aChunk(store, base, ["退货", String(base.id)], { kind: "pair" }),
      ]);
    }
    const query = { kind: "pair" as const, terms: ["退货", String(first.id), "没有"] };
    const both = { ...query, baseIds: [first.id, second.id] };
    expect(await store.knowledge.candidates({ ...both, limit: 99 })).toHaveLength(4);
    expect(await store.knowledge.termCounts(both)).toEqual({
      total: 4,
      counts: new Map([
        ["退货", 4],
        [String(first.id), 1],
      ]),
    });
    expect(await store.knowledge.termCounts({ ...query, baseIds: [] })).toEqual({
      total: 0,
      counts: new Map(),
    });
    expect(await store.knowledge.candidates({ ...query, baseIds: [], limit: 9 })).toEqual([]);
    expect(await store.knowledge.candidates({ ...both, terms: [], limit: 9 })).toEqual([]);
  });

  it("strange terms are found as they are: no syntax error, nothing more than asked for", async () => {
    const store = shared();
    const base = await aBase(store);
    const terms = STRANGE_TERMS.filter((term) => term !== "");
    await store.knowledge.replacePairs(
      base.id,
      terms.map((term) => aChunk(store, base, [term], { kind: "pair", text: term })),
    );
    for (const term of terms) {
      const found = await store.knowledge.candidates({
        baseIds: [base.id],
        kind: "pair",
        terms: [term],
        limit: 99,
      });
      expect(found.map(({ chunk }) => chunk.terms)).toEqual([[term]]);
    }
    const counted = await store.knowledge.termCounts({
      baseIds: [base.id],
      kind: "pair",
      terms: STRANGE_TERMS,
    });
    expect(counted).toEqual({ total: terms.length, counts: new Map(terms.map((term) => [term, 1])) });
  });
}

const STRANGE_TERMS = [
  "",
  '"',
  "'",
  "\\",
  "*",
  "a*",
  "a",
  "A",
  "AND",
  "and",
  "OR",
  "NEAR(a b)",
  "a b",
  "a-b",
  "b",
  "a:b",
  "terms:a",
  "a & b | !c",
  "(",
  ")",
  "^a",
  "{x}",
  "%",
  "_",
  "_61",
  "__",
  "c++",
  "$1",
  "?",
  "é",
  "e",
  "É",
  "人",
  "人工",
  "人工智能",
  "😀",
  "👩‍👩‍👧",
  "，",
  "\u0000",
  "\t",
  " ",
  "长".repeat(3000),
  `${"长".repeat(3000)}a`,
];
