import { type RawBuilder, sql } from "kysely";
import type { ConversationId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { Slices } from "../slices.ts";
import type { ConversationPage, ConversationQuery } from "../store.ts";
import { fewCandidates } from "./conversation-candidates.ts";
import { loadFound } from "./found-conversations.ts";

/** On SQLite the whole server waits for one slice: it holds about as many conversations as this takes. */
const SLICE_MS = 15;
const SLICE_ROWS = 4_000;
/** A slice grows by no more, however quick the one before was: what comes may be longer. */
const GROWTH = 4;

/** A conversation that was looked at. */
interface LookedAt {
  id: number;
  active_at: number;
  is_match: number;
}

interface Place {
  at: number;
  id: number;
}

/** What was looked at in one go, in order. `isLast`: there is nothing after it. */
interface Slice {
  rows: LookedAt[];
  isLast: boolean;
}

/**
 * Looks at conversations by activity, a slice at a time, until a page is full, everything was looked at or the time is
 * over. Where few can match at all, only those are looked at.
 */
export async function searchConversations(
  session: Session,
  searches: Slices,
  query: ConversationQuery,
): Promise<ConversationPage> {
  const deadline = performance.now() + query.budgetMs;
  const look = await lookFor(session, query);
  const found: LookedAt[] = [];
  let place = query.after && { at: query.after.activeAt.getTime(), id: query.after.id as number };
  let size = query.limit + 1;
  for (;;) {
    const began = performance.now();
    const slice = await searches.run(() => look(place, size));
    const taken = performance.now() - began;
    for (const [index, row] of slice.rows.entries()) {
      place = { at: row.active_at, id: row.id };
      if (row.is_match === 1) found.push(row);
      if (found.length < query.limit) continue;
      const isEnd = slice.isLast && index === slice.rows.length - 1;
      return pageOf(session, found, isEnd ? undefined : place);
    }
    if (slice.isLast) return pageOf(session, found, undefined);
    if (performance.now() >= deadline) return pageOf(session, found, place);
    const room = Math.min(GROWTH, SLICE_MS / Math.max(taken, 0.1));
    size = Math.min(SLICE_ROWS, Math.max(1, Math.round(size * room)));
  }
}

async function pageOf(
  session: Session,
  found: readonly LookedAt[],
  end: Place | undefined,
): Promise<ConversationPage> {
  return {
    items: await loadFound(
      session,
      found.map(({ id }) => id),
    ),
    ...(end !== undefined && {
      searchedTo: { activeAt: new Date(end.at), id: end.id as ConversationId },
    }),
  };
}

type Look = (after: Place | undefined, size: number) => Promise<Slice>;

async function lookFor(session: Session, query: ConversationQuery): Promise<Look> {
  const isMatch = matches(session, query);
  const select = (source: RawBuilder<unknown>) =>
    sql<LookedAt>`select conversation.id, conversation.active_at,
      case when ${isMatch} then 1 else 0 end as is_match from ${source}`
      .execute(session.db)
      .then(({ rows }) => rows.sort(byActivity));
  const ids = await fewCandidates(session, query);
  if (ids === undefined) {
    return async (after, size) => {
      const rows = await select(sql`(
        select ${LOOKED_AT_COLUMNS} from conversations
        where ${isOfWorkspace(query)} and (active_at, id) < (${after?.at ?? LAST}, ${after?.id ?? LAST})
        order by active_at desc, id desc limit ${size}) conversation`);
      return { rows, isLast: rows.length < size };
    };
  }
  const places = await placesOf(session, query, ids);
  return async (after, size) => {
    const from = after === undefined ? 0 : places.findIndex((place) => comesAfter(place, after));
    const some = from < 0 ? [] : places.slice(from, from + size);
    const isLast = from < 0 || from + size >= places.length;
    if (some.length === 0) return { rows: [], isLast };
    const rows = await select(sql`(
      select ${LOOKED_AT_COLUMNS} from conversations
      where ${areOfWorkspace(
        some.map(({ id }) => id),
        query,
      )}) conversation`);
    return { rows, isLast };
  };
}

const LAST = Number.MAX_SAFE_INTEGER;

/** Without the long ones: SQLite copies each row of a slice. */
const LOOKED_AT_COLUMNS = sql`id, active_at, agent_id, user_id, channel, held_at`;

function isOfWorkspace({ workspaceId, since, until }: ConversationQuery): RawBuilder<boolean> {
  return sql`workspace_id = ${workspaceId} and deleted_at is null
    and active_at >= ${since?.getTime() ?? 0} and active_at < ${until?.getTime() ?? LAST}`;
}

/** The same of few ids: a plus keeps an engine from reading the whole workspace by its index instead. */
function areOfWorkspace(ids: readonly number[], { workspaceId, since, until }: ConversationQuery) {
  return sql<boolean>`id in (${sql.join(ids)}) and +workspace_id = ${workspaceId} and deleted_at is null
    and +active_at >= ${since?.getTime() ?? 0} and +active_at < ${until?.getTime() ?? LAST}`;
}

async function placesOf(
  { db }: Session,
  query: ConversationQuery,
  ids: readonly number[],
): Promise<LookedAt[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<LookedAt>`select id, active_at, 0 as is_match from conversations
    where ${areOfWorkspace(ids, query)}`.execute(db);
  return rows.sort(byActivity);
}

function byActivity(one: LookedAt, other: LookedAt): number {
  return other.active_at - one.active_at || other.id - one.id;
}

function comesAfter(row: LookedAt, { at, id }: Place): boolean {
  return row.active_at < at || (row.active_at === at && row.id < id);
}

/** Of `conversation`. Looks things up one by one, by their keys: joined, PostgreSQL would read whole tables for a slice. */
function matches(session: Session, query: ConversationQuery): RawBuilder<boolean> {
  const { agentId, userId, userPrefix, channel, text, isHeld, turn } = query;
  const conditions = [
    channel === undefined ? sql`conversation.channel <> 'draft'` : sql`conversation.channel = ${channel}`,
  ];
  if (agentId !== undefined) conditions.push(sql`conversation.agent_id = ${agentId}`);
  if (userId !== undefined) conditions.push(sql`conversation.user_id = ${userId}`);
  if (userPrefix !== undefined) {
    const { length } = [...userPrefix];
    conditions.push(sql`substr(conversation.user_id, 1, ${sql.lit(length)}) = ${userPrefix}`);
  }
  if (isHeld !== undefined) {
    conditions.push(isHeld ? sql`conversation.held_at is not null` : sql`conversation.held_at is null`);
  }
  if (turn !== undefined && isLimiting(turn)) conditions.push(hasTurn(turn));
  if (text !== undefined) conditions.push(saysText(session, text));
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

function isLimiting({ family, statuses, ratings }: NonNullable<ConversationQuery["turn"]>): boolean {
  return family !== undefined || statuses !== undefined || ratings !== undefined;
}

function hasTurn({
  family,
  statuses,
  ratings,
  hasComment,
}: NonNullable<ConversationQuery["turn"]>): RawBuilder<boolean> {
  const conditions = [sql`turns.deleted_at is null`];
  if (family !== undefined) conditions.push(sql`turns.family = ${family}`);
  if (statuses !== undefined) conditions.push(sql`turns.status in (${sql.join(statuses)})`);
  if (ratings !== undefined) {
    const comment = hasComment === true ? sql`and feedback.comment <> ''` : sql``;
    conditions.push(sql`(select 1 from feedback
      where feedback.turn_id = turns.id and feedback.rating in (${sql.join(ratings)}) ${comment} limit 1) is not null`);
  }
  return sql`(select 1 from exchanges join turns on turns.exchange_id = exchanges.id
    where exchanges.conversation_id = conversation.id and exchanges.deleted_at is null
      and ${sql.join(conditions, sql` and `)} limit 1) is not null`;
}

function saysText({ engine }: Session, text: string): RawBuilder<boolean> {
  return sql`(select 1 from exchanges join messages on messages.exchange_id = exchanges.id
    where exchanges.conversation_id = conversation.id and exchanges.deleted_at is null
      and messages.deleted_at is null and ${engine.contains(sql`messages.text`, text)}
      and (messages.turn_id is null or (
        select turns.id from turns where turns.id = messages.turn_id and turns.deleted_at is null) is not null)
    limit 1) is not null`;
}
