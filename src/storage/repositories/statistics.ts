import { type RawBuilder, sql } from "kysely";
import { BUCKETS, noTimes } from "../../domain/histogram.ts";
import type { AgentId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type {
  StatisticGroup,
  StatisticSteps,
  Statistics,
  StatisticsQuery,
  StatisticsStore,
} from "../store.ts";
import { amongAgents } from "./agent-ids.ts";
import {
  HOUR_MS,
  LATENCY_SUMS,
  LEVELS,
  quickSums,
  refs,
  SUMS,
  TIME_SUMS,
  turnsAsRows,
} from "./statistics-columns.ts";
import { statisticsCounting } from "./statistics-counting.ts";

/** What ended since the turns were counted is counted as it is asked for, where it is not more than this. */
const LIVE_MS = 15 * 60_000;

const COLUMNS: Record<StatisticGroup, string> = {
  agent: "agent_id",
  channel: "channel",
  family: "family",
  model: "model",
};

export function statisticsStore(session: Session): StatisticsStore {
  return {
    ...statisticsCounting(session),

    async totals(query, by) {
      const key =
        by === undefined ? sql<string>`''` : sql<string>`cast(${sql.ref(COLUMNS[by.group])} as text)`;
      const columns = [...SUMS, ...(by === undefined ? TIME_SUMS : LATENCY_SUMS)];
      const parts = { step: sql<number>`0`, key, columns, spans: spansOf(query, by) };
      const found = await read(session, query, parts);
      const limit = by?.limit ?? 1;
      return [...found.values()]
        .sort((one, other) => other.sums.turns - one.sums.turns || (one.key < other.key ? -1 : 1))
        .slice(0, limit)
        .map(({ key, sums }) => ({ key, sums }));
    },

    async series(query, steps) {
      const columns = [...SUMS, ...TIME_SUMS];
      const level = isOfAll(query) ? LEVELS.allTogether : LEVELS.hours;
      const parts = {
        step: stepOf(steps),
        key: sql<string>`''`,
        columns,
        spans: [{ level, ...query.hours }],
      };
      const found = await read(session, query, parts);
      return [...found.values()].sort((one, other) => one.step - other.step);
    },

    async turnSeries(query, steps, by) {
      const spans = [{ level: LEVELS.hours, ...query.hours }];
      const parts = { step: stepOf(steps), key: keyAmong(by), columns: ["turns"], spans };
      const points = new Map<string, { step: number; key: string; turns: number }>();
      for (const row of await readTurns(session, query, parts)) {
        const { step, key } = row;
        const name = `${step} ${key}`;
        const turns = (points.get(name)?.turns ?? 0) + Number(row["turns"]);
        points.set(name, { step: Number(step), key, turns });
      }
      return [...points.values()].sort((one, other) => one.step - other.step);
    },

    async agentNames(ids) {
      if (ids.length === 0) return new Map();
      const rows = await session.db
        .selectFrom("agents")
        .select(["id", "name"])
        .where("id", "in", ids)
        .execute();
      return new Map(rows.map(({ id, name }) => [id as AgentId, name]));
    },
  };
}

interface Parts {
  step: RawBuilder<number>;
  key: RawBuilder<string>;
  columns: readonly string[];
  spans: readonly Span[];
}

/** Hours that are read from one level. */
interface Span {
  level: number;
  from: number;
  until: number;
}

/** Whole days are read as days, what is before the first and behind the last by the hour. */
function spansOf(query: StatisticsQuery, by: unknown): Span[] {
  const { from, until } = query.hours;
  if (by === undefined && isOfAll(query)) return [{ level: LEVELS.allTogether, from, until }];
  const firstDay = Math.ceil(from / 24) * 24;
  const endOfDays = Math.floor(until / 24) * 24;
  if (firstDay >= endOfDays) return [{ level: LEVELS.hours, from, until }];
  return [
    { level: LEVELS.hours, from, until: firstDay },
    { level: LEVELS.days, from: firstDay, until: endOfDays },
    { level: LEVELS.hours, from: endOfDays, until },
  ];
}

function isOfAll({ only }: StatisticsQuery): boolean {
  return Object.keys(only).length === 0;
}

interface Found {
  step: number;
  key: string;
  sums: Statistics;
}

async function read(session: Session, query: StatisticsQuery, parts: Parts): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const placeOf = ({ step, key }: Place): Found => {
    const name = `${step} ${key}`;
    const place = found.get(name) ?? { step: Number(step), key, sums: nothing() };
    found.set(name, place);
    return place;
  };
  for (const row of await readTurns(session, query, parts)) addTurnRow(placeOf(row).sums, row);
  for (const row of await readFeedback(session, query, parts)) {
    const { sums } = placeOf(row);
    sums.likes += Number(row.likes);
    sums.dislikes += Number(row.dislikes);
  }
  return found;
}

interface Place {
  step: number;
  key: string;
}

type TurnSums = Place & { currency: string } & Record<string, number | string>;

