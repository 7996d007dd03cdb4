import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll } from "vitest";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { NO_LIMITS } from "../../support/antiphon-process.ts";
import { CallbackReceiver, contentOf } from "../../support/callback-receiver.ts";
import type { TestEngine } from "../../support/engines.ts";
import { type InsightClient, insightClient } from "../../support/insight-client.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";
import { botIds } from "./world.ts";

export const EVENT_ID = "a277efc6-025f-41cd-8888-43e3a8e8e28f";
export const ADAPTER_SECRET = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
export const OTHER_SECRET = `whsec_${Buffer.alloc(32, 4).toString("base64")}`;

const KEY = { id: "6c7b0002-0000-4000-8000-000000000001", secret: "adapter-world-secret", scopes: ["all"] };

const AGENTS = {
  shop: {
    name: "商城客服",
    prompt: "订单 {{ order }}",
    actions: ["tag-user", "canvas-event-action", "handover"],
    events: [
      {
        id: EVENT_ID,
        name: "消息",
        description: "somebody says something",
        variables: [{ name: "message" }],
      },
      { name: "退款", variables: [{ name: "order" }, { name: "amount", type: "number" }], limit: 2 },
      {
        name: "everything",
        variables: [
          { name: "list", type: "array" },
          { name: "it", type: "object" },
        ],
      },
    ],
  },
  listener: {
    name: "监听",
    triggers: ["tag-event", "join-room", "new-friend", "receive-other-message"],
    events: [{ name: "消息", variables: [{ name: "message" }] }],
  },
  quiet: { name: "无事件" },
};

export type AdapterAgent = keyof typeof AGENTS;

/** What one request of an adapter came to. */
export interface AdapterAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  body: any;
}

/** A server with two adapters: `im` hears everything, `other` only the agent `quiet`. */
export interface AdapterWorld {
  readonly url: string;
  readonly server: TestAntiphon;
  readonly upstream: Upstream;
  readonly receiver: CallbackReceiver;
  readonly insight: InsightClient;
  botId(agent: AdapterAgent): string;
  /** Sends a body as the adapter `im` would, unless told otherwise. */
  post(body: object | string, more?: PostOptions): Promise<AdapterAnswer>;
  /** What an adapter was told of the session, oldest first. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  toldOf(sessionId: string, path?: "/im" | "/other"): any[];
  /** Texts of the user's messages the model was asked last in requests that contain this. */
  asked(text: string): Upstream["requests"];
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface PostOptions {
  endpoint?: string;
  secret?: string;
  id?: string;
  at?: Date;
  headers?: Record<string, string>;
}

/** Signs like the standard's own package and sends. */
export async function postSigned(
  url: string,
  body: object | string,
  { endpoint = "im", secret = ADAPTER_SECRET, id = randomUUID(), at = new Date(), headers }: PostOptions = {},
): Promise<AdapterAnswer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(`${url}/openapi/adapters/${endpoint}/triggers`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": new Webhook(secret).sign(id, at, text),
      ...headers,
    },
    body: text,
  });
  return { status: response.status, body: await response.json() };
}

/** A text that somebody wrote. */
export function textTrigger(sessionId: string, text: string, more: object = {}) {
  return {
    triggerType: "receive-text-message",
    sessionId,
    receiveTextMessage: { text, contactId: "c1", receiverId: "a1", ...more },
  };
}

/** Content of `antiphon.yaml`. */
export function adapterInstallation(baseUrl: string, receiverUrl: string): Record<string, unknown> {
  return {
    models: upstreamModel(baseUrl),
    users: [
      { name: "owner", role: "owner", tokens: [{ token: "pat_insight_world_owner", scopes: ["all"] }] },
    ],
    insight: { accessKeys: [KEY] },
    agents: Object.entries(AGENTS).map(([slug, agent]) => ({ slug, ...agent })),
    callbacks: [
      { slug: "im", url: `${receiverUrl}/im`, events: ["turn.actions"], secret: ADAPTER_SECRET },
      {
        ...{ slug: "other", url: `${receiverUrl}/other`, events: ["turn.actions"] },
        ...{ agents: ["quiet"], secret: OTHER_SECRET },
      },
    ],
  };
}

/** What servers of these tests need to be told. */
export const ADAPTER_ENVIRONMENT = { ...NO_LIMITS, ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" };

export function adapterClient(url: string): InsightClient {
  return insightClient({ url, accessKeyId: KEY.id, accessKeySecret: KEY.secret });
}

/** A world for all tests of a suite. */
export function useAdapterWorld(engine: TestEngine) {
  let world: AdapterWorld | undefined;
  beforeAll(async () => {
    world = await openAdapterWorld(engine);
  });
  afterAll(() => world?.close());
  return () => {
    if (world === undefined) throw new Error("the world is not open yet");
    return world;
  };
}

async function openAdapterWorld(engine: TestEngine): Promise<AdapterWorld> {
  const upstream = await startUpstream();
  const receiver = await CallbackReceiver.start();
  let server = await startAntiphon({
    file: adapterInstallation(upstream.baseUrl, receiver.url),
    environment: { ANTIPHON_LOG_LEVEL: "silent", ...ADAPTER_ENVIRONMENT },
    databaseUrl: await engine.databaseUrl(),
  });
  const ids = await botIds(server.url);
  let insight = adapterClient(server.url);
  return {
    upstream,
    receiver,
    get server() {
      return server;
    },
    get url() {
      return server.url;
    },
    get insight() {
      return insight;
    },
    botId: (agent) => ids.get(AGENTS[agent].name) ?? "",
    post: (body, more) => postSigned(server.url, body, more),
    toldOf: (sessionId, path = "/im") =>
      receiver.arrivals
        .filter((arrival) => arrival.path === path)
        .map((arrival) => contentOf(arrival))
        .filter(({ data }) => data.run.sessionId === sessionId),
    asked: (text) => upstream.requests.filter(({ lastUserText }) => lastUserText.includes(text)),
    async restart() {
      server = await server.restart();
      insight = adapterClient(server.url);
    },
    async close() {
      await server.close();
      await receiver.close();
      await upstream.close();
    },
  };
}
