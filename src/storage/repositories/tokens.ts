import { sql } from "kysely";
import type { AccessToken } from "../../domain/access.ts";
import type { AccessTokenId, ChannelId, OAuthGrantId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { AccessTokenRow, UserRow, WorkspaceMemberRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { statement } from "../statement.ts";
import type { TokenStore } from "../store.ts";
import { toMembership, toUser } from "./users.ts";

export function tokenStore(session: Session): TokenStore {
  const { db } = session;
  return {
    async save(token) {
      const { id, ...columns } = toRow(token);
      await db
        .insertInto("access_tokens")
        .values({ id, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    },

    async findCaller(tokenHash) {
      const rows = await session.run(callerOfToken({ tokenHash }));
      const [first] = rows;
      if (first === undefined) return undefined;
      const { grant_revoked_at, user_created_at, user_name, ...row } = first;
      const user = toUser({ ...row, id: row.user_id, name: user_name, created_at: user_created_at });
      const token = toToken({ ...row, revoked_at: row.revoked_at ?? grant_revoked_at });
      return { user, token, memberships: rows.filter(isMember).map(toMembership) };
    },

    async markUsed(id, now) {
      const at = now.getTime();
      await session.run(markTokenUsed({ id, at }));
    },

    async list(userId) {
      const rows = await db
        .selectFrom("access_tokens")
        .selectAll()
        .where("revoked_at", "is", null)
        .$if(userId !== undefined, (query) => query.where("user_id", "=", userId ?? 0))
        .orderBy("id")
        .execute();
      return rows.map(toToken);
    },

    async personal({ of, before, limit }) {
      let query = db
        .selectFrom("access_tokens")
        .selectAll("access_tokens")
        .where("access_tokens.kind", "=", "personal")
        .where("access_tokens.revoked_at", "is", null)
        .orderBy("access_tokens.id", "desc")
        .limit(limit);
      if ("userId" in of) query = query.where("access_tokens.user_id", "=", of.userId);
      else {
        const { workspaceId, isWhole } = of;
        query = query
          .where(({ exists, selectFrom, ref }) =>
            exists(
              selectFrom("workspace_members")
                .select("workspace_members.user_id")
                .where("workspace_members.workspace_id", "=", workspaceId)
                .where("workspace_members.user_id", "=", ref("access_tokens.user_id")),
            ),
          )
          .where(isWhole ? reaches(workspaceId) : isLimitedTo(workspaceId));
      }
      if (before !== undefined) query = query.where("access_tokens.id", "<", before);
      return (await query.execute()).map(toToken);
    },

    async find(id) {
      const row = await db.selectFrom("access_tokens").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toToken(row);
    },

    async revoke(id, now) {
      const { numUpdatedRows } = await db
        .updateTable("access_tokens")
        .set({ revoked_at: now.getTime() })
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    async forgetExpired(now) {
      await db
        .deleteFrom("access_tokens")
        .where("kind", "<>", sql.lit("personal"))
        .where("expires_at", "<=", now.getTime())
        .execute();
    },
  };
}

/** A token with its user, beside one membership in each row; the membership's columns are null when there is none. */
type CallerRow = AccessTokenRow &
  Pick<UserRow, "nickname" | "avatar_url" | "password_hash" | "disabled_at"> & {
    user_name: string;
    user_created_at: number;
    grant_revoked_at: number | null;
    workspace_id: number | null;
    role: string | null;
    joined_at: number | null;
  };

/** On the way of every request with a token: one round trip, compiled once. */
const callerOfToken = statement<{ tokenHash: string }, CallerRow>(({ db, value }) =>
  db
    .selectFrom("access_tokens")
    .innerJoin("users", "users.id", "access_tokens.user_id")
    .leftJoin("oauth_grants", "oauth_grants.id", "access_tokens.grant_id")
    .leftJoin("workspace_members", "workspace_members.user_id", "access_tokens.user_id")
    .selectAll("access_tokens")
    .select([
      "users.name as user_name",
      "nickname",
      "avatar_url",
      "password_hash",
      "users.created_at as user_created_at",
      "disabled_at",
      "oauth_grants.revoked_at as grant_revoked_at",
      "workspace_id",
      "role",
      "joined_at",
    ])
    .where("token_hash", "=", value("tokenHash"))
    .orderBy("joined_at")
    .orderBy("workspace_id"),
);

const markTokenUsed = statement<{ id: number; at: number }, never>(({ db, value }) =>
  db
    .updateTable("access_tokens")
    .set({ last_used_at: value("at") })
    .where("id", "=", value("id")),
);

/** Tokens of no workspace in particular, and those of this one. Ids of things are never the same number. */
function reaches(workspaceId: WorkspaceId) {
  return sql<boolean>`(access_tokens.scope not like '%"workspaceIds":%' or ${isLimitedTo(workspaceId)})`;
}

function isLimitedTo(workspaceId: WorkspaceId) {
  return sql<boolean>`access_tokens.scope like ${`%${workspaceId}%`}`;
}

function isMember(row: CallerRow): row is CallerRow & WorkspaceMemberRow {
  return row.workspace_id !== null;
}

function toRow(token: AccessToken): AccessTokenRow {
  return {
    id: token.id,
    token_hash: token.tokenHash,
    kind: token.kind,
    user_id: token.userId,
    name: token.name,
    scope: JSON.stringify(token.scope),
    session_name: token.sessionName,
    grant_id: token.grantId ?? null,
    created_at: token.createdAt.getTime(),
    expires_at: token.expiresAt?.getTime() ?? null,
    last_used_at: token.lastUsedAt?.getTime() ?? null,
    revoked_at: token.revokedAt?.getTime() ?? null,
    channel_id: token.channelId ?? null,
  };
}

function toToken(row: AccessTokenRow): AccessToken {
  return {
    id: row.id as AccessTokenId,
    tokenHash: row.token_hash,
    kind: row.kind as AccessToken["kind"],
    userId: row.user_id as UserId,
    name: row.name,
    scope: JSON.parse(row.scope),
    sessionName: row.session_name,
    ...(row.grant_id === null ? {} : { grantId: row.grant_id as OAuthGrantId }),
    createdAt: new Date(row.created_at),
    ...(row.expires_at === null ? {} : { expiresAt: new Date(row.expires_at) }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: new Date(row.last_used_at) }),
    ...(row.revoked_at === null ? {} : { revokedAt: new Date(row.revoked_at) }),
    ...(row.channel_id === null ? {} : { channelId: row.channel_id as ChannelId }),
  };
}
