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
  /** Drafts of a workspace, as many as the limit and one more, which tells that there are more. */
  page(query: AgentPageQuery): Promise<Agent[]>;
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
}

export interface AgentPageQuery {
  workspaceId: WorkspaceId;
  kind?: Agent["kind"];
  /** In its name, in either case of letters. */
  text?: string;
  order: "oldest" | "newest";
  /** Only those that come after it in this order. */
  after?: AgentId;
  limit: number;
}
