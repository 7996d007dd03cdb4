import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueToken } from "../../../src/access/tokens.ts";
import { COZE_ENDPOINTS } from "../../../src/dialects/coze/index.ts";
import { FULL_SCOPE, type TokenScope } from "../../../src/domain/access.ts";
import type { ChannelId, UserId, WorkspaceId } from "../../../src/domain/ids.ts";
import { drawWorkflows } from "../../support/coze-workflows.ts";
import { engines } from "../../support/engines.ts";
import { type AgentsWorld, openAgentsWorld } from "./agents-world.ts";

/** What the owner has. */
interface Belongings {
  workspace: string;
  bot: string;
  conversation: string;
  chat: string;
  message: string;
  file: string;
  user: string;
  task: string;
  apiApp: string;
  channel: string;
  workflow: string;
  chatflow: string;
  /** A run that waits, what it waits for, and where. */
  run: string;
  event: string;
  step: string;
}

/** How somebody else would try to get at it: path parameters, query, body. */
interface Attempt {
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: Record<string, unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape are looked into.
type Answer = { code: number; data: any; [member: string]: unknown };

/** Endpoints that name nothing of anybody: they answer with what the caller has. */
const OWN = "own";

const ofBot = (a: Belongings): Attempt => ({ path: { bot_id: a.bot } });
const ofWorkspace = (a: Belongings): Attempt => ({ query: { workspace_id: a.workspace } });
const ofConversation = (a: Belongings): Attempt => ({ query: { conversation_id: a.conversation } });
const inConversation = (a: Belongings): Attempt => ({ path: { conversation_id: a.conversation } });
const ofMessage = (a: Belongings): Attempt => ({
  query: { conversation_id: a.conversation, message_id: a.message },
});
const ofChat = (a: Belongings): Attempt => ({ query: { conversation_id: a.conversation, chat_id: a.chat } });
const ofFeedback = (a: Belongings): Attempt => ({
  path: { conversation_id: a.conversation, message_id: a.message },
});
const ofApiApp = (a: Belongings): Attempt => ({ path: { api_app_id: a.apiApp } });
const ofRun = (a: Belongings): Attempt => ({ path: { workflow_id: a.workflow, execute_id: a.run } });
const ofWorkflow = (a: Belongings): Attempt => ({ path: { workflow_id: a.workflow } });
const ofEvent = (a: Belongings): Attempt => ({
  body: { workflow_id: a.workflow, event_id: a.event, interrupt_type: 2, resume_data: "stolen" },
});
const ofApp = (a: Belongings): Attempt => ({ path: { app_id: a.bot, user_id: a.user } });

/** Every endpoint there is; the test below fails when one is missing. */
const ATTEMPTS: Record<string, typeof OWN | ((a: Belongings) => Attempt)> = {
  "POST /v1/bot/create": (a) => ({ body: { space_id: a.workspace, name: "stolen" } }),
  "POST /v1/bot/update": (a) => ({ body: { bot_id: a.bot, name: "stolen" } }),
  "POST /v1/bot/publish": (a) => ({ body: { bot_id: a.bot, connector_ids: ["1024"] } }),
  "POST /v1/bots/:bot_id/unpublish": (a) => ({ ...ofBot(a), body: { connector_id: "1024" } }),
  "GET /v1/bots": ofWorkspace,
  "GET /v1/bots/:bot_id": ofBot,
  "GET /v1/bots/:bot_id/versions": ofBot,
  "GET /v1/space/published_bots_list": (a) => ({ query: { space_id: a.workspace } }),
  "GET /v1/bot/get_online_info": (a) => ({ query: { bot_id: a.bot } }),
  "POST /v1/conversation/create": (a) => ({ body: { bot_id: a.bot } }),
  "GET /v1/conversation/retrieve": ofConversation,
  "GET /v1/conversations": (a) => ({ query: { bot_id: a.bot } }),
  "PUT /v1/conversations/:conversation_id": (a) => ({ ...inConversation(a), body: { name: "stolen" } }),
  "DELETE /v1/conversations/:conversation_id": inConversation,
  "POST /v1/conversations/:conversation_id/clear": inConversation,
  "POST /v1/conversation/message/create": (a) => ({
    ...ofConversation(a),
    body: { role: "user", content: "stolen", content_type: "text" },
  }),
  "POST /v1/conversation/message/list": ofConversation,
  "GET /v1/conversation/message/retrieve": ofMessage,
  "POST /v1/conversation/message/modify": (a) => ({ ...ofMessage(a), body: { content: "stolen" } }),
  "POST /v1/conversation/message/delete": ofMessage,
  "POST /v3/chat": (a) => ({
    ...ofConversation(a),
    body: { bot_id: a.bot, user_id: "u", additional_messages: [QUESTION] },
  }),
  "GET /v3/chat/retrieve": ofChat,
  "POST /v3/chat/retrieve": ofChat,
  "GET /v3/chat/message/list": ofChat,
  "POST /v3/chat/submit_tool_outputs": (a) => ({
    ...ofChat(a),
    body: { tool_outputs: [{ tool_call_id: "x", output: "stolen" }] },
  }),
  "POST /v3/chat/cancel": (a) => ({ body: { conversation_id: a.conversation, chat_id: a.chat } }),
  "POST /v1/conversations/:conversation_id/messages/:message_id/feedback": (a) => ({
    ...ofFeedback(a),
    body: { feedback_type: "unlike" },
  }),
  "DELETE /v1/conversations/:conversation_id/messages/:message_id/feedback": ofFeedback,
  "POST /v1/files/upload": OWN,
  "GET /v1/files/retrieve": (a) => ({ query: { file_id: a.file } }),
  "GET /v1/workspaces": OWN,
  "POST /v1/workspaces": OWN,
  "PUT /v1/workspaces/:workspace_id": (a) => ({
    path: { workspace_id: a.workspace },
    body: { name: "stolen" },
  }),
  "GET /v1/workspaces/:workspace_id/members": (a) => ({ path: { workspace_id: a.workspace } }),
  "POST /v1/workspaces/:workspace_id/members": (a) => ({
    path: { workspace_id: a.workspace },
    body: { users: [{ user_id: a.user, role_type: "member" }] },
  }),
  "DELETE /v1/workspaces/:workspace_id/members": (a) => ({
    path: { workspace_id: a.workspace },
    body: { user_ids: [a.user] },
  }),
  "GET /v1/variables": (a) => ({ query: { connector_uid: "u", bot_id: a.bot } }),
  "PUT /v1/variables": (a) => ({
    body: { connector_uid: "u", bot_id: a.bot, data: [{ keyword: "name", value: "stolen" }] },
  }),
  "POST /v1/api_apps": (a) => ({ body: { app_type: "connector", connector_id: a.channel } }),
  "GET /v1/api_apps": OWN,
  "PUT /v1/api_apps/:api_app_id": (a) => ({ ...ofApiApp(a), body: { name: "stolen" } }),
  "DELETE /v1/api_apps/:api_app_id": ofApiApp,
  "POST /v1/api_apps/:api_app_id/events": (a) => ({
    ...ofApiApp(a),
    body: { event_types: ["bot.published"] },
  }),
  "DELETE /v1/api_apps/:api_app_id/events": (a) => ({
    ...ofApiApp(a),
    body: { event_types: ["bot.deleted"] },
  }),
  "GET /v1/api_apps/:api_app_id/events": ofApiApp,
  "PUT /v1/connectors/:connector_id/bots/:bot_id": (a) => ({
    path: { connector_id: a.channel, bot_id: a.bot },
    body: { audit_status: 2 },
  }),
  "POST /v1/connectors/:connector_id/install": (a) => ({
    path: { connector_id: a.channel },
    body: { workspace_id: a.workspace },
  }),
  "POST /v1/connectors/:connector_id/user_configs": (a) => ({
    path: { connector_id: a.channel },
    body: { configs: [{ key: "device_id", enums: [{ label: "stolen", value: "1" }] }] },
  }),
  "POST /v1/bots/:bot_id/collaboration_mode": (a) => ({
    ...ofBot(a),
    body: { collaboration_mode: "collaboration" },
  }),
  "POST /v1/bots/:bot_id/collaborators": (a) => ({
    ...ofBot(a),
    body: { collaborators: [{ user_id: a.user }] },
  }),
  "DELETE /v1/bots/:bot_id/collaborators/:user_id": (a) => ({ path: { bot_id: a.bot, user_id: a.user } }),
  "POST /v1/apps/:app_id/collaborators": ofApp,
  "DELETE /v1/apps/:app_id/collaborators/:user_id": ofApp,
  "GET /v1/apps": ofWorkspace,
  "GET /v1/apps/:app_id": ofApp,
  "POST /v1/templates/:template_id/duplicate": (a) => ({
    path: { template_id: a.bot },
    body: { workspace_id: a.workspace },
  }),
  "GET /v1/folders": (a) => ({ query: { workspace_id: a.workspace, folder_type: "development" } }),
  "GET /v1/folders/:folder_id": (a) => ({ path: { folder_id: a.bot } }),
  "POST /v1/entities/copy_tasks": (a) => ({ body: { entity_id: a.bot, entity_type: "bot" } }),
  "GET /v1/entities/copy_tasks/:task_id": (a) => ({ path: { task_id: a.task } }),
  "GET /v1/users/me": OWN,
  "POST /v1/workflow/run": (a) => ({ body: { workflow_id: a.workflow } }),
  "POST /v1/workflow/stream_run": (a) => ({ body: { workflow_id: a.workflow } }),
  "POST /v1/workflow/stream_resume": ofEvent,
  "POST /v1/workflows/resume": ofEvent,
  "GET /v1/workflows/:workflow_id/run_histories/:execute_id": ofRun,
  "GET /v1/workflows/:workflow_id/run_histories/:execute_id/execute_nodes/:node_execute_uuid": (a) => ({
    path: { ...ofRun(a).path, node_execute_uuid: a.step },
  }),
  "GET /v1/workflow/get_run_history": (a) => ({ query: { workflow_id: a.workflow, execute_id: a.run } }),
  "POST /v1/workflows/chat": (a) => ({
    body: {
      workflow_id: a.chatflow,
      conversation_id: a.conversation,
      additional_messages: [QUESTION],
    },
  }),
  "POST /v1/workflow/conversation/create": (a) => ({
    body: { workflow_id: a.chatflow, conversation_name: "stolen" },
  }),
  "GET /v1/workflows": ofWorkspace,
  "GET /v1/workflows/:workflow_id": ofWorkflow,
  "GET /v1/workflows/:workflow_id/versions": ofWorkflow,
  "POST /v1/workflows/:workflow_id/collaboration_mode": (a) => ({
    ...ofWorkflow(a),
    body: { collaboration_mode: "collaboration" },
  }),
  "POST /v1/workflows/:workflow_id/collaborators": (a) => ({
    ...ofWorkflow(a),
    body: { collaborators: [{ user_id: a.user }] },
  }),
  "DELETE /v1/workflows/:workflow_id/collaborators/:user_id": (a) => ({
    path: { workflow_id: a.workflow, user_id: a.user },
  }),
};

/** What only a channel's own token may do: no channel is found with any other. Source: §4.1 of the callbacks. */
const CLOSED = new Set([
  "PUT /v1/connectors/:connector_id/bots/:bot_id",
  "POST /v1/connectors/:connector_id/user_configs",
]);

/** Change nothing although they are no GET. */
const READING = new Set(["POST /v3/chat/retrieve", "POST /v1/conversation/message/list"]);

/** What nobody finds but whoever made it (or keeps callbacks), or what is not there at all. */
const PRIVATE = new Set([
  ...READING,
  "GET /v1/conversation/retrieve",
  "GET /v1/conversation/message/retrieve",
  "GET /v3/chat/retrieve",
  "GET /v3/chat/message/list",
  "GET /v1/files/retrieve",
  "GET /v1/api_apps/:api_app_id/events",
  "GET /v1/apps/:app_id",
  "GET /v1/folders/:folder_id",
  "GET /v1/entities/copy_tasks/:task_id",
]);

const QUESTION = { role: "user", content: "你好", content_type: "text" };

const routes = COZE_ENDPOINTS.flatMap((endpoint) =>
  endpoint.methods.map((method) => ({ method, endpoint, name: `${method} ${endpoint.path}` })),
);
const supported = routes.filter(({ endpoint }) => endpoint.isSupported);

test("every endpoint is attacked", () => {
  expect(Object.keys(ATTEMPTS).sort()).toEqual(supported.map(({ name }) => name).sort());
});

test("every endpoint names the permission it needs", () => {
  expect(supported.filter(({ endpoint }) => endpoint.permissions.length === 0)).toEqual([]);
});

/** Whatever these answer is read by clients of streams, which lose the code of an answer with another status. */
const STREAMS = new Set([
  "POST /v1/workflow/stream_run",
  "POST /v1/workflow/stream_resume",
  "POST /v1/workflows/chat",
]);

describe.each(engines)("access on $name", (engine) => {
  let world: AgentsWorld;
  let belongings: Belongings;
  let tokens: Record<"owner" | "stranger" | "expired" | "powerless" | "viewer", string>;

  beforeAll(async () => {
    world = await openAgentsWorld(engine);
    belongings = await makeBelongings(world);
    tokens = await makeTokens(world);
  });
  afterAll(() => world.close());

  async function send(name: string, token: string | undefined, attempt: Attempt = {}) {
    const [method = "", template = ""] = name.split(" ");
    const path = template.replace(/:(\w+)/g, (_, key: string) => attempt.path?.[key] ?? "1");
    const query = new URLSearchParams(attempt.query).toString();
    const response = await fetch(`${world.server.url}${path}${query === "" ? "" : `?${query}`}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(attempt.body === undefined ? {} : { body: JSON.stringify(attempt.body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  }

  test.each(routes.map(({ name }) => name))("%s refuses callers without a good token", async (name) => {
    for (const token of [undefined, "pat_unknown", tokens.expired]) {
      const { status, body } = await send(name, token);
      expect({ status, code: body.code }).toEqual({ status: STREAMS.has(name) ? 200 : 401, code: 4100 });
    }
  });

  test.each(supported.map(({ name }) => name))("%s refuses a token without its permission", async (name) => {
    const { body } = await send(name, tokens.powerless);
    expect(body.code).toBe(4101);
  });

  test("what belongs to another workspace is not found, and stays as it is", async () => {
    const before = await everythingOf(belongings);
    const found: Record<string, unknown> = {};
    for (const { name } of supported) {
      const attempt = ATTEMPTS[name];
      if (attempt === undefined || attempt === OWN) continue;
      const { body } = await send(name, tokens.stranger, attempt(belongings));
      if (body.code !== (CLOSED.has(name) ? 4101 : 4200)) found[name] = body;
    }
    expect(found).toEqual({});
    expect(await everythingOf(belongings)).toEqual(before);
  });

  test("viewers are refused whatever changes something, and nothing changes", async () => {
    const before = await everythingOf(belongings);
    const done: Record<string, unknown> = {};
    for (const { name, method } of supported) {
      if (method === "GET" || READING.has(name)) continue;
      const { body } = await send(name, tokens.viewer, attemptAt(name));
      if (body.code !== 4101) done[name] = body;
    }
    expect(done).toEqual({});
    expect(await everythingOf(belongings)).toEqual(before);
  });

  test("viewers read what is everybody's in the workspace", async () => {
    const wrong: string[] = [];
    for (const { name, method } of supported) {
      if (method !== "GET" && !READING.has(name)) continue;
      const { body } = await send(name, tokens.viewer, attemptAt(name));
      if (body.code !== (PRIVATE.has(name) ? 4200 : 0)) wrong.push(`${name}: ${body.code}`);
    }
    expect(wrong).toEqual([]);
  });

  function attemptAt(name: string): Attempt {
    const attempt = ATTEMPTS[name];
    return attempt === undefined || attempt === OWN ? {} : attempt(belongings);
  }

  test("what needs a channel's token answers alike whether or not there is the channel", async () => {
    for (const name of CLOSED) {
      const attempt = ATTEMPTS[name];
      if (attempt === undefined || attempt === OWN) throw new Error(`${name} is not attacked`);
      const answers = [belongings.channel, "488135935131649"].map(async (channel) => {
        const { status, body } = await send(name, tokens.stranger, attempt({ ...belongings, channel }));
        return { status, code: body.code, msg: body["msg"] };
      });
      const [there, nowhere] = await Promise.all(answers);
      expect(there).toEqual(nowhere);
    }
  });

  test("what a caller has of its own does not tell of others", async () => {
    expect((await send("GET /v1/api_apps", tokens.stranger)).body.data.items).toEqual([]);
    const listed = (await send("GET /v1/workspaces", tokens.stranger)).body.data.workspaces;
    expect(listed.map((workspace: { name: string }) => workspace.name)).toEqual(["elsewhere"]);
  });

  test("members that bodies must not set change nothing", async () => {
    const before = (await send("GET /v1/bots/:bot_id", tokens.owner, ofUnpublished())).body.data;
    const foreign = {
      id: "1",
      owner: "1",
      owner_id: "1",
      owner_user_id: "1",
      role: "owner",
      space_id: "1",
      workspace_id: "1",
      version: "1",
      create_time: 1,
      status: "published",
      prompt_info: { prompt: before.prompt_info.prompt, id: "1", version: "1" },
    };
    const { body } = await send("POST /v1/bot/update", tokens.owner, {
      body: { bot_id: belongings.bot, ...foreign },
    });
    expect(body.code).toBe(0);
    const after = (await send("GET /v1/bots/:bot_id", tokens.owner, ofUnpublished())).body.data;
    expect({ ...after, update_time: 0 }).toEqual({ ...before, update_time: 0 });
    const renamed = await send("PUT /v1/conversations/:conversation_id", tokens.owner, {
      path: { conversation_id: belongings.conversation },
      body: {
        name: "mine",
        id: "1",
        creator_id: "1",
        connector_id: "9",
        created_at: 1,
        last_section_id: "1",
      },
    });
    expect(renamed.body.data).toMatchObject({ id: belongings.conversation, creator_id: belongings.user });
    expect(renamed.body.data.connector_id).toBe("1024");
  });

  test("no spelling of the path or the header goes around the token", async () => {
    const spellings = ["/v1/users/me/", "//v1/users/me", "/v1//users/me", "/v1/users/%6de", "/V1/users/me"];
    for (const path of spellings) {
      const response = await fetch(`${world.server.url}${path}`);
      expect([401, 404]).toContain(response.status);
    }
    const queried = await fetch(`${world.server.url}/v1/users/me?access_token=${tokens.owner}`);
    expect(queried.status).toBe(401);
    const overridden = await fetch(`${world.server.url}/v1/users/me`, {
      headers: { cookie: `token=${tokens.owner}`, "x-http-method-override": "DELETE" },
    });
    expect(overridden.status).toBe(401);
  });

  function ofUnpublished(): Attempt {
    return { path: { bot_id: belongings.bot }, query: { is_published: "false" } };
  }

  async function everythingOf(a: Belongings) {
    const bodies = [
      await send("GET /v1/bots/:bot_id", tokens.owner, ofUnpublished()),
      await send("GET /v1/bots/:bot_id/versions", tokens.owner, ofBot(a)),
      await send("GET /v1/conversation/retrieve", tokens.owner, ofConversation(a)),
      await send("POST /v1/conversation/message/list", tokens.owner, ofConversation(a)),
      await send("GET /v1/workspaces/:workspace_id/members", tokens.owner, {
        path: { workspace_id: a.workspace },
      }),
      await send("GET /v1/bots", tokens.owner, ofWorkspace(a)),
      await send("GET /v1/api_apps", tokens.owner),
      await send("GET /v1/api_apps/:api_app_id/events", tokens.owner, ofApiApp(a)),
      await send("GET /v1/workflows", tokens.owner, ofWorkspace(a)),
      await send("GET /v1/workflows/:workflow_id/run_histories/:execute_id", tokens.owner, ofRun(a)),
      await send("GET /v1/workflow/get_run_history", tokens.owner, { query: { workflow_id: a.workflow } }),
    ].map(({ body }) => ({ ...body, detail: undefined }));
    expect(bodies.map((body) => body.code)).toEqual(bodies.map(() => 0));
    return bodies;
  }
});

async function makeBelongings(world: AgentsWorld): Promise<Belongings> {
  const data = async (route: `${string} /${string}`, body?: unknown) => {
    const reply = await world.call("owner", route, body);
    if (reply.json.code !== 0) throw new Error(`${route}: ${reply.body}`);
    return reply.json.data;
  };
  const bot = await world.create({ prompt_info: { prompt: "你是助手。" } });
  await data("POST /v1/bot/publish", { bot_id: bot, connector_ids: ["1024"] });
  const conversation = (await data("POST /v1/conversation/create", { bot_id: bot, name: "mine" })).id;
  const chat = await data(`POST /v3/chat?conversation_id=${conversation}`, {
    bot_id: bot,
    user_id: "u",
    additional_messages: [QUESTION],
  });
  await world.server.app.turns.find(Number(chat.id) as Parameters<typeof world.server.app.turns.find>[0])
    ?.ended;
  const target = `conversation_id=${conversation}&chat_id=${chat.id}`;
  const messages: { id: string; type: string }[] = await data(`GET /v3/chat/message/list?${target}`);
  const form = new FormData();
  form.append("file", new Blob(["hello"]), "hello.txt");
  const uploaded = await fetch(`${world.server.url}/v1/files/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${await freshToken(world)}` },
    body: form,
  });
  const task = await data("POST /v1/entities/copy_tasks", {
    entity_id: bot,
    entity_type: "bot",
    to_workspace_id: world.away,
  });
  const apiApp = (await data("POST /v1/api_apps", { app_type: "normal", name: "mine" })).id;
  await data(`POST /v1/api_apps/${apiApp}/events`, { event_types: ["bot.deleted"] });
  const channel = world.server.store.newId<ChannelId>();
  await world.server.store.channels.save({
    id: channel,
    name: "mine",
    description: "",
    ownerId: Number(world.userIds.owner) as UserId,
    authorization: { mode: "none" },
    createdAt: new Date(),
  });
  const flows = await drawWorkflows(world.server.store, world.home, [
    {
      name: "mine",
      nodes: [
        { id: "start", type: "start", next: "ask" },
        { id: "ask", type: "question", text: "?", next: "end" },
        { id: "end", type: "end", outputs: {} },
      ],
    },
    {
      name: "my chat",
      mode: "chatflow",
      nodes: [
        { id: "start", type: "start", next: "end" },
        { id: "end", type: "end", answer: "{{ start.query }}" },
      ],
    },
  ]);
  const workflow = flows.get("mine") ?? "";
  const run = (await world.call("owner", "POST /v1/workflow/run", { workflow_id: workflow })).json;
  const event: string = run.interrupt_data.event_id;
  return {
    apiApp,
    workflow,
    chatflow: flows.get("my chat") ?? "",
    run: run.execute_id,
    event,
    step: event.split("/")[1] ?? "",
    channel: String(channel),
    workspace: world.home,
    bot,
    conversation,
    chat: chat.id,
    message: messages.find((message) => message.type === "answer")?.id ?? "",
    file: ((await uploaded.json()) as Answer).data.id,
    user: world.userIds.owner,
    task: task.task_id,
  };
}

/** One more token of the owner's. */
async function freshToken(world: AgentsWorld): Promise<string> {
  const owner = { userId: Number(world.userIds.owner) as UserId, name: "test", sessionName: "" };
  const { text } = await issueToken(world.server.store, { kind: "personal", scope: FULL_SCOPE, ...owner });
  return text;
}

async function makeTokens(world: AgentsWorld) {
  const { store } = world.server;
  const now = new Date();
  const stranger = store.newId<UserId>();
  const elsewhere = store.newId<WorkspaceId>();
  await store.users.save({ id: stranger, name: "stranger", nickname: "", avatarUrl: "", createdAt: now });
  await store.workspaces.save({
    id: elsewhere,
    name: "elsewhere",
    description: "",
    icon: "",
    kind: "team",
    createdAt: now,
  });
  await store.workspaces.saveMember({
    workspaceId: elsewhere,
    userId: stranger,
    role: "owner",
    joinedAt: now,
  });
  const viewer = store.newId<UserId>();
  await store.users.save({ id: viewer, name: "viewer", nickname: "", avatarUrl: "", createdAt: now });
  await store.workspaces.saveMember({
    workspaceId: Number(world.home) as WorkspaceId,
    userId: viewer,
    role: "viewer",
    joinedAt: now,
  });
  const make = async (userId: UserId, scope: TokenScope, more: { expiresAt?: Date } = {}) => {
    const request = { kind: "personal" as const, userId, name: "test", scope, sessionName: "", ...more };
    return (await issueToken(store, request)).text;
  };
  const owner = Number(world.userIds.owner) as UserId;
  return {
    owner: await make(owner, FULL_SCOPE),
    stranger: await make(stranger, FULL_SCOPE),
    expired: await make(owner, FULL_SCOPE, { expiresAt: new Date(now.getTime() - 1_000) }),
    powerless: await make(owner, { permissions: ["nothing"] }),
    viewer: await make(viewer, FULL_SCOPE),
  };
}
