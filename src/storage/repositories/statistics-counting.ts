import { sql } from "kysely";
import type { Session } from "../session.ts";
import type { StatisticsStore } from "../store.ts";
import { HOUR_MS, KEY, LEVELS, refs, SUMS, sums, TIME_SUMS, turnsAsRows } from "./statistics-columns.ts";

/** Turns that are counted in one transaction: on SQLite the whole server waits for it. */
const TURNS_AT_ONCE = 2_000;
const HOURS_AT_ONCE = 4;

const ALL_SUMS = [...SUMS, ...TIME_SUMS];

/** Counts what happened into the statistics. */
export function statisticsCounting(
  session: Session,
): Pick<StatisticsStore, "countedUntil" | "countTurns" | "countFeedback" | "verify" | "forget"> {
  const { db } = session;
  return {
    async countedUntil() {
      const until = await countedUntil(session);
      return until === 0 ? undefined : new Date(until);
    },

    async countTurns(until) {
      const since = await countedUntil(session);
      if (since >= until.getTime()) return false;
      const end = await endOfSlice(session, since, until.getTime());
      return session.atomically(async (inside) => {
        if (!(await moveOn(inside, { since, end }))) return true;
        await addTurns(inside, { after: since, to: end });
        return end < until.getTime();
      });
    },

    async countFeedback() {
      return session.atomically(async (inside) => {
        await lockCounting(inside);
        const hours = await takeChangedHours(inside);
        for (const hour of hours) await countFeedbackOf(inside, hour);
        return hours.length === HOURS_AT_ONCE;
      });
    },

    async verify(hour) {
      return session.atomically(async (inside) => {
        const isOver = (await lockCounting(inside)) >= (hour + 1) * HOUR_MS;
        if (!isOver || (await isRight(inside, hour))) return "right";
        await countAgain(inside, hour);
        return "corrected";
      });
    },

    async forget(before) {
      const hour = Math.floor(before.getTime() / HOUR_MS);
      for (const table of ["turn_statistics", "feedback_statistics"] as const) {
        await db.deleteFrom(table).where("hour", "<", hour).execute();
      }
    },
  };
}

async function countedUntil({ db }: Session): Promise<number> {
  const row = await db.selectFrom("statistics_state").select("counted_until").executeTakeFirst();
  return row?.counted_until ?? 0;
}

/** So that not too many are counted at once. What ended within one millisecond is counted together. */
async function endOfSlice({ db }: Session, since: number, until: number): Promise<number> {
  const row = await db
    .selectFrom("turns")
    .select("ended_at")
    .where("ended_at", ">", since)
    .orderBy("ended_at")
    .limit(1)
    .offset(TURNS_AT_ONCE)
    .executeTakeFirst();
  return Math.min(row?.ended_at ?? until, until);
}

/** Of several nodes that count the same turns one gets through. */
async function moveOn({ db }: Session, { since, end }: { since: number; end: number }): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("statistics_state")
    .set({ counted_until: end })
    .where("counted_until", "=", since)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Nobody else counts until the transaction ends. Resolves with until when turns were counted. */
async function lockCounting({ db }: Session): Promise<number> {
  const row = await db
    .updateTable("statistics_state")
    .set((eb) => ({ counted_until: eb.ref("counted_until") }))
    .returning("counted_until")
    .executeTakeFirstOrThrow();
  return row.counted_until;
}

async function addTurns({ db }: Session, { after, to }: { after: number; to: number }): Promise<void> {
  const more = ALL_SUMS.map(
    (column) => sql`${sql.ref(column)} = turn_statistics.${sql.ref(column)} + excluded.${sql.ref(column)}`,
  );
  for (const place of PLACES) {
    await sql`insert into turn_statistics (${refs([...KEY, ...ALL_SUMS])})
      select ${refs(KEY)}, ${sums(ALL_SUMS)}
      from (
        select workspace_id, ${place}, currency, ${refs(ALL_SUMS)}
        from (${turnsAsRows(ALL_SUMS)} where turns.ended_at > ${after} and turns.ended_at <= ${to}) as ended
      ) as placed
      where true group by ${refs(KEY)}
      on conflict (${refs(KEY)}) do update set ${sql.join(more)}`.execute(db);
  }
}

/** Where a turn is counted, at each level. */
const PLACES = [
  sql`${sql.lit(LEVELS.hours)} as level, hour, agent_id, channel, family, model`,
  sql`${sql.lit(LEVELS.days)} as level, hour - hour % 24 as hour, agent_id, channel, family, model`,
  sql`${sql.lit(LEVELS.allTogether)} as level, hour, 0 as agent_id, '' as channel, '' as family, '' as model`,
];

/** Days are counted again whole: what is missing in an hour is missing in them. */
async function countAgain(session: Session, hour: number): Promise<void> {
  const day = hour - (hour % 24);
  const { db } = session;
  await db
    .deleteFrom("turn_statistics")
    .where("hour", ">=", day)
    .where("hour", "<", day + 24)
    .execute();
  const until = Math.min((day + 24) * HOUR_MS - 1, await countedUntil(session));
  await addTurns(session, { after: day * HOUR_MS - 1, to: until });
}

/** What came late, from a node whose clock or whose store was behind, is not counted yet. */
async function isRight({ db }: Session, hour: number): Promise<boolean> {
  const ended = await db
    .selectFrom("turns")
    .select(sql<number>`count(*)`.as("count"))
    .where("ended_at", ">=", hour * HOUR_MS)
    .where("ended_at", "<", (hour + 1) * HOUR_MS)
    .executeTakeFirstOrThrow();
  const counted = await db
    .selectFrom("turn_statistics")
    .select(sql<number>`coalesce(sum(turns + unanswered), 0)`.as("count"))
    .where("hour", "=", hour)
    .where("level", "=", LEVELS.hours)
    .executeTakeFirstOrThrow();
  return Number(ended.count) === Number(counted.count);
}

/** Those that change again meanwhile are there again. */
async function takeChangedHours({ db }: Session): Promise<number[]> {
  const rows = await db
    .selectFrom("changed_feedback_hours")
    .select("hour")
    .distinct()
    .limit(HOURS_AT_ONCE)
    .execute();
  const hours = rows.map(({ hour }) => hour);
  if (hours.length > 0) await db.deleteFrom("changed_feedback_hours").where("hour", "in", hours).execute();
  return hours;
}

async function countFeedbackOf({ db }: Session, hour: number): Promise<void> {
  await db.deleteFrom("feedback_statistics").where("hour", "=", hour).execute();
  await sql`insert into feedback_statistics (workspace_id, hour, agent_id, channel, family, model, likes, dislikes)
    select coalesce(agents.workspace_id, 0), ${sql.lit(hour)}, turns.agent_id, coalesce(conversations.channel, ''),
      turns.family, turns.model, sum(case when feedback.rating = 'like' then 1 else 0 end),
      sum(case when feedback.rating = 'dislike' then 1 else 0 end)
    from feedback join turns on turns.id = feedback.turn_id left join agents on agents.id = turns.agent_id
      left join conversations on conversations.id = turns.conversation_id
    where feedback.updated_at >= ${hour * HOUR_MS} and feedback.updated_at < ${(hour + 1) * HOUR_MS}
    group by agents.workspace_id, turns.agent_id, coalesce(conversations.channel, ''), turns.family, turns.model`.execute(
    db,
  );
}
