import { copyFileSync, fdatasync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { anEmission, endpoint } from "../../src/storage/conformance/callback-factories.ts";
import { openSqliteStore } from "../../src/storage/sqlite/open.ts";
import type { Emission, Store } from "../../src/storage/store.ts";
import { temporaryFolder } from "../../src/storage/testing/temporary-folder.ts";
import { printFigure } from "../support/figures.ts";
import { seededRandom } from "../support/random.ts";

const EVENTS = Number(process.env["CALLBACK_POWER_EVENTS"] ?? 60);
const SEED = Number(process.env["CALLBACK_SEED"] ?? Date.now() % 1_000_000);
const WRITERS = 4;
const SECTOR_BYTES = 512;
/** Of each disk: cut off where the flush ended, and with some of what came after it, torn. */
const TORN_COPIES = 2;

/** What was surely on the disk when a flush had ended, and what more was in the file. */
interface Disk {
  folder: string;
  log: Buffer;
  durableBytes: number;
}

interface Kept {
  emission: Emission;
  /** How many flushes had ended when it was acknowledged. */
  afterFlushes: number;
}

test(
  "F10: the power fails after any flush: the file opens, nothing acknowledged is missing, no row is torn",
  async () => {
    const folder = temporaryFolder();
    const random = seededRandom(SEED);
    const { disks, kept } = await recordDisks(folder);
    expect(kept.length).toBeGreaterThanOrEqual(EVENTS);
    expect(disks.length).toBeGreaterThanOrEqual(EVENTS / WRITERS);
    expect(kept.filter(({ afterFlushes }) => afterFlushes === 0)).toEqual([]);
    let copies = 0;
    for (const [index, disk] of disks.entries()) {
      const promised = kept.filter(({ afterFlushes }) => afterFlushes <= index + 1);
      const logs = [disk.log.subarray(0, disk.durableBytes)];
      while (logs.length <= TORN_COPIES) logs.push(torn(disk, random));
      for (const log of logs) {
        copies += 1;
        const path = layOut(disk, join(folder, `copy-${copies}`), log);
        await checkCopy(path, promised, `CALLBACK_SEED=${SEED}, disk ${index}`);
      }
    }
    printFigure(
      `F10: CALLBACK_SEED=${SEED}, ${kept.length} events, ${disks.length} flushes, ${copies} disks`,
    );
  },
  60_000 + EVENTS * 1_000,
);

/** Writes events from several sides, and keeps what the disk is at the end of each flush. */
async function recordDisks(folder: string): Promise<{ disks: Disk[]; kept: Kept[] }> {
  const path = join(folder, "antiphon.db");
  const disks: Disk[] = [];
  const sync = async (fileDescriptor: number) => {
    const durableBytes = statSync(`${path}-wal`).size;
    await promisify(fdatasync)(fileDescriptor);
    const place = join(folder, `disk-${disks.length}`);
    mkdirSync(place);
    copyFileSync(path, join(place, "antiphon.db"));
    disks.push({ folder: place, log: readFileSync(`${path}-wal`), durableBytes });
  };
  const store = await openSqliteStore({ path, durability: "full", sync });
  const kept: Kept[] = [];
  try {
    const listening = await endpoint(store);
    const write = async () => {
      while (kept.length < EVENTS) {
        const emission = anEmission(store, [listening]);
        await store.transaction((inside) => inside.outbox.add(emission));
        await store.flushed();
        kept.push({ emission, afterFlushes: disks.length });
        await nextTurn();
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
  } finally {
    await store.close();
  }
  return { disks, kept };
}

/** Some of what was not flushed reached the disk, some of it only in part. */
function torn({ log, durableBytes }: Disk, random: () => number): Buffer {
  const end = durableBytes + Math.floor(random() * (log.length - durableBytes + 1));
  const copy = Buffer.from(log.subarray(0, end));
  const sectors = Math.floor((end - durableBytes) / SECTOR_BYTES);
  for (let sector = 0; sector < sectors; sector++) {
    const start = durableBytes + sector * SECTOR_BYTES;
    if (random() < 0.3) copy.fill(Math.floor(random() * 256), start, start + SECTOR_BYTES);
  }
  return copy;
}

function layOut({ folder }: Disk, place: string, log: Buffer): string {
  mkdirSync(place);
  const path = join(place, "antiphon.db");
  copyFileSync(join(folder, "antiphon.db"), path);
  writeFileSync(`${path}-wal`, log);
  return path;
}

async function checkCopy(path: string, promised: readonly Kept[], name: string): Promise<void> {
  const store = await openSqliteStore({ path, durability: "full" });
  try {
    const missing = [];
    for (const { emission } of promised)
      if (!(await isWhole(store, emission))) missing.push(emission.event.id);
    expect([name, missing]).toEqual([name, []]);
  } finally {
    await store.close();
  }
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    expect(database.prepare("pragma integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    const halves = database.prepare(
      `select (select count(*) from events) as events, (select count(*) from deliveries) as deliveries,
        (select count(*) from event_bodies) as bodies`,
    );
    const counts = { ...halves.get() };
    expect(new Set(Object.values(counts)).size).toBe(1);
  } finally {
    database.close();
  }
}

async function isWhole({ outbox }: Store, { event, bodies, deliveries }: Emission): Promise<boolean> {
  const [body, delivery] = [bodies[0], deliveries[0]];
  if (body === undefined || delivery === undefined) return false;
  const found = await outbox.findDelivery(delivery.id);
  const text = await outbox.body(body.id);
  return (await outbox.findEvent(event.id)) !== undefined && found?.state === "pending" && text === body.text;
}
