import type { ReceivedFeedbackId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { ReceivedFeedbackStore } from "../store.ts";
import { leastIdOf } from "./outbox-rows.ts";

export function receivedFeedbackStore({ db }: Session): ReceivedFeedbackStore {
  return {
    async add({ id, webhookId, revision, rater, body, receivedAt }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("received_feedback")
        .values({
          id,
          webhook_id: webhookId === "" ? null : webhookId,
          revision,
          rater,
          body,
          received_at: receivedAt.getTime(),
        })
        .onConflict((conflict) => conflict.column("webhook_id").doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async forget(before, limit) {
      const old = db
        .selectFrom("received_feedback")
        .select("id")
        .where("id", "<", leastIdOf(before))
        .orderBy("id")
        .limit(limit);
      const { numDeletedRows } = await db
        .deleteFrom("received_feedback")
        .where("id", "in", old)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },

    async list({ before, limit }) {
      const rows = await db
        .selectFrom("received_feedback")
        .selectAll()
        .$if(before !== undefined, (query) => query.where("id", "<", before ?? 0))
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id as ReceivedFeedbackId,
        webhookId: row.webhook_id ?? "",
        revision: row.revision,
        rater: row.rater,
        body: row.body,
        receivedAt: new Date(row.received_at),
      }));
    },
  };
}
