/** An hour since the Unix epoch. Beside these it has `latency_0`, `first_0` and so on: see `domain/histogram.ts`. */
export interface TurnStatisticsRow extends StatisticsKey {
  /** 0: of an hour. 1: of a day of UTC, by its first hour. 2: of an hour, of all agents and whatever asked, together. */
  level: number;
  currency: string;
  cost: number;
  turns: number;
  completed: number;
  failed: number;
  stopped: number;
  interrupted: number;
  /** Held or answered together with others; not among the turns. */
  unanswered: number;
  input_tokens: number;
  output_tokens: number;
}

/** By the hour in which they were given. */
export interface FeedbackStatisticsRow extends StatisticsKey {
  likes: number;
  dislikes: number;
}

interface StatisticsKey {
  workspace_id: number;
  hour: number;
  agent_id: number;
  channel: string;
  family: string;
  model: string;
}

/** One row: all turns that ended until then are in the statistics. */
export interface StatisticsStateRow {
  id: number;
  counted_until: number;
}

/** Opinions of these hours have changed since they were counted. */
export interface ChangedFeedbackHourRow {
  hour: number;
}
