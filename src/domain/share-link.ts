import type { AgentId, ShareLinkId, UserId, WorkspaceId } from "./ids.ts";

/** A public address where anybody may talk to an agent as it is live on the API channel. */
export interface ShareLink {
  id: ShareLinkId;
  /** Stands in the address; whoever knows it may talk. */
  key: string;
  workspaceId: WorkspaceId;
  agentId: AgentId;
  /** False: the address leads nowhere until it is switched on again. */
  isEnabled: boolean;
  /** Instead of the agent's name; empty: its name. */
  title: string;
  /** Instead of the agent's opening; empty: its opening. */
  greeting: string;
  /** `#rrggbb`; empty: the page's own. */
  color: string;
  /** Origins of pages that may embed it; `*` is every one, none is nowhere. */
  origins: string[];
  creatorId: UserId;
  createdAt: Date;
  updatedAt: Date;
}
