import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { FULL_SCOPE } from "../domain/access.ts";
import type { Agent } from "../domain/agent.ts";
import type { AccessTokenId, AgentId, FileId, UserId, VersionId } from "../domain/ids.ts";
import { backupStore, restoreStore, type StoreLocation } from "./backup.ts";
import { BACKUP_TABLES, BLOB_LINE_BYTES, LEFT_OUT_TABLES } from "./backup-format.ts";
import {
  aBase,
  aChunk,
  aDocument,
  aFile,
  anAgent,
  anAppKey,
  anotherAnswer,
  answer,
  aTurn,
  begin,
  history,
  NOW,
  SETTINGS,
} from "./conformance/factories.ts";
import { makeWait, openRun } from "./conformance/workflow-factories.ts";
import { openDiskBlobs } from "./disk-blobs.ts";
import type { Store } from "./store.ts";
import { openStore } from "./testing/location.ts";
import { fillCallbacks } from "./testing/sample-callbacks.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

const sqlite = async (): Promise<StoreLocation> => ({
  engine: "sqlite",
  path: join(temporaryFolder(), "antiphon.db"),
});
const postgres = async (): Promise<StoreLocation> => ({ engine: "postgres", url: await createDatabase() });

async function open(location: StoreLocation): Promise<Store> {
  const store = await openStore(location);
  onTestFinished(() => store.close());
  return store;
}

/** Backs up into the file; uploads lie beside it. */
const backup = (store: StoreLocation, file: string) =>
  backupStore({ store, filesFolder: join(dirname(file), "files"), file });
const restore = (file: string, store: StoreLocation, filesFolder = join(temporaryFolder(), "files")) =>
  restoreStore({ store, filesFolder, file });

/** One of everything; what `observe` sees of it is what must survive. */
async function fill(store: Store) {
  const agent = anAgent(store);
  const workspace = { id: agent.workspaceId, name: "默认", description: "", icon: "", createdAt: NOW };
  await store.workspaces.save({ ...workspace, kind: "team" });
  await store.agents.save(agent);
  await store.appKeys.save(anAppKey(store, agent, "hash"));
  await store.settings.set("key", "line\u2028separator\nand 'quotes' 😀");
  const conversation = await begin(store, { agentId: agent.id, inputs: { name: "小王" }, pinnedAt: NOW });
  const turn = await answer(store, aTurn(store, conversation), {
    usage: {
      inputTokens: 1,
      outputTokens: 2,
      firstTokenMs: 3,
      latencyMs: 4,
      cost: 0.1 + 0.2,
      currency: "CNY",
    },
    trace: [{ type: "agent-jump", to: "b", reason: "", latencyMs: 1 }],
  });
  await answer(store, anotherAnswer(store, turn), { text: "长".repeat(50_000) });
  await store.feedback.save({
    turnId: turn.turnId,
    rater: "u-1",
    rating: "like",
    categories: ["好"],
    comment: "",
    revision: 1,
    updatedAt: NOW,
  });
  const base = await aBase(store);
  const document = aDocument(store, base);
  const chunks = Array.from({ length: 450 }, (_, position) =>
    aChunk(store, base, ["退货", `第${position}`, '"*'], { documentId: document.id, position }),
  );
  await store.knowledge.saveDocument(document, chunks);
  const access = await fillAccess(store, agent);
  const callbacks = await fillCallbacks(store);
  const opened = await openRun(store, { agentId: agent.id });
  await makeWait(store, opened, { dueAt: NOW }, NOW);
  const search = { baseIds: [base.id], kind: "passage" as const, terms: ["第7", '"*'] };
  return async (other: Store) => ({
    access: await access(other),
    callbacks: await callbacks(other),
    workflowRun: await other.workflowRuns.get(opened.run.id),
    workflowSteps: await other.workflowRuns.steps(opened.run.id),
    wakesAt: await other.workflowRuns.nextWakeAt(),
    agent: await other.agents.findByKeyHash("hash"),
    workspace: await other.workspaces.findByName("默认"),
    setting: await other.settings.get("key"),
    conversation: await other.conversations.find(agent.id, "u-1", conversation.id),
    history: await history(other, conversation),
    trace: await other.turns.trace(turn.turnId),
    feedback: await other.feedback.find(turn.turnId, "u-1"),
    documents: await other.knowledge.listDocuments(base.id),
    best: (await other.knowledge.candidates({ ...search, limit: 1 }))[0],
    counts: await other.knowledge.termCounts(search),
  });
}

