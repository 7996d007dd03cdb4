import { type RawBuilder, sql } from "kysely";
import type { Rating } from "../../domain/conversation.ts";
import type { TurnId } from "../../domain/ids.ts";
import type { FeedbackRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { Slices } from "../slices.ts";
import type { RunStore } from "../store.ts";
import { toFeedback } from "./feedback.ts";
import { greatestIdOf, leastIdOf } from "./outbox-rows.ts";
import { loadRuns } from "./run-rows.ts";

/** Rows looked at in one statement: on SQLite the whole server waits for it. */
const LOOKED_AT = 2_000;
const OPINIONS_LOOKED_AT = 500;

type RunQuery = Parameters<RunStore["list"]>[0];
type RatedSearch = Parameters<RunStore["searchRated"]>[0];

type Slice = Slices["run"];

export function runStore(session: Session, searches: Slices): RunStore {
  // Whoever has a transaction open must not wait for those who wait for its end.
  const slice: Slice = (work) => (session.isTransaction ? work() : searches.run(work));
  const withRuns = async (opinions: FeedbackRow[]) => {
    const runs = await loadRuns(session, [...new Set(opinions.map((row) => row.turn_id))]);
    const byId = new Map<number, (typeof runs)[number]>(runs.map((run) => [run.turn.id, run]));
    return opinions.flatMap((row) => {
      const run = byId.get(row.turn_id);
      return run === undefined ? [] : [{ run, opinion: toFeedback(row) }];
    });
  };
  return {
    async find(turnId) {
      const [run] = await loadRuns(session, [turnId]);
      return run;
    },

    load: (turnIds) => loadRuns(session, turnIds),

    async ofAnswer(messageId) {
      const row = await session.db
        .selectFrom("messages")
        .innerJoin("turns", "turns.id", "messages.turn_id")
        .select("turns.id")
        .where("messages.id", "=", messageId)
        .executeTakeFirst();
      return row?.id as TurnId | undefined;
    },

    async list(query) {
      const { ids, total } =
        query.conversationId === undefined && query.turnId === undefined
          ? await searchAgent(session, slice, query)
          : await searchFew(session, slice, query);
      return { items: await loadRuns(session, ids), total };
    },

    async listRated(query) {
      const search = { ...query, order: "oldest", lookAt: Number.POSITIVE_INFINITY } as const;
      return withRuns((await ratedPage(session, slice, search)).opinions);
    },

    async searchRated(query) {
      const { opinions, next } = await ratedPage(session, slice, { ...query, limit: query.limit + 1 });
      const shown = opinions.slice(0, query.limit);
      const last = opinions.length > query.limit ? shown.at(-1) : next;
      return {
        items: await withRuns(shown),
        ...(last !== undefined && { next: { turnId: last.turn_id as TurnId, rater: last.rater } }),
      };
    },
  };
}
/** Without the long ones: SQLite copies each row of a batch. */
const LOOKED_AT_COLUMNS = sql`id, exchange_id, conversation_id, trigger_id, created_at, trigger_type, status,
  action_types, answer_message_id`;

/** All turns of the agent in that time are counted, a few at a time; only those of the page are named. */
async function searchAgent(
  session: Session,
  slice: Slice,
  query: RunQuery,
): Promise<{ ids: number[]; total: number }> {
  const ids: number[] = [];
  let total = 0;
  let before = greatestIdOf(query.until);
  for (;;) {
    const batch = sql`(
      select ${LOOKED_AT_COLUMNS} from turns
      where agent_id = ${query.agentId} and deleted_at is null and id < ${before} and id >= ${leastIdOf(query.since)}
      order by id desc limit ${LOOKED_AT}) turn`;
    const isMatch = matches(session, query);
    const {
      rows: [seen],
    } = await slice(() =>
      sql<{ matching: number; looked_at: number; last: number | null }>`
        select sum(case when ${isMatch} then 1 else 0 end) as matching, count(*) as looked_at, min(turn.id) as last
        from ${batch}`.execute(session.db),
    );
    const matching = Number(seen?.matching ?? 0);
    const skip = Math.max(0, query.offset - total);
    if (ids.length < query.limit && matching > skip) {
      const { rows } = await slice(() =>
        sql<{ id: number }>`select turn.id from ${batch} where ${isMatch}
          order by turn.id desc limit ${query.limit - ids.length} offset ${skip}`.execute(session.db),
      );
      ids.push(...rows.map((row) => row.id));
    }
    total += matching;
    if (seen === undefined || seen.last === null || seen.looked_at < LOOKED_AT) return { ids, total };
    before = seen.last;
  }
}

/** Of one conversation, or one turn alone. */
async function searchFew(
  session: Session,
  slice: Slice,
  query: RunQuery,
): Promise<{ ids: number[]; total: number }> {
  const found: number[] = [];
  const { turnId, conversationId } = query;
  const isMatch = sql`turn.agent_id = ${query.agentId} and turn.deleted_at is null and ${matches(session, query)}`;
  if (turnId !== undefined) {
    const isThere = conversationId === undefined ? sql`true` : sql`turn.conversation_id = ${conversationId}`;
    const { rows } = await sql<{ id: number }>`
      select turn.id from turns turn where turn.id = ${turnId} and ${isThere} and ${isMatch}`.execute(
      session.db,
    );
    found.push(...rows.map((row) => row.id));
  } else {
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const { rows } = await slice(() =>
        sql<{ exchange_id: number; id: number | null }>`
          select exchange.id as exchange_id, turn.id from (
            select id from exchanges
            where conversation_id = ${conversationId} and deleted_at is null and id < ${before}
            order by id desc limit ${LOOKED_AT}) exchange
          left join turns turn on turn.exchange_id = exchange.id and ${isMatch}`.execute(session.db),
      );
      found.push(...rows.flatMap((row) => (row.id === null ? [] : [row.id])));
      const exchanges = new Set(rows.map((row) => row.exchange_id));
      if (exchanges.size < LOOKED_AT) break;
      before = Math.min(...exchanges);
    }
  }
  found.sort((one, other) => other - one);
  return { ids: found.slice(query.offset, query.offset + query.limit), total: found.length };
}

