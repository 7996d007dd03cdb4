import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import type { SecretKey } from "../../config/secrets.ts";
import type { AnyFact, Fact } from "../../domain/event.ts";
import type { AgentId, EndpointId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { Exchange } from "../../http/outbound.ts";
import { OutboundError } from "../../http/outbound-error.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { Store } from "../../storage/store.ts";
import { Emitter } from "../emit.ts";
import { createEndpoint, type EndpointServices, type NewEndpoint } from "../endpoints.ts";
import type { EndpointFormat } from "../formats.ts";
import type { HandshakeOutbound } from "../handshake.ts";
import { standardFormat } from "../standard-format.ts";

/** A store, a workspace with an owner, and everything that managing endpoints needs. */
export interface EndpointDesk {
  store: Store;
  services: EndpointServices;
  emitter: Emitter;
  workspaceId: WorkspaceId;
  ownerId: UserId;
  /** Endpoints that were said to have changed. */
  changed: EndpointId[];
  /** What addresses answer; undefined: nothing. */
  answer: { status: number; body: string } | undefined;
  /** What was asked of addresses. */
  asked: { url: string; body: string; headers: Record<string, string> }[];
  endpoint(more?: Partial<NewEndpoint>): ReturnType<typeof createEndpoint>;
  publication(more?: Partial<Fact<"agent.published">["data"]>): Fact<"agent.published">;
}

/** Says which endpoint it is for, as the bodies of callback apps do, and asks addresses before they are saved. */
const appFormat: EndpointFormat = {
  ...standardFormat,
  headers: () => ({ "x-signed": "yes" }),
  render: ({ id, type }, endpoint) => ({
    wireId: `${id}-${endpoint.id}`,
    text: `${type} for ${endpoint.id}`,
  }),
  handshake: () => ({
    wireId: "handshake",
    text: "challenge",
    timeoutMs: 3_000,
    isAnswered: ({ status, body }) => status === 200 && body === "challenge",
  }),
};

/** Says what it is about twice, and refuses nobody more than twice. */
const feedbackFormat: EndpointFormat = {
  ...standardFormat,
  render: ({ id, type, subject }) => ({
    wireId: `fb-${id}`,
    text: type,
    headers: { "x-about": subject },
    orderKey: `about ${subject}`,
  }),
  headers: ({ bodyHeaders }) => ({ ...bodyHeaders, "x-signed": "yes" }),
  attemptLimit: (status) => (status === 404 ? 2 : undefined),
  retryAfterLimitMs: 24 * 3_600_000,
};

/** All of it ends with the test. Without `open` the store is an SQLite of its own. */
export async function openEndpointDesk(
  open: () => Promise<Store> = () => openSqliteStore({ path: ":memory:", durability: "full" }),
): Promise<EndpointDesk> {
  const store = await open();
  onTestFinished(() => store.close());
  const { ownerId, workspaceId } = await settle(store);
  const bytes = randomBytes(32);
  const secretKey: SecretKey = { bytes, id: "testkey0" };
  const formats = {
    standard: standardFormat,
    coze: appFormat,
    "coze-channel": appFormat,
    insight: feedbackFormat,
  };
  const desk: EndpointDesk = {
    store,
    services: {
      store,
      secretKey,
      formats,
      outbound: { exchange: async (request) => exchangeOf(desk, request) },
      endpointChanged: (id) => {
        desk.changed.push(id);
      },
    },
    emitter: new Emitter({ newId: store.newId, formats }),
    workspaceId,
    ownerId,
    changed: [],
    answer: undefined,
    asked: [],
    endpoint: (more = {}) => createEndpoint(desk.services, { ...standard(workspaceId), ...more }),
    publication: (more = {}) => ({
      ...aPublication(store, workspaceId),
      data: { ...aPublication(store, workspaceId).data, ...more },
    }),
  };
  return desk;
}

function standard(workspaceId: WorkspaceId): NewEndpoint {
  return {
    kind: "standard",
    name: "Orders",
    workspaceId,
    url: "https://orders.example.com/hooks",
    eventTypes: ["agent.published"],
  };
}

function aPublication(store: Store, workspaceId: WorkspaceId): Fact<"agent.published"> & AnyFact {
  const agentId = store.newId<AgentId>();
  return {
    type: "agent.published",
    workspaceId,
    subject: `agent:${agentId}`,
    at: new Date(),
    data: { agentId, name: "商城客服", description: "", channel: "api" },
  };
}

async function settle(store: Store): Promise<{ ownerId: UserId; workspaceId: WorkspaceId }> {
  const createdAt = new Date();
  const ownerId = store.newId<UserId>();
  const workspaceId = store.newId<WorkspaceId>();
  await store.users.save({ id: ownerId, name: "owner", nickname: "", avatarUrl: "", createdAt });
  const named = { name: "test", description: "", icon: "", kind: "team" as const };
  await store.workspaces.save({ id: workspaceId, ...named, createdAt });
  await store.workspaces.saveMember({ workspaceId, userId: ownerId, role: "owner", joinedAt: createdAt });
  return { ownerId, workspaceId };
}

function exchangeOf(
  desk: EndpointDesk,
  { url, body, headers }: Parameters<HandshakeOutbound["exchange"]>[0],
): Exchange {
  desk.asked.push({ url, body: String(body), headers: headers ?? {} });
  const timings = { total: 1 };
  if (desk.answer === undefined) {
    const failure = new OutboundError("timeout", "no complete response within 3000 ms");
    return { headers: {}, body: Buffer.alloc(0), isCut: false, timings, failure };
  }
  const { status, body: text } = desk.answer;
  return { status, headers: {}, body: Buffer.from(text), isCut: false, timings };
}
