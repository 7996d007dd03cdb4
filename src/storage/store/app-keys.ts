import type { AppKey } from "../../domain/app-key.ts";
import type { AgentId, AppKeyId } from "../../domain/ids.ts";

/** Keys of agents; revoked ones are not there. `AgentStore.findByKeyHash` is how they open. */
export interface AppKeyStore {
  /** Inserts it; a key that is there, revoked or of another agent, becomes this one. */
  save(key: AppKey): Promise<void>;
  find(id: AppKeyId): Promise<AppKey | undefined>;
  /** Oldest first. */
  list(agentId: AgentId): Promise<AppKey[]>;
  /** False when it was revoked before, or is of another agent. */
  revoke(agentId: AgentId, id: AppKeyId, now: Date): Promise<boolean>;
  /** Revokes every key of the agent that the configuration file named, except those that it names now. */
  revokeFileKeysExcept(agentId: AgentId, keyHashes: string[], now: Date): Promise<void>;
}
