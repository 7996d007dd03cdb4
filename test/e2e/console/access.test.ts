import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueToken } from "../../../src/access/tokens.ts";
import { CONSOLE_OPERATIONS } from "../../../src/dialects/console/index.ts";
import { parseXid } from "../../../src/dialects/hiagent/ids.ts";
import { FULL_SCOPE, type TokenScope } from "../../../src/domain/access.ts";
import type { UserId, WorkspaceId } from "../../../src/domain/ids.ts";
import type { Store } from "../../../src/storage/store.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { type ConsoleWorld, openConsoleWorld, tokenOf } from "./console-world.ts";

/** What the owner has. */
interface Belongings {
  workspace: string;
  endpoint: string;
  event: string;
  delivery: string;
  replay: string;
  channel: string;
  agent: string;
  conversation: string;
  accessKey: string;
  workflow: string;
  run: string;
}

/** How somebody else would try to get at it. */
interface Attempt {
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: Record<string, unknown>;
}

/** Answers with what the caller has of its own. */
const OWN = "own";

const ofEndpoint = (a: Belongings): Attempt => ({ path: { endpointId: a.endpoint } });
const ofDelivery = (a: Belongings): Attempt => ({ path: { deliveryId: a.delivery } });
const ofReplay = (a: Belongings): Attempt => ({ path: { replayId: a.replay } });
const ofWorkspace = (a: Belongings): Attempt => ({ query: { workspaceId: a.workspace } });
const ofChannel = (a: Belongings): Attempt => ({ path: { channelId: a.channel } });
const ofAgent = (a: Belongings): Attempt => ({ path: { agentId: a.agent } });
const ofAccessKey = (a: Belongings): Attempt => ({ path: { keyId: a.accessKey } });
const ofConversation = (a: Belongings): Attempt => ({ path: { conversationId: a.conversation } });

const ofWorkflow = (a: Belongings): Attempt => ({ path: { workflowId: a.workflow } });
const ofRun = (a: Belongings): Attempt => ({ path: { runId: a.run } });

/** Asks something, so that a run of it waits. */
const GRAPH = {
  version: 1,
  nodes: [
    { id: "start", type: "start", next: "ask" },
    { id: "ask", type: "question", text: "Why?", next: "end" },
    { id: "end", type: "end", outputs: { answer: { ref: "ask.answer" } } },
  ],
};

