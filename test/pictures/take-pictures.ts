import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { readConfig } from "../../src/config/config.ts";
import { type RunningServer, startServer } from "../../src/start-server.ts";
import { atRest } from "../support/at-rest.ts";
import { startBrowser } from "../support/chromium.ts";
import { startUpstream } from "../support/upstream.ts";
import { makeFirstAgent } from "./first-agent.ts";
import { liveADay } from "./live-a-day.ts";
import { WALK_WORDS } from "./walk-words.ts";

/**
 * Takes the pictures of README and `docs/first-agent.md` from a server that it starts and uses as people do, in both
 * languages: `npm run pictures`.
 */
const PICTURES = join(import.meta.dirname, "../../docs/pictures");
const SIZE = { width: 1280, height: 800 };

const browser = await startBrowser();
try {
  for (const language of ["en", "zh"] as const) await takeAll(language);
} finally {
  await browser.close();
}

async function takeAll(language: "en" | "zh"): Promise<void> {
  const folder = join(PICTURES, language);
  await mkdir(folder, { recursive: true });
  const data = await mkdtemp(join(tmpdir(), "antiphon-pictures-"));
  const upstream = await startUpstream();
  let server: RunningServer | undefined;
  try {
    const environment = {
      ANTIPHON_PORT: "0",
      ANTIPHON_DATA: data,
      ANTIPHON_LOG_LEVEL: "silent",
      ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8",
      ANTIPHON_ALLOW_HTTP_CALLBACKS: "true",
    };
    server = await startServer(readConfig(environment), undefined);
    if (server.setupUrl === undefined) throw new Error("the server printed no link for the first run");
    const context = await browser.newContext({ locale: WALK_WORDS[language].locale, viewport: SIZE });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const shoot = (name: string, of: Page = page) => take(of, join(folder, `${name}.png`));
    const { agentUrl } = await makeFirstAgent({ page, language, setupUrl: server.setupUrl, upstream, shoot });
    await liveADay({ page, language, server, upstream, agentUrl, shoot });
    await context.close();
  } finally {
    await server?.close();
    await upstream.close();
    await rm(data, { recursive: true, force: true });
  }
}

async function take(page: Page, path: string): Promise<void> {
  await atRest(page);
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
}
