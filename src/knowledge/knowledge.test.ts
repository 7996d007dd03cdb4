import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KnowledgeBaseId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import {
  importDocument,
  KNOWLEDGE_LIMITS,
  type NewDocument,
  removeDocumentsExcept,
  replacePairs,
  searchPairs,
  searchPassages,
} from "./knowledge.ts";
import { aBase } from "./testing/a-base.ts";

let store: Store;
let baseId: KnowledgeBaseId;

beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  baseId = (await aBase(store, {})).id;
});
afterEach(() => store.close());

const anImport = (overrides: Partial<NewDocument> = {}) =>
  importDocument(
    { store },
    { baseId, name: "faq.md", url: "", text: "# 退货\n\n七天内。", format: "markdown", ...overrides },
  );
const found = async (query: string) =>
  (await searchPassages({ store }, { baseIds: [baseId], query, topK: 10, scoreThreshold: 0 })).map(
    ({ text }) => text,
  );

describe("importDocument", () => {
  it("stores the document and its chunks in order", async () => {
    const text = "# A\n\nfirst apple\n\n# B\n\nsecond apple\n\n# C\n\nthird apple";
    const { documentId, chunks, changed } = await anImport({ text, url: "https://example.com/a" });
    expect({ chunks, changed }).toEqual({ chunks: 3, changed: true });
    expect(await store.knowledge.listDocuments(baseId)).toMatchObject([
      { id: documentId, name: "faq.md", url: "https://example.com/a", knowledgeBaseId: baseId },
    ]);
    expect((await found("apple")).toSorted()).toEqual(["first apple", "second apple", "third apple"]);
  });

  it("does not index an unchanged document again", async () => {
    const first = await anImport();
    expect(await anImport()).toEqual({ documentId: first.documentId, chunks: 0, changed: false });
    expect(await found("七天")).toEqual(["七天内。"]);
  });

  it("replaces a document of the same name, and keeps its id", async () => {
    const first = await anImport();
    const second = await anImport({ text: "# 退货\n\n三十天内。" });
    expect(second).toEqual({ documentId: first.documentId, chunks: 1, changed: true });
    expect(await found("七天")).toEqual([]);
    expect(await found("三十天")).toEqual(["三十天内。"]);
  });

  it.each([
    ["address", { url: "https://example.com" }],
    ["format", { format: "text" as const }],
  ])("notices a changed %s", async (_, change) => {
    await anImport();
    expect((await anImport(change)).changed).toBe(true);
  });

  it("keeps one of two documents that got the same name", async () => {
    const { documentId } = await anImport();
    const twin = store.newId<typeof documentId>();
    await store.knowledge.saveDocument(
      { id: twin, knowledgeBaseId: baseId, name: "faq.md", url: "", contentHash: "" },
      [],
    );
    await anImport();
    expect((await store.knowledge.listDocuments(baseId)).map(({ id }) => id)).toEqual([documentId]);
  });

  it("reads # in plain text as text", async () => {
    await anImport({ text: "# 退货\n\n七天内。", format: "text" });
    expect(await found("七天")).toEqual(["# 退货\n\n七天内。"]);
  });

  it("stores what no engine could store otherwise: NUL and half characters", async () => {
    const { chunks } = await anImport({ text: "a\0b 苹果\ud800", name: "x\0.md" });
    expect(chunks).toBe(1);
    expect(await found("苹果")).toEqual(["ab 苹果\ufffd"]);
    expect((await anImport({ text: "a\0b 苹果\ud800", name: "x\0.md" })).changed).toBe(false);
  });

  it("finds a passage by the name of its document", async () => {
    await anImport({ name: "保修政策.txt", text: "两年。", format: "text" });
    expect(await found("保修")).toEqual(["两年。"]);
  });

  it("accepts an empty document", async () => {
    expect((await anImport({ text: "" })).chunks).toBe(0);
  });

  it.each([
    ["text", { text: "a".repeat(KNOWLEDGE_LIMITS.documentBytes + 1) }],
    ["text", { text: "退".repeat(KNOWLEDGE_LIMITS.documentBytes / 3 + 1) }],
    ["name", { name: "a".repeat(KNOWLEDGE_LIMITS.nameCharacters + 1) }],
    ["name", { name: " " }],
    ["url", { url: `https://example.com/${"a".repeat(KNOWLEDGE_LIMITS.urlCharacters)}` }],
  ])("refuses a %s out of bounds by name and stores nothing", async (field, change) => {
    await expect(anImport(change)).rejects.toMatchObject({ code: "request_invalid", field });
    expect(await store.knowledge.listDocuments(baseId)).toEqual([]);
  });

  it("lets others run while it indexes", async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    await anImport({ text: "这是一句关于退货流程的说明文字，也说到发票。".repeat(20_000), format: "text" });
    clearInterval(counting);
    expect(turns).toBeGreaterThan(2);
  });
});

describe("removeDocumentsExcept", () => {
  it("deletes the documents of the base that are not named, with what they said", async () => {
    await anImport({ name: "a", text: "苹果一" });
    await anImport({ name: "b", text: "苹果二" });
    const other = await aBase(store, { documents: { a: "苹果三" } });
    expect(await removeDocumentsExcept({ store }, baseId, ["b", "c"])).toBe(1);
    expect(await found("苹果")).toEqual(["苹果二"]);
    expect(await store.knowledge.listDocuments(other.id)).toHaveLength(1);
  });
});

describe("replacePairs", () => {
  const answers = async (query: string) =>
    (await searchPairs({ store }, { baseIds: [baseId], query, topK: 5, scoreThreshold: 0.8 })).map(
      ({ text }) => text,
    );

  it("leaves exactly the new pairs", async () => {
    await replacePairs({ store }, baseId, [{ question: "怎么退货？", answer: "七天内" }]);
    await replacePairs({ store }, baseId, [{ question: "怎么换货？", answer: " 十五天内 " }]);
    expect(await answers("怎么退货")).toEqual([]);
    expect(await answers("怎么换货")).toEqual(["十五天内"]);
  });

  it.each([
    ["pairs[1].question", { question: " ", answer: "b" }],
    ["pairs[1].question", { question: "q".repeat(KNOWLEDGE_LIMITS.questionCharacters + 1), answer: "b" }],
    ["pairs[1].answer", { question: "q", answer: "" }],
    ["pairs[1].answer", { question: "q", answer: "a".repeat(KNOWLEDGE_LIMITS.answerCharacters + 1) }],
  ])("refuses %s out of bounds by place and changes nothing", async (field, pair) => {
    await replacePairs({ store }, baseId, [{ question: "怎么退货？", answer: "七天内" }]);
    const change = replacePairs({ store }, baseId, [{ question: "a", answer: "b" }, pair]);
    await expect(change).rejects.toMatchObject({ code: "request_invalid", field });
    expect(await answers("怎么退货")).toEqual(["七天内"]);
  });
});
