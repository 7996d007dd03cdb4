import type { Passage } from "../../domain/knowledge.ts";
import type { TraceEvent } from "../../domain/turn-event.ts";

/** What of the agent's knowledge an answer stands on. Source: spec page of Insight §10, `references`. */
export interface WireReference {
  /** 0 to 1 with two digits; a text. */
  similarity: string;
  content: string;
  reference:
    | { type: "qa"; source: Record<string, string> }
    | { type: "doc"; source: Record<string, string | number> };
}

/**
 * What was found in knowledge, each piece once, as it was found: of pairs only the one that answered, of passages all
 * that the model was shown.
 */
export function presentReferences(trace: readonly TraceEvent[]): WireReference[] {
  const found = trace.flatMap((event) => {
    if (event.type === "qa-search-end") return event.passages.slice(0, 1);
    return event.type === "knowledge-search-end" ? event.passages : [];
  });
  const byChunk = new Map(found.map((passage) => [passage.chunkId, passage]));
  return [...byChunk.values()].map((passage) => ({
    similarity: passage.score.toFixed(2),
    content: passage.text,
    reference: passage.question === "" ? docOf(passage) : pairOf(passage),
  }));
}

/** Nobody's name is kept with a pair: its maker vouches for it. */
function pairOf({ chunkId, question, text }: Passage): WireReference["reference"] {
  const source = { id: String(chunkId), question, answer: text };
  return {
    type: "qa",
    source: { ...source, reviewed: "true", generated: "false", updatedBy: "", createdBy: "" },
  };
}

/** Ids are integers. Source: spec page of Insight §8, "Ids". */
function docOf({ chunkId, documentId, documentName, documentUrl }: Passage): WireReference["reference"] {
  return {
    type: "doc",
    source: {
      ...(documentId !== undefined && { id: documentId }),
      name: documentName,
      ...(documentId !== undefined && { docId: documentId }),
      paragraphId: chunkId,
      url: documentUrl,
    },
  };
}
