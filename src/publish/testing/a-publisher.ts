import { randomBytes } from "node:crypto";
import { createDatabase } from "../../../test/support/databases.ts";
import { Callbacks } from "../../callbacks/callbacks.ts";
import { sealed, sealHeaders } from "../../callbacks/endpoint-secrets.ts";
import { parseSecretKey, type SecretKey } from "../../config/secrets.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import { channelNameOf } from "../../domain/channel.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { EventType, ProductEvent } from "../../domain/event.ts";
import type { ChannelId, EndpointId, WorkspaceId } from "../../domain/ids.ts";
import type { Exchange } from "../../http/outbound.ts";
import { openPostgresStore } from "../../storage/postgres/open.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { Store } from "../../storage/store.ts";
import { createAgent } from "../agents.ts";
import { createChannel, installChannel } from "../channels.ts";
import type { PublishServices } from "../services.ts";
import { aCaller, aWorkspace, NOON } from "./a-caller.ts";
import { FORMATS } from "./formats.ts";

/** Every engine by name, with a way to open an empty store on it. */
export const ENGINES: [string, () => Promise<Store>][] = [
  ["SQLite", () => openSqliteStore({ path: ":memory:" })],
  ["PostgreSQL", async () => openPostgresStore({ url: await createDatabase(), connections: 4 })],
];

/** An agent with its owner, and a custom channel of somebody else's whose server the test speaks for. */
export interface PublishWorld {
  services: PublishServices & { secretKey: SecretKey; callbacks: Callbacks };
  store: Store;
  workspaceId: WorkspaceId;
  owner: TokenCaller;
  channelOwner: TokenCaller;
  agent: Agent;
  channelId: ChannelId;
  channel: string;
  /** What the channel's server says to each question. */
  server: { answer: (question: { body: string; url: string }) => Exchange | Promise<Exchange> };
  /** Gives the channel a callback app that wants to be asked. */
  listen(change?: Partial<Endpoint>): Promise<Endpoint>;
  /** What ordinary endpoints were told, oldest first. */
  told(): Promise<ProductEvent[]>;
}

const LIFECYCLE: EventType[] = [
  "agent.published",
  "agent.unpublished",
  "agent.deleted",
  "agent.audit-recovered",
];

export async function aPublishWorld(store: Store): Promise<PublishWorld> {
  const secretKey = parseSecretKey(randomBytes(32).toString("base64"), "the test");
  const server: PublishWorld["server"] = { answer: () => says({ status: "approved", shareLink: "" }) };
  const outbound = {
    exchange: async ({ body, url }: { body: unknown; url: string }) =>
      server.answer({ body: String(body), url }),
  };
  const callbacks = new Callbacks({ store, secretKey, outbound, formats: FORMATS });
  const services = { store, callbacks, formats: FORMATS, secretKey };
  const workspaceId = await aWorkspace(store);
  const owner = await aCaller(store, [{ workspaceId, role: "owner" }]);
  const channelOwner = await aCaller(store, [{ workspaceId, role: "admin" }]);
  const settings = (before: Agent["settings"]) => ({ ...before, prompt: "eins", description: "about" });
  const agent = await createAgent(services, owner, { workspaceId, name: "A", settings }, NOON);
  const described = { name: "Market", description: "", authorization: { mode: "none" as const } };
  const { id: channelId } = await createChannel(services, channelOwner, described, NOON);
  await installChannel(services, channelOwner, { channelId, workspaceId }, NOON);
  const channel = channelNameOf(channelId);
  const endpoint = (change: Partial<Endpoint>) => anEndpoint(store, secretKey, change);
  await endpoint({ kind: "standard", workspaceId, eventTypes: LIFECYCLE });
  return {
    services,
    store,
    workspaceId,
    owner,
    channelOwner,
    agent,
    channelId,
    channel,
    server,
    listen: (change) =>
      endpoint({ kind: "coze-channel", channel, eventTypes: ["agent.submitted", ...LIFECYCLE], ...change }),
    async told() {
      const events = await store.outbox.listEvents({ workspaceId, types: LIFECYCLE, limit: 100 });
      return events.reverse();
    },
  };
}

async function anEndpoint(store: Store, secretKey: SecretKey, change: Partial<Endpoint>): Promise<Endpoint> {
  const endpoint: Endpoint = {
    id: store.newId<EndpointId>(),
    kind: "standard",
    name: "endpoint",
    url: "https://receiver.example/",
    eventTypes: [],
    agentIds: [],
    encryptedHeaders: sealHeaders(secretKey, {}),
    secrets: [sealed(secretKey, "whsec_test", NOON)],
    timeoutMs: 1_000,
    maxInFlight: 4,
    isOrdered: false,
    isCoalescing: false,
    isAsymmetric: false,
    state: "active",
    stateReason: "",
    createdAt: NOON,
    updatedAt: NOON,
    ...change,
  };
  await store.endpoints.save(endpoint);
  return endpoint;
}

/** An answer of a channel's server. */
export function says(body: unknown, status = 200): Exchange {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: {}, body: Buffer.from(text), isCut: false, timings: {} };
}
