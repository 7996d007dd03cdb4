import type { Endpoint, EndpointHealth, EndpointKind } from "../../domain/endpoint.ts";
import type { EventType } from "../../domain/event.ts";
import type { EndpointId, UserId, WorkspaceId } from "../../domain/ids.ts";

/** Endpoints, deleted ones left out everywhere. */
export interface EndpointStore {
  /** Inserts, or replaces the one with this id. The state of deliveries is the caller's: see `Outbox.hold`. */
  save(endpoint: Endpoint): Promise<void>;
  find(id: EndpointId): Promise<Endpoint | undefined>;
  /** Inside a transaction: others who want to change it wait until it ends. */
  findToChange(id: EndpointId): Promise<Endpoint | undefined>;
  findBySlug(slug: string): Promise<Endpoint | undefined>;
  /** Oldest first, after `after`. */
  list(query: {
    kinds?: EndpointKind[];
    ownerId?: UserId;
    workspaceId?: WorkspaceId;
    channel?: string;
    after?: EndpointId;
    limit: number;
  }): Promise<Endpoint[]>;
  /**
   * Those with an address, not deleted, that may be told of what happens in the workspace: its own `standard` ones and
   * the `coze` ones of its owners and admins. With `channel` also the `coze-channel` ones of that channel, where it is
   * open to the workspace: callers name channels as they like. With `otherType` also those that listen to only that.
   * Disabled ones too. Oldest first, after `after`.
   */
  listening(query: {
    workspaceId: WorkspaceId;
    channel?: string;
    eventType: EventType;
    otherType?: EventType;
    after?: EndpointId;
    limit: number;
  }): Promise<Endpoint[]>;
  /** All with an address that are not deleted: what the nodes share among themselves. Ids ascending. */
  all(): Promise<Endpoint[]>;
  /** Deletes it and drops what was to be sent to it, but no question that somebody waits for. False when unknown. */
  delete(id: EndpointId, now: Date): Promise<boolean>;
  health(ids: EndpointId[]): Promise<EndpointHealth[]>;
}
