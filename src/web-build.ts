import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const PACKAGE = join(ROOT, "console");
/** Every build has a folder named by its sources here, so that one never changes under whoever serves it. */
const BUILDS = join(PACKAGE, "dist");
/** Names the build that counts. */
const CURRENT = join(BUILDS, "current");

/** Where the built pages are, or why they are not. */
export type WebBuild = { folder: string } | { problem: string };

/** The pages as they were built last. */
export function lastWebBuild(): WebBuild {
  const folder = existsSync(CURRENT) ? join(BUILDS, readFileSync(CURRENT, "utf8").trim()) : undefined;
  if (folder === undefined || !existsSync(folder)) {
    return { problem: "the pages have not been built: npm run build" };
  }
  return { folder };
}

/** Builds the pages unless they were built of these very sources, and says so. Never rejects. */
export async function upToDateWebBuild(say: (line: string) => void): Promise<WebBuild> {
  const stamp = sourceStamp();
  const folder = join(BUILDS, stamp);
  const last = lastWebBuild();
  if ("folder" in last && last.folder === folder) return last;
  say("building the pages of the console: their sources are new or have changed…");
  const began = performance.now();
  const problem = await runBuild();
  if (problem !== undefined) return { problem };
  say(`built the pages in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  return lastWebBuild();
}

/** What the sources of the pages are, their packages included, in a few letters. */
export function sourceStamp(): string {
  const hash = createHash("sha256");
  const own = ["src", "build"].flatMap((folder) =>
    readdirSync(join(PACKAGE, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  const others = [
    "console/package.json",
    "console/vite.config.ts",
    "console/index.html",
    "package-lock.json",
  ];
  for (const file of [...own.sort(), ...others.map((name) => join(ROOT, name))]) {
    hash.update(file.slice(ROOT.length)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

/** In a process of its own: what builds is large and would stay in ours. Resolves with what went wrong. */
function runBuild(): Promise<string | undefined> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(PACKAGE, "build/build.ts")], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, NODE_ENV: "production" },
    });
    let told = "";
    child.stderr.on("data", (text) => {
      told += text;
    });
    child.on("error", (error) => done(error.message));
    child.on("close", (code) => done(code === 0 ? undefined : told.trim() || `the build ended with ${code}`));
  });
}
