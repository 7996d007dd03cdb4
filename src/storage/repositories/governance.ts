import { sql } from "kysely";
import type { AuditEntry, WorkspaceLimits } from "../../domain/governance.ts";
import type { AuditEntryId, UserId, WorkspaceId } from "../../domain/ids.ts";
import { SCHEMA_VERSION } from "../migrations/index.ts";
import type { AuditEntryRow, WorkspaceLimitsRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { type Draft, type Step, statement } from "../statement.ts";
import type { AboutStore, AuditStore, LimitStore } from "../store.ts";
import { leastIdOf } from "./outbox-rows.ts";

/** Turns of a workspace that end at once rarely write the same row. */
const USAGE_SHARES = 16;

export function auditStore({ db }: Session): AuditStore {
  return {
    async insert(entry) {
      await db.insertInto("audit_entries").values(toRow(entry)).execute();
    },

    async list({ workspaceId, userId, action, subject, since, until, before, limit }) {
      const rows = await db
        .selectFrom("audit_entries")
        .selectAll()
        .where("workspace_id", "=", workspaceId)
        .$if(userId !== undefined, (query) => query.where("user_id", "=", userId ?? 0))
        .$if(action !== undefined, (query) => query.where("action", "=", action ?? ""))
        .$if(subject !== undefined, (query) => query.where("subject", "=", subject ?? ""))
        .$if(since !== undefined, (query) => query.where("created_at", ">=", since?.getTime() ?? 0))
        .$if(until !== undefined, (query) => query.where("created_at", "<", until?.getTime() ?? 0))
        .$if(before !== undefined, (query) => query.where("id", "<", before ?? 0))
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },

    async forget(before, limit) {
      const old = db
        .selectFrom("audit_entries")
        .select("id")
        .where("id", "<", leastIdOf(before))
        .orderBy("id")
        .limit(limit);
      const { numDeletedRows } = await db
        .deleteFrom("audit_entries")
        .where("id", "in", old)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

export function limitStore({ db }: Session): LimitStore {
  return {
    async find(workspaceId) {
      const row = await db
        .selectFrom("workspace_limits")
        .selectAll()
        .where("workspace_id", "=", workspaceId)
        .executeTakeFirst();
      return row === undefined ? {} : toLimits(row);
    },

    async save(workspaceId, limits, now) {
      const columns = {
        turns_per_minute: limits.turnsPerMinute ?? 0,
        turns_at_once: limits.turnsAtOnce ?? 0,
        tokens_per_month: limits.tokensPerMonth ?? 0,
        cost_per_month: limits.costPerMonth?.amount ?? 0,
        currency: limits.costPerMonth?.currency ?? "",
        updated_at: now.getTime(),
      };
      await db
        .insertInto("workspace_limits")
        .values({ workspace_id: workspaceId, ...columns })
        .onConflict((conflict) => conflict.column("workspace_id").doUpdateSet(columns))
        .execute();
    },

    async addUsage(workspaceId, month, { tokens, cost, currency }) {
      await db
        .insertInto("workspace_usage")
        .values({ workspace_id: workspaceId, month, currency, share: 0, turns: 0, tokens, cost })
        .onConflict((conflict) =>
          conflict.columns(["workspace_id", "month", "currency", "share"]).doUpdateSet({
            tokens: ({ ref }) => sql<number>`${ref("workspace_usage.tokens")} + ${ref("excluded.tokens")}`,
            cost: ({ ref }) => sql<number>`${ref("workspace_usage.cost")} + ${ref("excluded.cost")}`,
          }),
        )
        .execute();
    },

    async usage(workspaceId, month) {
      const rows = await db
        .selectFrom("workspace_usage")
        .select(({ fn }) => [
          "currency",
          fn.sum<number>("turns").as("turns"),
          fn.sum<number>("tokens").as("tokens"),
          fn.sum<number>("cost").as("cost"),
        ])
        .where("workspace_id", "=", workspaceId)
        .where("month", "=", month)
        .groupBy("currency")
        .orderBy("currency")
        .execute();
      return {
        turns: rows.reduce((sum, row) => sum + Number(row.turns), 0),
        tokens: rows.reduce((sum, row) => sum + Number(row.tokens), 0),
        costs: rows
          .filter(({ currency }) => currency !== "")
          .map((row) => ({ currency: row.currency, amount: Number(row.cost) })),
      };
    },
  };
}

export function aboutStore({ db, engine }: Session): AboutStore {
  return {
    async read() {
      const size =
        engine.name === "sqlite"
          ? sql<{
              bytes: number;
            }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`
          : sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`;
      const { rows } = await size.execute(db);
      return { schemaVersion: SCHEMA_VERSION, bytes: Number(rows[0]?.bytes ?? 0) };
    },
  };
}

/** Counts what a turn used, as a follow-up of the guard that ends it. Nothing where it used nothing. */
export function countUsage(turn: {
  turnId: number;
  month: number;
  tokens: number;
  cost: number;
  currency: string;
}): Step<unknown>[] {
  return turn.tokens === 0 ? [] : [addUsage({ ...turn, share: turn.turnId % USAGE_SHARES })];
}

const addUsage = statement(
  ({
    db,
    value,
    fragments,
  }: Draft<{
    turnId: number;
    month: number;
    share: number;
    tokens: number;
    cost: number;
    currency: string;
  }>) => ({
    compile: () =>
      sql`insert into workspace_usage (workspace_id, month, currency, share, turns, tokens, cost)
        select agents.workspace_id, ${value("month")}, ${value("currency")}, ${value("share")}, 1,
          ${value("tokens")}, ${value("cost")}
        from turns join agents on agents.id = turns.agent_id
        where turns.id = ${value("turnId")} and ${fragments.guardPassed}
        on conflict (workspace_id, month, currency, share) do update set
          turns = workspace_usage.turns + 1,
          tokens = workspace_usage.tokens + excluded.tokens,
          cost = workspace_usage.cost + excluded.cost`.compile(db),
  }),
);

function toRow(entry: AuditEntry): AuditEntryRow {
  return {
    id: entry.id,
    workspace_id: entry.workspaceId ?? 0,
    user_id: entry.userId ?? 0,
    via: entry.via,
    family: entry.family,
    action: entry.action,
    subject: entry.subject,
    fields: JSON.stringify(entry.fields),
    request_id: entry.requestId,
    address: entry.address,
    created_at: entry.createdAt.getTime(),
  };
}

function toEntry(row: AuditEntryRow): AuditEntry {
  return {
    id: row.id as AuditEntryId,
    ...(row.workspace_id !== 0 && { workspaceId: row.workspace_id as WorkspaceId }),
    ...(row.user_id !== 0 && { userId: row.user_id as UserId }),
    via: row.via as AuditEntry["via"],
    family: row.family as AuditEntry["family"],
    action: row.action,
    subject: row.subject,
    fields: JSON.parse(row.fields),
    requestId: row.request_id,
    address: row.address,
    createdAt: new Date(row.created_at),
  };
}

function toLimits(row: WorkspaceLimitsRow): WorkspaceLimits {
  return {
    ...(row.turns_per_minute > 0 && { turnsPerMinute: row.turns_per_minute }),
    ...(row.turns_at_once > 0 && { turnsAtOnce: row.turns_at_once }),
    ...(row.tokens_per_month > 0 && { tokensPerMonth: row.tokens_per_month }),
    ...(row.cost_per_month > 0 && {
      costPerMonth: { amount: row.cost_per_month, currency: row.currency },
    }),
  };
}
