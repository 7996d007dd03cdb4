/** Thread: runs code that is not ours, one call after the other. */
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { Machine } from "./machine.ts";
import type { Task } from "./machine-task.ts";

/** On Linux this is the thread's own niceness: what the server does itself goes first. Elsewhere it would be everybody's. */
const NICENESS = 10;
if (process.platform === "linux") setPriority(NICENESS);

const engine: WebAssembly.Module = workerData;
let next = Machine.open(engine);
await next;

parentPort?.on("message", async (task: Task) => {
  const machine = await next;
  parentPort?.postMessage(machine.run(task));
  if (!machine.reset()) next = Machine.open(engine);
});
parentPort?.postMessage("ready");
