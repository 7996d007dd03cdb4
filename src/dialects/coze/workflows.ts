import { z } from "zod";
import { requireMembership } from "../../access/permissions.ts";
import { type Agent, API_CHANNEL } from "../../domain/agent.ts";
import type { AgentId, UserId, WorkspaceId } from "../../domain/ids.ts";
import { addCollaborator, changeCollaboration, removeCollaborator } from "../../publish/collaborators.ts";
import { listVersions } from "../../publish/versions.ts";
import type { AgentListing, PublishStatus } from "../../storage/store.ts";
import { workflowToView } from "./callable-workflow.ts";
import { channelOf } from "./channels.ts";
import { type CozeServices, type Endpoint, endpoint } from "./endpoint.ts";
import { presentInterface, presentWorkflow, presentWorkflowVersion } from "./present-workflow.ts";
import {
  formatPageToken,
  idOf,
  pageNumber,
  pageSize,
  wireBoolean,
  wireId,
  wirePageToken,
  wireText,
} from "./wire.ts";

// The names of the permissions are unverified: the spec page names none here.
const section = "§8";
const UPDATE_WORKFLOW = "updateWorkflow";

const LIST_STATUS = {
  all: "all",
  published_online: "published",
  published_draft: "changed",
  unpublished_draft: "unpublished",
} as const satisfies Record<string, PublishStatus>;

const publishStatus = z
  .enum(["all", "published_online", "published_draft", "unpublished_draft"])
  .default("published_online");

/** Workflows read at once where those of one mode are looked for. */
const READ_LIMIT = 200;

const list = endpoint({
  route: "GET /v1/workflows",
  section,
  permission: "listWorkflow",
  summary: "workflows of a workspace, published or drafts",
  query: {
    workspace_id: wireId<WorkspaceId>(),
    workflow_mode: z.enum(["workflow", "chatflow"]).optional(),
    app_id: wireText(64).optional(),
    publish_status: publishStatus,
    page_num: pageNumber,
    page_size: pageSize(10, 30),
  },
  async run({ services, caller, query }) {
    const { workspace_id: workspaceId, publish_status, page_num, page_size, app_id } = query;
    requireMembership(caller, workspaceId, "viewer");
    // Apps are not there, so none has workflows; "0" is what workflows without one are shown with.
    if (app_id !== undefined && app_id !== "0") return { data: { items: [], has_more: false } };
    const first = (page_num - 1) * page_size;
    const wanted = { workspaceId, status: LIST_STATUS[publish_status] };
    const found =
      query.workflow_mode === undefined
        ? await readListings(services, { ...wanted, offset: first, limit: page_size + 1 })
        : await ofMode(services, wanted, query.workflow_mode, { first, count: page_size + 1 });
    const shown = found.slice(0, page_size).map((listing) => settingsShown(listing, publish_status));
    const names = await creatorNames(
      services,
      shown.map(({ agent }) => agent.ownerId),
    );
    return {
      data: {
        items: shown.map(({ agent, version }) => presentWorkflow(agent, version, names)),
        has_more: found.length > page_size,
      },
    };
  },
});

const retrieve = endpoint({
  route: "GET /v1/workflows/:workflow_id",
  section,
  permission: ["getWorkflow", "getMetadata", "listWorkflow"],
  summary: "a workflow as it is published to the API, else its draft; also what it is given and gives",
  query: { include_input_output: wireBoolean.default(false) },
  async run({ services, caller, params, query }) {
    const workflowId = idOf<AgentId>(params["workflow_id"] ?? "");
    const workflow = await workflowToView(services.store, caller, workflowId);
    const live = await services.store.versions.list(workflowId, { offset: 0, limit: 1 }, API_CHANNEL);
    const [version] = live.items;
    const names = await creatorNames(services, [workflow.ownerId]);
    return {
      data: {
        workflow_detail: presentWorkflow(workflow, version, names),
        ...(query.include_input_output ? presentInterface(version, workflow) : {}),
      },
    };
  },
});

