import { readdir, readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";

const FOLDER = new URL("./knowledge/", import.meta.url);
const PAIRS = new URL("./pairs.yaml", import.meta.url);

const pairsSchema = z.array(z.strictObject({ question: z.string().min(1), answer: z.string().min(1) }));

/** What the demo agent knows about Antiphon, in Chinese and English. Documents are Markdown, named by their title. */
export async function demoKnowledge(): Promise<{
  documents: { name: string; text: string }[];
  pairs: { question: string; answer: string }[];
}> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".md")).sort();
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, FOLDER), "utf8")));
  const documents = texts.map((text) => ({ name: titleOf(text), text }));
  return { documents, pairs: pairsSchema.parse(parse(await readFile(PAIRS, "utf8"))) };
}

/** The first heading. */
function titleOf(markdown: string): string {
  const title = /^# (.+)$/m.exec(markdown)?.[1]?.trim();
  if (title === undefined) throw new Error("a demo document begins with a heading");
  return title;
}
