import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandsOfPage } from "../support/page-commands.ts";
import { openPageShell, ROOT } from "../support/page-shell.ts";

const PAGE = new URL("../../docs/adapters.md", import.meta.url);
const CONFIG = "examples/adapters/antiphon.yaml";
/** The page's port is taken by nobody in particular. */
const PORT = "3000";

const { shell, dataDirectory } = await openPageShell();

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return String(address.port);
}

test("docs/adapters.md, word for word: what a customer types is answered through the adapter", {
  timeout: 180_000,
}, async () => {
  const port = await freePort();
  const config = join(dataDirectory, "antiphon.yaml");
  const shown = await readFile(join(ROOT, CONFIG), "utf8");
  expect(shown).toContain(PORT);
  await writeFile(config, shown.replace(PORT, port));
  const [start = [], adapter = []] = await commandsOfPage(PAGE, "Try it");
  const page = await readFile(PAGE, "utf8");
  const typed = [...page.matchAll(/`(\w+: [^`]+\?)`/g)].map(([, line]) => line);
  const answers = [...page.matchAll(/^to \w+: .+$/gm)].map(([line]) => line);
  expect([typed.length, answers.length]).toEqual([2, 2]);

  const server = shell.start(start.join("\n").replace(CONFIG, config));
  const [, url = ""] = await server.says(/ready at (http:\S+)/, 60_000);
  const [, , program = ""] = adapter;
  const typing = `export ANTIPHON=${url} PORT=${port}\nprintf '%s\\n' ${typed.map((line) => `'${line}'`).join(" ")}`;
  const job = shell.start([...adapter.slice(0, 2), `${typing} | ${program}`].join("\n"));
  for (const answer of answers) await job.says(new RegExp(answer.replaceAll(/[.?]/g, "\\$&")), 60_000);
  expect(job.output).not.toContain("refused");
});
