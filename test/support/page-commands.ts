import { readFile } from "node:fs/promises";

/**
 * The commands of a section of a page, as somebody would paste them: one list for each fenced `sh` block, a command for
 * each line, lines that end with `\` joined.
 */
export async function commandsOfPage(page: URL, heading: string): Promise<string[][]> {
  const [, rest = ""] = (await readFile(page, "utf8")).split(`\n## ${heading}\n`);
  const [section = ""] = rest.split("\n## ");
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) =>
    block
      .replaceAll(/\\\n\s*/g, "")
      .trimEnd()
      .split("\n"),
  );
}
