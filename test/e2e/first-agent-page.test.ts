import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readConfig } from "../../src/config/config.ts";
import { startServer } from "../../src/start-server.ts";
import { FIRST_AGENT_PICTURES, makeFirstAgent } from "../pictures/first-agent.ts";
import { startBrowser } from "../support/chromium.ts";
import { startUpstream } from "../support/upstream.ts";

const DOCS = join(import.meta.dirname, "../../docs");

test.each([
  ["en", "first-agent.md", "wheels are trued while you wait"],
  ["zh", "first-agent.zh-CN.md", "车轮可以当场校正"],
] as const)(
  "in %s, what docs/%s tells leads from the link of the start to an agent on a web page",
  async (language, file, said) => {
    const data = await mkdtemp(join(tmpdir(), "antiphon-first-agent-"));
    const upstream = await startUpstream();
    const environment = { ANTIPHON_PORT: "0", ANTIPHON_DATA: data, ANTIPHON_LOG_LEVEL: "silent" };
    const server = await startServer(readConfig(environment), undefined);
    const browser = await startBrowser();
    onTestFinished(async () => {
      await browser.close();
      await server.close();
      await upstream.close();
      await rm(data, { recursive: true });
    });
    const context = await browser.newContext({
      locale: language === "zh" ? "zh-CN" : "en-GB",
      reducedMotion: "reduce",
    });
    const seen: string[] = [];
    const { answer } = await makeFirstAgent({
      page: await context.newPage(),
      language,
      setupUrl: server.setupUrl ?? "",
      upstream,
      shoot: async (name) => {
        seen.push(name);
      },
    });
    expect(answer).toBe(said);
    expect(seen).toEqual([...FIRST_AGENT_PICTURES]);

    const text = await readFile(join(DOCS, file), "utf8");
    const shown = [...text.matchAll(/\]\((pictures\/[^)]+)\)/g)].map(([, path = ""]) => path);
    expect(shown).toEqual(FIRST_AGENT_PICTURES.map((name) => `pictures/${language}/${name}.png`));
    expect(shown.filter((path) => !existsSync(join(DOCS, path)))).toEqual([]);
  },
);