/** What was counted, and what ended since. One statement: nothing is in both, and nothing in neither. */
async function readTurns(session: Session, query: StatisticsQuery, parts: Parts): Promise<TurnSums[]> {
  const { columns, spans } = parts;
  const own = ["hour", "agent_id", "channel", "family", "model", "currency", ...columns];
  const counted = spans.map(
    ({ level, from, until }) =>
      sql`select ${refs(own)} from turn_statistics
        where level = ${level} and ${conditions({ ...query, hours: { from, until } })}`,
  );
  const liveSince = Math.max(query.hours.from * HOUR_MS, Date.now() - LIVE_MS);
  const { rows } = await sql<TurnSums>`
    select ${parts.step} as step, ${parts.key} as "key", currency, ${quickSums(columns)}
    from (
      ${sql.join(counted, sql` union all `)}
      union all
      select ${refs(own)} from (
        ${turnsAsRows(columns)}
        where turns.ended_at > (select counted_until from statistics_state) and turns.ended_at >= ${liveSince}
      ) as live where ${conditions(query)}
    ) as counted
    group by 1, 2, currency`.execute(session.db);
  return rows;
}

async function readFeedback(
  { db }: Session,
  query: StatisticsQuery,
  parts: Parts,
): Promise<(Place & { likes: number; dislikes: number })[]> {
  const { rows } = await sql<Place & { likes: number; dislikes: number }>`
    select ${parts.step} as step, ${parts.key} as "key", sum(likes) as likes, sum(dislikes) as dislikes
    from feedback_statistics where ${conditions(query)} group by 1, 2`.execute(db);
  return rows;
}

function conditions({ workspaceId, hours, only }: StatisticsQuery): RawBuilder<boolean> {
  const { agentIds, channel, family, model } = only;
  const wanted = Object.entries({ channel, family, model });
  return sql<boolean>`${sql.join(
    [
      sql`workspace_id = ${workspaceId} and hour >= ${hours.from} and hour < ${hours.until}`,
      ...(agentIds === undefined ? [] : [sql`agent_id in (${sql.join(amongAgents(agentIds))})`]),
      ...wanted.flatMap(([column, value]) =>
        value === undefined ? [] : [sql`${sql.ref(column)} = ${value}`],
      ),
    ],
    sql` and `,
  )}`;
}

/** Steps of days that begin at midnight there; weeks on Monday: the first day since the epoch was a Thursday. */
function stepOf({ unit, offsets }: StatisticSteps): RawBuilder<number> {
  if (unit === "hour") return sql<number>`hour`;
  const [first = { minutes: 0 }, ...changes] = offsets;
  const offset = changes
    .toReversed()
    .map(({ fromHour, minutes }) => sql`when hour >= ${sql.lit(fromHour)} then ${sql.lit(minutes)}`);
  const minutes =
    offset.length === 0
      ? sql.lit(first.minutes)
      : sql`case ${sql.join(offset, sql` `)} else ${sql.lit(first.minutes)} end`;
  const day = sql`(hour * 60 + ${minutes}) / 1440`;
  return unit === "day" ? sql<number>`${day}` : sql<number>`(${day} + 3) / 7`;
}

function keyAmong({ group, keys }: { group: StatisticGroup; keys: readonly string[] }): RawBuilder<string> {
  if (keys.length === 0) return sql<string>`''`;
  const column = sql.ref(COLUMNS[group]);
  const named = keys.map((key) => sql`${group === "agent" ? Number(key) : key}`);
  return sql<string>`case when ${column} in (${sql.join(named)}) then cast(${column} as text) else '' end`;
}

function nothing(): Statistics {
  return {
    turns: 0,
    completed: 0,
    failed: 0,
    stopped: 0,
    interrupted: 0,
    inputTokens: 0,
    outputTokens: 0,
    costs: new Map(),
    likes: 0,
    dislikes: 0,
    latency: noTimes(),
    firstToken: noTimes(),
  };
}

function addTurnRow(sums: Statistics, row: TurnSums): Statistics {
  sums.turns += Number(row["turns"]);
  sums.completed += Number(row["completed"]);
  sums.failed += Number(row["failed"]);
  sums.stopped += Number(row["stopped"]);
  sums.interrupted += Number(row["interrupted"]);
  sums.inputTokens += Number(row["input_tokens"]);
  sums.outputTokens += Number(row["output_tokens"]);
  const cost = Number(row["cost"]);
  if (row.currency !== "" || cost > 0)
    sums.costs.set(row.currency, (sums.costs.get(row.currency) ?? 0) + cost);
  sums.latency = addColumns(sums.latency, row, "latency");
  sums.firstToken = addColumns(sums.firstToken, row, "first");
  return sums;
}

function addColumns(times: Statistics["latency"], row: TurnSums, name: string): number[] {
  return Array.from(
    { length: BUCKETS },
    (_, bucket) => (times[bucket] ?? 0) + Number(row[`${name}_${bucket}`] ?? 0),
  );
}
