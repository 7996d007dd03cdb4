import { createReadStream, createWriteStream } from "node:fs";
import { pipeline as connect, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";
import { DomainError } from "../domain/errors.ts";
import { SCHEMA_VERSION } from "./migrations/index.ts";
import type { Schema } from "./schema.ts";
import type { Value } from "./statement.ts";

export type Row = Readonly<Record<string, Value>>;

/** Every table a backup holds; indexes are built again when it is restored. */
export const BACKUP_TABLES = [
  "settings",
  "workspaces",
  "agents",
  "agent_keys",
  "conversations",
  "exchanges",
  "messages",
  "turns",
  "turn_traces",
  "feedback",
  "knowledge_bases",
  "documents",
  "chunks",
] as const satisfies readonly (keyof Schema)[];

export type BackupTable = (typeof BACKUP_TABLES)[number];

/** What the first line says. */
const Header = z.object({
  antiphon: z.literal("backup"),
  schemaVersion: z.int(),
  createdAt: z.iso.datetime(),
});
const Line = z.union([
  z.object({
    table: z.enum(BACKUP_TABLES),
    row: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  }),
  z.object({ end: z.literal(true), counts: z.record(z.string(), z.int()) }),
]);

/** Writes a backup to `path`, on the disk when it resolves. Rows stand table by table. */
export async function writeBackup(
  path: string,
  createdAt: Date,
  rows: AsyncIterable<{ table: BackupTable; row: Row }>,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    yield line({ antiphon: "backup", schemaVersion: SCHEMA_VERSION, createdAt: createdAt.toISOString() });
    const counts: Record<string, number> = {};
    for await (const { table, row } of rows) {
      counts[table] = (counts[table] ?? 0) + 1;
      yield line({ table, row });
    }
    yield line({ end: true, counts });
  }
  const file = createWriteStream(path, { mode: 0o600, flush: true });
  await pipeline(Readable.from(lines()), createGzip({ level: 6 }), file);
}

/**
 * The rows of a backup. Throws `storage_failed` when the file is no backup of this schema, or ends early: what
 * was read before must then be thrown away.
 */
export async function* readBackup(path: string): AsyncGenerator<{ table: BackupTable; row: Row }> {
  const counts: Record<string, number> = {};
  let isFirst = true;
  let isComplete = false;
  for await (const text of linesOf(path)) {
    const parsed = parse(path, text);
    if (isFirst) {
      checkHeader(path, parsed);
      isFirst = false;
      continue;
    }
    const entry = Line.safeParse(parsed).data;
    if (entry === undefined || isComplete) throw refused(path, "it is damaged");
    if ("table" in entry) {
      counts[entry.table] = (counts[entry.table] ?? 0) + 1;
      yield entry;
    } else {
      isComplete = BACKUP_TABLES.every((table) => counts[table] === entry.counts[table]);
    }
  }
  if (!isComplete) throw refused(path, "it is incomplete");
}

function checkHeader(path: string, parsed: unknown): void {
  const header = Header.safeParse(parsed).data;
  if (header === undefined) throw refused(path, "it is not an Antiphon backup");
  if (header.schemaVersion !== SCHEMA_VERSION) {
    throw refused(
      path,
      `it has schema version ${header.schemaVersion}, this program reads ${SCHEMA_VERSION}`,
    );
  }
}

/** Splits at "\n" only: a text may hold other line separators. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const chunks = createGunzip();
  // What breaks the reading is thrown by the loop below.
  connect(createReadStream(path), chunks, () => {});
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of chunks) {
      const text = decoder.decode(chunk, { stream: true });
      // A long line is joined once, not with each of its pieces.
      if (!text.includes("\n")) {
        rest += text;
        continue;
      }
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    if (error instanceof DomainError) throw error;
    if (error instanceof Error && "syscall" in error) throw refused(path, "it cannot be read", error);
    throw refused(path, "it is not an Antiphon backup, or it is damaged", error);
  }
  if (rest !== "") throw refused(path, "it is incomplete");
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(path, "it is not an Antiphon backup, or it is damaged", error);
  }
}

function refused(path: string, why: string, cause?: unknown): DomainError {
  return new DomainError("storage_failed", `${path} cannot be restored: ${why}`, { cause });
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
