import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pageToken } from "../../../src/access/browser-session.ts";
import { openSession } from "../../../src/access/sign-in.ts";
import { issueToken } from "../../../src/access/tokens.ts";
import { CONSOLE_OPERATIONS } from "../../../src/dialects/console/index.ts";
import { parseXid } from "../../../src/dialects/hiagent/ids.ts";
import { FULL_SCOPE, isAtLeast, type TokenScope } from "../../../src/domain/access.ts";
import type { AgentId, ChannelId, UserId, WorkspaceId } from "../../../src/domain/ids.ts";
import { aTurn, begin } from "../../../src/storage/conformance/factories.ts";
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
  appKey: string;
  version: string;
  shareLink: string;
  evaluationSet: string;
  evaluationCase: string;
  evaluation: string;
  exchange: string;
  turn: string;
  draft: string;
  oauthApp: string;
  token: string;
  user: string;
}

/** How somebody else would try to get at it. */
interface Attempt {
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: Record<string, unknown>;
}

const DAY_MS = 86_400_000;

function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

/** Answers with what the caller has of its own. */
const OWN = "own";
/** For everybody, signed in or not. */
const OPEN = "open";

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
const ofLink = (a: Belongings): Attempt => ({ path: { agentId: a.agent, linkId: a.shareLink } });
const ofSet = (a: Belongings): Attempt => ({ path: { setId: a.evaluationSet } });
const ofCase = (a: Belongings): Attempt => ({ path: { caseId: a.evaluationCase } });
const ofEvaluation = (a: Belongings): Attempt => ({ path: { evaluationId: a.evaluation } });
const ofTurn = (a: Belongings): Attempt => ({ path: { turnId: a.turn } });
const ofDraft = (a: Belongings): Attempt => ({ path: { conversationId: a.draft } });
const ofVersion = (a: Belongings): Attempt => ({ path: { agentId: a.agent, number: a.version } });
const ofOAuthApp = (a: Belongings): Attempt => ({ path: { clientId: a.oauthApp } });
const inWorkspace = (a: Belongings): Attempt => ({ path: { workspaceId: a.workspace } });
const ofMember = (a: Belongings): Attempt => ({ path: { workspaceId: a.workspace, userId: a.user } });

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
const ATTEMPTS: Record<string, typeof OWN | typeof OPEN | ((a: Belongings) => Attempt)> = {
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
  "POST /deliveries/resend": (a) => ({ body: { ids: [a.delivery] } }),
  "GET /attempts": ofWorkspace,
  "GET /deliveries/tail": ofWorkspace,
  "GET /channels/:channelId/audit-server": ofChannel,
  "PUT /channels/:channelId/audit-server": (a) => ({ ...ofChannel(a), body: { url: "https://example.com" } }),
  "DELETE /channels/:channelId/audit-server": ofChannel,
  "GET /channels/:channelId/submissions": ofChannel,
  "GET /publications": ofWorkspace,
  "GET /agents/:agentId/channels": ofAgent,
  "GET /evaluation-sets": ofWorkspace,
  "POST /evaluation-sets": (a) => ({ body: { name: "stolen", agentId: a.agent } }),
  "GET /evaluation-sets/:setId": ofSet,
  "PATCH /evaluation-sets/:setId": (a) => ({ ...ofSet(a), body: { name: "stolen" } }),
  "DELETE /evaluation-sets/:setId": ofSet,
  "GET /evaluation-sets/:setId/cases": ofSet,
  "POST /evaluation-sets/:setId/cases": (a) => ({ ...ofSet(a), body: { question: "stolen" } }),
  "POST /evaluation-sets/:setId/cases/rated": (a) => ({ ...ofSet(a), body: {} }),
  "PATCH /evaluation-cases/:caseId": (a) => ({ ...ofCase(a), body: { question: "stolen" } }),
  "DELETE /evaluation-cases/:caseId": ofCase,
  "GET /evaluation-sets/:setId/evaluations": ofSet,
  "POST /evaluation-sets/:setId/evaluations": (a) => ({ ...ofSet(a), body: {} }),
  "GET /evaluations/:evaluationId": ofEvaluation,
  "POST /evaluations/:evaluationId/stop": ofEvaluation,
  "GET /evaluations/:evaluationId/rows": ofEvaluation,
  "POST /agents": (a) => ({ body: { workspaceId: a.workspace, name: "stolen" } }),
  "GET /agents/:agentId": ofAgent,
  "PATCH /agents/:agentId": (a) => ({ ...ofAgent(a), body: { name: "stolen" } }),
  "POST /agents/:agentId/duplicate": (a) => ({ ...ofAgent(a), body: {} }),
  "GET /agents/:agentId/versions": ofAgent,
  "GET /agents/:agentId/versions/:number": ofVersion,
  "POST /agents/:agentId/versions/:number/restore": (a) => ({ ...ofVersion(a), body: {} }),
  "GET /agents/:agentId/difference": ofAgent,
  "GET /agents/:agentId/keys": ofAgent,
  "POST /agents/:agentId/keys": (a) => ({ ...ofAgent(a), body: { name: "stolen" } }),
  "DELETE /agents/:agentId/keys/:keyId": (a) => ({ path: { agentId: a.agent, keyId: a.appKey } }),
  "GET /knowledge-bases": ofWorkspace,
  "GET /conversations": ofWorkspace,
  "DELETE /conversations/:conversationId": ofConversation,
  "GET /conversations/:conversationId/exchanges": ofConversation,
  "GET /exchanges/:exchangeId/examples": (a) => ({ path: { exchangeId: a.exchange } }),
  "POST /agents/:agentId/draft-chat": (a) => ({ ...ofAgent(a), body: { text: "stolen" } }),
  "GET /agents/:agentId/draft-conversations": ofAgent,
  "GET /draft-conversations/:conversationId": ofDraft,
  "GET /draft-conversations/:conversationId/exchanges": ofDraft,
  "POST /turns/:turnId/regenerate": (a) => ({ ...ofTurn(a), body: {} }),
  "POST /turns/:turnId/choose": ofTurn,
  "POST /turns/:turnId/stop": ofTurn,
  "PUT /turns/:turnId/feedback": (a) => ({ ...ofTurn(a), body: { rating: "like" } }),
  "GET /turns/:turnId/events": ofTurn,
  "GET /turns/:turnId/trace": ofTurn,
  "GET /agents/:agentId/share-links": ofAgent,
  "POST /agents/:agentId/share-links": (a) => ({ ...ofAgent(a), body: {} }),
  "PATCH /agents/:agentId/share-links/:linkId": (a) => ({ ...ofLink(a), body: {} }),
  "DELETE /agents/:agentId/share-links/:linkId": ofLink,
  "GET /session": OPEN,
  "POST /session": OPEN,
  "DELETE /session": OPEN,
  "POST /setup": OPEN,
  "GET /about": OWN,
  "GET /audit-log": ofWorkspace,
  "GET /limits": ofWorkspace,
  "PUT /limits": (a) => ({
    body: {
      workspaceId: a.workspace,
      turnsPerMinute: 1,
      turnsAtOnce: null,
      tokensPerMonth: null,
      costPerMonth: null,
    },
  }),
  "GET /oauth-apps": ofWorkspace,
  "POST /oauth-apps": (a) => ({
    body: { workspaceId: a.workspace, kind: "device", name: "stolen" },
  }),
  "POST /oauth-apps/:clientId/secret": ofOAuthApp,
  "POST /oauth-apps/:clientId/disable": ofOAuthApp,
  "GET /tokens": OWN,
  "POST /tokens": OWN,
  "DELETE /tokens/:tokenId": (a) => ({ path: { tokenId: a.token } }),
  "GET /member-tokens": ofWorkspace,
  "GET /account": OWN,
  "PATCH /account": OWN,
  "PUT /account/password": OWN,
  "DELETE /account/sessions": OWN,
  "POST /workspaces": OWN,
  "GET /workspaces/:workspaceId": inWorkspace,
  "PATCH /workspaces/:workspaceId": (a) => ({ ...inWorkspace(a), body: { name: "stolen" } }),
  "GET /workspaces/:workspaceId/members": inWorkspace,
  "POST /workspaces/:workspaceId/members": (a) => ({ ...inWorkspace(a), body: { name: "stranger" } }),
  "PATCH /workspaces/:workspaceId/members/:userId": (a) => ({ ...ofMember(a), body: { role: "viewer" } }),
  "DELETE /workspaces/:workspaceId/members/:userId": ofMember,
  "GET /live": ofWorkspace,
  "GET /statistics": (a) => ({
    query: { workspaceId: a.workspace, from: ago(DAY_MS), until: ago(-DAY_MS), groupBy: "agent" },
  }),
  "GET /running-turns": ofWorkspace,
  "GET /models": OWN,
  "GET /model-presets": OWN,
  "POST /models": () => ({ body: { name: "stolen", model: "x" } }),
  "PATCH /models/:name": () => ({ path: { name: "extractive" }, body: {} }),
  "DELETE /models/:name": () => ({ path: { name: "extractive" } }),
  "POST /models/test": () => ({ body: {} }),
  "GET /local-model-servers": () => ({}),
};

