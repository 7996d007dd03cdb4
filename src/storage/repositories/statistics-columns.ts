import { type RawBuilder, sql } from "kysely";
import { BUCKET_ENDS, BUCKETS } from "../../domain/histogram.ts";

export const HOUR_MS = 3_600_000;

const TURNS = "turns.status <> 'merged' and turns.is_held = 0";

/** What is counted of a turn, by its column in the statistics. */
const COUNTED: readonly (readonly [column: string, condition: string])[] = [
  ["turns", TURNS],
  ["completed", `turns.status = 'completed' and ${TURNS}`],
  ["failed", "turns.status = 'failed'"],
  ["stopped", "turns.status = 'stopped'"],
  ["interrupted", "turns.status = 'interrupted'"],
  ["unanswered", `not (${TURNS})`],
];

const LATENCY = timesOf("latency", "latency_ms");
const TIMES = [...LATENCY, ...timesOf("first", "first_token_ms")];

function timesOf(name: string, column: string): [string, string][] {
  return Array.from({ length: BUCKETS }, (_, bucket) => {
    const from = `turns.${column} >= ${BUCKET_ENDS[bucket - 1] ?? 1}`;
    const end = BUCKET_ENDS[bucket];
    const until = end === undefined ? "" : ` and turns.${column} < ${end}`;
    return [`${name}_${bucket}`, `turns.status = 'completed' and ${TURNS} and ${from}${until}`];
  });
}

/** Columns that are sums, those of times aside. */
export const SUMS = [...COUNTED.map(([column]) => column), "input_tokens", "output_tokens", "cost"];
export const LATENCY_SUMS = LATENCY.map(([column]) => column);
export const TIME_SUMS = TIMES.map(([column]) => column);
/** Columns that say what a row is of. */
export const KEY = ["workspace_id", "level", "hour", "agent_id", "channel", "family", "model", "currency"];

/** The same is kept three times, so that long periods are read from few rows. */
export const LEVELS = { hours: 0, days: 1, allTogether: 2 } as const;

/** Each turn by itself, as a row of the statistics with these sums. */
export function turnsAsRows(columns: readonly string[]): RawBuilder<unknown> {
  const counted = [...COUNTED, ...TIMES.filter(([column]) => columns.includes(column))].map(
    ([column, condition]) => sql`case when ${sql.raw(condition)} then 1 else 0 end as ${sql.ref(column)}`,
  );
  return sql`select coalesce(agents.workspace_id, 0) as workspace_id, turns.ended_at / ${sql.lit(HOUR_MS)} as hour,
      turns.agent_id, coalesce((select channel from conversations where id = turns.conversation_id), '') as channel, turns.family, turns.model, turns.currency,
      turns.input_tokens, turns.output_tokens, turns.cost, ${sql.join(counted)}
    from turns left join agents on agents.id = turns.agent_id`;
}

export function refs(columns: readonly string[]): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql.ref(column)));
}

/** Sums of many rows. As fractions, which PostgreSQL adds up many times as fast; whole ones are exact below 2^53. */
export function quickSums(columns: readonly string[]): RawBuilder<unknown> {
  return sql.join(
    columns.map((column) => sql`sum(cast(${sql.ref(column)} as double precision)) as ${sql.ref(column)}`),
  );
}

export function sums(columns: readonly string[]): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql`sum(${sql.ref(column)}) as ${sql.ref(column)}`));
}
