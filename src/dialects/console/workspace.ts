import { z } from "zod";
import { addMember, changeRole, type Member, removeMember } from "../../access/members.ts";
import { requireMembership } from "../../access/permissions.ts";
import { createWorkspace, updateWorkspace } from "../../access/workspaces.ts";
import { ROLES } from "../../domain/access.ts";
import type { Workspace } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { UserId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { type Operation, operation } from "./operation.ts";
import { countedPage, formatId, idOf, pageOfSchema, paging, wireMoment, wireText } from "./wire.ts";

const workspaceAnswer = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  icon: z.string().describe("A few characters, such as an emoji; or an address. May be empty."),
  kind: z.enum(["personal", "team"]),
  createdAt: wireMoment,
});

const memberAnswer = z.object({
  userId: z.string(),
  name: z.string().describe("What it signs in with."),
  nickname: z.string(),
  role: z.enum(ROLES),
  joinedAt: wireMoment,
  canSignIn: z.boolean().describe("Whether it has a password."),
  isDisabled: z.boolean(),
});

const name = wireText(50)
  .refine((text) => text.trim() !== "", { error: "must not be empty" })
  .describe("For people, 1 to 50 characters.");
const role = z.enum(ROLES, { error: `must be one of ${ROLES.join(", ")}` }).describe("Its role.");

/** Workspaces and who belongs to them. */
export const workspaceOperations: Operation[] = [
  operation({
    route: "POST /workspaces",
    permission: "manageWorkspace",
    role: "member",
    summary: "make a workspace; its owner is the caller",
    body: { name, description: wireText(2_000).default("").describe("For people.") },
    answer: workspaceAnswer,
    run: async ({ services, caller, body }) =>
      presentWorkspace(await createWorkspace(services, caller, body, new Date())),
  }),
  operation({
    route: "GET /workspaces/:workspaceId",
    permission: "viewWorkspace",
    role: "viewer",
    summary: "one workspace of the caller",
    answer: workspaceAnswer,
    async run({ services, caller, params }) {
      const { workspaceId } = requireMembership(caller, placeOf(params), "viewer");
      return presentWorkspace(await workspaceNow(services.store, workspaceId));
    },
  }),
  operation({
    route: "PATCH /workspaces/:workspaceId",
    permission: "manageWorkspace",
    role: "admin",
    summary: "change what is given",
    body: {
      name: name.optional(),
      description: wireText(2_000).describe("For people.").optional(),
      icon: wireText(200).describe("A few characters, such as an emoji; or an address.").optional(),
    },
    answer: workspaceAnswer,
    async run({ services, caller, params, body }) {
      const id = placeOf(params);
      await updateWorkspace(services, caller, id, {
        ...(body.name !== undefined && { name: body.name }),
        ...(body.description !== undefined && { description: body.description }),
        ...(body.icon !== undefined && { icon: body.icon }),
      });
      return presentWorkspace(await workspaceNow(services.store, id));
    },
  }),
  operation({
    route: "GET /workspaces/:workspaceId/members",
    permission: "viewWorkspace",
    role: "viewer",
    summary: "members of a workspace: owners, admins, members, viewers; each longest first",
    query: paging,
    answer: pageOfSchema(memberAnswer),
    async run({ services, caller, params, query }) {
      const { workspaceId } = requireMembership(caller, placeOf(params), "viewer");
      const { cursor = 0, limit } = query;
      const page = await services.store.workspaces.members(workspaceId, { offset: cursor, limit });
      return countedPage(page, query, presentMember);
    },
  }),
  operation({
    route: "POST /workspaces/:workspaceId/members",
    permission: "manageMembers",
    role: "admin",
    summary: "make a user a member: one that there is, or a new one with a password",
    body: {
      name: wireText(100).describe("What it signs in with."),
      role: role.default("member"),
      password: wireText(1_024)
        .describe("Of a new user, 8 to 1024 characters. Absent: there is a user of this name.")
        .optional(),
      nickname: wireText(100).describe("Of a new user. Absent: its name.").optional(),
    },
    answer: memberAnswer,
    async run({ services, caller, params, body }) {
      const { password, nickname = body.name } = body;
      const wish = { workspaceId: placeOf(params), name: body.name, role: body.role };
      const account = password === undefined ? undefined : { nickname, password };
      return presentMember(await addMember(services, caller, { ...wish, account }));
    },
  }),
  operation({
    route: "PATCH /workspaces/:workspaceId/members/:userId",
    permission: "manageMembers",
    role: "admin",
    summary: "give a member another role; only owners make owners, and a workspace keeps one",
    body: { role },
    answer: memberAnswer,
    run: async ({ services, caller, params, body }) =>
      presentMember(
        await changeRole(services, caller, {
          workspaceId: placeOf(params),
          userId: idOf<UserId>(params["userId"]),
          role: body.role,
        }),
      ),
  }),
  operation({
    route: "DELETE /workspaces/:workspaceId/members/:userId",
    permission: "manageMembers",
    role: "admin",
    summary: "take a member out; its account stays",
    answer: z.object({}),
    async run({ services, caller, params }) {
      const userId = idOf<UserId>(params["userId"]);
      await removeMember(services, caller, { workspaceId: placeOf(params), userId });
      return {};
    },
  }),
];

function placeOf(params: Record<string, string>): WorkspaceId {
  return idOf<WorkspaceId>(params["workspaceId"]);
}

async function workspaceNow({ workspaces }: Pick<Store, "workspaces">, id: WorkspaceId): Promise<Workspace> {
  const workspace = await workspaces.find(id);
  if (workspace === undefined) throw new DomainError("not_found", "no such workspace");
  return workspace;
}

function presentWorkspace({ id, name: called, description, icon, kind, createdAt }: Workspace) {
  return { id: formatId(id), name: called, description, icon, kind, createdAt };
}

function presentMember({ membership, user }: Member) {
  return {
    userId: formatId(user.id),
    name: user.name,
    nickname: user.nickname,
    role: membership.role,
    joinedAt: membership.joinedAt,
    canSignIn: user.passwordHash !== undefined,
    isDisabled: user.disabledAt !== undefined,
  };
}
