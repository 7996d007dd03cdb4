import type { DeviceAuthorization, OAuthApp } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { OAuthGrantId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { OAuthStore } from "../store.ts";
import {
  toApp,
  toAppRow,
  toCode,
  toCodeRow,
  toDevice,
  toDeviceRow,
  toGrant,
  toGrantRow,
} from "./oauth-rows.ts";

export function oauthStore(session: Session): OAuthStore {
  return {
    ...appsAndGrants(session),
    ...refreshTokens(session),
    ...codes(session),
    ...devices(session),
    ...assertions(session),
  };
}

function appsAndGrants(
  session: Session,
): Pick<
  OAuthStore,
  "saveApp" | "disableApp" | "findApp" | "listApps" | "appsOf" | "saveGrant" | "findGrant" | "revokeGrant"
> {
  const { db } = session;
  return {
    async appsOf({ of, after = 0, limit }) {
      const query = db
        .selectFrom("oauth_apps")
        .selectAll()
        .where("id", ">", after)
        .orderBy("id")
        .limit(limit);
      const owned =
        "userId" in of
          ? query.where("owner_id", "=", of.userId)
          : query.where("owner_id", "in", (inside) =>
              inside
                .selectFrom("workspace_members")
                .select("user_id")
                .where("workspace_id", "=", of.workspaceId),
            );
      return (await owned.execute()).map(toApp);
    },

    async saveApp(app: OAuthApp) {
      const { id, created_at, ...columns } = toAppRow(app);
      await db
        .insertInto("oauth_apps")
        .values({ id, created_at, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    },

    async disableApp(id, now) {
      return session.atomically(async (inside) => {
        const { numUpdatedRows } = await inside.db
          .updateTable("oauth_apps")
          .set({ disabled_at: now.getTime() })
          .where("id", "=", id)
          .where("disabled_at", "is", null)
          .executeTakeFirstOrThrow();
        await inside.db
          .updateTable("oauth_grants")
          .set({ revoked_at: now.getTime() })
          .where("app_id", "=", id)
          .where("revoked_at", "is", null)
          .execute();
        // A standing grant may come back with its app; what it had given out must not.
        const grants = inside.db.selectFrom("oauth_grants").select("id").where("app_id", "=", id);
        await inside.db
          .updateTable("access_tokens")
          .set({ revoked_at: now.getTime() })
          .where("grant_id", "in", grants)
          .where("revoked_at", "is", null)
          .execute();
        return numUpdatedRows > 0n;
      });
    },

    async findApp(id) {
      const row = await db.selectFrom("oauth_apps").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toApp(row);
    },

    async listApps() {
      const rows = await db.selectFrom("oauth_apps").selectAll().orderBy("id").execute();
      return rows.map(toApp);
    },

    async saveGrant(grant) {
      const { id, created_at, ...columns } = toGrantRow(grant);
      await db
        .insertInto("oauth_grants")
        .values({ id, created_at, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    },

    async findGrant(id) {
      const row = await db.selectFrom("oauth_grants").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toGrant(row);
    },

    async revokeGrant(id, now) {
      await db
        .updateTable("oauth_grants")
        .set({ revoked_at: now.getTime() })
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .execute();
    },
  };
}

function refreshTokens(session: Session): Pick<OAuthStore, "saveRefreshToken" | "useRefreshToken"> {
  return {
    async saveRefreshToken({ tokenHash, grantId, createdAt, expiresAt }) {
      await session.atomically(async ({ db }) => {
        await db.deleteFrom("oauth_refresh_tokens").where("expires_at", "<=", createdAt.getTime()).execute();
        await db
          .insertInto("oauth_refresh_tokens")
          .values({
            token_hash: tokenHash,
            grant_id: grantId,
            created_at: createdAt.getTime(),
            expires_at: expiresAt.getTime(),
          })
          .execute();
      });
    },

    async useRefreshToken(tokenHash, now) {
      return session.atomically(async ({ db }) => {
        const { numUpdatedRows } = await db
          .updateTable("oauth_refresh_tokens")
          .set({ used_at: now.getTime() })
          .where("token_hash", "=", tokenHash)
          .where("used_at", "is", null)
          .executeTakeFirstOrThrow();
        const row = await db
          .selectFrom("oauth_refresh_tokens")
          .innerJoin("oauth_grants", "oauth_grants.id", "oauth_refresh_tokens.grant_id")
          .selectAll("oauth_grants")
          .select("oauth_refresh_tokens.expires_at")
          .where("token_hash", "=", tokenHash)
          .executeTakeFirst();
        return (
          row && {
            grant: toGrant(row),
            expiresAt: new Date(row.expires_at),
            isFirstUse: numUpdatedRows > 0n,
          }
        );
      });
    },
  };
}

function codes(session: Session): Pick<OAuthStore, "saveCode" | "findCode" | "useCode"> {
  const { db } = session;
  return {
    async saveCode(code) {
      await session.atomically(async (inside) => {
        // Spent ones stay a day, so that using one again still voids what came of it.
        const forgetBefore = code.createdAt.getTime() - CODE_MEMORY_MS;
        await inside.db.deleteFrom("oauth_codes").where("expires_at", "<=", forgetBefore).execute();
        await inside.db.insertInto("oauth_codes").values(toCodeRow(code)).execute();
      });
    },

    async findCode(codeHash) {
      const row = await db
        .selectFrom("oauth_codes")
        .selectAll()
        .where("code_hash", "=", codeHash)
        .executeTakeFirst();
      return row && toCode(row);
    },

    async useCode(codeHash, grantId, now) {
      return session.atomically(async (inside) => {
        const { numUpdatedRows } = await inside.db
          .updateTable("oauth_codes")
          .set({ used_at: now.getTime(), grant_id: grantId })
          .where("code_hash", "=", codeHash)
          .where("used_at", "is", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows > 0n) return { isFirstUse: true };
        const row = await inside.db
          .selectFrom("oauth_codes")
          .select("grant_id")
          .where("code_hash", "=", codeHash)
          .executeTakeFirst();
        if (row === undefined || row.grant_id === null) {
          throw new DomainError("authorization_invalid", "the authorization code is unknown");
        }
        return { isFirstUse: false, grantId: row.grant_id as OAuthGrantId };
      });
    },
  };
}

const CODE_MEMORY_MS = 24 * 60 * 60 * 1000;

function devices(
  session: Session,
): Pick<OAuthStore, "saveDevice" | "findDevice" | "findDeviceByUserCode" | "decideDevice" | "markPolled"> {
  const { db } = session;
  const find = async (
    column: "device_code_hash" | "user_code",
    value: string,
  ): Promise<DeviceAuthorization | undefined> => {
    const row = await db
      .selectFrom("oauth_device_codes")
      .selectAll()
      .where(column, "=", value)
      .executeTakeFirst();
    return row && toDevice(row);
  };
  return {
    async saveDevice(device) {
      await session.atomically(async (inside) => {
        // What has expired may still be asked for by a slow client; a day later nobody does.
        const created = device.createdAt.getTime();
        await inside.db
          .deleteFrom("oauth_device_codes")
          .where(({ eb, or, and }) =>
            or([
              eb("expires_at", "<=", created - CODE_MEMORY_MS),
              and([eb("user_code", "=", device.userCode), eb("expires_at", "<=", created)]),
            ]),
          )
          .execute();
        const { numInsertedOrUpdatedRows = 0n } = await inside.db
          .insertInto("oauth_device_codes")
          .values(toDeviceRow(device))
          .onConflict((conflict) => conflict.column("user_code").doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows === 0n) {
          throw new DomainError("request_invalid", "the user code is in use", { field: "userCode" });
        }
      });
    },

    findDevice: (deviceCodeHash) => find("device_code_hash", deviceCodeHash),
    findDeviceByUserCode: (userCode) => find("user_code", userCode),

    async decideDevice({ deviceCodeHash, from, to, userId, scope }) {
      const { numUpdatedRows } = await db
        .updateTable("oauth_device_codes")
        .set({
          decision: to,
          ...(userId === undefined ? {} : { user_id: userId }),
          ...(scope === undefined ? {} : { scope: JSON.stringify(scope) }),
        })
        .where("device_code_hash", "=", deviceCodeHash)
        .where("decision", "=", from)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    async markPolled(deviceCodeHash, now, intervalSeconds) {
      await db
        .updateTable("oauth_device_codes")
        .set({ polled_at: now.getTime(), interval_seconds: intervalSeconds })
        .where("device_code_hash", "=", deviceCodeHash)
        .execute();
    },
  };
}

function assertions(session: Session): Pick<OAuthStore, "useAssertion"> {
  return {
    async useAssertion(appId, jti, expiresAt, now) {
      return session.atomically(async ({ db }) => {
        await db.deleteFrom("oauth_assertions").where("expires_at", "<=", now.getTime()).execute();
        const { numInsertedOrUpdatedRows = 0n } = await db
          .insertInto("oauth_assertions")
          .values({ app_id: appId, jti, expires_at: expiresAt.getTime() })
          .onConflict((conflict) => conflict.columns(["app_id", "jti"]).doNothing())
          .executeTakeFirstOrThrow();
        return numInsertedOrUpdatedRows > 0n;
      });
    },
  };
}
