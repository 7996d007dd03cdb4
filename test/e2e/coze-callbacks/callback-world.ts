import { randomUUID } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import { createOAuthApp } from "../../../src/access/oauth-apps.ts";
import type { CallbackOptions } from "../../../src/callbacks/callbacks.ts";
import { FULL_SCOPE, type OAuthApp } from "../../../src/domain/access.ts";
import type { Submission } from "../../../src/domain/channel.ts";
import type { AgentId, ChannelId, UserId, WorkspaceId } from "../../../src/domain/ids.ts";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import {
  type Arrival,
  answeringChallenges,
  CallbackReceiver,
  contentOf,
  type Reaction,
} from "../../support/callback-receiver.ts";
import { type CozeReply, openCozeClients } from "../../support/coze-client.ts";
import type { TestEngine } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";
import { askForToken } from "../oauth/token-client.ts";
import { aKeyPair } from "../oauth/world.ts";

const JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** `owner` owns the workspace and its agents; `maker` is a member of it and owns a channel. */
export const TOKENS = {
  owner: "pat_callback_world_owner",
  maker: "pat_callback_world_maker",
};

export type UserName = keyof typeof TOKENS;

/** A callback app, as its maker knows it. */
export interface TestApp {
  id: string;
  token: string;
  /** Where its callbacks arrive. */
  path: string;
}

/** A server whose events go to a receiver, seen from outside. */
export interface CallbackWorld {
  readonly server: TestAntiphon;
  readonly receiver: CallbackReceiver;
  readonly upstream: Upstream;
  readonly home: string;
  readonly userIds: Record<UserName, string>;
  call(as: UserName, route: `${string} /${string}`, body?: unknown): Promise<CozeReply>;
  /** The same with another token. */
  callWith(token: string, route: `${string} /${string}`, body?: unknown): Promise<CozeReply>;
  /** Fails with everything that a strict SDK would not have read. */
  expectStrict(): void;
  /** An agent of `owner`'s. */
  aBot(name?: string): Promise<string>;
  /** A channel of `maker`'s, to which agents of these workspaces (home) can be published. */
  aChannel(name?: string, workspaces?: string[]): Promise<string>;
  /** A token of an OAuth app of the channel, got with a signed assertion. */
  channelToken(channel: string): Promise<string>;
  /** An app with an address and subscriptions; `react` answers everything but the challenge. */
  anApp(wish: {
    as?: UserName;
    channel?: string;
    events: string[];
    react?: (arrival: Arrival) => Reaction;
  }): Promise<TestApp>;
  publish(botId: string, connectorIds: string[], connectors?: object): Promise<CozeReply>;
  /** What came to an app, without the handshake; waits until there are `count`. */
  arrived(app: TestApp, count: number): Promise<Arrival[]>;
  /** The latest submission of the agent to the channel. */
  submission(botId: string, channel: string): Promise<Submission | undefined>;
  close(): Promise<void>;
}

