import type { Feedback, Rating } from "../../domain/conversation.ts";
import type { TurnId } from "../../domain/ids.ts";
import type { FeedbackRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { FeedbackStore } from "../store.ts";

export function feedbackStore({ db }: Session): FeedbackStore {
  return {
    async find(turnId, rater) {
      const row = await db
        .selectFrom("feedback")
        .selectAll()
        .where("turn_id", "=", turnId)
        .where("rater", "=", rater)
        .executeTakeFirst();
      return row && toFeedback(row);
    },

    async list(turnId) {
      const rows = await db
        .selectFrom("feedback")
        .selectAll()
        .where("turn_id", "=", turnId)
        .orderBy("updated_at", "desc")
        .orderBy("revision", "desc")
        .orderBy("rater")
        .execute();
      return rows.map(toFeedback);
    },

    async save({ turnId, rater, rating, categories, comment, revision, updatedAt }) {
      const columns = {
        rating,
        categories: JSON.stringify(categories),
        comment,
        revision,
        updated_at: updatedAt.getTime(),
      };
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("feedback")
        .values({ turn_id: turnId, rater, ...columns })
        .onConflict((conflict) =>
          conflict
            .columns(["turn_id", "rater"])
            .doUpdateSet(columns)
            .where("feedback.revision", "=", revision - 1),
        )
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async count(agentId) {
      const rows = await db
        .selectFrom("feedback")
        .innerJoin("turns", "turns.id", "feedback.turn_id")
        .select(({ fn }) => ["rating", fn.count<number>("turn_id").distinct().as("turns")])
        .where("turns.agent_id", "=", agentId)
        .groupBy("rating")
        .execute();
      const counts: Record<Rating, number> = { like: 0, dislike: 0, none: 0 };
      for (const row of rows) counts[row.rating as Rating] = Number(row.turns);
      return counts;
    },
  };
}

export function toFeedback(row: FeedbackRow): Feedback {
  return {
    turnId: row.turn_id as TurnId,
    rater: row.rater,
    rating: row.rating as Rating,
    categories: JSON.parse(row.categories),
    comment: row.comment,
    revision: row.revision,
    updatedAt: new Date(row.updated_at),
  };
}
