import { randomBytes } from "node:crypto";
import { Emitter } from "../src/callbacks/emit.ts";
import { createEndpoint } from "../src/callbacks/endpoints.ts";
import { standardFormat } from "../src/callbacks/standard-format.ts";
import type { AgentId, WorkspaceId } from "../src/domain/ids.ts";
import { openSqliteStore } from "../src/storage/sqlite/open.ts";
import { serveParent } from "./processes/parent.ts";

export interface EmitOrder {
  path: string;
  endpoints: number;
  events: number;
}

serveParent({}, (message) => measure(message as EmitOrder));
process.once("SIGTERM", () => process.exit());

/** Milliseconds that telling of an event takes inside the transaction of its cause, of each. */
async function measure({ path, endpoints, events }: EmitOrder): Promise<number[]> {
  const store = await openSqliteStore({ path, durability: "full" });
  const workspaceId = store.newId<WorkspaceId>();
  const agentId = store.newId<AgentId>();
  const formats = {
    standard: standardFormat,
    coze: standardFormat,
    "coze-channel": standardFormat,
    insight: standardFormat,
  };
  const services = {
    ...{ store, formats, secretKey: { bytes: randomBytes(32), id: "benchkey" } },
    // Nobody is asked before a standard endpoint is saved.
    outbound: { exchange: () => Promise.reject(new Error("nothing goes out")) },
    endpointChanged: () => {},
  };
  for (let count = 0; count < endpoints; count++) {
    await createEndpoint(services, {
      ...{ kind: "standard", name: `endpoint ${count}`, workspaceId, url: "https://example.com/hook" },
      eventTypes: ["agent.published"],
    });
  }
  const emitter = new Emitter({ newId: store.newId, formats });
  const data = { agentId, name: "bench", description: "An agent of a benchmark.", channel: "api" };
  const times: number[] = [];
  for (let count = 0; count < events; count++) {
    await store.transaction(async (inside) => {
      const startMs = performance.now();
      await emitter.emit(inside, {
        ...{ type: "agent.published", workspaceId, subject: `agent:${agentId}`, at: new Date(), data },
      });
      times.push(performance.now() - startMs);
    });
    await store.flushed();
  }
  await store.close();
  return times;
}
