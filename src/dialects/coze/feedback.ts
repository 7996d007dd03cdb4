import { z } from "zod";
import { messageNotFound, rateAnswer } from "../../chat/answers.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { MessageId, TurnId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { conversationOf } from "./conversations.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { parseDerivedId } from "./ids.ts";
import { idOf, wireText } from "./wire.ts";

const PATH = "/v1/conversations/:conversation_id/messages/:message_id/feedback";

const RATINGS = { like: "like", unlike: "dislike" } as const;

/** Source: spec page §7. */
export const feedbackEndpoints: Endpoint[] = [
  endpoint({
    route: `POST ${PATH}`,
    section: "§7",
    permission: "feedback",
    summary: "rate an answer",
    body: {
      feedback_type: z.enum(["like", "unlike"]),
      reason_types: z.array(wireText(30)).max(10, { error: "more than 10 reasons" }).default([]),
      comment: wireText(250).default(""),
    },
    async run({ services: { store }, caller, params, body }) {
      const { turnId, rater } = await ratedAnswer(store, caller, params);
      const rating = RATINGS[body.feedback_type];
      const categories = body.reason_types.filter((reason) => reason !== "");
      await rateAnswer(store, turnId, { rater, rating, categories, comment: body.comment });
      return { members: {} };
    },
  }),
  endpoint({
    route: `DELETE ${PATH}`,
    section: "§7",
    permission: "feedback",
    summary: "take the rating back",
    async run({ services: { store }, caller, params }) {
      const { turnId, rater } = await ratedAnswer(store, caller, params);
      await rateAnswer(store, turnId, { rater, rating: "none", categories: [], comment: "" });
      return { members: {} };
    },
  }),
];

/**
 * The answer a path names, and whose opinion counts: the conversation's end user, so that every family shows the same
 * rating. Rejects with `message_not_found`, or `request_invalid` when the message is no answer of a chat.
 */
async function ratedAnswer(
  store: Store,
  caller: TokenCaller,
  params: Record<string, string>,
): Promise<{ turnId: TurnId; rater: string }> {
  const conversation = await conversationOf(store, caller, params);
  const text = params["message_id"] ?? "";
  const messageId = idOf<MessageId>(text);
  const rater = conversation.userId;
  const exchange = await store.exchanges.ofMessage(conversation.id, rater, messageId);
  const answer = exchange?.answers.find((candidate) => candidate.messageId === messageId);
  if (answer !== undefined) return { turnId: answer.turn.id, rater };
  if (exchange === undefined && parseDerivedId(text) === undefined) throw messageNotFound();
  throw new DomainError("request_invalid", "only answers of a chat can be rated", { field: "message_id" });
}
