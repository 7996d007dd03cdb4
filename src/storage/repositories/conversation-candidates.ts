import { type RawBuilder, sql } from "kysely";
import type { Session } from "../session.ts";
import type { ConversationQuery } from "../store.ts";

/** So many conversations are found and sorted at once. */
const FEW = 2_000;

/**
 * Ids of all conversations that can match at all, where an index shows that they are few; some of them may not.
 * Undefined: they are many, or nothing shows it.
 */
export async function fewCandidates(
  session: Session,
  query: ConversationQuery,
): Promise<number[] | undefined> {
  for (const source of [ofUser, held, rated, broken, ofAgent]) {
    const ids = await source(session, query);
    if (ids !== undefined && ids.length <= FEW) return [...new Set(ids)];
  }
  return undefined;
}

/** Orders are those of indexes, so that no table is read for what they hold. A plus keeps an engine from going by the column's index, which holds everything of a workspace. */
type Source = (session: Session, query: ConversationQuery) => Promise<number[] | undefined>;

const ofUser: Source = async ({ db }, { workspaceId, agentId, userId }) => {
  if (userId === undefined) return undefined;
  const ofAgents =
    agentId === undefined
      ? sql`agent_id in (select agents.id from agents where agents.workspace_id = ${workspaceId} union all select 0)`
      : sql`agent_id = ${agentId}`;
  return idsOf(
    db,
    sql`select id from conversations
      where ${ofAgents} and user_id = ${userId} and +workspace_id = ${workspaceId} and deleted_at is null`,
  );
};

const held: Source = async ({ db }, { workspaceId, isHeld }) => {
  if (isHeld !== true) return undefined;
  return idsOf(
    db,
    sql`select id from conversations
      where held_at is not null and deleted_at is null and +workspace_id = ${workspaceId}`,
  );
};

const rated: Source = async ({ db }, { turn }) => {
  if (turn?.ratings === undefined) return undefined;
  const { rows } = await sql<{ id: number }>`select turn_id as id from feedback
    where rating in (${sql.join(turn.ratings)}) and rating <> 'none'
    order by rating, turn_id limit ${sql.lit(FEW + 1)}`.execute(db);
  if (rows.length > FEW) return undefined;
  return conversationsOf(
    db,
    rows.map(({ id }) => id),
  );
};

const BROKEN = ["failed", "interrupted"];

const broken: Source = async ({ db }, { turn }) => {
  if (turn?.statuses?.every((status) => BROKEN.includes(status)) !== true) return undefined;
  const { rows } = await sql<{ id: number }>`select id from turns
    where status in (${sql.join(turn.statuses.map((status) => sql.lit(status)))})
      and status in ('failed', 'interrupted') and deleted_at is null
    order by status, id limit ${sql.lit(FEW + 1)}`.execute(db);
  if (rows.length > FEW) return undefined;
  return conversationsOf(
    db,
    rows.map(({ id }) => id),
  );
};

const ofAgent: Source = async ({ db }, { agentId }) => {
  if (agentId === undefined) return undefined;
  return idsOf(
    db,
    sql`select id from conversations where agent_id = ${agentId} and deleted_at is null order by id desc`,
  );
};

async function idsOf(db: Session["db"], select: RawBuilder<unknown>): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`${select} limit ${sql.lit(FEW + 1)}`.execute(db);
  return rows.map(({ id }) => id);
}

async function conversationsOf(db: Session["db"], turnIds: readonly number[]): Promise<number[]> {
  if (turnIds.length === 0) return [];
  const { rows } = await sql<{ id: number }>`select conversation_id as id from turns
    where id in (${sql.join(turnIds)})`.execute(db);
  return rows.map(({ id }) => id);
}
