import { readFile, writeFile } from "node:fs/promises";

const BEGIN = "<!-- figures: written by `npm run bench -- --page`, do not edit -->";
const END = "<!-- /figures -->";

/** Puts the text of a run between the two marks of the page. Rejects when the page lacks them. */
export async function writeFigures(pagePath: string, text: string): Promise<void> {
  const page = await readFile(pagePath, "utf8");
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${pagePath} has no place for figures`);
  const before = page.slice(0, begin + BEGIN.length);
  await writeFile(pagePath, `${before}\n\n\`\`\`text\n${text.trim()}\n\`\`\`\n\n${page.slice(end)}`);
}
