import { ownerOf } from "../../src/callbacks/node-share.ts";
import type { EndpointId } from "../../src/domain/ids.ts";
import { upstreamModel } from "../support/antiphon.ts";
import { CallbackReceiver } from "../support/callback-receiver.ts";
import { type Cluster, startCluster } from "../support/cluster.ts";
import { type CozeHttp, cozeHttp } from "../support/coze-http.ts";
import { startUpstream } from "../support/upstream.ts";
import type { Acknowledged } from "./callback-oracle.ts";
import { checkCallbacks } from "./callback-oracle.ts";
import {
  beginConversation,
  callApi,
  type Listener,
  type ListenerSettings,
  listener,
  TOKEN,
} from "./callback-scene.ts";
import { type StoredCallbacks, storedCallbacks } from "./stored-callbacks.ts";

/** Nodes on one PostgreSQL, and somebody who gets their events. */
export interface CallbackCluster {
  readonly cluster: Cluster;
  readonly receiver: CallbackReceiver;
  readonly stored: StoredCallbacks;
  coze(node: number): CozeHttp;
  newAgent(): Promise<string>;
  listen(agentId: string, settings?: ListenerSettings): Promise<Listener>;
  /** The number of the node that looks after an endpoint while all live. */
  ownerOf(listener: Listener): number;
  /** Begins conversations on these nodes, several at once, until it is told to stop; resolves with what was acknowledged. */
  traffic(agentId: string, nodes: readonly number[]): () => Promise<string[]>;
  check(listeners: readonly Listener[], acknowledged: readonly Acknowledged[]): Promise<void>;
  close(): Promise<void>;
}

const SIZE = 3;
const CALLERS = 4;
/** The slow listeners of a node that is lost are to catch up with what waited for them. */
const CALLER_PAUSE_MS = 150;

export async function startCallbackCluster(databaseUrl?: string): Promise<CallbackCluster> {
  const [receiver, upstream] = await Promise.all([CallbackReceiver.start(), startUpstream()]);
  const cluster = await startCluster({
    size: SIZE,
    file: {
      models: upstreamModel(upstream.baseUrl),
      users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
    },
    environment: { ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" },
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  const stored = storedCallbacks({ path: "", databaseUrl: cluster.databaseUrl });
  const urlOf = (node: number) => cluster.nodes[node]?.server.url ?? "";
  const coze = (node: number) => cozeHttp({ url: urlOf(node), token: TOKEN });
  let count = 0;
  return {
    ...{ cluster, receiver, stored, coze },
    async newAgent() {
      count += 1;
      const { workspaces } = await coze(0).data("GET /v1/workspaces");
      const space_id = workspaces[0].id;
      const { bot_id } = await coze(0).data("POST /v1/bot/create", { space_id, name: `agent ${count}` });
      await coze(0).data("POST /v1/bot/publish", { bot_id, connector_ids: ["1024"] });
      return bot_id;
    },
    async listen(agentId, settings = {}) {
      count += 1;
      const path = `/listener-${count}`;
      if (settings.behaviour !== undefined) receiver.behave(path, settings.behaviour);
      const { endpoint, secret } = await callApi(urlOf(count % SIZE), "POST /endpoints", {
        name: path,
        url: `${receiver.url}${path}`,
        eventTypes: settings.eventTypes ?? ["conversation.created"],
        agentIds: [agentId],
        ...settings.more,
      });
      receiver.trust(path, { webhookSecrets: [secret] });
      return listener({ receiver, stored, id: Number(endpoint.id), path, secret });
    },
    ownerOf: ({ id }) => ownerOf(id as EndpointId, [0, 1, 2]),
    traffic(agentId, nodes) {
      let isOver = false;
      const acknowledged: string[] = [];
      const caller = async (first: number) => {
        for (let turn = first; !isOver; turn += 1) {
          const node = nodes[turn % nodes.length] ?? 0;
          // What is refused was not acknowledged.
          const mark = await beginConversation(coze(node), agentId).catch(() => undefined);
          if (mark !== undefined) acknowledged.push(mark);
          await new Promise((resolve) => setTimeout(resolve, CALLER_PAUSE_MS));
        }
      };
      const callers = Promise.all(Array.from({ length: CALLERS }, (_, index) => caller(index)));
      return async () => {
        isOver = true;
        await callers;
        return acknowledged;
      };
    },
    check: (listeners, acknowledged) =>
      checkCallbacks(
        { receiver, stored, paths: new Map(listeners.map(({ id, path }) => [id, path])) },
        acknowledged,
        { hasZombies: true },
      ),
    async close() {
      await stored.close();
      await cluster.close();
      await receiver.close();
      await upstream.close();
    },
  };
}
