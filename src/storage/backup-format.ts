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
  "users",
  "workspace_members",
  "access_tokens",
  "oauth_apps",
  "oauth_grants",
  "oauth_refresh_tokens",
  "oauth_assertions",
  "agent_versions",
  "releases",
  "agent_collaborators",
  "folders",
  "copy_tasks",
  "files",
  "user_variables",
  "turn_suspensions",
  "turn_standings",
  "channels",
  "channel_workspaces",
  "channel_options",
  "channel_accounts",
  "submissions",
  "submission_changes",
  "endpoints",
  "endpoint_health",
  "events",
  "event_bodies",
  "deliveries",
  "attempts",
  "replays",
  "access_keys",
  "triggers",
  "request_keys",
  "received_feedback",
  "workflow_runs",
  "workflow_steps",
  "models",
  "share_links",
  "audit_entries",
  "workspace_limits",
  "workspace_usage",
  "evaluation_sets",
  "evaluation_cases",
  "evaluations",
  "evaluation_rows",
] as const satisfies readonly (keyof Schema)[];

/** Tables no backup holds: signed-in browsers, codes that live for minutes, the nodes that run, what changed lately, and statistics, which are counted
 * again. */
export const LEFT_OUT_TABLES = [
  "sign_ins",
  "oauth_codes",
  "oauth_device_codes",
  "nodes",
  "live_changes",
  "turn_statistics",
  "feedback_statistics",
  "statistics_state",
  "changed_feedback_hours",
] as const satisfies readonly (keyof Schema)[];

export type BackupTable = (typeof BACKUP_TABLES)[number];

/** Bytes of a blob on one line. */
export const BLOB_LINE_BYTES = 48 * 1024;

/**
 * What a backup holds, in this order: the schema its rows are of, the rows table by table, the blobs. The bytes of a
 * blob must be read to their end before the next entry is asked for.
 */
export type BackupEntry =
  | { schemaVersion: number }
  | { table: BackupTable; row: Row }
  | { blob: number; bytes: AsyncIterable<Buffer> };

/** What the first line says. */
const Header = z.object({
  antiphon: z.literal("backup"),
  schemaVersion: z.int().positive(),
  createdAt: z.iso.datetime(),
});
const Line = z.union([
  z.object({
    table: z.enum(BACKUP_TABLES),
    row: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  }),
  z.object({ blob: z.int().positive(), base64: z.base64() }),
  z.object({ end: z.literal(true), counts: z.record(z.string(), z.int()) }),
]);

/** Counted at the end like the rows of a table. */
const BLOB_LINES = "blobs";

/** Writes a backup to `path`, on the disk when it resolves. Rows stand table by table, each blob in one piece. */
export async function writeBackup(
  path: string,
  createdAt: Date,
  rows: AsyncIterable<{ table: BackupTable; row: Row }>,
  blobs: AsyncIterable<{ blob: number; bytes: Buffer }>,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    yield line({ antiphon: "backup", schemaVersion: SCHEMA_VERSION, createdAt: createdAt.toISOString() });
    const counts: Record<string, number> = {};
    for await (const { table, row } of rows) {
      counts[table] = (counts[table] ?? 0) + 1;
      yield line({ table, row });
    }
    for await (const { blob, bytes } of blobs) {
      counts[BLOB_LINES] = (counts[BLOB_LINES] ?? 0) + 1;
      yield line({ blob, base64: bytes.toString("base64") });
    }
    yield line({ end: true, counts });
  }
  const file = createWriteStream(path, { mode: 0o600, flush: true });
  await pipeline(Readable.from(lines()), createGzip({ level: 6 }), file);
}

/**
 * Reads a backup. Throws `storage_failed` when the file is no backup, is one of a newer schema, or ends early: what
 * was read before must then be thrown away.
 */
export async function* readBackup(path: string): AsyncGenerator<BackupEntry> {
  const lines = checkedLines(path);
  try {
    let current = await lines.next();
    while (current.done !== true) {
      const entry = current.value;
      if (!("blob" in entry)) {
        yield entry;
        current = await lines.next();
        continue;
      }
      const { blob } = entry;
      const bytes = async function* () {
        while (current.done !== true && "blob" in current.value && current.value.blob === blob) {
          yield Buffer.from(current.value.base64, "base64");
          current = await lines.next();
        }
      };
      yield { blob, bytes: bytes() };
    }
  } finally {
    await lines.return(undefined);
  }
}

type CheckedLine = Exclude<BackupEntry, { blob: number }> | { blob: number; base64: string };

async function* checkedLines(path: string): AsyncGenerator<CheckedLine, undefined> {
  const counts: Record<string, number> = {};
  let isFirst = true;
  let isComplete = false;
  for await (const text of linesOf(path)) {
    const parsed = parse(path, text);
    if (isFirst) {
      yield { schemaVersion: schemaVersionOf(path, parsed) };
      isFirst = false;
      continue;
    }
    const entry = Line.safeParse(parsed).data;
    if (entry === undefined || isComplete) throw refused(path, "it is damaged");
    if ("end" in entry) {
      const kinds = [...BACKUP_TABLES, BLOB_LINES];
      isComplete = kinds.every((kind) => counts[kind] === entry.counts[kind]);
      continue;
    }
    const kind = "table" in entry ? entry.table : BLOB_LINES;
    counts[kind] = (counts[kind] ?? 0) + 1;
    yield entry;
  }
  if (!isComplete) throw refused(path, "it is incomplete");
}

/** Backups of earlier schemas can be read, those of later ones cannot. */
function schemaVersionOf(path: string, parsed: unknown): number {
  const header = Header.safeParse(parsed).data;
  if (header === undefined) throw refused(path, "it is not an Antiphon backup");
  const { schemaVersion } = header;
  if (schemaVersion > SCHEMA_VERSION) {
    throw refused(path, `it has schema version ${schemaVersion}, this program reads up to ${SCHEMA_VERSION}`);
  }
  return schemaVersion;
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
