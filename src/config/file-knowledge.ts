import { basename, extname } from "node:path";
import { installationSchema, type KnowledgeBaseEntry } from "./file-schema.ts";
import type { FieldPath, FileProblem, FileSource } from "./file-source.ts";
import { readText } from "./file-text.ts";

/** A knowledge base with its documents read. */
export interface LoadedKnowledgeBase extends Omit<KnowledgeBaseEntry, "documents"> {
  documents: LoadedDocument[];
}

interface LoadedDocument {
  /** Unique within its knowledge base. */
  name: string;
  /** Empty when it has no address. */
  url: string;
  text: string;
  format: "markdown" | "text";
}

const FORMATS: Record<string, LoadedDocument["format"]> = {
  ".md": "markdown",
  ".markdown": "markdown",
  ".txt": "text",
};
const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024;

/**
 * Reads the documents of all knowledge bases. Relative paths start at `folder` and must stay inside it, also
 * through links. Nothing is read when the shape of the section is wrong.
 */
export async function loadKnowledge(
  source: FileSource,
  folder: string,
): Promise<{ bases: LoadedKnowledgeBase[]; problems: FileProblem[] }> {
  const raw: unknown = isObject(source.value) ? Reflect.get(source.value, "knowledge") : undefined;
  const parsed = installationSchema.shape.knowledge.safeParse(raw);
  const bases: LoadedKnowledgeBase[] = [];
  const problems: FileProblem[] = [];
  for (const [baseIndex, base] of (parsed.data ?? []).entries()) {
    const documents: LoadedDocument[] = [];
    for (const [index, entry] of base.documents.entries()) {
      const path: FieldPath = ["knowledge", baseIndex, "documents", index];
      const loaded = await loadDocument(entry, folder);
      if ("problem" in loaded) problems.push(source.problemAt([...path, "file"], loaded.problem));
      else if (documents.some(({ name }) => name === loaded.name)) {
        problems.push(source.problemAt(path, "has the name of an earlier document of this knowledge base"));
      } else documents.push(loaded);
    }
    bases.push({ ...base, documents });
  }
  return { bases, problems };
}

type DocumentEntry = KnowledgeBaseEntry["documents"][number];

async function loadDocument(
  entry: DocumentEntry,
  folder: string,
): Promise<LoadedDocument | { problem: string }> {
  const url = entry.url ?? "";
  if (entry.file === undefined)
    return { name: entry.name ?? "", url, text: entry.text ?? "", format: "markdown" };
  const format = FORMATS[extname(entry.file).toLowerCase()];
  if (format === undefined) return { problem: `must end in ${Object.keys(FORMATS).join(", ")}` };
  const text = await readText(entry.file, { folder, maxBytes: MAX_DOCUMENT_BYTES });
  return typeof text === "string" ? { name: entry.name ?? basename(entry.file), url, text, format } : text;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
