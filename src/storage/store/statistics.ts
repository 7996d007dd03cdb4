import type { Histogram } from "../../domain/histogram.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";

/** What statistics can be told apart by. */
export type StatisticGroup = "agent" | "channel" | "family" | "model";

/** What happened, by when turns ended and opinions were given. */
export interface StatisticsQuery {
  workspaceId: WorkspaceId;
  /** First hour since the Unix epoch, and the one after the last. */
  hours: { from: number; until: number };
  /** Only of these. */
  only: { agentIds?: readonly AgentId[]; channel?: string; family?: string; model?: string };
}

/** How hours are put together: `hour` by hour, or as the days and weeks of a time zone. */
export interface StatisticSteps {
  unit: "hour" | "day" | "week";
  /** Minutes by which the time zone is ahead, each from an hour on, oldest first; the first from the beginning. */
  offsets: readonly { fromHour: number; minutes: number }[];
}

/** Sums of what happened. */
export interface Statistics {
  /** Those that were answered, or were to be; not those that went to a person or into another's answer. */
  turns: number;
  completed: number;
  failed: number;
  stopped: number;
  interrupted: number;
  inputTokens: number;
  outputTokens: number;
  /** By currency. */
  costs: Map<string, number>;
  likes: number;
  dislikes: number;
  /** Of completed turns: how long they took, and how long their first words. Empty where nobody asked for them. */
  latency: Histogram;
  firstToken: Histogram;
}

export interface StatisticsStore {
  /** Sums of all; `key` is empty. With `group` of each of its values, those with most turns first, at most `limit`. */
  totals(
    query: StatisticsQuery,
    by?: { group: StatisticGroup; limit: number },
  ): Promise<{ key: string; sums: Statistics }[]>;
  /**
   * Sums of each step in which something happened: steps are counted since the Unix epoch by the clock of the time zone,
   * weeks from the Monday before it.
   */
  series(query: StatisticsQuery, steps: StatisticSteps): Promise<{ step: number; sums: Statistics }[]>;
  /** How many turns of each value of a group, those that are not named together under "". */
  turnSeries(
    query: StatisticsQuery,
    steps: StatisticSteps,
    by: { group: StatisticGroup; keys: readonly string[] },
  ): Promise<{ step: number; key: string; turns: number }[]>;
  /** Names of agents, also of those that were deleted. */
  agentNames(ids: readonly AgentId[]): Promise<Map<AgentId, string>>;
  /** Until when turns were counted; what ended later is counted as it is asked for, but never more than a quarter of an hour. */
  countedUntil(): Promise<Date | undefined>;
  /**
   * Counts some of the turns that ended before `until` and were not counted yet, each once, whatever happens meanwhile.
   * True: there are more.
   */
  countTurns(until: Date): Promise<boolean>;
  /** Counts opinions of hours in which some changed. True: there are more. */
  countFeedback(): Promise<boolean>;
  /** Counts the turns of an hour again unless all are counted. Hours that are being counted are left alone. */
  verify(hour: number): Promise<"right" | "corrected">;
  /** Removes what is older. */
  forget(before: Date): Promise<void>;
}
