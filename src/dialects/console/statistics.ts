import { z } from "zod";
import { homeMembership, requireMembership } from "../../access/permissions.ts";
import { DomainError } from "../../domain/errors.ts";
import { addTimes, noTimes, percentile } from "../../domain/histogram.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import type { StatisticGroup, Statistics, StatisticsQuery, Store } from "../../storage/store.ts";
import { type Operation, operation } from "./operation.ts";
import { heardAgents } from "./reach.ts";
import { type Steps, stepsOf } from "./statistic-steps.ts";
import { formatId, idOf, wireId, wireMoment, wireText, wireTime } from "./wire.ts";

const HOUR_MS = 3_600_000;
/** Points of a series. */
const STEP_LIMIT = 400;
/** Values of a group that are told apart, and those of them that have a series of their own. */
const GROUP_LIMIT = 50;
const SERIES_LIMIT = 6;

const sumsAnswer = z.object({
  turns: z.int(),
  completed: z.int(),
  failed: z.int(),
  stopped: z.int(),
  interrupted: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costs: z.array(z.object({ currency: z.string(), amount: z.number() })),
  likes: z.int(),
  dislikes: z.int(),
});

const timesAnswer = z.object({
  /** Milliseconds; null where nothing was completed. */
  p50: z.int().nullable(),
  p95: z.int().nullable(),
  p99: z.int().nullable(),
});

const totalsAnswer = sumsAnswer.extend({ latency: timesAnswer, firstToken: timesAnswer });

/** Numbers by the hour in which turns ended and opinions were given. */
export const statisticOperations: Operation[] = [
  operation({
    route: "GET /statistics",
    permission: "viewConversations",
    role: "viewer",
    summary:
      "turns, tokens, cost, latency, errors and opinions of a workspace over time: totals, those of the period before, and a series; with `groupBy` also told apart",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      from: wireTime.describe("The beginning; its whole hour counts."),
      until: wireTime.describe("The end; its whole hour counts."),
      step: z
        .enum(["hour", "day", "week"], { error: "must be hour, day or week" })
        .default("day")
        .describe(
          `What a point of the series is of, at most ${STEP_LIMIT} of them: \`hour\`, \`day\`, \`week\`.`,
        ),
      groupBy: z
        .enum(["agent", "channel", "family", "model"], { error: "must be agent, channel, family or model" })
        .describe("What to tell apart: `agent`, `channel`, `family`, `model`.")
        .optional(),
      agentId: wireId<AgentId>("Only of this agent.").optional(),
      channel: wireText(200).describe("Only of this channel.").optional(),
      family: wireText(50).describe("Only what asked: `hiagent`, `coze`, `insight`, `console`…").optional(),
      model: wireText(200).describe("Only of this model.").optional(),
      timeZone: wireText(100)
        .default("UTC")
        .describe("Where days and weeks begin: a name such as `Asia/Shanghai`; `UTC` when absent."),
    },
    answer: z.object({
      from: wireMoment,
      until: wireMoment,
      /** What ended later is not counted yet; null: everything is. */
      countedUntil: wireMoment.nullable(),
      totals: totalsAnswer,
      before: totalsAnswer,
      series: z.array(sumsAnswer.extend({ at: wireMoment, latency: timesAnswer })),
      groups: z.array(sumsAnswer.extend({ key: z.string(), name: z.string(), latency: timesAnswer })),
      /** Of the first groups; `key` is null for all others together. */
      groupSeries: z.array(z.object({ at: wireMoment, key: z.string().nullable(), turns: z.int() })),
    }),
    async run({ services: { store }, caller, query }) {
      const wanted = query.workspaceId ?? homeMembership(caller).workspaceId;
      const { workspaceId } = requireMembership(caller, wanted, "viewer");
      const { agentId, channel, family, model, groupBy } = query;
      const hours = hoursOf(query);
      const steps = stepsOf(query, hours, STEP_LIMIT);
      const agentIds = heardAgents(caller, workspaceId, agentId);
      const only = {
        ...(agentIds !== undefined && { agentIds }),
        ...(channel !== undefined && { channel }),
        ...(family !== undefined && { family }),
        ...(model !== undefined && { model }),
      };
      const asked: StatisticsQuery = { workspaceId, hours, only };
      const length = hours.until - hours.from;
      const earlier = { ...asked, hours: { from: hours.from - length, until: hours.from } };
      const [before] = await store.statistics.totals(earlier);
      const series = await seriesOf(store, asked, steps);
      return {
        from: new Date(hours.from * HOUR_MS),
        until: new Date(hours.until * HOUR_MS),
        countedUntil: await behindSince(store),
        totals: presentTotals(series.reduce((all, { sums }) => added(all, sums), NOTHING)),
        before: presentTotals(before?.sums ?? NOTHING),
        series: series.map(({ at, sums }) => ({ at, ...presentSums(sums), latency: timesOf(sums.latency) })),
        ...(groupBy === undefined
          ? { groups: [], groupSeries: [] }
          : await groupsOf(store, asked, steps, groupBy)),
      };
    },
  }),
];

