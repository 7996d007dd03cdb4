export interface WorkflowRunRow {
  id: number;
  workspace_id: number;
  agent_id: number;
  /** 0: the draft. */
  version_id: number;
  status: string;
  how: string;
  is_test: number;
  dialect: string;
  user_id: string;
  /** 0: nobody's token. */
  caller_id: number;
  /** 0: on nobody else's behalf. */
  on_behalf_of: number;
  /** 0: none. */
  conversation_id: number;
  /** 0: none. */
  turn_id: number;
  /** JSON of what it was given and where it began. */
  input: string;
  /** JSON of output, answer, failure and interrupts; empty: nothing of these yet. */
  outcome: string;
  resume_count: number;
  input_tokens: number;
  output_tokens: number;
  /** Decimal text: exact whatever the currency. */
  cost: string;
  currency: string;
  step_count: number;
  active_ms: number;
  created_at: number;
  updated_at: number;
  ended_at: number | null;
  /** When a waiting one goes on by itself. Null: never. */
  wake_at: number | null;
  /** Who runs it now. Null: nobody. */
  node: number | null;
  /** Grows each time somebody takes it over. */
  claim: number;
  cancel_wanted: number;
}

export interface WorkflowStepRow {
  id: number;
  run_id: number;
  path: string;
  node_id: string;
  kind: string;
  title: string;
  status: string;
  port: string;
  attempts: number;
  /** JSON. */
  input: string;
  /** JSON of outputs, failure, words, actions, interrupt, answer and memo; empty: nothing of these. */
  outcome: string;
  input_tokens: number;
  output_tokens: number;
  cost: string;
  currency: string;
  /** 0: none. */
  sub_run_id: number;
  started_at: number;
  ended_at: number | null;
  sequence: number;
}
