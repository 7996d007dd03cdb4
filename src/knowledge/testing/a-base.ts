import type { KnowledgeBase } from "../../domain/knowledge.ts";
import type { Store } from "../../storage/store.ts";
import { importDocument, replacePairs } from "../knowledge.ts";

/** A new base with these documents (name to Markdown) and pairs (question to answer). */
export async function aBase(
  store: Store,
  content: { documents?: Record<string, string>; pairs?: Record<string, string> },
): Promise<KnowledgeBase> {
  const id = store.newId<KnowledgeBase["id"]>();
  const workspaceId = store.newId<KnowledgeBase["workspaceId"]>();
  const base: KnowledgeBase = { id, workspaceId, slug: `base-${id}`, name: `Base ${id}` };
  await store.knowledge.saveBase(base);
  for (const [name, text] of Object.entries(content.documents ?? {})) {
    await importDocument({ store }, { baseId: id, name, url: "", text, format: "markdown" });
  }
  const pairs = Object.entries(content.pairs ?? {}).map(([question, answer]) => ({ question, answer }));
  await replacePairs({ store }, id, pairs);
  return base;
}
