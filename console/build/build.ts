/**
 * Builds the console, the share page and its embed script into a folder named by their sources, and prints how large they
 * are. `npm run build`, which also keeps the table in the README (`--readme`).
 */
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import { build } from "vite";
import { sourceStamp } from "../../src/web-build.ts";
import { buildSizes, sizeTable, withSizes } from "./sizes.ts";

const PACKAGE = join(import.meta.dirname, "..");
const README = join(PACKAGE, "../README.md");
const BUILDS = join(PACKAGE, "dist");
/** Servers that still run may serve older builds. */
const KEPT_BUILDS = 4;
/** Below this, compressing is not worth a header. */
const SMALL_BYTES = 512;
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } };

async function main(): Promise<void> {
  const stamp = sourceStamp();
  const folder = join(BUILDS, stamp);
  if (!existsSync(folder)) {
    await mkdir(BUILDS, { recursive: true });
    const draft = await mkdtemp(join(BUILDS, "draft-"));
    try {
      await buildInto(draft);
      await chmod(draft, 0o755);
      await rename(draft, folder).catch((error: unknown) => {
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  const current = join(BUILDS, `current-${process.pid}`);
  await writeFile(current, stamp);
  await rename(current, join(BUILDS, "current"));
  await forgetOldBuilds(stamp);
  const sizes = buildSizes(folder);
  process.stdout.write(`${sizeTable(sizes)}\n`);
  if (process.argv.includes("--readme")) {
    await writeFile(README, withSizes(await readFile(README, "utf8"), sizes));
  }
}

async function buildInto(folder: string): Promise<void> {
  const common = { logLevel: "warn", mode: "production" } as const;
  await build({
    ...common,
    configFile: join(PACKAGE, "vite.config.ts"),
    build: { outDir: join(folder, "console") },
  });
  const share = join(PACKAGE, "src/share");
  await build({
    ...common,
    configFile: false,
    root: share,
    base: "/share/",
    plugins: [react()],
    build: {
      outDir: join(folder, "share"),
      emptyOutDir: true,
      target: "es2023",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  await build({
    ...common,
    configFile: false,
    root: share,
    build: {
      outDir: join(folder, "share"),
      emptyOutDir: false,
      target: "es2020",
      lib: { entry: "embed.ts", formats: ["iife"], name: "antiphon", fileName: () => "embed.js" },
    },
  });
  await compress(folder);
}

async function compress(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(js|css|svg|json)$/.test(entry.name));
  await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const bytes = await readFile(path);
      if (bytes.length < SMALL_BYTES) return;
      await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, BROTLI));
      await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
    }),
  );
}

async function forgetOldBuilds(current: string): Promise<void> {
  const names = (await readdir(BUILDS)).filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== current);
  const dated = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(BUILDS, name))).mtimeMs })),
  );
  const old = dated.sort((a, b) => b.time - a.time).slice(KEPT_BUILDS - 1);
  for (const { name } of old) await rm(join(BUILDS, name), { recursive: true, force: true });
}

await main();
