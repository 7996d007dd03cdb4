import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import { NO_LIMITS } from "../support/antiphon-process.ts";
import { type Arrival, type Behaviour, CallbackReceiver } from "../support/callback-receiver.ts";
import { type CozeHttp, cozeHttp } from "../support/coze-http.ts";
import { eventually } from "../support/eventually.ts";
import { type FaultProcess, type FaultSettings, startFaultProcess } from "../support/fault-process.ts";
import { inParallel } from "../support/in-parallel.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { type Acknowledged, checkCallbacks } from "./callback-oracle.ts";
import {
  type StoredAttempt,
  type StoredCallbacks,
  type StoredDelivery,
  storedCallbacks,
} from "./stored-callbacks.ts";

export const TOKEN = "pat_callback_faults_owner";
/** For what has no limit of its own: only a failure takes so long. */
export const PATIENCE_MS = 60_000;
/** A minute of a schedule takes 50 ms. */
export const SCALE = 50 / 60_000;

export interface CallbackSceneOptions extends FaultSettings {
  databaseUrl?: string | undefined;
  environment?: Record<string, string>;
  fileSizeBlocks?: number;
  /** More of `antiphon.yaml`. */
  file?: Record<string, unknown>;
}

/** Somebody's address that gets events. */
export interface Listener {
  readonly id: number;
  readonly path: string;
  readonly secret: string;
  /** What came, in the order it came. */
  arrivals(): Arrival[];
  /** As they lie in the database, oldest first. */
  deliveries(): Promise<StoredDelivery[]>;
  attempts(): Promise<StoredAttempt[]>;
  /** Resolves when every delivery is in one of the states, which are `delivered` when absent. */
  settled(count: number, states?: string[]): Promise<StoredDelivery[]>;
}

/** What an agent's callers do and who hears of it. */
export interface CallbackScene {
  readonly receiver: CallbackReceiver;
  readonly upstream: Upstream;
  readonly server: FaultProcess;
  readonly stored: StoredCallbacks;
  coze(): CozeHttp;
  /** Calls our own API and resolves with its answer; rejects unless it is good. */
  api(route: string, body?: object): Promise<Any>;
  workspaceId(): Promise<string>;
  /** A new agent, published to the API. Events about it reach the listeners that name it. */
  newAgent(): Promise<string>;
  /** A new endpoint for what happens to an agent. */
  listen(agentId: string | undefined, settings?: ListenerSettings): Promise<Listener>;
  /** Begins so many conversations, a few at once; resolves with what was acknowledged to be heard by these listeners. */
  converse(agentId: string, count: number, listeners: readonly Listener[]): Promise<Acknowledged[]>;
  /** Resolves when each of the listeners has got so many. */
  allDelivered(listeners: readonly Listener[], each: number): Promise<void>;
  /** Kills the process unless it is dead, and starts it again. */
  restart(): Promise<void>;
  /** The oracle over some listeners. */
  check(
    listeners: readonly Pick<Listener, "id" | "path">[],
    acknowledged: readonly Acknowledged[],
    dropped?: Listener[],
  ): Promise<void>;
  close(): Promise<void>;
}

