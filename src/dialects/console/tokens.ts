import { z } from "zod";
import { scopeWithin } from "../../access/oauth-scopes.ts";
import { EVERY_PERMISSION, requireMembership } from "../../access/permissions.ts";
import { issueToken } from "../../access/tokens.ts";
import type { AccessToken, TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AccessTokenId, AgentId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { type Operation, operation } from "./operation.ts";
import { isOfInstallation, requirePlace } from "./reach.ts";
import {
  formatId,
  idOf,
  pageOf,
  pageOfSchema,
  paging,
  wireId,
  wireMoment,
  wireText,
  wireTime,
} from "./wire.ts";

const tokenAnswer = z.object({
  id: z.string(),
  name: z.string(),
  userId: z.string(),
  userName: z.string(),
  permissions: z.array(z.string()).describe("`all` is every one."),
  workspaceIds: z.array(z.string()).nullable().describe("Null: every workspace of its user."),
  agentIds: z.array(z.string()).nullable().describe("The only agents it may chat with. Null: every one."),
  createdAt: wireMoment,
  expiresAt: wireMoment.nullable().describe("Null: never."),
  lastUsedAt: wireMoment.nullable().describe("Within a minute. Null: never used."),
});

/** What a token may permit. */
export const wirePermissions = z
  .array(wireText(100))
  .min(1, { error: "must not be empty" })
  .max(100, { error: "more than 100 permissions" })
  .default([EVERY_PERMISSION])
  .describe("Names of permissions; `all`, which is the default, is every one.");

/** Personal access tokens: the caller's own, and for owners those of their workspace's members. */
export const tokenOperations: Operation[] = [
  operation({
    route: "GET /tokens",
    permission: "manageTokens",
    role: "anyone",
    summary: "the caller's own personal access tokens, newest first",
    query: paging,
    answer: pageOfSchema(tokenAnswer),
    async run({ services: { store }, caller, query }) {
      const tokens = await personal(store, { userId: caller.user.id }, query);
      return pageOf(tokens, query.limit, (token) => present(token, caller.user.name));
    },
  }),
  operation({
    route: "POST /tokens",
    permission: "manageTokens",
    role: "anyone",
    summary: "make a personal access token; its secret is shown this once",
    body: {
      name: wireText(100)
        .refine((text) => text.trim() !== "", { error: "must not be empty" })
        .describe("For people, 1 to 100 characters."),
      permissions: wirePermissions,
      workspaceIds: z
        .array(wireId<WorkspaceId>("A workspace of the caller."))
        .min(1)
        .max(100)
        .describe("The only workspaces that it reaches. Absent: all of the caller's.")
        .optional(),
      agentIds: z
        .array(wireId<AgentId>("An agent."))
        .max(1_000)
        .describe("The only agents that it may chat with. Absent: all.")
        .optional(),
      expiresAt: wireTime
        .refine((moment) => moment > new Date(), { error: "has passed" })
        .describe("From then on it is refused; at the latest with the token that makes it. Absent: never.")
        .optional(),
    },
    answer: z.object({ token: tokenAnswer, secret: z.string() }),
    async run({ services: { store }, caller, body }) {
      const { name, permissions, workspaceIds, agentIds, expiresAt } = body;
      for (const id of workspaceIds ?? []) requireMembership(caller, id, "viewer");
      requireOutlived(caller, expiresAt);
      const { token, text } = await issueToken(store, {
        kind: "personal",
        userId: caller.user.id,
        name,
        sessionName: "",
        scope: scopeWithin(caller.token.scope, {
          permissions,
          ...(workspaceIds !== undefined && { workspaceIds }),
          ...(agentIds !== undefined && { agentIds }),
        }),
        ...(caller.token.channelId !== undefined && { channelId: caller.token.channelId }),
        ...(expiresAt !== undefined && { expiresAt }),
      });
      await store.flushed();
      return { token: present(token, caller.user.name), secret: text };
    },
  }),
  operation({
    route: "DELETE /tokens/:tokenId",
    permission: "manageTokens",
    role: "anyone",
    summary:
      "revoke a personal access token: one's own, or as an owner one that is limited to the workspace; owners of the oldest workspace any",
    answer: z.object({}),
    async run({ services: { store }, caller, params }) {
      const token = await revocable(store, caller, idOf<AccessTokenId>(params["tokenId"]));
      await store.tokens.revoke(token.id, new Date());
      await store.flushed();
      return {};
    },
  }),
  operation({
    route: "GET /member-tokens",
    permission: "manageTokens",
    role: "owner",
    summary:
      "personal access tokens of a workspace's members that are limited to it, in the oldest workspace also those that are not; newest first",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      ...paging,
    },
    answer: pageOfSchema(tokenAnswer),
    async run({ services: { store }, caller, query }) {
      const workspaceId = requirePlace(caller, query.workspaceId, "owner");
      const isWhole = await isOfInstallation(store, caller, "owner");
      const tokens = await personal(store, { workspaceId, isWhole }, query);
      const names = await userNames(
        store,
        tokens.map(({ userId }) => userId),
      );
      return pageOf(tokens, query.limit, (token) => present(token, names.get(token.userId) ?? ""));
    },
  }),
];