/** Every operation there is; a test below fails when one is missing. */
const ATTEMPTS: Record<string, typeof OWN | ((a: Belongings) => Attempt)> = {
  "GET /endpoints": ofWorkspace,
  "POST /endpoints": (a) => ({
    body: { workspaceId: a.workspace, name: "stolen", eventTypes: [], url: "https://example.com" },
  }),
  "GET /endpoints/:endpointId": ofEndpoint,
  "PATCH /endpoints/:endpointId": (a) => ({ ...ofEndpoint(a), body: { name: "stolen" } }),
  "DELETE /endpoints/:endpointId": ofEndpoint,
  "POST /endpoints/:endpointId/secrets": (a) => ({ ...ofEndpoint(a), body: {} }),
  "POST /endpoints/:endpointId/pause": ofEndpoint,
  "POST /endpoints/:endpointId/resume": ofEndpoint,
  "POST /endpoints/:endpointId/disable": (a) => ({ ...ofEndpoint(a), body: {} }),
  "POST /endpoints/:endpointId/enable": (a) => ({ ...ofEndpoint(a), body: { held: "drop" } }),
  "POST /endpoints/:endpointId/test": (a) => ({ ...ofEndpoint(a), body: { type: "agent.published" } }),
  "GET /event-types": OWN,
  "GET /events": ofWorkspace,
  "GET /events/:eventId": (a) => ({ path: { eventId: a.event } }),
  "GET /deliveries": (a) => ({ query: { endpointId: a.endpoint } }),
  "GET /deliveries/:deliveryId": ofDelivery,
  "GET /deliveries/:deliveryId/curl": ofDelivery,
  "POST /deliveries/:deliveryId/resend": ofDelivery,
  "POST /endpoints/:endpointId/replays": (a) => ({
    ...ofEndpoint(a),
    body: { since: "2026-01-01T00:00:00Z" },
  }),
  "GET /endpoints/:endpointId/replays": ofEndpoint,
  "GET /replays/:replayId": ofReplay,
  "POST /replays/:replayId/pause": ofReplay,
  "POST /replays/:replayId/resume": ofReplay,
  "POST /replays/:replayId/cancel": ofReplay,
  "GET /channels": OWN,
  "POST /channels": OWN,
  "GET /channels/:channelId": ofChannel,
  "PATCH /channels/:channelId": (a) => ({ ...ofChannel(a), body: { name: "stolen" } }),
  "DELETE /channels/:channelId": ofChannel,
  "POST /channels/:channelId/workspaces": (a) => ({ ...ofChannel(a), body: { workspaceId: a.workspace } }),
  "GET /channels/:channelId/options": ofChannel,
  "POST /channels/:channelId/options": (a) => ({ ...ofChannel(a), body: { options: [] } }),
  "POST /channels/:channelId/verdicts": (a) => ({
    ...ofChannel(a),
    body: { agentId: a.agent, verdict: "approved" },
  }),
  "POST /agents/:agentId/publish": (a) => ({ ...ofAgent(a), body: { channels: [{ channel: "api" }] } }),
  "POST /agents/:agentId/unpublish": (a) => ({ ...ofAgent(a), body: { channel: "api" } }),
  "DELETE /agents/:agentId": ofAgent,
  "GET /agents/:agentId/submissions": ofAgent,
  "GET /agents/:agentId/history": ofAgent,
  "GET /rated-turns": ofWorkspace,
  "GET /rated-turns/export": ofWorkspace,
  "GET /received-feedback": ofWorkspace,
  "GET /agents": ofWorkspace,
  "GET /workflows": ofWorkspace,
  "POST /workflows": (a) => ({ body: { workspaceId: a.workspace, name: "stolen" } }),
  "GET /workflows/:workflowId": ofWorkflow,
  "PUT /workflows/:workflowId/graph": (a) => ({ ...ofWorkflow(a), body: { graph: GRAPH } }),
  "GET /workflows/:workflowId/picture": ofWorkflow,
  "POST /workflow-graphs/validate": (a) => ({ body: { graph: GRAPH, workflowId: a.workflow } }),
  "POST /workflows/:workflowId/test-runs": (a) => ({ ...ofWorkflow(a), body: {} }),
  "GET /workflows/:workflowId/runs": ofWorkflow,
  "GET /workflow-runs/:runId": ofRun,
  "POST /workflow-runs/:runId/cancel": ofRun,
  "POST /workflow-runs/:runId/resume": (a) => ({ ...ofRun(a), body: { data: "stolen" } }),
  "GET /held-conversations": ofWorkspace,
  "GET /conversations/:conversationId": ofConversation,
  "POST /conversations/:conversationId/hold": (a) => ({ ...ofConversation(a), body: {} }),
  "POST /conversations/:conversationId/release": ofConversation,
  "GET /access-keys": ofWorkspace,
  "POST /access-keys": (a) => ({ body: { workspaceId: a.workspace, name: "stolen" } }),
  "GET /access-keys/:keyId": ofAccessKey,
  "PATCH /access-keys/:keyId": (a) => ({ ...ofAccessKey(a), body: { name: "stolen" } }),
  "POST /access-keys/:keyId/rotate": ofAccessKey,
  "POST /access-keys/:keyId/disable": ofAccessKey,
  "POST /access-keys/:keyId/enable": ofAccessKey,
};

/** Tell that the caller may not, rather than that there is nothing. */
const DENIED = new Set(["POST /channels/:channelId/options", "POST /channels/:channelId/verdicts"]);

/** What members who are no admins may do in their workspace. */
const FOR_MEMBERS =
  /^(GET|POST) \/(channels|(held-)?conversations|workflows$|workflow-graphs)|^GET \/(agents$|workflow|event-types)|^(POST|GET|PATCH|DELETE) \/(agents|channels)\//;

const names = CONSOLE_OPERATIONS.map(({ method, path }) => `${method} ${path}`);

test("every operation is attacked", () => {
  expect(Object.keys(ATTEMPTS)).toEqual(names);
});

