/** Thread: copies the write-ahead log into the data file whenever it is told to. */
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { CheckpointReply } from "./checkpointer.ts";

/** Primary result code: there was no room for what should have been written. */
const FULL = 13;

const database = new DatabaseSync(String(workerData), { timeout: 0 });
database.exec("pragma synchronous = normal; pragma wal_autocheckpoint = 0");

parentPort?.on("message", (isLast: boolean) => {
  if (isLast) {
    database.close();
    parentPort?.close();
  } else {
    parentPort?.postMessage(checkpoint());
  }
});

function checkpoint(): CheckpointReply {
  try {
    const row = database.prepare("pragma wal_checkpoint(passive)").get();
    return { frames: Number(row?.["log"]), copied: Number(row?.["checkpointed"]) };
  } catch (error) {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0;
    return (code & 0xff) === FULL ? { isFull: true } : { failure: error };
  }
}