const NOTHING: Statistics = {
  ...{ turns: 0, completed: 0, failed: 0, stopped: 0, interrupted: 0 },
  ...{ inputTokens: 0, outputTokens: 0, costs: new Map(), likes: 0, dislikes: 0 },
  ...{ latency: noTimes(), firstToken: noTimes() },
};

function hoursOf({ from, until }: { from: Date; until: Date }): StatisticsQuery["hours"] {
  const hours = {
    from: Math.floor(from.getTime() / HOUR_MS),
    until: Math.ceil(until.getTime() / HOUR_MS),
  };
  if (hours.until > hours.from) return hours;
  throw new DomainError("request_invalid", "until: must be after `from`", { field: "until" });
}

/** Every step, also those in which nothing happened. */
async function seriesOf(
  { statistics }: Pick<Store, "statistics">,
  asked: StatisticsQuery,
  steps: Steps,
): Promise<{ at: Date; sums: Statistics }[]> {
  const found = new Map(
    (await statistics.series(asked, steps.asked)).map(({ step, sums }) => [step, sums] as const),
  );
  return steps.all.map(({ step, at }) => ({ at, sums: found.get(step) ?? NOTHING }));
}

async function groupsOf(
  store: Pick<Store, "statistics">,
  asked: StatisticsQuery,
  steps: Steps,
  group: StatisticGroup,
) {
  const groups = await store.statistics.totals(asked, { group, limit: GROUP_LIMIT });
  const keys = groups.slice(0, SERIES_LIMIT).map(({ key }) => key);
  const names =
    group === "agent"
      ? await agentNames(
          store,
          groups.map(({ key }) => key),
        )
      : undefined;
  const series = await store.statistics.turnSeries(asked, steps.asked, { group, keys });
  const moments = new Map(steps.all.map(({ step, at }) => [step, at]));
  return {
    groups: groups.map(({ key, sums }) => ({
      key,
      name: names?.get(key) ?? key,
      ...presentSums(sums),
      latency: timesOf(sums.latency),
    })),
    groupSeries: series.flatMap(({ step, key, turns }) => {
      const at = moments.get(step);
      return at === undefined ? [] : [{ at, key: keys.includes(key) ? key : null, turns }];
    }),
  };
}

async function agentNames(
  { statistics }: Pick<Store, "statistics">,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const found = await statistics.agentNames(keys.map((key) => idOf<AgentId>(key)));
  return new Map([...found].map(([id, name]) => [formatId(id), name]));
}

/** Seconds are nothing to speak of. */
async function behindSince({ statistics }: Pick<Store, "statistics">): Promise<Date | null> {
  const until = await statistics.countedUntil();
  const isBehind = until === undefined || Date.now() - until.getTime() > 60_000;
  return isBehind ? (until ?? new Date(0)) : null;
}

function added(one: Statistics, other: Statistics): Statistics {
  const costs = new Map(one.costs);
  for (const [currency, amount] of other.costs) costs.set(currency, (costs.get(currency) ?? 0) + amount);
  return {
    turns: one.turns + other.turns,
    completed: one.completed + other.completed,
    failed: one.failed + other.failed,
    stopped: one.stopped + other.stopped,
    interrupted: one.interrupted + other.interrupted,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    costs,
    likes: one.likes + other.likes,
    dislikes: one.dislikes + other.dislikes,
    latency: addTimes(one.latency, other.latency),
    firstToken: addTimes(one.firstToken, other.firstToken),
  };
}

function presentSums({ costs, latency: _, firstToken: __, ...sums }: Statistics) {
  return { ...sums, costs: [...costs].map(([currency, amount]) => ({ currency, amount })) };
}

function presentTotals(sums: Statistics) {
  return { ...presentSums(sums), latency: timesOf(sums.latency), firstToken: timesOf(sums.firstToken) };
}

function timesOf(times: Statistics["latency"]) {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(times, share) ?? null);
  return { p50: p50 ?? null, p95: p95 ?? null, p99: p99 ?? null };
}
