export interface EvaluationSetRow {
  id: number;
  workspace_id: number;
  agent_id: number;
  name: string;
  creator_id: number | null;
  created_at: number;
  updated_at: number;
}

export interface EvaluationCaseRow {
  id: number;
  set_id: number;
  question: string;
  /** JSON. */
  history: string;
  expected: string;
  recorded: string;
  turn_id: number | null;
  created_at: number;
}

export interface EvaluationRow {
  id: number;
  set_id: number;
  workspace_id: number;
  agent_id: number;
  candidate: string;
  baseline: string;
  judge: string;
  state: string;
  total: number;
  done: number;
  totals: string;
  failure: string;
  creator_id: number | null;
  created_at: number;
  ended_at: number | null;
  node: number;
}

/** One question of an evaluation, with both answers. */
export interface EvaluationReportRow {
  evaluation_id: number;
  /** From 1. */
  number: number;
  /** JSON. */
  report: string;
}
