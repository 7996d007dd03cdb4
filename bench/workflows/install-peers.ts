import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Whom we are compared with. They are no dependencies: this is the only place that names them. */
const PACKAGES = {
  "@langchain/core": "1.2.13",
  "@langchain/langgraph": "1.4.11",
  "@langchain/langgraph-checkpoint-sqlite": "1.0.4",
  "@mastra/core": "1.71.0",
  zod: "4.6.7",
};

const FOLDER = fileURLToPath(new URL("../../node_modules/.cache/antiphon-bench/workflows", import.meta.url));
const LIMIT_MS = 240_000;

/**
 * Installs the others where nothing of ours sees them, unless they are there already. No install scripts are run. Resolves
 * with the folder; rejects when npm could not do it.
 */
export async function installPeers(progress: (text: string) => void): Promise<string> {
  const missing = Object.entries(PACKAGES).filter(([name, version]) => installedVersion(name) !== version);
  if (missing.length === 0) return FOLDER;
  progress(`workflows: installing ${missing.map(([name, version]) => `${name} ${version}`).join(", ")}`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), JSON.stringify({ private: true, dependencies: PACKAGES }));
  const npm = [
    "install",
    "--prefix",
    FOLDER,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel",
    "error",
  ];
  await promisify(execFile)("npm", npm, { timeout: LIMIT_MS, cwd: FOLDER });
  return FOLDER;
}

function installedVersion(name: string): string | undefined {
  const manifest = join(FOLDER, "node_modules", name, "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
}
