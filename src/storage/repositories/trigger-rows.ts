import type {
  AgentId,
  ConversationId,
  EndpointId,
  TriggerId,
  TurnId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Trigger, TriggerRecord, TriggerSource, TriggerState } from "../../domain/trigger.ts";
import type { TriggerRow } from "../schema.ts";

export function toTriggerRow(record: TriggerRecord): TriggerRow {
  const { history } = record;
  const { type, ...content } = record.trigger;
  return {
    id: record.id,
    workspace_id: record.workspaceId,
    agent_id: record.agentId,
    conversation_id: record.conversationId,
    type,
    event_id: record.trigger.type === "canvas-event-trigger" ? record.trigger.payload.eventId : "",
    content: JSON.stringify({ ...content, ...(history !== undefined && { history }) }),
    source: record.source,
    adapter_id: record.adapterId ?? 0,
    state: record.state,
    reason: record.reason,
    turn_id: record.turnId ?? 0,
    due_at: record.dueAt.getTime(),
    cancel_on_message: record.cancelOnMessage ? 1 : 0,
    parent_turn_id: record.parentTurnId ?? 0,
    root_turn_id: record.rootTurnId ?? 0,
    depth: record.depth,
    created_at: record.createdAt.getTime(),
    node: null,
  };
}

export function toTriggerRecord(row: TriggerRow): TriggerRecord {
  const { history, ...content } = JSON.parse(row.content);
  return {
    id: row.id as TriggerId,
    workspaceId: row.workspace_id as WorkspaceId,
    agentId: row.agent_id as AgentId,
    conversationId: row.conversation_id as ConversationId,
    trigger: { type: row.type, ...content } as Trigger,
    source: row.source as TriggerSource,
    ...(row.adapter_id !== 0 && { adapterId: row.adapter_id as EndpointId }),
    state: row.state as TriggerState,
    reason: row.reason,
    ...(row.turn_id !== 0 && { turnId: row.turn_id as TurnId }),
    dueAt: new Date(row.due_at),
    cancelOnMessage: row.cancel_on_message === 1,
    ...(row.parent_turn_id !== 0 && { parentTurnId: row.parent_turn_id as TurnId }),
    ...(row.root_turn_id !== 0 && { rootTurnId: row.root_turn_id as TurnId }),
    depth: row.depth,
    ...(history !== undefined && { history }),
    createdAt: new Date(row.created_at),
  };
}