/** One of everything that came with users, versions and files. */
async function fillAccess(store: Store, agent: Agent) {
  const userId = store.newId<UserId>();
  const user = { id: userId, name: "li", nickname: "小李", avatarUrl: "", createdAt: NOW };
  await store.users.save({ ...user, passwordHash: "scrypt" });
  await store.workspaces.saveMember({
    workspaceId: agent.workspaceId,
    userId,
    role: "owner",
    joinedAt: NOW,
  });
  const token = { id: store.newId<AccessTokenId>(), tokenHash: "token", kind: "personal" as const, userId };
  await store.tokens.save({ ...token, name: "", scope: FULL_SCOPE, sessionName: "", createdAt: NOW });
  const version = { id: store.newId<VersionId>(), agentId: agent.id, number: 7, name: "v", changelog: "" };
  await store.versions.insert({ ...version, settings: agent.settings, createdAt: NOW });
  await store.versions.release({ agentId: agent.id, channel: "api", versionId: version.id, since: NOW });
  const file = aFile(store);
  await store.files.insert(file);
  const variables = { agentId: agent.id, channel: "api", userId: "u-1" };
  await store.userVariables.save(variables, { city: "北京" }, NOW);
  return async (other: Store) => ({
    caller: await other.tokens.findCaller("token"),
    live: await other.agents.findLive(agent.id, "api"),
    file: await other.files.find(file.id),
    variables: await other.userVariables.list(variables),
  });
}

describe.each([
  { from: "SQLite", to: "PostgreSQL", source: sqlite, target: postgres },
  { from: "PostgreSQL", to: "SQLite", source: postgres, target: sqlite },
  { from: "SQLite", to: "SQLite", source: sqlite, target: sqlite },
  { from: "PostgreSQL", to: "PostgreSQL", source: postgres, target: postgres },
])("a backup of a running $from store restored into $to", ({ source, target }) => {
  it("holds everything, and takes new writes and searches like the first", async () => {
    const [from, to] = [await source(), await target()];
    const file = join(temporaryFolder(), "backup.gz");
    const first = await open(from);
    const observe = await fill(first);
    const before = await observe(first);
    const written = await backup(from, file);
    await first.settings.set("key", "written after the backup");
    expect(await restore(file, to)).toEqual(written);
    const second = await open(to);
    expect(await observe(second)).toEqual(before);
    expect(before.counts.counts).toEqual(
      new Map([
        ["第7", 1],
        ['"*', 450],
      ]),
    );
    expect(before).toMatchObject({ workflowRun: { status: "waiting" }, wakesAt: NOW });
    expect(before.callbacks.counts).toMatchObject({ pending: 1, leased: 1 });
    const conversation = await begin(second);
    await answer(second, aTurn(second, conversation));
    expect(await history(second, conversation)).toHaveLength(1);
    await second.outbox.takeBack({ now: NOW, isOwnStart: true, hangMs: 1000 });
    expect(await second.outbox.counts()).toMatchObject({ pending: 2, leased: 0 });
  });
});

