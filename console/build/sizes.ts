import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What a browser fetches for a page, compressed with gzip: scripts and styles. */
export interface PageSize {
  page: string;
  /** In bytes. Of a scene: beyond the page that one lands on. */
  bytes: number;
  /** Absent: nobody promised one. */
  limit?: number;
}

interface ManifestEntry {
  file: string;
  css?: string[];
  imports?: string[];
  isDynamicEntry?: boolean;
}

type Manifest = Record<string, ManifestEntry>;

const ENTRY = "index.html";
const LANDING = "src/scenes/overview/overview-page.tsx";
const FIRST_LOAD_LIMIT = 400_000;
const SHARE_LIMIT = 120_000;

/** The sizes of a build: the page one lands on, the share page, the embed script, and every scene. */
export function buildSizes(folder: string): PageSize[] {
  const base = join(folder, "console");
  const manifest = JSON.parse(readFileSync(join(base, ".vite/manifest.json"), "utf8")) as Manifest;
  const landing = filesOf(manifest, [ENTRY, LANDING]);
  const total = (files: Iterable<string>) => sum([...files].map((file) => gzipBytes(join(base, file))));
  const scenes = Object.entries(manifest)
    .filter(([name, { isDynamicEntry }]) => isDynamicEntry === true && name.startsWith("src/scenes/"))
    .filter(([name]) => name !== LANDING)
    .map(([name]) => {
      const own = [...filesOf(manifest, [name])].filter((file) => !landing.has(file));
      return { page: name.slice("src/scenes/".length).replace(/\.tsx$/, ""), bytes: total(own) };
    })
    .sort((a, b) => (a.page < b.page ? -1 : 1));
  return [
    { page: "first load after signing in: the overview", bytes: total(landing), limit: FIRST_LOAD_LIMIT },
    { page: "share page", bytes: folderBytes(join(folder, "share/assets")), limit: SHARE_LIMIT },
    { page: "share/embed.js", bytes: gzipBytes(join(folder, "share/embed.js")) },
    ...scenes,
  ];
}

/** Files of entries with all they import at once. */
function filesOf(manifest: Manifest, names: string[]): Set<string> {
  const files = new Set<string>();
  const visit = (name: string) => {
    const entry = manifest[name];
    if (entry === undefined || files.has(entry.file)) return;
    files.add(entry.file);
    for (const style of entry.css ?? []) files.add(style);
    for (const imported of entry.imports ?? []) visit(imported);
  };
  for (const name of names) visit(name);
  return files;
}

function folderBytes(folder: string): number {
  const files = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
  return sum(files.map((name) => gzipBytes(join(folder, name))));
}

/** Small files have no compressed form. */
function gzipBytes(path: string): number {
  return (statSync(`${path}.gz`, { throwIfNoEntry: false }) ?? statSync(path)).size;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The sizes as a table in Markdown. */
export function sizeTable(sizes: readonly PageSize[]): string {
  const rows = sizes.map(({ page, bytes, limit }) => {
    const most = limit === undefined ? "" : `${limit / 1_000} kB`;
    return `| ${page} | ${kilobytes(bytes)} kB | ${most} |`;
  });
  return ["| page | gzip | at most |", "|---|---|---|", ...rows].join("\n");
}

export function kilobytes(bytes: number): number {
  return Math.round(bytes / 1_000);
}

const START = "<!-- sizes: written by `npm run build`, do not edit -->";
const END = "<!-- end of sizes -->";

/** The page with the table in its place. Throws when it has none. */
export function withSizes(page: string, sizes: readonly PageSize[]): string {
  const from = page.indexOf(START);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error(`the page lacks ${START} or ${END}`);
  return `${page.slice(0, from)}${START}\n\n${sizeTable(sizes)}\n\n${page.slice(to)}`;
}
