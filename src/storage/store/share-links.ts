import type { AgentId, ShareLinkId } from "../../domain/ids.ts";
import type { ShareLink } from "../../domain/share-link.ts";

/** Public addresses of agents. */
export interface ShareLinkStore {
  /** Inserts it, or replaces the one with this id. */
  save(link: ShareLink): Promise<void>;
  find(id: ShareLinkId): Promise<ShareLink | undefined>;
  findByKey(key: string): Promise<ShareLink | undefined>;
  /** Oldest first. */
  list(agentId: AgentId): Promise<ShareLink[]>;
  /** False when it is none of the agent's. */
  delete(agentId: AgentId, id: ShareLinkId): Promise<boolean>;
}
