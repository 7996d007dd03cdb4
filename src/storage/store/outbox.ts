import type { Attempt, Delivery, DeliveryState, EndpointHealth } from "../../domain/endpoint.ts";
import type { EventType, ProductEvent } from "../../domain/event.ts";
import type {
  AttemptId,
  DeliveryId,
  EndpointId,
  EventBodyId,
  EventId,
  WorkspaceId,
} from "../../domain/ids.ts";

/** What is written when something happened that endpoints are told of. */
export interface Emission {
  event: ProductEvent;
  bodies: NewBody[];
  deliveries: NewDelivery[];
  /** False: there are more endpoints than fit; the rest gets its deliveries later (`unfinished`). */
  isFannedOut: boolean;
  /** The last endpoint looked at. */
  fanOutCursor: EndpointId;
}

/** What is sent of an event, and the headers that belong to it in every attempt. */
export interface NewBody {
  id: EventBodyId;
  text: string;
  /** Names in lower case. Absent: none. */
  headers?: Record<string, string>;
}

/** A delivery as it begins. `held` where its endpoint is disabled. */
export type NewDelivery = Pick<
  Delivery,
  | "id"
  | "eventId"
  | "endpointId"
  | "workspaceId"
  | "eventType"
  | "wireId"
  | "bodyId"
  | "trigger"
  | "replayId"
  | "dueAt"
  | "orderKey"
> & {
  state: "pending" | "held";
  createdAt: Date;
  /** True: earlier ones of its endpoint and order key that are neither final nor under way become `superseded`. */
  isCoalescing?: boolean;
};

/** A delivery that this node may send now. */
export interface Claim {
  delivery: Delivery;
  body: string;
  /** Of the body; names in lower case. */
  headers: Record<string, string>;
  token: string;
}

/** What came of a claimed delivery. */
export interface DeliveryResult {
  deliveryId: DeliveryId;
  endpointId: EndpointId;
  /** As it was claimed: a result with another token changes nothing but the log. */
  token: string;
  /** Absent: nothing was tried; the claim is given back. */
  attempt?: Attempt;
  to: Extract<DeliveryState, "pending" | "delivered" | "exhausted" | "held">;
  /** Only with `pending`. */
  dueAt?: Date;
  /** True: counts against the schedule. */
  isFailure: boolean;
  lastError: string;
  now: Date;
}

/** An attempt as a list shows it: without what was sent and answered. */
export type AttemptLine = Omit<
  Attempt,
  "requestHeaders" | "responseHeaders" | "responsePrefix" | "isTruncated" | "remoteAddress"
> & { eventType: EventType };

/** Whose attempts are meant. */
export type AttemptScope = { workspaceId: WorkspaceId } | { endpointId: EndpointId };

/** How much of an endpoint is undone, each at most as many as was asked for. */
export interface EndpointCounts {
  pending: number;
  held: number;
  /** Given up, of those that were made since then. */
  failed: number;
}

