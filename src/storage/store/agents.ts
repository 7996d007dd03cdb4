import type { Agent } from "../../domain/agent.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";

export interface AgentStore {
  /** Inserts, or replaces the one with this id. The caller has raised `revision`. */
  save(agent: Agent): Promise<void>;
  /** The draft. */
  find(id: AgentId): Promise<Agent | undefined>;
  /** The draft, inside a transaction: others who want to change or publish the agent wait until it ends. */
  findToChange(id: AgentId): Promise<Agent | undefined>;
  /** As it is live on the channel; undefined when it is not. */
  findLive(id: AgentId, channel: string): Promise<Agent | undefined>;
  findBySlug(workspaceId: WorkspaceId, slug: string): Promise<Agent | undefined>;
  /** Oldest first. */
  list(workspaceId: WorkspaceId): Promise<Agent[]>;
  /**
   * Hides it for good: no read finds it, it is live nowhere, its keys open nothing and its slug is free. Versions and
   * conversations stay. False when it was deleted before.
   */
  delete(id: AgentId, now: Date): Promise<boolean>;
  /**
   * The agent that owns the key with this SHA-256 (hex), as it is live on the API channel; as its draft, without
   * `versionId`, when it is not. Revoked keys find nothing.
   */
  findByKeyHash(keyHash: string): Promise<Agent | undefined>;
  /** Makes the key with this SHA-256 (hex) open `agentId`; a key that opened another agent moves. */
  addKey(keyHash: string, agentId: AgentId, now: Date): Promise<void>;
  /** Revokes every key of the agent except those named. */
  revokeKeysExcept(agentId: AgentId, keyHashes: string[], now: Date): Promise<void>;
}
