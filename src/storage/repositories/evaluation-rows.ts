import type { Evaluation, EvaluationCase, EvaluationSet, EvaluationState } from "../../domain/evaluation.ts";
import type {
  AgentId,
  EvaluationCaseId,
  EvaluationId,
  EvaluationSetId,
  TurnId,
  UserId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { EvaluationCaseRow, EvaluationRow, EvaluationSetRow } from "../schema.ts";

export function setRow({ id, workspaceId, agentId, name, creatorId, createdAt, updatedAt }: EvaluationSet) {
  return {
    id,
    workspace_id: workspaceId,
    agent_id: agentId,
    name,
    creator_id: creatorId ?? null,
    created_at: createdAt.getTime(),
    updated_at: updatedAt.getTime(),
  } satisfies EvaluationSetRow;
}

export function toSet(row: EvaluationSetRow): EvaluationSet {
  return {
    id: row.id as EvaluationSetId,
    workspaceId: row.workspace_id as WorkspaceId,
    agentId: row.agent_id as AgentId,
    name: row.name,
    ...(row.creator_id !== null && { creatorId: row.creator_id as UserId }),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

export function caseRow({
  id,
  setId,
  question,
  history,
  expected,
  recorded,
  turnId,
  createdAt,
}: EvaluationCase) {
  return {
    id,
    set_id: setId,
    question,
    history: JSON.stringify(history),
    expected,
    recorded,
    turn_id: turnId ?? null,
    created_at: createdAt.getTime(),
  } satisfies EvaluationCaseRow;
}

export function toCase(row: EvaluationCaseRow): EvaluationCase {
  return {
    id: row.id as EvaluationCaseId,
    setId: row.set_id as EvaluationSetId,
    question: row.question,
    history: JSON.parse(row.history),
    expected: row.expected,
    recorded: row.recorded,
    ...(row.turn_id !== null && { turnId: row.turn_id as TurnId }),
    createdAt: new Date(row.created_at),
  };
}

export function evaluationRow(evaluation: Evaluation): EvaluationRow {
  const { setId, workspaceId, agentId, creatorId, createdAt, endedAt, ...same } = evaluation;
  return {
    ...same,
    set_id: setId,
    workspace_id: workspaceId,
    agent_id: agentId,
    creator_id: creatorId ?? null,
    created_at: createdAt.getTime(),
    ended_at: endedAt?.getTime() ?? null,
  };
}

export function toEvaluation(row: EvaluationRow): Evaluation {
  const { id, set_id, workspace_id, agent_id, creator_id, created_at, ended_at, state, ...same } = row;
  return {
    ...same,
    id: id as EvaluationId,
    setId: set_id as EvaluationSetId,
    workspaceId: workspace_id as WorkspaceId,
    agentId: agent_id as AgentId,
    state: state as EvaluationState,
    ...(creator_id !== null && { creatorId: creator_id as UserId }),
    createdAt: new Date(created_at),
    ...(ended_at !== null && { endedAt: new Date(ended_at) }),
  };
}