describe.each(engines)("access to the console API on $name", (engine) => {
  let world: ConsoleWorld;
  let belongings: Belongings;
  let tokens: Record<"stranger" | "expired" | "narrow", string>;

  beforeAll(async () => {
    world = await openConsoleWorld(engine);
    belongings = await makeBelongings(world);
    tokens = await makeTokens(world.server.store);
  });
  afterAll(() => world.close());

  async function send(name: string, token: string | undefined, attempt: Attempt = {}) {
    const [method = "", template = ""] = name.split(" ");
    const path = template.replace(/:(\w+)/g, (_, key: string) => attempt.path?.[key] ?? "1");
    const query = new URLSearchParams(attempt.query).toString();
    const response = await fetch(`${world.server.url}/api${path}${query === "" ? "" : `?${query}`}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(attempt.body === undefined ? {} : { body: JSON.stringify(attempt.body) }),
    });
    const body = (await response.json()) as { error?: { code: string } };
    return { status: response.status, code: body.error?.code };
  }

  test.each(names)("%s refuses callers without a good token", async (name) => {
    expect(await send(name, undefined)).toEqual({ status: 401, code: "credential_missing" });
    for (const token of ["pat_unknown", tokens.expired]) {
      expect(await send(name, token)).toEqual({ status: 401, code: "credential_invalid" });
    }
  });

  test.each(names)("%s refuses a token without its permission", async (name) => {
    expect(await send(name, tokenOf("powerless"))).toEqual({ status: 403, code: "permission_denied" });
  });

  test.each(names)("%s finds nothing of another workspace's, and changes nothing", async (name) => {
    const attempt = ATTEMPTS[name];
    if (attempt === undefined || attempt === OWN) return;
    const before = await everything();
    for (const token of [tokens.stranger, tokens.narrow]) {
      const code = DENIED.has(name) ? "permission_denied" : "not_found";
      const isOwnersChannel = token === tokens.narrow && /channel/.test(name);
      if (!isOwnersChannel) expect(await send(name, token, attempt(belongings))).toMatchObject({ code });
    }
    expect(await everything()).toEqual(before);
  });

  test.each(names.filter((name) => !FOR_MEMBERS.test(name)))("%s is not for members", async (name) => {
    const attempt = ATTEMPTS[name];
    if (attempt === undefined || attempt === OWN) return;
    expect(await send(name, tokenOf("member"), attempt(belongings))).toEqual({
      status: 403,
      code: "permission_denied",
    });
  });

  async function everything() {
    const { endpoint, channel, agent, replay, conversation, accessKey, workflow, run } = belongings;
    const routes = [
      `GET /endpoints/${endpoint}`,
      `GET /deliveries?endpointId=${endpoint}`,
      `GET /replays/${replay}`,
      `GET /channels/${channel}`,
      `GET /agents/${agent}/history`,
      `GET /conversations/${conversation}`,
      `GET /access-keys/${accessKey}`,
      `GET /workflows/${workflow}`,
      `GET /workflow-runs/${run}`,
    ] as const;
    const replies = await Promise.all(routes.map((route) => world.call("owner", route)));
    expect(replies.map(({ status }) => status)).toEqual(routes.map(() => 200));
    return replies.map(({ body }) => body);
  }
});

async function makeBelongings(world: ConsoleWorld): Promise<Belongings> {
  const { id: endpoint } = await world.endpoint("/hooks");
  await world.publish();
  const deliveries = async () =>
    (await world.call("owner", `GET /deliveries?endpointId=${endpoint}`)).body.items;
  await eventually(async () => expect(await deliveries()).toMatchObject([{ state: "delivered" }]));
  const [delivery] = await deliveries();
  const replay = await world.call("owner", `POST /endpoints/${endpoint}/replays`, {
    since: "2026-01-01T00:00:00Z",
  });
  await eventually(async () =>
    expect((await world.call("owner", `GET /replays/${replay.body.id}`)).body.state).toBe("done"),
  );
  const channel = await world.call("owner", "POST /channels", { name: "Robot" });
  const accessKey = await world.call("owner", "POST /access-keys", { name: "Shop" });
  const workflow = await world.call("owner", "POST /workflows", { name: "Refund", graph: GRAPH });
  const run = await world.call("owner", `POST /workflows/${workflow.body.id}/test-runs`, {});
  expect(run.body.status).toBe("waiting");
  return {
    workspace: world.workspaceId,
    endpoint,
    event: delivery.eventId,
    delivery: delivery.id,
    replay: replay.body.id,
    channel: channel.body.id,
    agent: world.agentId,
    conversation: await makeConversation(world),
    accessKey: accessKey.body.accessKey.keyId,
    workflow: workflow.body.id,
    run: run.body.id,
  };
}

async function makeConversation({ server }: ConsoleWorld): Promise<string> {
  const app = hiagentClient({ url: server.url, key: "d5k2m8s7q1v3c9n4b6t0" });
  return String(parseXid("conversation", await app.newConversation()));
}

/** Of somebody with a workspace of its own; one that has expired; the owner's that reaches another workspace only. */
async function makeTokens(store: Store) {
  const createdAt = new Date();
  const owner = await store.users.findByName("owner");
  if (owner === undefined) throw new Error("no owner");
  const stranger = store.newId<UserId>();
  const elsewhere = store.newId<WorkspaceId>();
  await store.users.save({ id: stranger, name: "stranger", nickname: "", avatarUrl: "", createdAt });
  const described = { name: "elsewhere", description: "", icon: "", kind: "team" as const };
  await store.workspaces.save({ id: elsewhere, ...described, createdAt });
  for (const userId of [stranger, owner.id]) {
    await store.workspaces.saveMember({ workspaceId: elsewhere, userId, role: "owner", joinedAt: createdAt });
  }
  const make = async (userId: UserId, scope: TokenScope, more: { expiresAt?: Date } = {}) => {
    const request = { kind: "personal" as const, userId, name: "test", scope, sessionName: "", ...more };
    return (await issueToken(store, request)).text;
  };
  return {
    stranger: await make(stranger, FULL_SCOPE),
    expired: await make(owner.id, FULL_SCOPE, { expiresAt: new Date(createdAt.getTime() - 1_000) }),
    narrow: await make(owner.id, { ...FULL_SCOPE, workspaceIds: [elsewhere] }),
  };
}
