import { sql } from "kysely";
import type { EndpointId, TriggerId, TurnId } from "../../domain/ids.ts";
import type { TriggerRecord } from "../../domain/trigger.ts";
import type { TriggerRow } from "../schema.ts";
import { HUNG_AFTER_MS, type Session } from "../session.ts";
import { type RowColumns, statement } from "../statement.ts";
import type { TriggerStore } from "../store.ts";
import { columnsOf } from "./outbox-events.ts";
import { toTriggerRecord, toTriggerRow } from "./trigger-rows.ts";

/** Key of the advisory lock of claims: without it two nodes could claim two of one conversation at once. */
const CLAIM_LOCK = 0x616e7471;
/** Latest triggers of a conversation among which its adapter is looked for. */
const ADAPTER_SEARCH = 100;

export function triggerStore(session: Session): TriggerStore {
  const { db, engine } = session;
  return {
    async insert(record) {
      await db.insertInto("triggers").values(toTriggerRow(record)).execute();
    },

    async get(id) {
      const row = await db.selectFrom("triggers").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toTriggerRecord(row);
    },

    async claim({ now, limit }) {
      const rows = await session.atomically((inside) => claim(inside, now, limit));
      return rows.sort((one, other) => one.due_at - other.due_at || one.id - other.id).map(toTriggerRecord);
    },

    async settle(id, { state, reason, dueAt }) {
      const { numUpdatedRows } = await db
        .updateTable("triggers")
        .set({ state, reason, node: null, ...(dueAt !== undefined && { due_at: dueAt.getTime() }) })
        .where("id", "=", id)
        .where("state", "=", sql.lit("due"))
        // What another node has claimed meanwhile is its own.
        .$if(state === "due", (query) => query.where("node", "=", engine.node))
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    async takeBack({ inHand }) {
      const { gone, lost } = await abandonedClaims(session, inHand);
      if (gone.length + lost.length === 0) return 0;
      const { numUpdatedRows } = await db
        .updateTable("triggers")
        .set({ node: null })
        .where("state", "=", sql.lit("due"))
        .where("node", "is not", null)
        .where((where) =>
          where.or([
            ...(gone.length > 0 ? [where("node", "in", gone)] : []),
            ...(lost.length > 0
              ? [where.and([where("id", "in", lost), where("node", "=", engine.node)])]
              : []),
          ]),
        )
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },

    async nextDueAt() {
      const { rows } = await sql<{ due_at: number }>`select due.due_at from triggers due
        where due.state = 'due' and due.node is null and ${isFree} order by due.due_at limit 1`.execute(db);
      return rows[0] && new Date(rows[0].due_at);
    },

    async cancelOnMessage(conversationId) {
      const { numUpdatedRows } = await db
        .updateTable("triggers")
        .set({ state: "cancelled", reason: "message", node: null })
        .where("conversation_id", "=", conversationId)
        .where("state", "=", sql.lit("due"))
        .where("cancel_on_message", "=", 1)
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },

    async countEvents(conversationId, eventId) {
      const { count } = await db
        .selectFrom("triggers")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .where("conversation_id", "=", conversationId)
        .where("event_id", "=", eventId)
        .where("event_id", "<>", sql.lit(""))
        .where("state", "<>", "cancelled")
        .where("source", "<>", "test")
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    async countDue(conversationId, limit) {
      const { rows } = await sql<{ count: number }>`select count(*) as count from (
        select id from triggers where conversation_id = ${conversationId} and state = 'due' limit ${limit}) waiting`.execute(
        db,
      );
      return Number(rows[0]?.count ?? 0);
    },

    async waiting(conversationId, limit) {
      const rows = await db
        .selectFrom("triggers")
        .selectAll()
        .where("conversation_id", "=", conversationId)
        .where("state", "=", sql.lit("due"))
        .orderBy("due_at")
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(toTriggerRecord);
    },

    async lastAdapter(conversationId) {
      const { rows } = await sql<{ adapter_id: number }>`select adapter_id from (
        select id, adapter_id from triggers where conversation_id = ${conversationId}
        order by id desc limit ${ADAPTER_SEARCH}) latest
        where adapter_id <> 0 order by id desc limit 1`.execute(db);
      return rows[0]?.adapter_id as EndpointId | undefined;
    },

    async forget(before, limit) {
      const { numAffectedRows = 0n } = await sql`delete from triggers where id in (
        select id from triggers where turn_id = 0 and state <> 'due' and due_at < ${before.getTime()}
        order by due_at limit ${limit})`.execute(db);
      return Number(numAffectedRows);
    },

    async list({ conversationId, before, limit }) {
      const rows = await db
        .selectFrom("triggers")
        .selectAll()
        .where("conversation_id", "=", conversationId)
        .$if(before !== undefined, (query) => query.where("id", "<", before ?? 0))
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(toTriggerRecord);
    },

    async ofTurn(turnId) {
      const row = await db
        .selectFrom("triggers")
        .selectAll()
        .where("turn_id", "=", turnId)
        .where("turn_id", "<>", sql.lit(0))
        .executeTakeFirst();
      return row && toTriggerRecord(row);
    },
  };
}

/** Nobody has claimed another of the conversation. */
const isFree = sql<boolean>`(
  select claimed.id from triggers claimed
  where claimed.conversation_id = due.conversation_id and claimed.state = 'due' and claimed.node is not null
  limit 1) is null`;

const isOldest = sql<boolean>`(
  select older.id from triggers older
  where older.conversation_id = due.conversation_id and older.state = 'due'
    and (older.due_at, older.id) < (due.due_at, due.id)
  limit 1) is null`;

async function claim({ db, engine }: Session, now: Date, limit: number): Promise<TriggerRow[]> {
  const claimable = sql`select due.id from triggers due
    where due.state = 'due' and due.node is null and due.due_at <= ${now.getTime()} and ${isFree} and ${isOldest}
    order by due.due_at, due.id limit ${limit}`;
  const isPostgres = engine.name === "postgres";
  if (isPostgres) await sql`select pg_advisory_xact_lock(${CLAIM_LOCK})`.execute(db);
  const isClaimable = isPostgres
    ? sql`id = any(array(${claimable} for update skip locked))`
    : sql`id in (${claimable})`;
  const { rows } = await sql<TriggerRow>`update triggers set node = ${engine.node}
    where ${isClaimable} returning *`.execute(db);
  return rows;
}

/** Numbers of nodes that will do nothing with what they hold, and claims of this one that it knows nothing of. */
async function abandonedClaims(
  session: Session,
  inHand: ReadonlySet<TriggerId>,
): Promise<{ gone: number[]; lost: number[] }> {
  const { db, engine } = session;
  const claims = await db
    .selectFrom("triggers")
    .select(["id", "node"])
    .where("state", "=", sql.lit("due"))
    .where("node", "is not", null)
    .execute();
  const lost = claims.filter(({ id, node }) => node === engine.node && !inHand.has(id as TriggerId));
  const others = new Set(claims.flatMap(({ node }) => (node === null || node === engine.node ? [] : [node])));
  if (others.size > 0) {
    // Asked afterwards: whoever has claimed one of them and still works is alive now.
    const live = new Set(await engine.otherLiveNodes(session));
    for (const hung of await engine.hungNodes(session, HUNG_AFTER_MS)) live.delete(hung);
    for (const node of live) others.delete(node);
  }
  return { gone: [...others], lost: lost.map(({ id }) => id) };
}

/** Makes it the one that started the turn, whether it is new or was due. False: it is there and no longer due. */
export async function startTrigger({ db }: Session, record: TriggerRecord, turnId: TurnId): Promise<boolean> {
  const row = toTriggerRow({ ...record, state: "started", reason: "", turnId });
  const started = await db
    .insertInto("triggers")
    .values(row)
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet({ state: row.state, reason: row.reason, turn_id: row.turn_id, node: null })
        .where("triggers.state", "=", sql.lit("due")),
    )
    .returning("id")
    .execute();
  return started.length === 1;
}

const TRIGGER_COLUMNS: { [Column in keyof TriggerRow]: RowColumns[string] } = {
  id: "integer",
  workspace_id: "integer",
  agent_id: "integer",
  conversation_id: "integer",
  type: "text",
  event_id: "text",
  content: "text",
  source: "text",
  adapter_id: "integer",
  state: "text",
  reason: "text",
  turn_id: "integer",
  due_at: "integer",
  cancel_on_message: "integer",
  parent_turn_id: "integer",
  root_turn_id: "integer",
  depth: "integer",
  created_at: "integer",
  node: "integer",
};

/** Follow-up of a guard. */
export const insertTriggers = statement<{ rows: string }, unknown>(({ db, value, fragments }) => {
  const columns = columnsOf(TRIGGER_COLUMNS);
  return {
    compile: () =>
      sql`insert into triggers (${columns}) select ${columns}
        from ${fragments.rows(value("rows"), "new", TRIGGER_COLUMNS)} where ${fragments.guardPassed}`.compile(
        db,
      ),
  };
});
