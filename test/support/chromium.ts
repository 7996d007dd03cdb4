import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { inflate } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";
import { unwrapFont } from "./unwrap-font.ts";

const SYSTEM_BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const { resolve } = createRequire(import.meta.url);
const PACKAGE = dirname(dirname(resolve("@sparticuz/chromium")));
const CHINESE_FONTS = join(
  dirname(resolve("@openfonts/noto-sans-sc_chinese-simplified/package.json")),
  "files",
);
const CACHE = join(import.meta.dirname, "../../node_modules/.cache");

/** A browser without a window: the system's or, without one, that of a package. Whoever starts it closes it. */
export async function startBrowser(): Promise<Browser> {
  const installed = SYSTEM_BROWSERS.find(existsSync);
  if (installed !== undefined) return launch(installed, {});
  const folder = await unpacked();
  const executable = join(folder, "chromium");
  try {
    return await launch(executable, {});
  } catch (error) {
    if (!String(error).includes("shared libraries")) throw error;
    return launch(executable, { LD_LIBRARY_PATH: join(folder, "al2023", "lib") });
  }
}

async function launch(executablePath: string, environment: Record<string, string>): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Root, as in many containers, has no sandbox to give.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ["--headless=shell", "--disable-gpu", "--disable-dev-shm-usage"],
    env: { ...process.env, ...environment, FONTCONFIG_FILE: await fontSettings() },
  });
}

/** The fonts of the machine, and one for Chinese, which many machines without a screen lack. */
async function fontSettings(): Promise<string> {
  const folder = join(CACHE, "fonts");
  const settings = join(folder, "fonts.conf");
  if (existsSync(folder)) return settings;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, "fonts-"));
  for (const weight of [400, 700]) {
    const font = join(CHINESE_FONTS, `noto-sans-sc-chinese-simplified-${weight}.woff`);
    await writeFile(join(draft, `${weight}.ttf`), unwrapFont(await readFile(font)));
  }
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${folder}</dir>
</fontconfig>
`;
  await writeFile(join(draft, "fonts.conf"), text);
  await rename(draft, folder).catch(async (error: Error) => {
    await rm(draft, { recursive: true });
    if (!existsSync(folder)) throw error;
  });
  return settings;
}

/** Unpacks once per installation. Test processes may start at the same time: half an unpacked browser is never seen. */
async function unpacked(): Promise<string> {
  const folder = join(CACHE, "chromium");
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, "chromium-"));
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = draft;
  try {
    await Promise.all(["chromium.br", "al2023.tar.br"].map((name) => inflate(join(PACKAGE, "bin", name))));
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  } finally {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  }
  return folder;
}