export interface ListenerSettings {
  behaviour?: Behaviour;
  /** Of its own when absent; signatures at paths that are shared are not checked. */
  path?: string;
  /** Instead of the receiver's. */
  url?: string;
  eventTypes?: string[];
  /** More of what the API takes. */
  more?: object;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Any = any;

/** A scene for all tests of a suite. */
export function useCallbackScene(options: () => Promise<CallbackSceneOptions>): () => CallbackScene {
  let scene: CallbackScene | undefined;
  beforeAll(async () => {
    scene = await startCallbackScene(await options());
  });
  beforeEach(async () => {
    // What an earlier test has broken is no concern of the next one.
    await scene?.server.tell({ faults: [], aheadMs: 0 }).catch(() => scene?.restart());
  });
  afterAll(() => scene?.close());
  return () => {
    if (scene === undefined) throw new Error("the scene is not set yet");
    return scene;
  };
}

export async function startCallbackScene(options: CallbackSceneOptions = {}): Promise<CallbackScene> {
  const [receiver, upstream] = await Promise.all([CallbackReceiver.start(), startUpstream()]);
  const { databaseUrl, environment, file, ...faults } = options;
  const server = await startFaultProcess({
    file: {
      models: upstreamModel(upstream.baseUrl),
      users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
      ...file,
    },
    environment: { ...NO_LIMITS, ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8", ...environment },
    databaseUrl,
    ...faults,
  });
  const stored = storedCallbacks({ path: join(server.dataDirectory, "antiphon.db"), databaseUrl });
  const coze = () => cozeHttp({ url: server.url, token: TOKEN });
  const api = (route: string, body?: object) => callApi(server.url, route, body);
  let count = 0;
  const workspaceId = async () => (await coze().data("GET /v1/workspaces")).workspaces[0].id;
  return {
    ...{ receiver, upstream, server, stored, coze, api, workspaceId },
    async newAgent() {
      count += 1;
      const { bot_id: id } = await coze().data("POST /v1/bot/create", {
        space_id: await workspaceId(),
        name: `agent ${count}`,
      });
      await coze().data("POST /v1/bot/publish", { bot_id: id, connector_ids: ["1024"] });
      return id;
    },
    async listen(agentId, settings = {}) {
      count += 1;
      const path = settings.path ?? `/listener-${count}`;
      if (settings.behaviour !== undefined) receiver.behave(path, settings.behaviour);
      const { endpoint, secret } = await api("POST /endpoints", {
        name: path,
        url: settings.url ?? `${receiver.url}${path}`,
        eventTypes: settings.eventTypes ?? ["conversation.created"],
        ...(agentId !== undefined && { agentIds: [agentId] }),
        ...settings.more,
      });
      if (settings.path === undefined) receiver.trust(path, { webhookSecrets: [secret] });
      return listener({ receiver, stored, id: Number(endpoint.id), path, secret });
    },
    async converse(agentId, count, listeners) {
      const marks = await inParallel(count, CALLERS, () => beginConversation(coze(), agentId));
      return marks.flatMap((mark) => listeners.map(({ id }) => ({ endpointId: id, mark })));
    },
    allDelivered: (listeners, each) =>
      eventually(async () => {
        const ids = listeners.map(({ id }) => id).join(",");
        const done = await stored.count("deliveries", `endpoint_id in (${ids}) and state = 'delivered'`);
        expect(done).toBe(listeners.length * each);
      }, PATIENCE_MS),
    async restart() {
      server.kill("SIGKILL");
      await server.waitExit();
      await server.restart();
    },
    check: (listeners, acknowledged, dropped = []) =>
      checkCallbacks(
        { receiver, stored, paths: new Map(listeners.map(({ id, path }) => [id, path])) },
        acknowledged,
        { dropped: dropped.map(({ id }) => id) },
      ),
    async close() {
      await stored.close();
      await server.close();
      await receiver.close();
      await upstream.close();
    },
  };
}

/** Calls at once. */
const CALLERS = 8;

/** Begins a conversation; resolves with its id, which stands in the body of the event about it. */
export async function beginConversation(coze: CozeHttp, agentId: string): Promise<string> {
  const { id } = await coze.data("POST /v1/conversation/create", { bot_id: agentId });
  return id;
}

/** An endpoint that the receiver answers for. */
export function listener(of: {
  receiver: CallbackReceiver;
  stored: StoredCallbacks;
  id: number;
  path: string;
  secret: string;
}): Listener {
  const { receiver, stored, id, path, secret } = of;
  const deliveries = () => stored.deliveries(id);
  return {
    ...{ id, path, secret, deliveries },
    arrivals: () => receiver.at(path),
    attempts: () => stored.attempts(id),
    settled: (count, states = ["delivered"]) =>
      eventually(async () => {
        const words = states.map((state) => `'${state}'`).join(",");
        const good = await stored.count("deliveries", `endpoint_id = ${id} and state in (${words})`);
        expect(good).toBe(count);
        const all = await deliveries();
        expect(all.map(({ state }) => state).filter((state) => !states.includes(state))).toEqual([]);
        expect(all.length).toBe(count);
        return all;
      }, PATIENCE_MS),
  };
}

/** Calls our own API and resolves with its answer; rejects unless it is good. */
export async function callApi(url: string, route: string, body: object | undefined): Promise<Any> {
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${route}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