/** A token ends with the one that it was made with: otherwise whoever was trusted for an hour would stay for good. */
function requireOutlived({ token }: TokenCaller, expiresAt: Date | undefined): void {
  if (token.expiresAt === undefined || (expiresAt !== undefined && expiresAt <= token.expiresAt)) return;
  const message = `must not be later than the end of the token that it is made with, ${token.expiresAt.toISOString()}`;
  throw new DomainError("request_invalid", message, { field: "expiresAt" });
}

/** What users sign in with, by their ids. */
export async function userNames(
  { users }: Pick<Store, "users">,
  ids: readonly UserId[],
): Promise<Map<UserId, string>> {
  const found = await Promise.all([...new Set(ids)].map((id) => users.find(id)));
  return new Map(found.flatMap((user) => (user === undefined ? [] : [[user.id, user.name]])));
}

function personal(
  { tokens }: Pick<Store, "tokens">,
  of: Parameters<Store["tokens"]["personal"]>[0]["of"],
  { cursor, limit }: { cursor?: number | undefined; limit: number },
): Promise<AccessToken[]> {
  const before = cursor === undefined ? {} : { before: cursor as AccessTokenId };
  return tokens.personal({ of, ...before, limit: limit + 1 });
}

/** Rejects with `not_found` also where it is somebody else's whom the caller does not own a workspace with. */
async function revocable(store: Store, caller: TokenCaller, id: AccessTokenId): Promise<AccessToken> {
  const token = await store.tokens.find(id);
  if (token === undefined || token.kind !== "personal" || token.revokedAt !== undefined) throw noSuchToken();
  if (token.userId === caller.user.id) return token;
  if (await isOfInstallation(store, caller, "owner")) return token;
  const owned = caller.memberships.filter(({ role }) => role === "owner");
  const isOwned = (id: WorkspaceId) => owned.some(({ workspaceId }) => workspaceId === id);
  if (token.scope.workspaceIds?.every(isOwned) === true) return token;
  throw noSuchToken();
}

function noSuchToken(): DomainError {
  return new DomainError("not_found", "there is no such access token");
}

function present(token: AccessToken, userName: string) {
  const { permissions, workspaceIds, agentIds } = token.scope;
  return {
    id: formatId(token.id),
    name: token.name,
    userId: formatId(token.userId),
    userName,
    permissions,
    workspaceIds: workspaceIds?.map(formatId) ?? null,
    agentIds: agentIds?.map(formatId) ?? null,
    createdAt: token.createdAt,
    expiresAt: token.expiresAt ?? null,
    lastUsedAt: token.lastUsedAt ?? null,
  };
}
