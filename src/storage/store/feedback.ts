import type { Feedback, Rating } from "../../domain/conversation.ts";
import type { AgentId, TurnId } from "../../domain/ids.ts";

export interface FeedbackStore {
  /** Undefined: this rater has said nothing. */
  find(turnId: TurnId, rater: string): Promise<Feedback | undefined>;
  /** Inserts or replaces the rater's opinion of the turn. */
  save(feedback: Feedback): Promise<void>;
  /** How many turns of the agent carry each rating now. */
  count(agentId: AgentId): Promise<Record<Rating, number>>;
}