/** Of what is said to agents, and of how they answer. */
const OF_TALKS = new Set([
  "chat",
  "viewConversations",
  "manageConversations",
  "viewFeedback",
  "manageEvaluations",
]);

/** Tell that the caller may not, rather than that there is nothing. */
const DENIED =
  /^POST \/channels\/:channelId\/(options|verdicts)|^(POST|PATCH|DELETE) \/models|^GET \/local-model-servers/;

const operations = CONSOLE_OPERATIONS.map((operation) => ({
  ...operation,
  name: `${operation.method} ${operation.path}`,
}));
const closed = operations.filter(({ role }) => role !== "public");
const names = closed.map(({ name }) => name);
const changing = closed.filter(({ method }) => method !== "GET").map(({ name }) => name);
const PEOPLE = ["viewer", "member", "admin", "owner"] as const;

/** Every operation with every role that is too low for it. */
const tooLow = closed.flatMap(({ name, role }) =>
  PEOPLE.filter((person) => role !== "anyone" && role !== "public" && !isAtLeast(person, role)).map(
    (person) => ({
      name,
      person,
    }),
  ),
);

test("every operation is attacked", () => {
  expect(Object.keys(ATTEMPTS).sort()).toEqual(operations.map(({ name }) => name).sort());
});

describe.each(engines)("access to the console API on $name", (engine) => {
  let world: ConsoleWorld;
  let belongings: Belongings;
  let tokens: Record<"stranger" | "expired" | "narrow" | "ofAnother", string>;
  let sessions: Record<"owner" | "viewer", string>;

  beforeAll(async () => {
    world = await openConsoleWorld(engine);
    belongings = await makeBelongings(world);
    tokens = await makeTokens(world.server.store);
    sessions = { owner: await sessionOfUser("owner"), viewer: await sessionOfUser("viewer") };
  });
  afterAll(() => world.close());

  async function sessionOfUser(name: string): Promise<string> {
    const user = await world.server.store.users.findByName(name);
    if (user === undefined) throw new Error(`no ${name}`);
    return (await openSession(world.server.store, user, new Date())).session;
  }

  async function ask(name: string, headers: Record<string, string>, attempt: Attempt = {}) {
    const [method = "", template = ""] = name.split(" ");
    const path = template.replace(/:(\w+)/g, (_, key: string) => attempt.path?.[key] ?? "1");
    const query = new URLSearchParams(attempt.query).toString();
    const response = await fetch(`${world.server.url}/api${path}${query === "" ? "" : `?${query}`}`, {
      method,
      headers,
      ...(attempt.body === undefined ? {} : { body: JSON.stringify(attempt.body) }),
    });
    const isStream = !(response.headers.get("content-type") ?? "").startsWith("application/json");
    if (isStream) await response.body?.cancel();
    const text = isStream ? "{}" : await response.text();
    const body = JSON.parse(text) as { error?: { code: string; field?: string } };
    return { status: response.status, code: body.error?.code, field: body.error?.field, text };
  }

  const send = (name: string, token: string | undefined, attempt?: Attempt) =>
    ask(name, token === undefined ? {} : { authorization: `Bearer ${token}` }, attempt);

  const browse = (
    name: string,
    session: string,
    { attempt, headers = {} }: { attempt?: Attempt; headers?: Record<string, string> } = {},
  ) => ask(name, { cookie: `antiphon_session=${session}`, ...headers }, attempt);

  function attemptAt(name: string): Attempt | undefined {
    const attempt = ATTEMPTS[name];
    return typeof attempt === "function" ? attempt(belongings) : undefined;
  }

  test.each(names)("%s refuses callers without a good token", async (name) => {
    expect(await send(name, undefined)).toMatchObject({ status: 401, code: "credential_missing" });
    expect(await browse(name, "x".repeat(43))).toMatchObject({ status: 401, code: "credential_invalid" });
    for (const token of ["pat_unknown", tokens.expired]) {
      expect(await send(name, token)).toMatchObject({ status: 401, code: "credential_invalid" });
    }
  });

  test.each(names)("%s refuses a token without its permission", async (name) => {
    expect(await send(name, tokenOf("powerless"))).toMatchObject({ status: 403, code: "permission_denied" });
  });

  test("nothing of another workspace's is found, and nothing changes", async () => {
    const before = await everything();
    const found: Record<string, unknown> = {};
    for (const name of names) {
      const attempt = attemptAt(name);
      if (attempt === undefined) continue;
      const isOwners = /channel|token|oauth-apps\/|models|local-model/.test(name);
      for (const token of isOwners ? [tokens.stranger] : [tokens.stranger, tokens.narrow]) {
        const { code } = await send(name, token, attempt);
        const isRefused = DENIED.test(name) ? code === "permission_denied" : code?.endsWith("not_found");
        if (isRefused !== true) found[name] = code ?? "answered";
      }
    }
    expect(found).toEqual({});
    expect(await everything()).toEqual(before);
  });

  test("no operation is for a role that is too low, and none changes anything then", async () => {
    const before = await everything();
    const done: string[] = [];
    for (const { name, person } of tooLow) {
      const { status, code } = await send(name, tokenOf(person), attemptAt(name) ?? {});
      if (status !== 403 || code !== "permission_denied") done.push(`${person}: ${name}: ${code}`);
    }
    expect(done).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  test("a token that is limited to another agent is told nothing of what this one does", async () => {
    const { store } = world.server;
    const { agent, conversation, turn } = belongings;
    await world.call("owner", `POST /conversations/${conversation}/hold`, {});
    await world.call("owner", `PUT /turns/${turn}/feedback`, { rating: "dislike" });
    const told: string[] = [];
    for (const { name, method, permission } of closed) {
      if (!OF_TALKS.has(permission)) continue;
      // Nobody runs it: it is taken for left, and ended, a little later.
      const agentId = Number(agent) as AgentId;
      const workspaceId = Number(world.workspaceId) as WorkspaceId;
      if (name === "GET /running-turns") {
        await store.turns.open(aTurn(store, await begin(store, { agentId, workspaceId })));
      }
      const { status, text } = await send(name, tokens.ofAnother, attemptAt(name) ?? {});
      const isRefused = status === 403 || status === 404;
      if (!isRefused && (method !== "GET" || text.includes(agent))) told.push(name);
    }
    expect(told).toEqual([]);
    await world.call("owner", `POST /conversations/${conversation}/release`);
  });

  test.each(changing)("%s refuses sessions whose page does not prove itself", async (name) => {
    const attempt = attemptAt(name) ?? {};
    const refused = { status: 403, code: "permission_denied", field: "x-csrf-token" };
    const token = pageToken(sessions.owner);
    for (const headers of [
      {},
      { "x-csrf-token": "wrong" },
      { "x-csrf-token": pageToken(sessions.viewer) },
      { "x-csrf-token": token, "sec-fetch-site": "cross-site" },
      { "x-csrf-token": token, "sec-fetch-site": "same-site" },
    ]) {
      expect(await browse(name, sessions.owner, { attempt, headers })).toMatchObject(refused);
    }
  });

  test.each(names)("%s permits a session what its user may do, and no more", async (name) => {
    const { role } = closed.find((operation) => operation.name === name) ?? {};
    const attempt = attemptAt(name);
    if (attempt === undefined || role === "anyone") return;
    const headers = { "x-csrf-token": pageToken(sessions.viewer), "sec-fetch-site": "same-origin" };
    const found = await browse(name, sessions.viewer, { attempt, headers });
    if (role === "viewer") expect(found.status).toBe(200);
    else expect(found).toMatchObject({ status: 403, code: "permission_denied" });
    expect(found.field).not.toBe("x-csrf-token");
  });

  test("a session that was signed out, or whose user is disabled, is none any more", async () => {
    const { store } = world.server;
    const user = await store.users.findByName("viewer");
    if (user === undefined) throw new Error("no viewer");
    const ended = await sessionOfUser("viewer");
    const headers = { "x-csrf-token": pageToken(ended) };
    expect((await browse("DELETE /session", ended)).code).toBe("permission_denied");
    expect((await browse("GET /account", ended)).status).toBe(200);
    expect((await browse("DELETE /session", ended, { headers })).status).toBe(200);
    expect((await browse("GET /account", ended)).code).toBe("credential_invalid");
    const other = await sessionOfUser("viewer");
    await store.users.save({ ...user, disabledAt: new Date() });
    expect((await browse("GET /account", other)).code).toBe("credential_invalid");
    await store.users.save(user);
  });

  test("signing in and setting up are refused to pages of other sites, and to guesses", async () => {
    const attempt = { body: { name: "owner", password: "not this one" } };
    const foreign = { origin: "https://evil.example" };
    const setup = { body: { token: "guess", name: "evil", password: "long enough" } };
    for (const headers of [foreign, { "sec-fetch-site": "cross-site" }]) {
      expect((await ask("POST /session", headers, attempt)).code).toBe("permission_denied");
      expect((await ask("POST /setup", headers, setup)).code).toBe("permission_denied");
    }
    expect((await ask("POST /session", {}, attempt)).code).toBe("credential_invalid");
    expect((await ask("POST /setup", {}, setup)).code).toBe("credential_invalid");
  });

  /** Last, because they do what they say: deleting after the rest. */
  const gentle = closed.filter(({ method }) => method !== "DELETE");
  const least = [...gentle, ...closed.filter(({ method }) => method === "DELETE")].flatMap(
    ({ name, role }) => (role === "anyone" || role === "public" ? [] : [{ name, role }]),
  );

  test.each(least)("$name is for the role $role", async ({ name, role }) => {
    const attempt = attemptAt(name);
    if (attempt === undefined) return;
    const { status, code } = await send(name, tokenOf(role), attempt);
    expect([401, 403], `${code}`).not.toContain(status);
  });

  async function everything() {
    const { endpoint, channel, agent, replay, conversation, accessKey, workflow, run } = belongings;
    const routes = [
      `GET /endpoints/${endpoint}`,
      `GET /deliveries?endpointId=${endpoint}`,
      `GET /replays/${replay}`,
      `GET /channels/${channel}`,
      `GET /agents/${agent}`,
      `GET /agents/${agent}/history`,
      `GET /agents/${agent}/keys`,
      `GET /agents/${agent}/share-links`,
      `GET /conversations/${conversation}`,
      `GET /turns/${belongings.turn}/trace`,
      `GET /access-keys/${accessKey}`,
      `GET /workflows/${workflow}`,
      `GET /workflow-runs/${run}`,
      `GET /evaluation-sets/${belongings.evaluationSet}/cases`,
      `GET /oauth-apps?workspaceId=${belongings.workspace}`,
      `GET /workspaces/${belongings.workspace}/members`,
      `GET /limits?workspaceId=${belongings.workspace}`,
      "GET /models",
    ] as const;
    // A channel and its agent are the member's own.
    const replies = await Promise.all(
      routes.map((route) => world.call(route.includes("/channels/") ? "member" : "owner", route)),
    );
    expect(replies.map(({ status }) => status)).toEqual(routes.map(() => 200));
    return replies.map(({ body }) => body);
  }
});

async function makeBelongings(world: ConsoleWorld): Promise<Belongings> {
  const { store } = world.server;
  const make = async (
    as: "owner" | "admin" | "member",
    route: `${string} /${string}`,
    body: unknown = {},
  ) => {
    const reply = await world.call(as, route, body);
    if (reply.status !== 200) throw new Error(`${route}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const member = await store.users.findByName("member");
  const agent = await store.agents.find(Number(world.agentId) as AgentId);
  if (member === undefined || agent === undefined) throw new Error("no member or agent");
  await store.agents.save({ ...agent, ownerId: member.id });
  const { id: endpoint } = await world.endpoint("/hooks");
  await world.publish();
  const deliveries = async () =>
    (await world.call("owner", `GET /deliveries?endpointId=${endpoint}`)).body.items;
  await eventually(async () => expect(await deliveries()).toMatchObject([{ state: "delivered" }]));
  const [delivery] = await deliveries();
  const replay = await make("owner", `POST /endpoints/${endpoint}/replays`, {
    since: "2026-01-01T00:00:00Z",
  });
  await eventually(async () =>
    expect((await world.call("owner", `GET /replays/${replay.id}`)).body.state).toBe("done"),
  );
  const accessKey = await make("owner", "POST /access-keys", { name: "Shop" });
  const workflow = await make("member", "POST /workflows", { name: "Refund", graph: GRAPH });
  const run = await make("member", `POST /workflows/${workflow.id}/test-runs`);
  expect(run.status).toBe("waiting");
  const agentId = world.agentId;
  const set = await make("member", "POST /evaluation-sets", { name: "Questions", agentId });
  await make("member", `POST /evaluation-sets/${set.id}/cases`, { question: "Why?", expected: "So." });
  const cases = (await world.call("member", `GET /evaluation-sets/${set.id}/cases`)).body.items;
  const evaluation = await make("member", `POST /evaluation-sets/${set.id}/evaluations`);
  const key = await make("member", `POST /agents/${agentId}/keys`, { name: "App" });
  const link = await make("member", `POST /agents/${agentId}/share-links`);
  const app = await make("admin", "POST /oauth-apps", { kind: "device", name: "Till" });
  const token = await make("owner", "POST /tokens", { name: "mine" });
  const { id: channel } = await make("member", "POST /channels", { name: "Robot" });
  await store.channels.install(
    Number(channel) as ChannelId,
    Number(world.workspaceId) as WorkspaceId,
    new Date(),
  );
  const versions = (await world.call("member", `GET /agents/${agentId}/versions`)).body.items;
  const bystander = await make("owner", `POST /workspaces/${world.workspaceId}/members`, {
    name: "bystander",
    password: "long enough",
  });
  const chatted = await makeConversation(world);
  const exchanges = (await world.call("owner", `GET /conversations/${chatted}/exchanges`)).body.items;
  return {
    workspace: world.workspaceId,
    endpoint,
    event: delivery.eventId,
    delivery: delivery.id,
    replay: replay.id,
    channel,
    version: String(versions[0].number),
    agent: agentId,
    conversation: chatted,
    accessKey: accessKey.accessKey.keyId,
    workflow: workflow.id,
    run: run.id,
    appKey: key.key.id,
    shareLink: link.id,
    evaluationSet: set.id,
    evaluationCase: cases[0].id,
    evaluation: evaluation.id,
    exchange: exchanges[0].id,
    turn: exchanges[0].answers[0].turnId,
    draft: await makeDraft(world),
    oauthApp: app.app.clientId,
    token: token.token.id,
    user: bystander.userId,
  };
}

/** A conversation with an answer. */
async function makeConversation({ server }: ConsoleWorld): Promise<string> {
  const app = hiagentClient({ url: server.url, key: "d5k2m8s7q1v3c9n4b6t0" });
  const AppConversationID = await app.newConversation();
  await app.call("chat_query_v2", { AppConversationID, Query: "Why?", ResponseMode: "blocking" });
  return String(parseXid("conversation", AppConversationID));
}

/** A conversation of the member's with the draft. */
async function makeDraft({ server, agentId, call }: ConsoleWorld): Promise<string> {
  const response = await fetch(`${server.url}/api/agents/${agentId}/draft-chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${tokenOf("member")}` },
    body: JSON.stringify({ text: "Why?" }),
  });
  await response.text();
  return (await call("member", `GET /agents/${agentId}/draft-conversations`)).body.items[0].id;
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
    ofAnother: await make(owner.id, { ...FULL_SCOPE, agentIds: [store.newId<AgentId>()] }),
  };
}
