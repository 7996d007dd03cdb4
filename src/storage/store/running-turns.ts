import type { AgentId, ConversationId, TurnId, WorkspaceId } from "../../domain/ids.ts";

/** A turn that runs now, on whatever node. */
export interface RunningTurnRow {
  id: TurnId;
  agentId: AgentId;
  agentName: string;
  conversationId: ConversationId;
  channel: string;
  family: string;
  userId: string;
  node: number;
  createdAt: Date;
  /** Code points of the text that is stored so far, a fifth of a second old at most. */
  textLength: number;
}

export interface RunningTurnStore {
  /** Of a workspace, newest first, after the one named; with `agentIds` only of these agents. */
  list(query: {
    workspaceId: WorkspaceId;
    agentIds?: readonly AgentId[];
    after?: TurnId;
    limit: number;
  }): Promise<RunningTurnRow[]>;
}
