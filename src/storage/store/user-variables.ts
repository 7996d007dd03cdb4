import type { AgentId } from "../../domain/ids.ts";

/** Values that end users' conversations share: by agent, channel and end user. */
export interface UserVariableStore {
  /** Only values that were set; oldest first. */
  list(of: UserVariableOwner): Promise<UserVariable[]>;
  /** Sets values, all or none. */
  save(of: UserVariableOwner, values: Record<string, string>, now: Date): Promise<void>;
}

export interface UserVariableOwner {
  agentId: AgentId;
  channel: string;
  userId: string;
}

export interface UserVariable {
  key: string;
  value: string;
  createdAt: Date;
  updatedAt: Date;
}
