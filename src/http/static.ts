import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { BytesReply, Call } from "./route.ts";

const MEDIA_TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

const YEAR_SECONDS = 31_536_000;

/**
 * The files of a folder as they were when it was opened, compressed forms (`.br`, `.gz`) beside them. Files are found
 * by their exact names in a list: no path leads out of it.
 */
export class StaticFiles {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;
  readonly #tag: string;

  private constructor(folder: string, names: ReadonlySet<string>, version: string) {
    this.#folder = folder;
    this.#names = names;
    this.#tag = `W/"${version}"`;
  }

  /** `version` stands for the content of every file: other content needs another. */
  static async open(folder: string, version: string): Promise<StaticFiles> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const names = files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
    return new StaticFiles(folder, new Set(names.map((name) => name.replaceAll("\\", "/"))), version);
  }

  text(name: string): Promise<string> {
    return readFile(join(this.#folder, name), "utf8");
  }

  /**
   * A file as the client takes it; undefined where there is none. With `isHashed`, its name changes with its content,
   * so it is kept for a year; otherwise it is asked for again each time.
   */
  async reply(
    call: Call,
    name: string,
    { isHashed }: { isHashed: boolean },
  ): Promise<BytesReply | undefined> {
    const mediaType = MEDIA_TYPES[extname(name)];
    if (mediaType === undefined || !this.#names.has(name)) return undefined;
    const headers = {
      "content-type": mediaType,
      "cache-control": isHashed ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache",
      "cross-origin-resource-policy": "same-origin",
      etag: this.#tag,
      vary: "accept-encoding",
    };
    if (isKnown(call, this.#tag)) return { kind: "bytes", status: 304, headers, bytes: new Uint8Array() };
    const encoding = ENCODINGS.find(
      ({ name: coding, suffix }) => accepts(call, coding) && this.#names.has(name + suffix),
    );
    const bytes = await readFile(join(this.#folder, name + (encoding?.suffix ?? "")));
    return {
      kind: "bytes",
      headers: { ...headers, ...(encoding !== undefined && { "content-encoding": encoding.name }) },
      bytes,
    };
  }
}

function isKnown({ headers }: Call, tag: string): boolean {
  const known = headers["if-none-match"]?.split(",") ?? [];
  return known.some((each) => each.trim() === tag);
}

function accepts({ headers }: Call, coding: string): boolean {
  const accepted = headers["accept-encoding"]?.toString() ?? "";
  return accepted.split(",").some((part) => {
    const [name = "", ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    return name === coding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
