import type { ConversationId, TriggerId, TurnId } from "../../domain/ids.ts";
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
   * Frees what nodes have claimed that no longer live or that hang, and, with `isOwnStart`, what an earlier process of
   * this node had. Resolves with how many.
   */
  takeBack(options: { isOwnStart: boolean }): Promise<number>;
  /**
   * When the next one is due that nobody has claimed and that waits for no claimed one of its conversation; undefined:
   * there is none.
   */
  nextDueAt(): Promise<Date | undefined>;
  /** Cancels those of the conversation that a message of its user cancels. Resolves with how many. */
  cancelOnMessage(conversationId: ConversationId): Promise<number>;
  /** How often one of the agent's events was triggered in the conversation, those that wait counted, cancelled ones not. */
  countEvents(conversationId: ConversationId, eventId: string): Promise<number>;
  /** Of a conversation, newest first. */
  list(query: {
    conversationId: ConversationId;
    before?: TriggerId;
    limit: number;
  }): Promise<TriggerRecord[]>;
  ofTurn(turnId: TurnId): Promise<TriggerRecord | undefined>;
}
