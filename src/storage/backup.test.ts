import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { backupStore, restoreStore, type StoreLocation } from "./backup.ts";
import {
  aBase,
  aChunk,
  aDocument,
  anAgent,
  anotherAnswer,
  answer,
  aTurn,
  begin,
  history,
  NOW,
} from "./conformance/factories.ts";
import type { Store } from "./store.ts";
import { openStore } from "./testing/location.ts";
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

/** One of everything; what `observe` sees of it is what must survive. */
async function fill(store: Store) {
  const agent = anAgent(store);
  await store.workspaces.save({ id: agent.workspaceId, name: "默认", createdAt: NOW });
  await store.agents.save(agent);
  await store.agents.addKey("hash", agent.id, NOW);
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
  const search = { baseIds: [base.id], kind: "passage" as const, terms: ["第7", '"*'] };
  return async (other: Store) => ({
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
    const written = await backupStore(from, file);
    await first.settings.set("key", "written after the backup");
    expect(await restoreStore(file, to)).toBe(written);
    const second = await open(to);
    expect(await observe(second)).toEqual(before);
    expect(before.counts.counts).toEqual(
      new Map([
        ["第7", 1],
        ['"*', 450],
      ]),
    );
    const conversation = await begin(second);
    await answer(second, aTurn(second, conversation));
    expect(await history(second, conversation)).toHaveLength(1);
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
  await backupStore(from, file);
  isDone = true;
  await writing;
  const to = await sqlite();
  await restoreStore(file, to);
  const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  const conversations = lines.filter((line) => line.includes('"table":"conversations"')).length;
  const left = lines.find((line) => line.includes('"key":"left"'));
  const turns = left === undefined ? 0 : Number(JSON.parse(left).row.value) + 1;
  expect(conversations).toBe(1 + turns);
});

it("a store that holds anything is not restored into", async () => {
  const [from, to] = [await sqlite(), await sqlite()];
  const file = join(temporaryFolder(), "backup.gz");
  await fill(await open(from));
  await backupStore(from, file);
  const target = await openStore(to);
  await target.settings.set("mine", "1");
  await target.close();
  await expect(restoreStore(file, to)).rejects.toMatchObject({
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
  await backupStore(from, file);
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
      zipped([(lines[0] ?? "").replace('"schemaVersion":1', '"schemaVersion":99'), ""]),
      /version 99/,
    ],
  ];
  const to = await sqlite();
  for (const [name, content, message] of damaged) {
    const bad = join(folder, name);
    writeFileSync(bad, content);
    await expect(restoreStore(bad, to), name).rejects.toMatchObject({
      code: "storage_failed",
      message: expect.stringMatching(message),
    });
  }
  await restoreStore(file, to);
});

it("a place without a store is not backed up, and no file appears", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "backup.gz");
  const nowhere: StoreLocation = { engine: "sqlite", path: join(folder, "missing.db") };
  await expect(backupStore(nowhere, file)).rejects.toMatchObject({ code: "storage_failed" });
  await expect(backupStore(await postgres(), file)).rejects.toMatchObject({ code: "storage_failed" });
  expect(readdirSync(folder)).toEqual([]);
});
