import { z } from "zod";
import { rateMessage } from "../../chat/messages.ts";
import { DomainError } from "../../domain/errors.ts";
import type { MessageId } from "../../domain/ids.ts";
import { conversationOf } from "./conversations.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { parseDerivedId } from "./ids.ts";
import { idOf, wireText } from "./wire.ts";

const PATH = "/v1/conversations/:conversation_id/messages/:message_id/feedback";

const RATINGS = { like: "like", unlike: "dislike" } as const;

/** Ratings are those of the conversation's end user, so that every family shows the same. Source: spec page §7. */
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
    async run({ services, caller, params, body }) {
      const conversation = await conversationOf(services.store, caller, params);
      const rating = RATINGS[body.feedback_type];
      const categories = body.reason_types.filter((reason) => reason !== "");
      await rateMessage(services, conversation, ratedMessage(params), {
        rating,
        categories,
        comment: body.comment,
      });
      return { members: {} };
    },
  }),
  endpoint({
    route: `DELETE ${PATH}`,
    section: "§7",
    permission: "feedback",
    summary: "take the rating back",
    async run({ services, caller, params }) {
      const conversation = await conversationOf(services.store, caller, params);
      const nothing = { rating: "none" as const, categories: [], comment: "" };
      await rateMessage(services, conversation, ratedMessage(params), nothing);
      return { members: {} };
    },
  }),
];

/** The answer a path names. Rejects with `request_invalid` when it names a middle message. */
function ratedMessage(params: Record<string, string>): MessageId {
  const text = params["message_id"] ?? "";
  if (parseDerivedId(text) === undefined) return idOf<MessageId>(text);
  throw new DomainError("request_invalid", "only answers can be rated", { field: "message_id" });
}
