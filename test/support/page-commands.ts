import { readFile } from "node:fs/promises";

/** The fenced `sh` blocks of a page, or of the section under a heading, as they stand there. */
export async function blocksOfPage(page: URL, heading?: string): Promise<string[]> {
  const whole = await readFile(page, "utf8");
  const section = heading === undefined ? whole : sectionOf(whole, heading);
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
}

/**
 * The commands of a section of a page, as somebody would paste them: one list for each fenced `sh` block, a command for
 * each line, lines that end with `\` joined.
 */
export async function commandsOfPage(page: URL, heading: string): Promise<string[][]> {
  const blocks = await blocksOfPage(page, heading);
  return blocks.map((block) =>
    block
      .replaceAll(/\\\n\s*/g, "")
      .trimEnd()
      .split("\n"),
  );
}

function sectionOf(page: string, heading: string): string {
  const [, rest = ""] = page.split(`\n## ${heading}\n`);
  const [section = ""] = rest.split("\n## ");
  return section;
}
