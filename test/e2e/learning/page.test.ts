import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandsOfPage } from "../../support/page-commands.ts";
import { openPageShell } from "../../support/page-shell.ts";

const PAGE = new URL("../../../docs/feedback.md", import.meta.url);

const [start = [], ...steps] = await commandsOfPage(PAGE, "Learning from feedback");
const { shell, dataDirectory } = await openPageShell();

test("docs/feedback.md, word for word: dislike an answer, export it, try the draft with it", {
  timeout: 240_000,
}, async () => {
  expect(steps.map((commands) => commands.length)).toEqual([7, 3, 2, 1]);
  const server = shell.start(start.join("\n"));
  const [, url = ""] = await server.says(/ready at (http:\S+)/);
  const [prepare = [], look = [], tryFile = [], tryRated = []] = steps;

  /** Variables of the page last from the first block on; what it writes lands beside the data. */
  const paste = (commands: string[]) =>
    shell.run(
      [...prepare.slice(0, 1), ...commands]
        .join("\n")
        .replaceAll("http://127.0.0.1:8787", url)
        .replaceAll(/\b(\w+\.jsonl)\b/g, join(dataDirectory, "$1")),
    );

  expect(await paste(prepare)).toContain('"feedbackStatus":"thumb-down"');
  const looked = await paste(look);
  expect(looked).toMatch(/dislike +l-1 +What does delivery cost\? .* to where\?/);
  expect(looked).toContain('"comment":"to where?"');
  const tried = await paste(tryFile);
  expect(tried).toMatch(/1 +What does delivery cost\? .* 1\.00 : 1\.00 +tie/);
  expect(tried).toMatch(/answered +2 +2/);
  expect(await paste(tryRated)).toContain("baseline (recorded)");
  const [row] = (await readFile(join(dataDirectory, "report.jsonl"), "utf8")).split("\n");
  expect(JSON.parse(row ?? "")).toMatchObject({ question: "What does delivery cost?", likeness: 1 });
});
