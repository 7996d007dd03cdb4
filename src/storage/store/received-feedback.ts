import type { ReceivedFeedbackId } from "../../domain/ids.ts";

/** A feedback callback that another server sent us. */
export interface ReceivedFeedback {
  id: ReceivedFeedbackId;
  /** What its sender named it by; the same one again is not kept twice. Empty: it had no name. */
  webhookId: string;
  /** 0: it said none. */
  revision: number;
  /** Empty: it said none. */
  rater: string;
  /** The body as it came. */
  body: string;
  receivedAt: Date;
}

export interface ReceivedFeedbackStore {
  /** False, and nothing is stored, when there is one with this name. */
  add(received: ReceivedFeedback): Promise<boolean>;
  /** Deletes at most `limit` of those that came before. Resolves with how many. */
  forget(before: Date, limit: number): Promise<number>;
  /** Newest first, before `before`. */
  list(query: { before?: ReceivedFeedbackId; limit: number }): Promise<ReceivedFeedback[]>;
}
