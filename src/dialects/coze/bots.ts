import { z } from "zod";
import { requireMembership } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent, AgentVersion } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, UserId, WorkspaceId } from "../../domain/ids.ts";
import { agentToView, createAgent, updateAgent } from "../../publish/agents.ts";
import { listVersions, publishedAgent } from "../../publish/versions.ts";
import type { PublishStatus } from "../../storage/store.ts";
import { channelOf } from "./channels.ts";
import { type CozeServices, type Endpoint, endpoint } from "./endpoint.ts";
import { formatId } from "./ids.ts";
import {
  presentBot,
  presentBotSimple,
  presentBotVersion,
  presentPublishedBot,
  workflowIds,
} from "./present-bot.ts";
import { publishEndpoints } from "./publish.ts";
import { botFields, botName, changedSettings } from "./read-bot.ts";
import { idOf, pageNumber, pageSize, wireBoolean, wireConnectorId, wireId } from "./wire.ts";

// The names of the permissions except `createBot` are unverified: the spec page names none here.
const section = "§3";

/** `page_num`, which some calls spell `page_index`. Source: spec page §1.2. */
const pages = {
  page_num: pageNumber,
  page_index: pageNumber.unwrap().optional(),
  page_size: pageSize(20, 100),
};

const createBot = endpoint({
  route: "POST /v1/bot/create",
  section,
  permission: "createBot",
  summary: "Make an agent: a draft",
  body: { space_id: wireId<WorkspaceId>(), name: botName, ...botFields },
  async run({ services, caller, body: { space_id, name, ...fields } }) {
    const settings = (before: Agent["settings"]) => changedSettings(before, fields, services.models);
    const agent = await createAgent(services, caller, { workspaceId: space_id, name, settings }, new Date());
    return { data: { bot_id: formatId(agent.id) } };
  },
});

const updateBot = endpoint({
  route: "POST /v1/bot/update",
  section,
  permission: "updateBot",
  summary: "Change the draft; what is not given stays",
  body: { bot_id: wireId<AgentId>(), name: botName.optional(), ...botFields },
  async run({ services, caller, body: { bot_id, name, ...fields } }) {
    requireBot(await agentToView(services.store, caller, bot_id));
    const settings = (before: Agent["settings"]) => changedSettings(before, fields, services.models);
    const change = { agentId: bot_id, settings, ...(name === undefined ? {} : { name }) };
    await updateAgent(services, caller, change, new Date());
    return { members: {} };
  },
});

const LIST_STATUS: Record<string, PublishStatus> = {
  all: "all",
  published_online: "published",
  published_draft: "changed",
  unpublished_draft: "unpublished",
};

const publishStatus = z
  .enum(["all", "published_online", "published_draft", "unpublished_draft"])
  .default("published_online");

/** Lists show the live version only where the live ones were asked for, otherwise the draft. Source: spec page §3. */
const listBots = endpoint({
  route: "GET /v1/bots",
  section,
  permission: "listBot",
  summary: "Agents of a workspace, drafts or published",
  query: {
    workspace_id: wireId<WorkspaceId>(),
    publish_status: publishStatus,
    connector_id: wireConnectorId.optional(),
    ...pages,
  },
  async run({ services, caller, query }) {
    const { workspace_id, publish_status, connector_id } = query;
    requireMembership(caller, workspace_id, "viewer");
    const window = windowOf(query);
    const { items, total } = await services.store.versions.listAgents({
      workspaceId: workspace_id,
      kind: "chat",
      channel: channelOf(connector_id),
      status: LIST_STATUS[publish_status] ?? "published",
      ...window,
    });
    const shows = publish_status === "published_online" ? "live" : "draft";
    return {
      data: {
        items: items.map((listing) => presentBotSimple(listing, shows)),
        total,
        has_more: window.offset + items.length < total,
      },
    };
  },
});

const retrieveBot = endpoint({
  route: "GET /v1/bots/:bot_id",
  section,
  permission: "getMetadata",
  summary: "An agent as it is published to the API, or its draft",
  query: { is_published: wireBoolean.default(true) },
  async run({ services, caller, params, query }) {
    const agentId = idOf<AgentId>(params["bot_id"] ?? "");
    if (query.is_published) return { data: await onlineBot(services, caller, agentId) };
    const agent = requireBot(await agentToView(services.store, caller, agentId));
    return { data: await presentWithTies(services, agent, undefined) };
  },
});