it("a backup shows one moment, although the server goes on writing", async () => {
  const from = await sqlite();
  const store = await open(from);
  await fill(store);
  const file = join(temporaryFolder(), "backup.gz");
  let isDone = false;
  const writing = (async () => {
    for (let index = 0; !isDone; index += 1) {
      await store.transaction(async (inside) => {
        await inside.settings.set("left", String(index));
        const conversation = await begin({ ...store, ...inside });
        await inside.settings.set("right", String(conversation.id));
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await backup(from, file);
  isDone = true;
  await writing;
  const to = await sqlite();
  await restore(file, to);
  const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  const conversations = lines.filter((line) => line.includes('"table":"conversations"')).length;
  const left = lines.find((line) => line.includes('"key":"left"'));
  const turns = left === undefined ? 0 : Number(JSON.parse(left).row.value) + 1;
  expect(conversations).toBe(1 + turns);
});

it("every table is in the backup or left out on purpose", async () => {
  const path = join(temporaryFolder(), "antiphon.db");
  await open({ engine: "sqlite", path });
  const database = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => database.close());
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all()
    .map((row) => String(row["name"]))
    .filter((name) => name !== "schema_migrations" && !name.startsWith("chunk_index"));
  expect(tables.toSorted()).toEqual([...BACKUP_TABLES, ...LEFT_OUT_TABLES].toSorted());
});

describe("uploaded files", () => {
  /** A store with files of these sizes, backed up. */
  async function backupOf(contents: Buffer[]) {
    const from = await sqlite();
    const store = await open(from);
    const file = join(temporaryFolder(), "backup.gz");
    const blobs = await openDiskBlobs({ folder: join(dirname(file), "files"), writer: "test" });
    const ids: FileId[] = [];
    for (const content of contents) {
      const row = aFile(store, { sizeBytes: content.length });
      await blobs.put(row.id, Readable.from([content]));
      await store.files.insert(row);
      ids.push(row.id);
    }
    return { from, file, ids, blobs };
  }

  it("travel in the backup byte by byte, whatever their size", async () => {
    const contents = [0, 1, BLOB_LINE_BYTES, BLOB_LINE_BYTES * 2, 300_001].map((size) => randomBytes(size));
    const { from, file, ids } = await backupOf(contents);
    expect(await backup(from, file)).toEqual({ rows: 5, files: 5 });
    const folder = join(temporaryFolder(), "files");
    expect(await restore(file, await sqlite(), folder)).toEqual({ rows: 5, files: 5 });
    expect(ids.map((id) => readFileSync(join(folder, String(id))))).toEqual(contents);
    expect(readdirSync(folder)).toHaveLength(5);
  });

  it("that are gone are left out, and those that are there already stay", async () => {
    const { from, file, ids, blobs } = await backupOf([Buffer.from("one"), Buffer.from("two")]);
    const [first = 0, second = 0] = ids;
    await blobs.delete(first);
    expect(await backup(from, file)).toEqual({ rows: 2, files: 1 });
    const folder = join(dirname(file), "files");
    expect(await restore(file, await sqlite(), folder)).toEqual({ rows: 2, files: 0 });
    expect(readFileSync(join(folder, String(second)), "utf8")).toBe("two");
  });

  it("of a backup that cannot be restored leave nothing behind", async () => {
    const { from, file } = await backupOf([randomBytes(100_000), Buffer.from("two")]);
    await backup(from, file);
    const lines = gunzipSync(readFileSync(file)).toString().split("\n");
    const bad = join(temporaryFolder(), "bad.gz");
    writeFileSync(bad, gzipSync([...lines.slice(0, -2), ""].join("\n")));
    const folder = join(temporaryFolder(), "files");
    await expect(restore(bad, await sqlite(), folder)).rejects.toMatchObject({ code: "storage_failed" });
    expect(readdirSync(folder)).toEqual([]);
  });
});

it("a backup of the first schema is restored: its agents are their first versions, live on the API", async () => {
  const agent = { id: 11, workspace_id: 1, slug: "shop", name: "商城客服", kind: "chat", api_enabled: 1 };
  const rows: [string, Record<string, string | number | null>][] = [
    ["workspaces", { id: 1, name: "默认", created_at: 5 }],
    [
      "agents",
      {
        ...agent,
        settings: JSON.stringify(SETTINGS),
        revision: 1,
        created_at: 5,
        updated_at: 1_700_000_000_000,
      },
    ],
    ["agent_keys", { key_hash: "hash", agent_id: 11, created_at: 5, revoked_at: null }],
  ];
  const lines = [
    { antiphon: "backup", schemaVersion: 1, createdAt: NOW.toISOString() },
    ...rows.map(([table, row]) => ({ table, row })),
    { end: true, counts: { workspaces: 1, agents: 1, agent_keys: 1 } },
  ];
  const file = join(temporaryFolder(), "backup.gz");
  writeFileSync(file, gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
  for (const to of [await sqlite(), await postgres()]) {
    expect(await restore(file, to)).toEqual({ rows: 3, files: 0 });
    const store = await open(to);
    const found = await store.agents.findByKeyHash("hash");
    expect(found).toMatchObject({ name: "商城客服", settings: SETTINGS, collaboration: "single" });
    const versions = await store.versions.list(11 as AgentId, { offset: 0, limit: 10 }, "api");
    expect(versions).toMatchObject({ total: 1, items: [{ number: 1_700_000_000_000, settings: SETTINGS }] });
    expect(found?.versionId).toBe(versions.items[0]?.id);
  }
});

it("a store that holds anything is not restored into", async () => {
  const [from, to] = [await sqlite(), await sqlite()];
  const file = join(temporaryFolder(), "backup.gz");
  await fill(await open(from));
  await backup(from, file);
  const target = await openStore(to);
  await target.settings.set("mine", "1");
  await target.close();
  await expect(restore(file, to)).rejects.toMatchObject({
    code: "storage_failed",
    message: expect.stringContaining("not empty"),
  });
  expect(await (await open(to)).settings.get("key")).toBeUndefined();
});

it("a truncated, foreign, damaged or newer file is refused and leaves the store empty", async () => {
  const from = await sqlite();
  const folder = temporaryFolder();
  const file = join(folder, "backup.gz");
  await fill(await open(from));
  await backup(from, file);
  const whole = readFileSync(file);
  const lines = gunzipSync(whole).toString().split("\n");
  const zipped = (some: string[]) => gzipSync(some.join("\n"));
  const damaged: [string, Buffer, RegExp][] = [
    ["cut in the middle", whole.subarray(0, whole.length / 2), /damaged|incomplete/],
    ["cut by a byte", whole.subarray(0, whole.length - 1), /damaged|incomplete/],
    ["without its last line", zipped([...lines.slice(0, -2), ""]), /incomplete/],
    ["cut inside a line", zipped(lines).subarray(0, -40), /damaged|incomplete/],
    ["with a line missing", zipped([...lines.slice(0, 5), ...lines.slice(6)]), /incomplete/],
    ["with rows after the end", zipped([...lines.slice(0, -1), lines[1] ?? "", ""]), /damaged/],
    ["empty", Buffer.alloc(0), /damaged|incomplete/],
    ["foreign", Buffer.from("-- PostgreSQL database dump"), /not an Antiphon backup/],
    ["foreign gzip", gzipSync("hello\n"), /not an Antiphon backup/],
    ["foreign JSON", gzipSync('{"antiphon":"other"}\n'), /not an Antiphon backup/],
    [
      "newer",
      zipped([(lines[0] ?? "").replace(/"schemaVersion":\d+/, '"schemaVersion":99'), ""]),
      /version 99/,
    ],
  ];
  const to = await sqlite();
  for (const [name, content, message] of damaged) {
    const bad = join(folder, name);
    writeFileSync(bad, content);
    await expect(restore(bad, to), name).rejects.toMatchObject({
      code: "storage_failed",
      message: expect.stringMatching(message),
    });
  }
  await restore(file, to);
});

it("a place without a store is not backed up, and no file appears", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "backup.gz");
  const nowhere: StoreLocation = { engine: "sqlite", path: join(folder, "missing.db") };
  await expect(backup(nowhere, file)).rejects.toMatchObject({ code: "storage_failed" });
  await expect(backup(await postgres(), file)).rejects.toMatchObject({ code: "storage_failed" });
  expect(readdirSync(folder)).toEqual([]);
});
