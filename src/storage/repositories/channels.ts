import type { Channel, ChannelAccount, ChannelOption } from "../../domain/channel.ts";
import type { ChannelId, UserId } from "../../domain/ids.ts";
import type { ChannelAccountRow, ChannelRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { ChannelStore } from "../store.ts";

/** `user_id` of choices that are everybody's. */
const EVERYBODY = 0;

export function channelStore(session: Session): ChannelStore {
  const { db } = session;
  return {
    ...optionsAndAccounts(session),

    async save(channel) {
      const { id, ...columns } = toRow(channel);
      await db
        .insertInto("channels")
        .values({ id, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    },

    async find(id) {
      const row = await db.selectFrom("channels").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toChannel(row);
    },

    async findToChange(id) {
      const row = await db
        .selectFrom("channels")
        .selectAll()
        .where("id", "=", id)
        .$if(session.engine.name === "postgres", (query) => query.forUpdate())
        .executeTakeFirst();
      return row && toChannel(row);
    },

    async findToUse(id) {
      const row = await db
        .selectFrom("channels")
        .selectAll()
        .where("id", "=", id)
        .$if(session.engine.name === "postgres", (query) => query.forShare())
        .executeTakeFirst();
      return row && toChannel(row);
    },

    async findBySlug(slug) {
      const row = await db
        .selectFrom("channels")
        .selectAll()
        .where("slug", "=", slug)
        .where("deleted_at", "is", null)
        .executeTakeFirst();
      return row && toChannel(row);
    },

    async list({ ownerId, workspaceId } = {}) {
      const rows = await db
        .selectFrom("channels")
        .selectAll()
        .where("deleted_at", "is", null)
        .$if(ownerId !== undefined, (query) => query.where("owner_id", "=", ownerId ?? 0))
        .$if(workspaceId !== undefined, (query) =>
          query.where("id", "in", (inner) =>
            inner
              .selectFrom("channel_workspaces")
              .select("channel_id")
              .where("workspace_id", "=", workspaceId ?? 0),
          ),
        )
        .orderBy("id")
        .execute();
      return rows.map(toChannel);
    },

    async install(id, workspaceId, now) {
      await db
        .insertInto("channel_workspaces")
        .values({ channel_id: id, workspace_id: workspaceId, added_at: now.getTime() })
        .onConflict((conflict) => conflict.columns(["channel_id", "workspace_id"]).doNothing())
        .execute();
    },

    async isInstalled(id, workspaceId) {
      const row = await db
        .selectFrom("channel_workspaces")
        .select("added_at")
        .where("channel_id", "=", id)
        .where("workspace_id", "=", workspaceId)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

function optionsAndAccounts(
  session: Session,
): Pick<ChannelStore, "options" | "saveOptions" | "findAccount" | "saveAccount" | "deleteAccount"> {
  const { db } = session;
  return {
    async options(id, userId) {
      const rows = await db
        .selectFrom("channel_options")
        .select(["key", "choices"])
        .where("channel_id", "=", id)
        .where("user_id", "in", [EVERYBODY, userId])
        .orderBy("key")
        .orderBy("user_id")
        .execute();
      const byKey = new Map<string, ChannelOption>();
      for (const { key, choices } of rows) {
        const values: ChannelOption["values"] = JSON.parse(choices);
        byKey.set(key, { key, values: [...(byKey.get(key)?.values ?? []), ...values] });
      }
      return [...byKey.values()];
    },

    async saveOptions(id, options, userId = EVERYBODY as UserId) {
      await session.atomically(async (inside) => {
        for (const { key, values } of options) {
          const choices = JSON.stringify(values);
          await inside.db
            .insertInto("channel_options")
            .values({ channel_id: id, user_id: userId, key, choices })
            .onConflict((conflict) =>
              conflict.columns(["channel_id", "user_id", "key"]).doUpdateSet({ choices }),
            )
            .execute();
        }
      });
    },

    async findAccount(id, userId) {
      const row = await db
        .selectFrom("channel_accounts")
        .selectAll()
        .where("channel_id", "=", id)
        .where("user_id", "=", userId)
        .executeTakeFirst();
      return row && toAccount(row);
    },

    async saveAccount({ channelId, userId, accountId, name, linkedAt }) {
      const columns = { account_id: accountId, name, linked_at: linkedAt.getTime() };
      await db
        .insertInto("channel_accounts")
        .values({ channel_id: channelId, user_id: userId, ...columns })
        .onConflict((conflict) => conflict.columns(["channel_id", "user_id"]).doUpdateSet(columns))
        .execute();
    },

    async deleteAccount(id, userId) {
      const { numDeletedRows } = await db
        .deleteFrom("channel_accounts")
        .where("channel_id", "=", id)
        .where("user_id", "=", userId)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}

function toRow(channel: Channel): ChannelRow {
  return {
    id: channel.id,
    name: channel.name,
    description: channel.description,
    owner_id: channel.ownerId,
    authorization: JSON.stringify(channel.authorization),
    // A deleted channel's slug is free.
    slug: channel.deletedAt === undefined ? (channel.slug ?? null) : null,
    created_at: channel.createdAt.getTime(),
    deleted_at: channel.deletedAt?.getTime() ?? null,
  };
}

function toChannel(row: ChannelRow): Channel {
  return {
    id: row.id as ChannelId,
    name: row.name,
    description: row.description,
    ownerId: row.owner_id as UserId,
    authorization: JSON.parse(row.authorization),
    ...(row.slug === null ? {} : { slug: row.slug }),
    createdAt: new Date(row.created_at),
    ...(row.deleted_at === null ? {} : { deletedAt: new Date(row.deleted_at) }),
  };
}

function toAccount(row: ChannelAccountRow): ChannelAccount {
  return {
    channelId: row.channel_id as ChannelId,
    userId: row.user_id as UserId,
    accountId: row.account_id,
    name: row.name,
    linkedAt: new Date(row.linked_at),
  };
}