/** Of `turn`. Looks things up one by one, by their keys: joined, PostgreSQL would read whole tables for every batch. */
function matches(session: Session, query: RunQuery): RawBuilder<boolean> {
  const { triggerType, actionType, keyword, rating, statuses, isFlawless } = query;
  const conditions = [
    sql`turn.created_at >= ${query.since.getTime()} and turn.created_at < ${query.until.getTime()}`,
  ];
  if (triggerType !== undefined) conditions.push(sql`turn.trigger_type = ${triggerType}`);
  if (statuses !== undefined) {
    conditions.push(statuses.length === 0 ? sql`1 = 0` : sql`turn.status in (${sql.join(statuses)})`);
  }
  if (isFlawless === true) conditions.push(sql`turn.status = 'completed' and not ${hasFailedStep}`);
  if (isFlawless === false) {
    conditions.push(sql`(turn.status in ('failed', 'stopped', 'interrupted')
      or turn.status = 'completed' and ${hasFailedStep})`);
  }
  if (actionType !== undefined) {
    const words =
      actionType === "send-text-message" ? sql`turn.action_types = '' and ${answerText} <> ''` : sql`1 = 0`;
    conditions.push(sql`(turn.action_types like ${`%,${actionType},%`} or ${words})`);
  }
  if (rating !== undefined) conditions.push(sql`coalesce(${latestRating}, 'none') = ${rating}`);
  conditions.push(isReported);
  if (keyword !== undefined) {
    const { contains } = session.engine;
    conditions.push(sql`(${contains(questionText, keyword)} or ${contains(answerText, keyword)})`);
  }
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

/** Neither its exchange nor its conversation is deleted, and it is no trial run. */
const isReported = sql`(select exchanges.id from exchanges
    where exchanges.id = turn.exchange_id and exchanges.deleted_at is null) is not null
  and (select conversations.id from conversations
    where conversations.id = turn.conversation_id and conversations.deleted_at is null) is not null
  and (turn.trigger_id = 0 or coalesce((
    select triggers.source from triggers where triggers.id = turn.trigger_id), '') <> 'test')`;

const hasFailedStep = sql<boolean>`exists (select workflow_runs.id from workflow_runs
  where workflow_runs.turn_id = turn.id and workflow_runs.turn_id <> 0 and exists (
    select workflow_steps.id from workflow_steps
    where workflow_steps.run_id = workflow_runs.id and workflow_steps.status = 'failed'))`;

const answerText = sql<string>`(select messages.text from messages where messages.id = turn.answer_message_id)`;

const questionText = sql<string>`(select messages.text from messages
  where messages.exchange_id = turn.exchange_id and messages.turn_id is null and messages.deleted_at is null
  order by messages.id limit 1)`;

const latestRating = sql<string>`(select feedback.rating from feedback where feedback.turn_id = turn.id
  order by feedback.updated_at desc, feedback.revision desc limit 1)`;

/** By turn and rater; those that do not match are passed over, a few at a time. */
async function ratedPage(
  session: Session,
  slice: Slice,
  query: RatedSearch,
): Promise<{ opinions: FeedbackRow[]; next?: Place }> {
  const found: FeedbackRow[] = [];
  let after = placeOf(query);
  for (let lookedAt = 0; ; ) {
    const place = sql`(${after.turn_id}, ${after.rater})`;
    const isBehind =
      query.order === "oldest" ? sql`(turn_id, rater) > ${place}` : sql`(turn_id, rater) < ${place}`;
    const order = query.order === "oldest" ? sql`turn_id, rater` : sql`turn_id desc, rater desc`;
    const { rows } = await slice(() =>
      sql<FeedbackRow>`select * from feedback where ${isBehind}
        order by ${order} limit ${OPINIONS_LOOKED_AT}`.execute(session.db),
    );
    const opinions = rows.filter((row) => isAskedFor(row, query));
    const reported = await slice(() => reportedOf(session, query, opinions));
    for (const row of opinions) {
      if (reported.has(row.turn_id)) found.push(row);
      if (found.length === query.limit) return { opinions: found, next: row };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < OPINIONS_LOOKED_AT) return { opinions: found };
    after = last;
    lookedAt += rows.length;
    if (lookedAt >= query.lookAt) return { opinions: found, next: last };
  }
}

type Place = Pick<FeedbackRow, "turn_id" | "rater">;

function placeOf({ after, order }: RatedSearch): Place {
  if (after !== undefined) return { turn_id: after.turnId, rater: after.rater };
  return { turn_id: order === "oldest" ? 0 : Number.MAX_SAFE_INTEGER, rater: "" };
}

function isAskedFor(row: FeedbackRow, query: RatedSearch): boolean {
  const { since, until, ratings, rater, category, hasComment } = query;
  return (
    (ratings ?? RATED).includes(row.rating as Rating) &&
    (since === undefined || row.updated_at >= since.getTime()) &&
    (until === undefined || row.updated_at < until.getTime()) &&
    (rater === undefined || row.rater === rater) &&
    (hasComment === undefined || (row.comment !== "") === hasComment) &&
    (category === undefined || (JSON.parse(row.categories) as string[]).includes(category))
  );
}

/** The turns that opinions are about, without those of other workspaces, agents, channels and families. */
async function reportedOf(
  { db }: Session,
  { workspaceId, agentIds, channel, family }: RatedSearch,
  opinions: readonly FeedbackRow[],
): Promise<Set<number>> {
  const ids = new Set(opinions.map((row) => row.turn_id));
  if (ids.size === 0 || agentIds?.length === 0) return new Set();
  const isOfAgents = agentIds === undefined ? sql`true` : sql`turn.agent_id in (${sql.join(agentIds)})`;
  const isOfFamily = family === undefined ? sql`true` : sql`turn.family = ${family}`;
  const isOfChannel =
    channel === undefined
      ? sql`true`
      : sql`(select conversations.channel from conversations
          where conversations.id = turn.conversation_id) = ${channel}`;
  const { rows } = await sql<{ id: number }>`select turn.id from turns turn
    where turn.id in (${sql.join([...ids])}) and turn.deleted_at is null
      and ${isOfAgents} and ${isOfFamily} and ${isOfChannel} and ${isReported}
      and (select conversations.workspace_id from conversations
        where conversations.id = turn.conversation_id) = ${workspaceId}`.execute(db);
  return new Set(rows.map((row) => row.id));
}

const RATED: readonly Rating[] = ["like", "dislike"];
