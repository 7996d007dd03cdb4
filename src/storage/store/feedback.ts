import type { Feedback, Rating } from "../../domain/conversation.ts";
import type { AgentId, TurnId } from "../../domain/ids.ts";

export interface FeedbackStore {
  /** Undefined: this rater has said nothing. */
  find(turnId: TurnId, rater: string): Promise<Feedback | undefined>;
  /** Everybody's, the latest change first. */
  list(turnId: TurnId): Promise<Feedback[]>;
  /**
   * Stores the rater's opinion of the turn in the place of the one with the revision before. False, and nothing is
   * stored, when that is not the one that is there: somebody else was faster.
   */
  save(feedback: Feedback): Promise<boolean>;
  /** How many turns of the agent carry each rating now. */
  count(agentId: AgentId): Promise<Record<Rating, number>>;
}
