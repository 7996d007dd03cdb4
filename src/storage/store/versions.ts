import type { Agent, AgentSettings, AgentVersion, Release } from "../../domain/agent.ts";
import type { AgentId, UserId, VersionId, WorkspaceId } from "../../domain/ids.ts";
import type { Page, PageWindow } from "./page.ts";

/** What an agent list shows of an agent. */
export interface AgentListing {
  agent: Agent;
  /** What is live on the channel that was asked about, and since when. */
  live?: { version: AgentVersion; since: Date };
}

/** A version on a channel. */
export interface LiveVersion extends Release {
  number: number;
  name: string;
  /** Absent: letter for letter those of the draft. */
  settings?: AgentSettings;
}

/** `published`: live on the channel. `changed`: live, and the draft has changed since. `unpublished`: not live. */
export type PublishStatus = "all" | "published" | "changed" | "unpublished";

export interface VersionStore {
  insert(version: AgentVersion): Promise<void>;
  find(agentId: AgentId, number: number): Promise<AgentVersion | undefined>;
  get(id: VersionId): Promise<AgentVersion | undefined>;
  /** Newest first; with `channel` only the one that is live there. */
  list(agentId: AgentId, window: PageWindow, channel?: string): Promise<Page<AgentVersion>>;
  /** Makes the version the live one on its channel. */
  release(release: Release): Promise<void>;
  /** False when nothing was live there. */
  withdraw(agentId: AgentId, channel: string): Promise<boolean>;
  releases(agentId: AgentId): Promise<Release[]>;
  /** What is live of these agents and where, by agent and channel. */
  liveOf(agentIds: readonly AgentId[]): Promise<LiveVersion[]>;
  /**
   * Agents of a workspace, all or those of a kind, with what is live on the channel, most recently published first, then
   * by last change.
   */
  listAgents(
    query: PageWindow & {
      workspaceId: WorkspaceId;
      kind?: Agent["kind"];
      channel: string;
      status: PublishStatus;
    },
  ): Promise<Page<AgentListing>>;
  /** Everybody who may change the agent beside its owner and the workspace's owners and admins. */
  collaborators(agentId: AgentId): Promise<UserId[]>;
  addCollaborator(agentId: AgentId, userId: UserId, now: Date): Promise<void>;
  /** False when it was none. */
  removeCollaborator(agentId: AgentId, userId: UserId): Promise<boolean>;
}
