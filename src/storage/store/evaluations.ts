import type { Evaluation, EvaluationCase, EvaluationSet, EvaluationState } from "../../domain/evaluation.ts";
import type {
  AgentId,
  EvaluationCaseId,
  EvaluationId,
  EvaluationSetId,
  WorkspaceId,
} from "../../domain/ids.ts";

/** A set with how much there is in it. */
export interface EvaluationSetListing {
  set: EvaluationSet;
  cases: number;
  /** The latest. */
  evaluation?: Evaluation;
}

/** Sets of questions, and what came of asking them. */
export interface EvaluationStore {
  insertSet(set: EvaluationSet): Promise<void>;
  renameSet(id: EvaluationSetId, name: string, now: Date): Promise<void>;
  /** With its questions and evaluations. False when there was none. */
  deleteSet(id: EvaluationSetId): Promise<boolean>;
  findSet(id: EvaluationSetId): Promise<EvaluationSet | undefined>;
  /** Newest first, those before `before`. */
  listSets(query: {
    workspaceId: WorkspaceId;
    agentIds?: readonly AgentId[];
    before?: EvaluationSetId;
    limit: number;
  }): Promise<EvaluationSetListing[]>;

  /** How many were added: of a turn that is in the set already there is none, and none goes beyond `limit`, or into a set that is gone. */
  addCases(setId: EvaluationSetId, cases: readonly EvaluationCase[], limit: number): Promise<number>;
  saveCase(changed: EvaluationCase): Promise<void>;
  deleteCase(id: EvaluationCaseId): Promise<boolean>;
  findCase(id: EvaluationCaseId): Promise<EvaluationCase | undefined>;
  countCases(setId: EvaluationSetId): Promise<number>;
  /** Oldest first, those after `after`. */
  listCases(query: {
    setId: EvaluationSetId;
    after?: EvaluationCaseId;
    limit: number;
  }): Promise<EvaluationCase[]>;

  insert(evaluation: Evaluation): Promise<void>;
  find(id: EvaluationId): Promise<Evaluation | undefined>;
  /** Newest first, those before `before`. */
  list(query: { setId: EvaluationSetId; before?: EvaluationId; limit: number }): Promise<Evaluation[]>;
  /** Of the workspace, those that run now. */
  countRunning(workspaceId: WorkspaceId): Promise<number>;
  /** Everywhere. */
  running(): Promise<Pick<Evaluation, "id" | "node">[]>;
  /** Keeps what came of one question. False, and nothing is stored, when the evaluation runs no more. */
  addRow(id: EvaluationId, row: { number: number; report: string }): Promise<boolean>;
  /** Rows after `after`, by number; the report of each as it was kept. */
  rows(query: {
    id: EvaluationId;
    after: number;
    limit: number;
  }): Promise<{ number: number; report: string }[]>;
  /** False when it ran no more. */
  end(
    id: EvaluationId,
    end: { state: EvaluationState; totals: string; failure: string; endedAt: Date },
  ): Promise<boolean>;
  /** In the place of the totals of one that has ended. */
  saveTotals(id: EvaluationId, totals: string): Promise<void>;
}
