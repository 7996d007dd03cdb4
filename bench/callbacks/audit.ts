import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { Site } from "./site.ts";

const DEADLINE_MS = 10_000;

/** Milliseconds that a publish with an audit takes, by a channel's server that approves at once. */
export async function auditTimes(bench: Bench, site: Site): Promise<number[]> {
  const channel = await openChannel(site, "/audit/approving");
  const agentId = await site.newAgent();
  const times: number[] = [];
  for (let count = 0; count < (bench.isQuick ? 30 : 200); count++) {
    times.push(await publish(site, agentId, channel));
    await sleep(5);
  }
  return times.slice(1);
}

/** Milliseconds by which publishes to a server that never answers end too late (or, below zero, too early). */
export async function deadlineErrors(bench: Bench, site: Site): Promise<number[]> {
  const channel = await openChannel(site, "/audit/hanging");
  const agents = await Promise.all(Array.from({ length: bench.isQuick ? 3 : 10 }, () => site.newAgent()));
  const times = await Promise.all(agents.map((agentId) => publish(site, agentId, channel)));
  return times.map((took) => took - DEADLINE_MS);
}

/** A custom channel whose server is at the path. */
async function openChannel(site: Site, path: string): Promise<string> {
  const { id } = await site.call("POST /api/channels", { name: path });
  const { data } = await site.call("GET /v1/workspaces");
  await site.call(`POST /api/channels/${id}/workspaces`, { workspaceId: data.workspaces[0].id });
  const app = await site.call("POST /v1/api_apps", { app_type: "connector", connector_id: id });
  const address = { callback_url: `${site.receiver.url}${path}` };
  await site.call(`PUT /v1/api_apps/${app.data.id}`, address);
  await site.call(`POST /v1/api_apps/${app.data.id}/events`, { event_types: ["bot.published"] });
  return id;
}

async function publish(site: Site, agentId: string, channel: string): Promise<number> {
  const startMs = performance.now();
  await site.call(`POST /api/agents/${agentId}/publish`, { channels: [{ channel }] });
  return performance.now() - startMs;
}
