import { firstCodePoints } from "../../callbacks/body-size.ts";
import type { Rating } from "../../domain/conversation.ts";

/** What somebody thinks of an answer, as it is kept. */
interface Opinion {
  rating: Rating;
  categories: string[];
  comment: string;
}

/** The same as callers of this family see it. */
export interface FeedbackView {
  rating: Rating;
  /** Only with `dislike`; empty: nothing was said. */
  text: string;
}

/** Code points. Source: spec page of Insight §3. */
export const FEEDBACK_TEXT_LIMIT = 2_000;

/** A comment goes before reasons. Source: spec page of Insight §3. */
export function feedbackView({ rating, categories, comment }: Opinion): FeedbackView {
  const said = comment || categories.join("; ");
  return { rating, text: rating === "dislike" ? firstCodePoints(said, FEEDBACK_TEXT_LIMIT) : "" };
}

export function isSameView(one: FeedbackView, other: FeedbackView): boolean {
  return one.rating === other.rating && one.text === other.text;
}

/**
 * What is to be kept when a caller of this family says this. What it cannot see, other families' reasons and notes on a
 * like, stays as long as the view does.
 */
export function opinionAfter(before: Opinion, view: FeedbackView): Opinion {
  if (isSameView(feedbackView(before), view)) return before;
  const keepsReasons = before.rating === view.rating && view.text !== "";
  return { rating: view.rating, categories: keepsReasons ? before.categories : [], comment: view.text };
}
