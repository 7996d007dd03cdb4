import type { Rating } from "../../domain/conversation.ts";

/** Source: seed 001, `feedbackStatus`. */
export const FEEDBACK_STATUSES = ["none", "thumb-up", "thumb-down"] as const;

export type FeedbackStatus = (typeof FEEDBACK_STATUSES)[number];

const RATINGS: Record<FeedbackStatus, Rating> = { none: "none", "thumb-up": "like", "thumb-down": "dislike" };
const STATUSES: Record<Rating, FeedbackStatus> = { none: "none", like: "thumb-up", dislike: "thumb-down" };

export function ratingOf(status: FeedbackStatus): Rating {
  return RATINGS[status];
}

export function statusOf(rating: Rating): FeedbackStatus {
  return STATUSES[rating];
}
