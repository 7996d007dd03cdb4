import type {
  AgentId,
  EvaluationCaseId,
  EvaluationId,
  EvaluationSetId,
  TurnId,
  UserId,
  WorkspaceId,
} from "./ids.ts";

/** Questions that an agent is measured with, again and again. */
export interface EvaluationSet {
  id: EvaluationSetId;
  workspaceId: WorkspaceId;
  agentId: AgentId;
  name: string;
  creatorId?: UserId;
  createdAt: Date;
  updatedAt: Date;
}

/** One question of a set. */
export interface EvaluationCase {
  id: EvaluationCaseId;
  setId: EvaluationSetId;
  question: string;
  /** What was said before it, oldest first. */
  history: { user: string; assistant: string }[];
  /** The answer one wants, or what it has to say. Empty: nobody said. */
  expected: string;
  /** The answer it got once. Empty: none is known. */
  recorded: string;
  /** Where it comes from. Absent: somebody wrote it. */
  turnId?: TurnId;
  createdAt: Date;
}

/** `interrupted`: its process ended before it did. */
export type EvaluationState = "running" | "completed" | "stopped" | "interrupted" | "failed";

/** All questions of a set asked of an agent, and of what it is measured by. */
export interface Evaluation {
  id: EvaluationId;
  setId: EvaluationSetId;
  workspaceId: WorkspaceId;
  agentId: AgentId;
  /** What is measured: `draft`, or the number of a version. */
  candidate: string;
  /** What it is measured by: `live`, `recorded`, or the number of a version. */
  baseline: string;
  /** The model that grades. Empty: nobody does. */
  judge: string;
  state: EvaluationState;
  /** Questions there are, and those that were tried to their end. */
  total: number;
  done: number;
  /** JSON of the totals. Empty: it runs. */
  totals: string;
  /** Why it failed. Empty: it did not. */
  failure: string;
  creatorId?: UserId;
  createdAt: Date;
  endedAt?: Date;
  /** Where it runs, or ran. */
  node: number;
}
