import { sql } from "kysely";
import type { EndpointHealth } from "../../domain/endpoint.ts";
import type { EndpointId } from "../../domain/ids.ts";
import type { EndpointRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { type Draft, statement } from "../statement.ts";
import type { EndpointStore } from "../store.ts";
import { BATCH, inBatches } from "./batches.ts";
import { toEndpoint, toEndpointRow, toHealth } from "./endpoint-rows.ts";

export function endpointStore(session: Session): EndpointStore {
  const { db, engine } = session;
  const existing = () => db.selectFrom("endpoints").selectAll().where("deleted_at", "is", null);

  return {
    async save(endpoint) {
      const { id, deleted_at, ...columns } = toEndpointRow(endpoint);
      await db
        .insertInto("endpoints")
        .values({ id, deleted_at, ...columns })
        .onConflict((conflict) =>
          conflict.column("id").doUpdateSet(columns).where("endpoints.deleted_at", "is", null),
        )
        .execute();
    },

    async find(id) {
      const row = await existing().where("id", "=", id).executeTakeFirst();
      return row && toEndpoint(row);
    },

    async findToChange(id) {
      const row = await existing()
        .where("id", "=", id)
        .$if(engine.name === "postgres", (query) => query.forUpdate())
        .executeTakeFirst();
      return row && toEndpoint(row);
    },

    async findBySlug(slug) {
      const row = await existing().where("slug", "=", slug).executeTakeFirst();
      return row && toEndpoint(row);
    },

    async list({ kinds, ownerId, workspaceId, channel, after, limit }) {
      if (kinds?.length === 0) return [];
      const rows = await existing()
        .$if(kinds !== undefined, (query) => query.where("kind", "in", kinds ?? []))
        .$if(ownerId !== undefined, (query) => query.where("owner_id", "=", ownerId ?? 0))
        .$if(workspaceId !== undefined, (query) => query.where("workspace_id", "=", workspaceId ?? 0))
        .$if(channel !== undefined, (query) => query.where("channel", "=", channel ?? ""))
        .$if(after !== undefined, (query) => query.where("id", ">", after ?? 0))
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(toEndpoint);
    },

    async listening({ workspaceId, channel, eventType, otherType, after, limit }) {
      const rows = await session.run(
        listeningEndpoints({
          workspaceId,
          channel: channel ?? null,
          channelId: channelIdOf(channel),
          // Types have nothing that `like` reads as a pattern.
          eventType: `%"${eventType}"%`,
          otherType: `%"${otherType ?? eventType}"%`,
          after: after ?? 0,
          limit,
        }),
      );
      return rows.map(toEndpoint);
    },

    async all() {
      const rows = await existing().where("url", "is not", null).orderBy("id").execute();
      return rows.map(toEndpoint);
    },

    delete: (id, now) => deleteEndpoint(session, id, now),

    async health(ids) {
      const found: EndpointHealth[] = [];
      for (let start = 0; start < ids.length; start += BATCH) {
        const rows = await db
          .selectFrom("endpoint_health")
          .selectAll()
          .where("endpoint_id", "in", ids.slice(start, start + BATCH))
          .execute();
        found.push(...rows.map(toHealth));
      }
      return found;
    },
  };
}

/**
 * What is on its way is dropped too: what comes of it is only logged. Not questions that somebody waits for: who asks
 * them next learns that there is nobody to ask. Its slug is free.
 */
async function deleteEndpoint(session: Session, id: EndpointId, now: Date): Promise<boolean> {
  return session.atomically(async ({ db }) => {
    const { numUpdatedRows } = await db
      .updateTable("endpoints")
      .set({ deleted_at: now.getTime(), slug: null })
      .where("id", "=", id)
      .where("deleted_at", "is", null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return false;
    await inBatches((limit) => dropUnfinished(db, id, now, limit));
    await db
      .updateTable("replays")
      .set({ state: "cancelled", ended_at: now.getTime() })
      .where("endpoint_id", "=", id)
      .where("state", "in", ["running", "paused"])
      .execute();
    return true;
  });
}

/** All states in one statement: an attempt that ends meanwhile could make a leased one pending unseen. */
async function dropUnfinished(
  db: Session["db"],
  endpointId: EndpointId,
  now: Date,
  limit: number,
): Promise<number> {
  const isUnfinished = sql`trigger <> 'sync' and (state = 'pending' or state = 'held' or state = 'leased')`;
  const { numAffectedRows = 0n } = await sql`update deliveries
    set state = 'dropped', ended_at = ${now.getTime()}, node = null, claim_token = null
    where ${isUnfinished} and id in (
      select id from deliveries where endpoint_id = ${endpointId} and ${isUnfinished} limit ${limit})`.execute(
    db,
  );
  return Number(numAffectedRows);
}

/** Null: it cannot be the name of a custom channel. */
function channelIdOf(channel: string | undefined): number | null {
  return channel !== undefined && /^[1-9]\d{0,15}$/.test(channel) ? Number(channel) : null;
}

interface Listening {
  workspaceId: number;
  channel: string | null;
  channelId: number | null;
  eventType: string;
  otherType: string;
  after: number;
  limit: number;
}

const listeningEndpoints = statement<Listening, EndpointRow>(({ db, value }: Draft<Listening>) => {
  const listens = sql`endpoints.deleted_at is null and endpoints.url is not null
    and endpoints.id > ${value("after")}
    and (endpoints.event_types like ${value("eventType")} or endpoints.event_types like ${value("otherType")})`;
  return {
    compile: () =>
      sql<EndpointRow>`
        select endpoints.* from endpoints
          where endpoints.workspace_id = ${value("workspaceId")} and endpoints.kind in ('standard', 'insight') and ${listens}
        union all
        select endpoints.* from workspace_members
          join endpoints on endpoints.owner_id = workspace_members.user_id
          where workspace_members.workspace_id = ${value("workspaceId")}
            and workspace_members.role in ('owner', 'admin') and endpoints.kind = 'coze' and ${listens}
        union all
        select endpoints.* from endpoints
          where endpoints.channel = ${value("channel")} and endpoints.kind = 'coze-channel' and ${listens}
            and exists (
              select 1 from channel_workspaces
              where channel_id = ${value("channelId")} and workspace_id = ${value("workspaceId")}
            )
        order by id limit ${value("limit")}`.compile(db),
  };
});
