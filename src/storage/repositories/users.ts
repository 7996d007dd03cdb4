import type { Membership, Role, User } from "../../domain/access.ts";
import type { UserId, WorkspaceId } from "../../domain/ids.ts";
import type { UserRow, WorkspaceMemberRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { UserStore } from "../store.ts";

export function userStore({ db, engine }: Session): UserStore {
  return {
    async save(user) {
      const { id, created_at, ...columns } = toRow(user);
      await db
        .insertInto("users")
        .values({ id, created_at, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    },

    async add(user) {
      const { numInsertedOrUpdatedRows: added } = await db
        .insertInto("users")
        .values(toRow(user))
        .onConflict((conflict) => conflict.column("name").doNothing())
        .executeTakeFirstOrThrow();
      return added === 1n;
    },

    async find(id) {
      const row = await db.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toUser(row);
    },

    async findToChange(id) {
      const row = await db
        .selectFrom("users")
        .selectAll()
        .where("id", "=", id)
        .$if(engine.name === "postgres", (query) => query.forUpdate())
        .executeTakeFirst();
      return row && toUser(row);
    },

    async findByName(name) {
      const row = await db.selectFrom("users").selectAll().where("name", "=", name).executeTakeFirst();
      return row && toUser(row);
    },

    async memberships(id) {
      const rows = await db
        .selectFrom("workspace_members")
        .selectAll()
        .where("user_id", "=", id)
        .orderBy("joined_at")
        .orderBy("workspace_id")
        .execute();
      return rows.map(toMembership);
    },

    async list() {
      const rows = await db.selectFrom("users").selectAll().orderBy("id").execute();
      return rows.map(toUser);
    },

    async hasPasswords() {
      const row = await db
        .selectFrom("users")
        .select("id")
        .where("password_hash", "is not", null)
        .where("disabled_at", "is", null)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async saveSignIn({ sessionHash, userId, createdAt, expiresAt }) {
      await db.deleteFrom("sign_ins").where("expires_at", "<=", createdAt.getTime()).execute();
      await db
        .insertInto("sign_ins")
        .values({
          session_hash: sessionHash,
          user_id: userId,
          created_at: createdAt.getTime(),
          expires_at: expiresAt.getTime(),
        })
        .execute();
    },

    async findSignIn(sessionHash, now) {
      const row = await db
        .selectFrom("sign_ins")
        .innerJoin("users", "users.id", "sign_ins.user_id")
        .selectAll("users")
        .where("session_hash", "=", sessionHash)
        .where("expires_at", ">", now.getTime())
        .where("disabled_at", "is", null)
        .executeTakeFirst();
      return row && toUser(row);
    },

    async deleteSignIn(sessionHash) {
      await db.deleteFrom("sign_ins").where("session_hash", "=", sessionHash).execute();
    },

    async deleteSignIns(userId) {
      await db.deleteFrom("sign_ins").where("user_id", "=", userId).execute();
    },
  };
}

function toRow(user: User): UserRow {
  return {
    id: user.id,
    name: user.name,
    nickname: user.nickname,
    avatar_url: user.avatarUrl,
    password_hash: user.passwordHash ?? null,
    created_at: user.createdAt.getTime(),
    disabled_at: user.disabledAt?.getTime() ?? null,
  };
}

/** Also used by the stores that read users beside other things. */
export function toUser(row: UserRow): User {
  return {
    id: row.id as UserId,
    name: row.name,
    nickname: row.nickname,
    avatarUrl: row.avatar_url,
    ...(row.password_hash === null ? {} : { passwordHash: row.password_hash }),
    createdAt: new Date(row.created_at),
    ...(row.disabled_at === null ? {} : { disabledAt: new Date(row.disabled_at) }),
  };
}

/** Also used by the stores that read memberships beside users and tokens. */
export function toMembership(row: WorkspaceMemberRow): Membership {
  return {
    workspaceId: row.workspace_id as WorkspaceId,
    userId: row.user_id as UserId,
    role: row.role as Role,
    joinedAt: new Date(row.joined_at),
  };
}