export async function openCallbackWorld(
  engine: TestEngine,
  { callbacks, environment = {} }: { callbacks?: CallbackOptions; environment?: Record<string, string> } = {},
): Promise<CallbackWorld> {
  const upstream = await startUpstream();
  const receiver = await CallbackReceiver.start();
  const server = await startAntiphon({
    file: installation(upstream.baseUrl),
    environment: {
      ANTIPHON_LOG_LEVEL: "silent",
      ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8",
      ...environment,
    },
    databaseUrl: await engine.databaseUrl(),
    callbacks,
  });
  const clients = await openCozeClients(() => server.url);
  const callWith: CallbackWorld["callWith"] = (token, route, body) =>
    clients.call(token, route, body === undefined ? {} : { body });
  const call: CallbackWorld["call"] = (as, route, body) => callWith(TOKENS[as], route, body);
  const userId = async (as: UserName) => (await call(as, "GET /v1/users/me")).json.data.user_id;
  const userIds = { owner: await userId("owner"), maker: await userId("maker") };
  const home: string = (await call("owner", "GET /v1/workspaces")).json.data.workspaces[0].id;
  const signing = { keys: aKeyPair(), apps: new Map<string, OAuthApp>() };
  let made = 0;

  const world: CallbackWorld = {
    server,
    receiver,
    upstream,
    home,
    userIds,
    call,
    callWith,
    expectStrict: () => clients.proxy.expectStrict(),
    async aBot(name = "示例助手") {
      const wish = { space_id: home, name, description: "一个\u2028例子 😀" };
      return succeeded(await call("owner", "POST /v1/bot/create", wish)).data.bot_id;
    },
    async aChannel(name = "硬件渠道", workspaces = [home]) {
      const id = server.store.newId<ChannelId>();
      await server.store.channels.save({
        id,
        name,
        description: "",
        ownerId: Number(userIds.maker) as UserId,
        authorization: { mode: "device" },
        createdAt: new Date(),
      });
      for (const workspace of workspaces) {
        await server.store.channels.install(id, Number(workspace) as WorkspaceId, new Date());
      }
      return String(id);
    },
    channelToken: (channel) => channelToken(world, signing, channel),
    async anApp({ channel, as = channel === undefined ? "owner" : "maker", events, react }) {
      const kind = channel === undefined ? { app_type: "normal" } : { app_type: "connector" };
      const connector = channel === undefined ? {} : { connector_id: channel };
      const wish = { ...kind, ...connector, name: "接收方" };
      const app = succeeded(await call(as, "POST /v1/api_apps", wish)).data;
      made += 1;
      const path = `/app-${made}`;
      receiver.behave(path, answeringChallenges(react));
      receiver.trust(path, { verifyToken: app.verify_token });
      const address = { callback_url: `${receiver.url}${path}` };
      succeeded(await call(as, `PUT /v1/api_apps/${app.id}`, address));
      succeeded(await call(as, `POST /v1/api_apps/${app.id}/events`, { event_types: events }));
      return { id: app.id, token: app.verify_token, path };
    },
    publish: (botId, connectorIds, connectors) =>
      call("owner", "POST /v1/bot/publish", {
        bot_id: botId,
        connector_ids: connectorIds,
        ...(connectors === undefined ? {} : { connectors }),
      }),
    arrived: ({ path }, count) =>
      eventually(() => {
        const callbacks = receiver.at(path).filter((arrival) => eventType(arrival) !== "url_verification");
        if (callbacks.length >= count) return callbacks;
        throw new Error(`${callbacks.length} of ${count} callbacks came to ${path}`);
      }),
    submission: (botId, channel) => server.store.submissions.latest(Number(botId) as AgentId, channel),
    async close() {
      await clients.close();
      await server.close();
      await receiver.close();
      await upstream.close();
    },
  };
  return world;
}

/** What a callback says it is. */
export function eventType(arrival: Arrival): string {
  return contentOf(arrival).header.event_type;
}

/** The body of an answer that is no error. */
export function succeeded(reply: CozeReply) {
  if (reply.json.code !== 0) throw new Error(reply.body);
  return reply.json;
}

async function channelToken(
  { server }: Pick<CallbackWorld, "server">,
  { keys, apps }: { keys: ReturnType<typeof aKeyPair>; apps: Map<string, OAuthApp> },
  channel: string,
): Promise<string> {
  const { store, url } = server;
  const channelId = Number(channel) as ChannelId;
  const ownerId = (await store.channels.find(channelId))?.ownerId;
  if (ownerId === undefined) throw new Error(`no channel ${channel}`);
  const known = apps.get(channel);
  const services = { store, now: () => new Date() };
  const request = { kind: "jwt" as const, name: "渠道服务", ownerId, channelId, redirectUris: [] };
  const app =
    known ??
    (await createOAuthApp(services, { ...request, publicKeys: [keys.publicKey], scope: FULL_SCOPE })).app;
  apps.set(channel, app);
  const seconds = Math.floor(Date.now() / 1_000);
  const claims = { iss: String(app.id), aud: new URL(url).host, iat: seconds, exp: seconds + 600 };
  const assertion = await new SignJWT({ ...claims, jti: randomUUID() })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: app.publicKeys[0]?.fingerprint ?? "" })
    .sign(await importPKCS8(keys.privateKey, "RS256"));
  const { body } = await askForToken(url, { grant_type: JWT_GRANT }, assertion);
  return body.access_token ?? "";
}

function installation(baseUrl: string): Record<string, unknown> {
  const prices = { input: 2, output: 8, currency: "CNY" };
  return {
    models: upstreamModel(baseUrl, { prices }),
    users: [
      { name: "owner", role: "owner", nickname: "店主", tokens: [{ token: TOKENS.owner, scopes: ["all"] }] },
      { name: "maker", role: "member", tokens: [{ token: TOKENS.maker, scopes: ["all"] }] },
    ],
  };
}
