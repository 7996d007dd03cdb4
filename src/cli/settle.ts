import { Session } from "node:inspector/promises";
import nodeModule from "node:module";

/**
 * Once, after start-up: keeps the compiled code for the next start even if this process is killed, and gives the
 * memory that only start-up needed back to the system (about a quarter of it; takes some 30 ms).
 */
export async function settle(): Promise<void> {
  nodeModule.flushCompileCache();
  const session = new Session();
  session.connect();
  // Disconnecting from within the reply would block the process: it must be a later step, as here.
  await session.post("HeapProfiler.collectGarbage");
  session.disconnect();
}