const listBotVersions = endpoint({
  route: "GET /v1/bots/:bot_id/versions",
  section,
  permission: "listBotVersion",
  summary: "Versions of an agent, newest first; with a connector the one that is live there",
  query: {
    page_num: pageNumber,
    page_size: pageSize(10, 30),
    publish_status: publishStatus,
    connector_id: wireConnectorId.optional(),
  },
  async run({ services, caller, params, query }) {
    const agentId = idOf<AgentId>(params["bot_id"] ?? "");
    const { connector_id, publish_status } = query;
    const window = windowOf(query);
    const channel = connector_id === undefined ? {} : { channel: channelOf(connector_id) };
    const page = await listVersions(services, caller, { agentId, ...channel, ...window });
    // Drafts are no versions: a list of drafts only is empty.
    const isOfVersions = publish_status === "published_online" || publish_status === "all";
    const { items, total } = isOfVersions ? page : { items: [], total: 0 };
    return {
      data: {
        items: await withCreators(services, items),
        total,
        has_more: window.offset + items.length < total,
      },
    };
  },
});

const listPublishedBots = endpoint({
  route: "GET /v1/space/published_bots_list",
  section,
  permission: "listBot",
  summary: "Agents published to the API (older list)",
  query: { space_id: wireId<WorkspaceId>(), ...pages },
  async run({ services, caller, query }) {
    requireMembership(caller, query.space_id, "viewer");
    const { items, total } = await services.store.versions.listAgents({
      workspaceId: query.space_id,
      kind: "chat",
      channel: channelOf(),
      status: "published",
      ...windowOf(query),
    });
    const bots = items.flatMap(({ agent, live }) =>
      live === undefined ? [] : presentPublishedBot(agent, live),
    );
    return { data: { space_bots: bots, total } };
  },
});

const onlineInfo = endpoint({
  route: "GET /v1/bot/get_online_info",
  section,
  permission: "getMetadata",
  summary: "An agent as it is published to the API (older call)",
  query: { bot_id: wireId<AgentId>() },
  async run({ services, caller, query }) {
    return { data: await onlineBot(services, caller, query.bot_id) };
  },
});

export const botEndpoints: Endpoint[] = [
  createBot,
  updateBot,
  ...publishEndpoints,
  listBots,
  retrieveBot,
  listBotVersions,
  listPublishedBots,
  onlineInfo,
];

async function onlineBot(services: CozeServices, caller: TokenCaller, agentId: AgentId) {
  requireBot(await agentToView(services.store, caller, agentId));
  const { agent, version } = await publishedAgent(services, caller, { agentId, channel: channelOf() });
  return presentWithTies(services, agent, version);
}

async function presentWithTies(services: CozeServices, agent: Agent, version: AgentVersion | undefined) {
  const { settings } = version ?? agent;
  const { baseIds } = settings.knowledge;
  const bases = baseIds.length === 0 ? [] : await services.store.knowledge.findBases(baseIds);
  const workflows = await workflowsOf(services, agent, workflowIds(settings));
  return presentBot(agent, version, { bases, workflows, models: services.models });
}

/** Those that are here, in the bot's workspace. */
async function workflowsOf(
  { store }: CozeServices,
  { workspaceId }: Agent,
  ids: readonly string[],
): Promise<Agent[]> {
  const found = await Promise.all(ids.map((id) => store.agents.find(idOf<AgentId>(id))));
  return found.filter((agent) => agent?.kind === "workflow" && agent.workspaceId === workspaceId) as Agent[];
}

/** Workflows have endpoints of their own. */
function requireBot<Found extends Pick<Agent, "kind">>(agent: Found): Found {
  if (agent.kind !== "chat") throw new DomainError("not_found", "no such bot");
  return agent;
}

/** Versions that the configuration file made have no creator. */
async function withCreators({ store }: CozeServices, versions: AgentVersion[]) {
  const ids = new Set(versions.flatMap(({ creatorId }) => (creatorId === undefined ? [] : [creatorId])));
  const names = new Map<UserId, string>();
  for (const id of ids) names.set(id, (await store.users.find(id))?.nickname ?? "");
  return versions.map((version) =>
    presentBotVersion(version, (version.creatorId && names.get(version.creatorId)) ?? ""),
  );
}

function windowOf(query: { page_num: number; page_index?: number | undefined; page_size: number }) {
  const page = query.page_index ?? query.page_num;
  return { offset: (page - 1) * query.page_size, limit: query.page_size };
}