/** Events, and what becomes of them at each endpoint. */
export interface Outbox {
  /** Event, bodies and deliveries at once. */
  add(emission: Emission): Promise<void>;
  findEvent(id: EventId): Promise<ProductEvent | undefined>;
  /** Newest first, before `before`. */
  listEvents(query: {
    workspaceId: WorkspaceId;
    types?: EventType[];
    subject?: string;
    before?: EventId;
    limit: number;
  }): Promise<ProductEvent[]>;
  /** Events after `after` whose deliveries to the endpoint a replay would look at, oldest first. */
  eventsToReplay(query: {
    endpointId: EndpointId;
    workspaceIds: WorkspaceId[];
    types: EventType[];
    since: Date;
    until: Date;
    after: EventId;
    isOnlyFailed: boolean;
    limit: number;
  }): Promise<ProductEvent[]>;
  /** Events with endpoints that have no delivery yet, oldest first. */
  unfinished(limit: number): Promise<{ event: ProductEvent; cursor: EndpointId }[]>;
  /** Adds deliveries (those there already are left as they are) and moves the event's cursor. */
  fanOut(step: {
    eventId: EventId;
    bodies: Emission["bodies"];
    deliveries: NewDelivery[];
    isFannedOut: boolean;
    cursor: EndpointId;
  }): Promise<void>;
  /** Adds deliveries of an event that is there, by hand, replay or test. Ones that exist are left as they are. */
  addDeliveries(
    bodies: (Emission["bodies"][number] & { eventId: EventId })[],
    deliveries: NewDelivery[],
  ): Promise<void>;
  /** When each of these endpoints has something to send next; those with nothing are left out. */
  nextDue(endpointIds: readonly EndpointId[]): Promise<Map<EndpointId, Date>>;
  /**
   * Leases due deliveries to this node, at most `room` for each lane, oldest due first. Of an ordered subject only the
   * oldest unfinished one is leased. Counts an attempt.
   */
  claim(query: {
    lanes: readonly { endpointId: EndpointId; room: number }[];
    now: Date;
    token: string;
    leaseMs: number;
  }): Promise<Claim[]>;
  /** Leases one delivery for a `sync` attempt, unless it is final or somebody sends it. */
  claimOne(query: { id: DeliveryId; now: Date; token: string; leaseMs: number }): Promise<Claim | undefined>;
  /**
   * Undoes claims of this node whose answer was lost, by their tokens, as if they had not been made; questions that
   * somebody waits for become `held`.
   */
  giveBack(tokens: readonly string[]): Promise<void>;
  /** How many deliveries other nodes hold, by endpoint; none for those left out. */
  leasedElsewhere(): Promise<Map<EndpointId, number>>;
  /** Writes results and the health of endpoints in one transaction. */
  record(results: readonly DeliveryResult[], health: readonly EndpointHealth[]): Promise<void>;
  /**
   * Takes back what nodes hold that no longer live, that hang (lease over and no heartbeat for `hangMs`) or, with
   * `isOwnStart`, what an earlier process of this node held. Each gets an attempt with outcome `unknown` and is due at
   * once. Deliveries with the trigger `sync` are taken back too, as `held`: their publisher asks anew. Also frees
   * deliveries that wait behind nothing any more. Resolves with the endpoints concerned.
   */
  takeBack(options: { now: Date; isOwnStart: boolean; hangMs: number }): Promise<EndpointId[]>;
  /** Makes pending ones of the endpoint `held`. Resolves with how many. */
  hold(endpointId: EndpointId): Promise<number>;
  /** Makes held ones pending and due, in the order they were due before, or drops them. Resolves with how many. */
  release(endpointId: EndpointId, into: "pending" | "dropped", now: Date): Promise<number>;
  /** Of the next delivery of the same subject: tells that one before it was given up. */
  markGap(endpointId: EndpointId, orderKey: string, after: DeliveryId): Promise<void>;
  findDelivery(id: DeliveryId): Promise<Delivery | undefined>;
  /** The body as it is sent; undefined when it was not kept any longer. */
  body(id: EventBodyId): Promise<string | undefined>;
  /** The headers that belong to it; empty when it is not kept any longer. */
  bodyHeaders(id: EventBodyId): Promise<Record<string, string>>;
  /** Newest first, before `before`. */
  listDeliveries(query: {
    workspaceId?: WorkspaceId;
    endpointId?: EndpointId;
    eventId?: EventId;
    states?: DeliveryState[];
    types?: EventType[];
    since?: Date;
    until?: Date;
    before?: DeliveryId;
    limit: number;
  }): Promise<Delivery[]>;
  /** Oldest first. */
  attempts(deliveryId: DeliveryId): Promise<Attempt[]>;
  /** Newest first, before `before`. */
  listAttempts(query: { of: AttemptScope; before?: AttemptId; limit: number }): Promise<AttemptLine[]>;
  /**
   * Ids of attempts after `after`, oldest first. They are made when an attempt ends and written a little later, so one
   * may appear behind others that were read before.
   */
  attemptsAfter(query: { of: AttemptScope; after: AttemptId; limit: number }): Promise<AttemptId[]>;
  /** In the order of their ids; those that are not there are left out. */
  attemptLines(ids: readonly AttemptId[]): Promise<AttemptLine[]>;
  /** Of each endpoint, in this order. */
  endpointCounts(
    ids: readonly EndpointId[],
    options: { failedSince: Date; limit: number },
  ): Promise<EndpointCounts[]>;
  /** How many there are in each state that is not final, and since when the oldest pending one is due. */
  counts(): Promise<{ pending: number; held: number; leased: number; oldestDueAt?: Date }>;
  /** Deletes at most `limit` rows of what is older, of final deliveries only. Resolves with how many. */
  forget(before: { events: Date; deliveredBodies: Date }, limit: number): Promise<number>;
}
