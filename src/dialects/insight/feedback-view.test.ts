import { describe, expect, test } from "vitest";
import type { Rating } from "../../domain/conversation.ts";
import { feedbackView, opinionAfter } from "./feedback-view.ts";

const opinion = (rating: Rating, comment = "", categories: string[] = []) => ({
  rating,
  comment,
  categories,
});

describe("what is kept when a caller of this family rates", () => {
  test.each([
    ["says the same", opinion("dislike", "", ["slow", "wrong"]), "dislike", "slow; wrong", "unchanged"],
    ["likes what was liked with a note", opinion("like", "nice", ["clear"]), "like", "", "unchanged"],
    [
      "says something else of what was disliked",
      opinion("dislike", "bad", ["slow"]),
      "dislike",
      "worse",
      opinion("dislike", "worse", ["slow"]),
    ],
    ["says nothing any more", opinion("dislike", "bad", ["slow"]), "dislike", "", opinion("dislike")],
    ["likes it now", opinion("dislike", "bad", ["slow"]), "like", "", opinion("like")],
    ["takes it back", opinion("dislike", "bad", ["slow"]), "none", "", opinion("none")],
    ["dislikes it now", opinion("like", "nice", ["clear"]), "dislike", "bad", opinion("dislike", "bad")],
  ] as const)("who %s", (_who, before, rating, text, after) => {
    const kept = opinionAfter(before, { rating, text });
    expect(kept).toEqual(after === "unchanged" ? before : after);
    expect(feedbackView(kept)).toEqual({ rating, text });
  });

  test("a text is shown up to 2000 characters, none of which is cut in two", () => {
    expect(feedbackView(opinion("dislike", "😀".repeat(2_001))).text).toBe("😀".repeat(2_000));
  });
});
