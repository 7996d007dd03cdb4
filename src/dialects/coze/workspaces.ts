import { z } from "zod";
import { requireMembership } from "../../access/permissions.ts";
import { addMembers, createWorkspace, removeMembers, updateWorkspace } from "../../access/workspaces.ts";
import type { Membership, Role, User } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { FileId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { WorkspaceListing } from "../../storage/store.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { formatId } from "./ids.ts";
import { idOf, pageNumber, pageSize, wireId, wireText } from "./wire.ts";

// The names of the permissions are unverified: the spec page names none here.
const section = "§11";

const workspaceName = wireText(50);
const workspaceDescription = wireText(2_000);

/** Written back as it came, so that a caller finds its own spelling in the answer. */
const userText = z
  .union([z.string(), z.number()], { error: "must be an id" })
  .transform(String)
  .pipe(wireText(64));

const listWorkspaces = endpoint({
  route: "GET /v1/workspaces",
  section,
  permission: "listWorkspace",
  summary: "Workspaces that the token reaches",
  query: {
    page_num: pageNumber,
    page_size: pageSize(20, 50),
    enterprise_id: wireText(64).optional(),
    user_id: wireId<UserId>().optional(),
  },
  async run({ services, caller, query: { page_num, page_size, enterprise_id, user_id } }) {
    if (user_id !== undefined && user_id !== caller.user.id) {
      throw new DomainError("permission_denied", "a token lists the workspaces of its own user only");
    }
    // There are no enterprises here, so none has a workspace.
    const reached = enterprise_id === undefined ? caller.memberships : [];
    const first = (page_num - 1) * page_size;
    const page = reached.slice(first, first + page_size);
    const listings = await services.store.workspaces.listings(page.map(({ workspaceId }) => workspaceId));
    const workspaces = listings.map((listing) => presentWorkspace(listing, page));
    return { data: { workspaces, total_count: reached.length } };
  },
});

const create = endpoint({
  route: "POST /v1/workspaces",
  section,
  permission: "createWorkspace",
  summary: "Make a workspace; its owner is the caller",
  body: {
    name: workspaceName,
    description: workspaceDescription,
    icon_file_id: wireId<FileId>().optional(),
    owner_uid: wireId<UserId>().optional(),
  },
  async run({ services, caller, body: { name, description, icon_file_id, owner_uid } }) {
    if (owner_uid !== undefined && owner_uid !== caller.user.id) {
      throw new DomainError("request_invalid", "can only be the caller itself", { field: "owner_uid" });
    }
    if (icon_file_id !== undefined) {
      const file = await services.store.files.find(icon_file_id);
      if (file?.ownerId !== caller.user.id) throw new DomainError("not_found", "no such file");
    }
    const { id } = await createWorkspace(services, caller, { name, description }, new Date());
    return { data: { id: formatId(id) } };
  },
});

const update = endpoint({
  route: "PUT /v1/workspaces/:workspace_id",
  section,
  permission: "updateWorkspace",
  summary: "Rename or describe a workspace",
  body: { name: workspaceName.optional(), description: workspaceDescription.optional() },
  async run({ services, caller, params, body: { name, description } }) {
    await updateWorkspace(services, caller, workspaceOf(params), {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
    });
    return { members: {} };
  },
});

const listMembers = endpoint({
  route: "GET /v1/workspaces/:workspace_id/members",
  section,
  permission: "listWorkspaceMember",
  summary: "Members of a workspace: owners, admins, members",
  query: { page_num: pageNumber, page_size: pageSize(20, 50) },
  async run({ services, caller, params, query: { page_num, page_size } }) {
    const { workspaceId } = requireMembership(caller, workspaceOf(params), "viewer");
    const window = { offset: (page_num - 1) * page_size, limit: page_size };
    const { items, total } = await services.store.workspaces.members(workspaceId, window);
    return { data: { items: items.map(presentMember), total_count: total } };
  },
});

const add = endpoint({
  route: "POST /v1/workspaces/:workspace_id/members",
  section,
  permission: "addWorkspaceMember",
  summary: "Add up to 20 users; nobody is invited, they are members at once",
  body: {
    users: z
      .array(z.object({ user_id: userText, role_type: z.enum(["admin", "member"]).default("member") }))
      .min(1)
      .max(20),
  },
  async run({ services, caller, params, body: { users } }) {
    const wanted = users.map(({ user_id, role_type }) => ({ id: idOf<UserId>(user_id), role: role_type }));
    const workspaceId = workspaceOf(params);
    const outcomes = await addMembers(services, caller, { workspaceId, users: wanted }, new Date());
    const withOutcome = (outcome: (typeof outcomes)[number]) =>
      users.filter((_, index) => outcomes[index] === outcome).map(({ user_id }) => user_id);
    return {
      data: {
        added_success_user_ids: withOutcome("added"),
        invited_success_user_ids: [],
        not_exist_user_ids: withOutcome("unknown"),
        already_joined_user_ids: withOutcome("member-already"),
        already_invited_user_ids: [],
      },
    };
  },
});

const remove = endpoint({
  route: "DELETE /v1/workspaces/:workspace_id/members",
  section,
  permission: "removeWorkspaceMember",
  summary: "Remove up to 5 members, never an owner",
  body: { user_ids: z.array(userText).min(1).max(5) },
  async run({ services, caller, params, body: { user_ids } }) {
    const userIds = user_ids.map((text) => idOf<UserId>(text));
    const workspaceId = workspaceOf(params);
    const outcomes = await removeMembers(services, caller, { workspaceId, userIds });
    const withOutcome = (outcome: (typeof outcomes)[number]) =>
      user_ids.filter((_, index) => outcomes[index] === outcome);
    return {
      data: {
        removed_success_user_ids: withOutcome("removed"),
        // One of the two names, as the reference and its sample disagree. Source: spec page §11.
        not_in_workspace_user_ids: withOutcome("no-member"),
        not_in_space_user_ids: withOutcome("no-member"),
        owner_not_support_remove_user_ids: withOutcome("owner"),
      },
    };
  },
});

export const workspaceEndpoints: Endpoint[] = [listWorkspaces, create, update, listMembers, add, remove];

function workspaceOf(params: Record<string, string>): WorkspaceId {
  return idOf<WorkspaceId>(params["workspace_id"] ?? "");
}

function presentWorkspace({ workspace, ownerIds, adminIds }: WorkspaceListing, of: Membership[]) {
  const own = of.find(({ workspaceId }) => workspaceId === workspace.id);
  const [owner] = ownerIds;
  return {
    id: formatId(workspace.id),
    name: workspace.name,
    description: workspace.description,
    icon_url: workspace.icon,
    role_type: wireRole(own?.role),
    workspace_type: workspace.kind,
    enterprise_id: "",
    owner_uid: owner === undefined ? "" : formatId(owner),
    admin_uids: adminIds.map(formatId),
    joined_status: "joined",
  };
}

/** The family knows no viewers: for it they are members, and are refused what viewers may not do. */
function wireRole(role: Role | undefined): Exclude<Role, "viewer"> {
  return role === undefined || role === "viewer" ? "member" : role;
}

function presentMember({ membership, user }: { membership: Membership; user: User }) {
  return {
    user_id: formatId(user.id),
    role_type: wireRole(membership.role),
    user_nickname: user.nickname,
    user_unique_name: user.name,
    avatar_url: user.avatarUrl,
  };
}
