import type { Membership, User } from "../../domain/access.ts";
import type { Workspace } from "../../domain/agent.ts";
import type { UserId, WorkspaceId } from "../../domain/ids.ts";
import type { Page, PageWindow } from "./page.ts";

export interface WorkspaceStore {
  /** Inserts, or replaces the one with this id. */
  save(workspace: Workspace): Promise<void>;
  find(id: WorkspaceId): Promise<Workspace | undefined>;
  /** Inside a transaction: others who want to change the workspace wait until it ends. */
  findToChange(id: WorkspaceId): Promise<Workspace | undefined>;
  /** The oldest one of that name. */
  findByName(name: string): Promise<Workspace | undefined>;
  /** Oldest first. */
  list(): Promise<Workspace[]>;
  /** The installation's first: its owners look after what belongs to no workspace. Undefined before there is one. */
  oldest(): Promise<Workspace | undefined>;
  /** Adds the member, or changes its role. */
  saveMember(membership: Membership): Promise<void>;
  /** False when it was none. */
  removeMember(workspaceId: WorkspaceId, userId: UserId): Promise<boolean>;
  /** Owners, then admins, members, viewers; each longest first. */
  members(
    workspaceId: WorkspaceId,
    window: PageWindow,
  ): Promise<Page<{ membership: Membership; user: User }>>;
  /** Of each workspace, in the order asked for; unknown ids are left out. */
  listings(ids: WorkspaceId[]): Promise<WorkspaceListing[]>;
}

/** What a list of workspaces shows of one; users longest first. */
export interface WorkspaceListing {
  workspace: Workspace;
  ownerIds: UserId[];
  adminIds: UserId[];
}
