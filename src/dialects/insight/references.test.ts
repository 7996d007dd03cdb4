import { describe, expect, test } from "vitest";
import type { ChunkId, DocumentId, KnowledgeBaseId } from "../../domain/ids.ts";
import type { Passage } from "../../domain/knowledge.ts";
import { presentReferences } from "./references.ts";

function aPassage(chunkId: number, more: Partial<Passage> = {}): Passage {
  return {
    ...{ chunkId: chunkId as ChunkId, knowledgeBaseId: 1 as KnowledgeBaseId, knowledgeBaseName: "base" },
    ...{ documentId: 7 as DocumentId, documentName: "a.md", documentUrl: "", headings: [] },
    ...{ text: `text ${chunkId}`, question: "", score: 0.876, ...more },
  };
}

// Source: spec page of Insight §10, `references`.
describe("what an answer stands on", () => {
  test("is every passage that was shown, once, and of pairs only the one that answered", () => {
    const pairs = [11, 12].map((id) => aPassage(id, { question: `question ${id}`, score: 1 }));
    const found = presentReferences([
      { type: "qa-search-end", query: "q", knowledgeBaseIds: [], passages: pairs, latencyMs: 1 },
      { type: "knowledge-search-end", passages: [aPassage(1), aPassage(2)], latencyMs: 1 },
      { type: "knowledge-search-end", passages: [aPassage(2), aPassage(3)], latencyMs: 1 },
    ]);
    expect(found.map(({ content }) => content)).toEqual(["text 11", "text 1", "text 2", "text 3"]);
    expect(found[0]).toEqual({
      similarity: "1.00",
      content: "text 11",
      reference: {
        type: "qa",
        source: {
          ...{ id: "11", question: "question 11", answer: "text 11", reviewed: "true", generated: "false" },
          ...{ updatedBy: "", createdBy: "" },
        },
      },
    });
    expect(found[1]).toEqual({
      similarity: "0.88",
      content: "text 1",
      reference: { type: "doc", source: { id: 7, name: "a.md", docId: 7, paragraphId: 1, url: "" } },
    });
  });
});