const versions = endpoint({
  route: "GET /v1/workflows/:workflow_id/versions",
  section,
  permission: "listWorkflowVersion",
  summary: "versions of a workflow, newest first",
  query: {
    publish_status: publishStatus,
    page_size: pageSize(10, 30),
    page_token: wirePageToken.optional(),
    include_input_output: wireBoolean.default(false),
  },
  async run({ services, caller, params, query }) {
    const workflowId = idOf<AgentId>(params["workflow_id"] ?? "");
    await workflowToView(services.store, caller, workflowId);
    const { page_token: offset = 0, page_size: limit, include_input_output, publish_status } = query;
    // Drafts are no versions: a list of drafts only is empty.
    const isOfVersions = publish_status === "published_online" || publish_status === "all";
    const page = isOfVersions
      ? await listVersions(services, caller, { agentId: workflowId, offset, limit })
      : { items: [], total: 0 };
    const names = await creatorNames(
      services,
      page.items.map(({ creatorId }) => creatorId),
    );
    const next = offset + page.items.length;
    const hasMore = next < page.total;
    return {
      data: {
        items: page.items.map((version) => ({
          ...presentWorkflowVersion(version, names),
          ...(include_input_output ? presentInterface(version) : {}),
        })),
        has_more: hasMore,
        next_page_token: hasMore ? formatPageToken(next) : "",
      },
    };
  },
});

const changeMode = endpoint({
  route: "POST /v1/workflows/:workflow_id/collaboration_mode",
  section,
  permission: UPDATE_WORKFLOW,
  summary: "decide whether a workflow may have collaborators",
  body: { collaboration_mode: z.enum(["single", "collaboration"]) },
  async run({ services, caller, params, body: { collaboration_mode: mode } }) {
    const { id: agentId } = await workflowToView(services.store, caller, workflowIdOf(params));
    await changeCollaboration(services, caller, { agentId, mode }, new Date());
    return { members: {} };
  },
});

const addOne = endpoint({
  route: "POST /v1/workflows/:workflow_id/collaborators",
  section,
  permission: UPDATE_WORKFLOW,
  summary: "let a member of the workspace change a workflow",
  body: {
    collaborators: z.tuple([z.object({ user_id: wireId<UserId>() })], { error: "must be exactly one" }),
  },
  async run({ services, caller, params, body }) {
    const { id: agentId } = await workflowToView(services.store, caller, workflowIdOf(params));
    const [{ user_id: userId }] = body.collaborators;
    await addCollaborator(services, caller, { agentId, userId }, new Date());
    return { members: {} };
  },
});

const removeOne = endpoint({
  route: "DELETE /v1/workflows/:workflow_id/collaborators/:user_id",
  section,
  permission: UPDATE_WORKFLOW,
  summary: "take that right away again",
  async run({ services, caller, params }) {
    const { id: agentId } = await workflowToView(services.store, caller, workflowIdOf(params));
    const userId = idOf<UserId>(params["user_id"] ?? "");
    await removeCollaborator(services, caller, { agentId, userId });
    return { members: {} };
  },
});

export const workflowListEndpoints: Endpoint[] = [list, retrieve, versions, changeMode, addOne, removeOne];

function workflowIdOf(params: Record<string, string>): AgentId {
  return idOf<AgentId>(params["workflow_id"] ?? "");
}

type Wanted = { workspaceId: WorkspaceId; status: PublishStatus };

async function readListings(
  { store }: CozeServices,
  wanted: Wanted & { offset: number; limit: number },
): Promise<AgentListing[]> {
  const page = await store.versions.listAgents({ ...wanted, kind: "workflow", channel: channelOf() });
  return page.items;
}

/** `count` of a mode from `first`, in the list's order: the mode stands in the graph, where no index looks. */
async function ofMode(
  services: CozeServices,
  wanted: Wanted,
  mode: "workflow" | "chatflow",
  { first, count }: { first: number; count: number },
): Promise<AgentListing[]> {
  const found: AgentListing[] = [];
  let before = first;
  for (let offset = 0; found.length < count; offset += READ_LIMIT) {
    const page = await readListings(services, { ...wanted, offset, limit: READ_LIMIT });
    const fitting = page.filter(({ agent, live }) => modeOf(live?.version ?? agent) === mode);
    found.push(...fitting.slice(before, before + count - found.length));
    before = Math.max(0, before - fitting.length);
    if (page.length < READ_LIMIT) break;
  }
  return found;
}

/** One that was not drawn yet is no chatflow. */
function modeOf({ settings }: Pick<Agent, "settings">): "workflow" | "chatflow" {
  return settings.graph?.mode ?? "workflow";
}

/** Lists show the live version only where the live ones were asked for, otherwise the draft, as those of bots do. */
function settingsShown({ agent, live }: AgentListing, status: keyof typeof LIST_STATUS) {
  return { agent, version: status === "published_online" ? live?.version : undefined };
}

/** Names by user; what the configuration file made has no creator. */
async function creatorNames(
  { store }: CozeServices,
  ids: readonly (UserId | undefined)[],
): Promise<ReadonlyMap<UserId, string>> {
  const names = new Map<UserId, string>();
  for (const id of new Set(ids)) {
    if (id !== undefined) names.set(id, (await store.users.find(id))?.nickname ?? "");
  }
  return names;
}
