import type { Rating } from "./conversation.ts";
import type { EventType } from "./event.ts";
import type {
  AgentId,
  AttemptId,
  DeliveryId,
  EndpointId,
  EventBodyId,
  EventId,
  ReplayId,
  UserId,
  WorkspaceId,
} from "./ids.ts";

/**
 * In which form events are written and signed. `coze`: an ordinary callback app. `coze-channel`: the callback app of a
 * custom channel, whose answers are verdicts. `standard`: our own bodies with Standard Webhooks signatures. `insight`:
 * ratings alone, as the feedback callback of the Insight family.
 */
export type EndpointKind = "coze" | "coze-channel" | "standard" | "insight";

/** Where events are sent. */
export interface Endpoint {
  id: EndpointId;
  kind: EndpointKind;
  name: string;
  /** Who made it. Absent: the configuration file. */
  ownerId?: UserId;
  /**
   * Whose events it gets; only `standard` and `insight`. The others follow their owner: `coze` gets those of every workspace that
   * its owner owns or administrates, `coze-channel` those of its channel.
   */
  workspaceId?: WorkspaceId;
  /** Only `coze-channel`. */
  channel?: string;
  /** Stable name inside the installation's configuration file. Absent: made over the API or the command line. */
  slug?: string;
  /** Absent: nothing is sent yet. */
  url?: string;
  eventTypes: EventType[];
  /** Only events of these agents. Empty: all. */
  agentIds: AgentId[];
  /** Sent along with every attempt. Encrypted as one JSON text; may hold secrets. */
  encryptedHeaders: string;
  /** What attempts are signed with, newest first. For the Coze kinds exactly one, which never changes. */
  secrets: EndpointSecret[];
  /** True: attempts are signed with the installation's own keys too, whose public halves anybody may read; only `standard`. */
  isAsymmetric: boolean;
  /** A certificate and its key, encrypted as one JSON text: attempts prove with it who sends. Absent: they do not. */
  encryptedClientCertificate?: string;
  /** For the whole exchange. */
  timeoutMs: number;
  /** Most attempts under way at once. */
  maxInFlight: number;
  /** Absent: as fast as it takes them. */
  ratePerSecond?: number;
  /** True: of one subject, an event is sent only when the one before it was delivered or given up. */
  isOrdered: boolean;
  /** True: an event takes the place of an earlier one of its order key that is not delivered and not under way. */
  isCoalescing: boolean;
  /** Only `insight`. */
  feedback?: FeedbackOptions;
  /** Milliseconds before each further attempt. Absent: the standard schedule. */
  retryDelaysMs?: number[];
  /** `paused`: by hand, events wait. `disabled`: events are held until somebody decides about them. */
  state: "active" | "paused" | "disabled";
  /** Why it is disabled; empty otherwise. */
  stateReason: string;
  createdAt: Date;
  updatedAt: Date;
}

/** What an `insight` endpoint is told. Source: spec page of Insight §2. */
export interface FeedbackOptions {
  /** Only changes to these. */
  ratings: Rating[];
  /** Newest messages of the conversation that come along; 0: none. */
  historyLimit: number;
  /** Only types of the documented lists, and no member beside the documented ones. */
  isStrict: boolean;
}

/** One key that receivers may check with. */
export interface EndpointSecret {
  /** Encrypted with the installation's key. */
  encrypted: string;
  createdAt: Date;
  /** Absent: the current one. */
  expiresAt?: Date;
}

/** How an endpoint has been lately. */
export interface EndpointHealth {
  endpointId: EndpointId;
  /** Since its first failure after the last success. Absent: it works, or was never tried. */
  failingSince?: Date;
  lastSuccessAt?: Date;
  lastAttemptAt?: Date;
  consecutiveFailures: number;
  /** Absent: closed. Nothing is sent before `until`; then one delivery tries. */
  breaker?: { openedAt: Date; until: Date; backoffMs: number };
}

/**
 * `pending`: due or waiting for its time. `leased`: a node is sending it. `held`: its endpoint is disabled. The others
 * are final; `dropped`: by hand, or because its endpoint was deleted; `superseded`: a later one says all it said.
 */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const DELIVERY_STATES = [
  "pending",
  "leased",
  "held",
  "delivered",
  "exhausted",
  "dropped",
  "superseded",
] as const;

/** Why an attempt is made. `sync`: a caller waits for it (channel audit). */
export type DeliveryTrigger = "event" | "manual" | "replay" | "test" | "sync";

/** One event on its way to one endpoint. */
export interface Delivery {
  id: DeliveryId;
  eventId: EventId;
  endpointId: EndpointId;
  workspaceId: WorkspaceId;
  eventType: EventType;
  /** What receivers know the event by: the same in every attempt, by hand or by replay. */
  wireId: string;
  bodyId: EventBodyId;
  trigger: DeliveryTrigger;
  /** The replay that made it. */
  replayId?: ReplayId;
  state: DeliveryState;
  /** Attempts begun. */
  attemptCount: number;
  /** Attempts that count against the schedule. */
  failureCount: number;
  dueAt: Date;
  /** Where the endpoint asks for order: the subject, or what its format says instead; empty otherwise. */
  orderKey: string;
  /** True: the delivery of the same subject before this one was given up. Receivers are told. */
  hasGap: boolean;
  /** Short name of the last failure, such as `timeout`; empty: none. */
  lastError: string;
  createdAt: Date;
  /** When it became final. */
  endedAt?: Date;
}

/** What came of one attempt. `unknown`: the process ended before it could say. */
export type AttemptOutcome = "ok" | "fail" | "unknown";

/** One try to deliver, as the log keeps it. */
export interface Attempt {
  id: AttemptId;
  deliveryId: DeliveryId;
  endpointId: EndpointId;
  /** 1 for the first. */
  number: number;
  trigger: DeliveryTrigger;
  outcome: AttemptOutcome;
  /** Short name of what went wrong, such as `timeout`, `http_500`, `blocked_address`; empty: nothing. */
  errorCode: string;
  /** For people; empty: nothing to say. */
  errorMessage: string;
  url: string;
  startedAt: Date;
  /** Milliseconds; absent where it did not come so far. */
  timings: { dns?: number; connect?: number; firstByte?: number; total?: number };
  remoteAddress?: string;
  status?: number;
  /** As sent, secrets and signatures shortened to their last four characters. */
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string>;
  /** The first 16 KiB of the answer. */
  responsePrefix: string;
  /** The answer was longer, or broke off after its status. */
  isTruncated: boolean;
}

/** A request to send past events to an endpoint once more. Its progress survives restarts. */
export interface Replay {
  id: ReplayId;
  endpointId: EndpointId;
  since: Date;
  until: Date;
  /** Empty: all types the endpoint gets. */
  eventTypes: EventType[];
  /** True: only events that were not delivered to it. */
  isOnlyFailed: boolean;
  ratePerSecond: number;
  state: "running" | "paused" | "done" | "cancelled";
  /** Events up to this one have been looked at. */
  cursor: EventId;
  /** Deliveries made so far. */
  sentCount: number;
  /** Absent: the command line. */
  createdBy?: UserId;
  createdAt: Date;
  endedAt?: Date;
}
