import type { Channel, ChannelAccount, ChannelOption } from "../../domain/channel.ts";
import type { ChannelId, UserId, WorkspaceId } from "../../domain/ids.ts";

/** Custom channels. Deleted ones are found by `find` only. */
export interface ChannelStore {
  /** Inserts, or replaces the one with this id. */
  save(channel: Channel): Promise<void>;
  find(id: ChannelId): Promise<Channel | undefined>;
  /** Inside a transaction: others who want to change it wait until it ends. */
  findToChange(id: ChannelId): Promise<Channel | undefined>;
  /** Inside a transaction: nobody changes it until that ends. Others may use it too. */
  findToUse(id: ChannelId): Promise<Channel | undefined>;
  findBySlug(slug: string): Promise<Channel | undefined>;
  /** Oldest first; with `workspaceId` those that its agents may be published to. */
  list(of?: { ownerId?: UserId; workspaceId?: WorkspaceId }): Promise<Channel[]>;
  /** Lets a workspace publish to it; once is enough. */
  install(id: ChannelId, workspaceId: WorkspaceId, now: Date): Promise<void>;
  isInstalled(id: ChannelId, workspaceId: WorkspaceId): Promise<boolean>;
  /** What a user may choose from: everybody's choices and its own, by key. */
  options(id: ChannelId, userId: UserId): Promise<ChannelOption[]>;
  /** Replaces the choices under these keys, of one user or (absent) everybody. */
  saveOptions(id: ChannelId, options: ChannelOption[], userId?: UserId): Promise<void>;
  findAccount(id: ChannelId, userId: UserId): Promise<ChannelAccount | undefined>;
  /** Inserts or replaces. */
  saveAccount(account: ChannelAccount): Promise<void>;
  deleteAccount(id: ChannelId, userId: UserId): Promise<boolean>;
}
