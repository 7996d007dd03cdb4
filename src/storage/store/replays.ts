import type { Replay } from "../../domain/endpoint.ts";
import type { EndpointId, EventId, ReplayId } from "../../domain/ids.ts";
import type { Emission, NewDelivery } from "./outbox.ts";

export interface ReplayStore {
  insert(replay: Replay): Promise<void>;
  find(id: ReplayId): Promise<Replay | undefined>;
  /** Newest first. */
  list(endpointId: EndpointId, limit: number): Promise<Replay[]>;
  listRunning(): Promise<Replay[]>;
  /** Moves the cursor of a running one with the deliveries made, all at once. False when it no longer runs. */
  advance(step: {
    id: ReplayId;
    cursor: EventId;
    bodies: (Emission["bodies"][number] & { eventId: EventId })[];
    deliveries: NewDelivery[];
    isDone: boolean;
    now: Date;
  }): Promise<boolean>;
  /** False when it is done or cancelled. */
  setState(id: ReplayId, state: "running" | "paused" | "cancelled", now: Date): Promise<boolean>;
}
