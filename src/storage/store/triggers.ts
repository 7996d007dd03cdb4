import type { ConversationId, EndpointId, TriggerId, TurnId } from "../../domain/ids.ts";
import type { TriggerRecord } from "../../domain/trigger.ts";

/** Triggers that are kept for themselves, and those that wait for their time. */
export interface TriggerStore {
  insert(record: TriggerRecord): Promise<void>;
  get(id: TriggerId): Promise<TriggerRecord | undefined>;
  /**
   * Gives due triggers to this node, oldest due first: of each conversation only the oldest, and none while another of
   * the conversation is claimed. They stay `due` until `turns.open` makes them `started` or `settle` decides otherwise.
   */
  claim(query: { now: Date; limit: number }): Promise<TriggerRecord[]>;
  /**
   * Ends a due one, or with `due` gives back a claimed one, for another time where `dueAt` says so. False when it was no
   * longer due; nothing is then changed.
   */
  settle(
    id: TriggerId,
    to: { state: "recorded" | "cancelled" | "failed" | "due"; reason: string; dueAt?: Date },
  ): Promise<boolean>;
  /**
   * Frees what nodes have claimed that no longer live or that hang, and what this node has claimed and is not `inHand`:
   * an earlier process of it had them, or never heard that it got them. Resolves with how many.
   */
  takeBack(options: { inHand: ReadonlySet<TriggerId> }): Promise<number>;
  /**
   * When the next one is due that nobody has claimed and that waits for no claimed one of its conversation; undefined:
   * there is none.
   */
  nextDueAt(): Promise<Date | undefined>;
  /** Cancels those of the conversation that a message of its user cancels. Resolves with how many. */
  cancelOnMessage(conversationId: ConversationId): Promise<number>;
  /**
   * How often one of the agent's events was triggered in the conversation, those that wait counted, cancelled ones and
   * trials not.
   */
  countEvents(conversationId: ConversationId, eventId: string): Promise<number>;
  /** How many are due in the conversation, now or later; counts no further than `limit`. */
  countDue(conversationId: ConversationId, limit: number): Promise<number>;
  /** Those of the conversation that are due, now or later, in that order; at most `limit`. */
  waiting(conversationId: ConversationId, limit: number): Promise<TriggerRecord[]>;
  /** The adapter of the latest of the conversation's last hundred triggers that an adapter sent. */
  lastAdapter(conversationId: ConversationId): Promise<EndpointId | undefined>;
  /** Deletes at most `limit` that have started no turn and were due before `before`. Resolves with how many. */
  forget(before: Date, limit: number): Promise<number>;
  /** Of a conversation, newest first. */
  list(query: {
    conversationId: ConversationId;
    before?: TriggerId;
    limit: number;
  }): Promise<TriggerRecord[]>;
  ofTurn(turnId: TurnId): Promise<TriggerRecord | undefined>;
}
