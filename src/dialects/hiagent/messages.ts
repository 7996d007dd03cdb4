import { z } from "zod";
import { chooseAnswer, deleteAnswer, deleteExchange, findAnswer, rateAnswer } from "../../chat/answers.ts";
import { findConversation } from "../../chat/conversations.ts";
import { followTurn, readUntil } from "../../chat/turn-log.ts";
import type { Rating } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import { type Action, action, success } from "./action.ts";
import { ownRunningTurn } from "./chat.ts";
import { chatMessage, chosenAnswer } from "./present.ts";
import { conversationIdOf, exchangeIdOf, turnIdOf } from "./references.ts";
import { traceText } from "./turn-frames.ts";
import { optionalText, wireInteger, wireText } from "./wire.ts";

/** Most rounds in one answer; more is clamped. Source: spec page §3.10. */
const HISTORY_LIMIT = 100;

/** LikeType. Source: spec page §5. */
const RATINGS = new Map<number, Rating>([
  [1, "like"],
  [0, "none"],
  [-1, "dislike"],
]);

const MessageOnly = { MessageID: wireText(128) };

export const messageActions: Action[] = [
  action({
    name: "get_conversation_messages",
    isRead: true,
    input: { AppConversationID: wireText(128), Limit: wireInteger.default(HISTORY_LIMIT) },
    async run({ services: { store }, agent, userId, input }) {
      if (input.Limit < 1) {
        throw new DomainError("request_invalid", "field Limit: must be 1 to 100", { field: "Limit" });
      }
      const conversation = await findConversation(
        store,
        agent,
        userId,
        conversationIdOf(input.AppConversationID),
      );
      const exchanges = await store.exchanges.latest({
        conversationId: conversation.id,
        rater: userId,
        limit: Math.min(input.Limit, HISTORY_LIMIT),
        isAnswered: true,
      });
      return success({
        Messages: exchanges.map((exchange) =>
          chatMessage(exchange, chosenAnswer(exchange), conversation.inputs, ""),
        ),
      });
    },
  }),
  action({
    name: "get_message_info",
    isRead: true,
    input: MessageOnly,
    async run({ services: { store }, agent, userId, input }) {
      const turnId = turnIdOf(input.MessageID, "MessageID");
      const { exchange, answer } = await findAnswer(store, agent, userId, turnId);
      const conversation = await findConversation(store, agent, userId, exchange.conversationId);
      const trace = await store.turns.trace(turnId);
      const { createdAt, isHeld } = answer.turn;
      const context = { turnId, conversationId: conversation.id, workspaceId: agent.workspaceId, isHeld };
      const tracing = traceText(trace, context, createdAt);
      return success({ MessageInfo: chatMessage(exchange, answer, conversation.inputs, tracing) });
    },
  }),
  action({
    name: "get_suggested_questions",
    isRead: true,
    input: MessageOnly,
    async run(invocation) {
      const { services, agent, userId, input, call } = invocation;
      const turnId = turnIdOf(input.MessageID, "MessageID");
      const running = ownRunningTurn(invocation, turnId);
      // A blocking caller has its answer before the questions are there.
      if (running?.log.isAnswered === true) {
        await readUntil(followTurn(running.log), () => false, call.signal);
      }
      const { answer } = await findAnswer(services.store, agent, userId, turnId);
      return success({ SuggestedQuestions: answer.turn.suggestions });
    },
  }),
  action({
    name: "set_message_answer_used",
    input: MessageOnly,
    async run({ services: { store }, agent, userId, input }) {
      await chooseAnswer(store, agent, userId, turnIdOf(input.MessageID, "MessageID"));
      return success();
    },
  }),
  action({
    name: "delete_message",
    input: { MessageID: optionalText(128), QueryID: optionalText(128) },
    async run({ services: { store }, agent, userId, input }) {
      if (input.MessageID !== undefined) {
        const turnId = turnIdOf(input.MessageID, "MessageID");
        await findAnswer(store, agent, userId, turnId);
        await deleteAnswer(store, turnId);
      } else if (input.QueryID !== undefined) {
        await deleteExchange(store, agent, userId, exchangeIdOf(input.QueryID));
      } else {
        throw new DomainError("request_invalid", "field MessageID or QueryID is required", {
          field: "MessageID",
        });
      }
      return success();
    },
  }),
  action({
    name: "feedback",
    input: {
      ...MessageOnly,
      LikeType: wireInteger,
      FeedbackInfo: z
        .object({
          ProblemCategories: z.array(wireText(100)).max(20).optional(),
          ProblemDetail: optionalText(5_000),
        })
        .optional(),
    },
    async run({ services, agent, userId, input }) {
      const rating = RATINGS.get(input.LikeType);
      if (rating === undefined) {
        throw new DomainError("request_invalid", "field LikeType: must be -1, 0 or 1", { field: "LikeType" });
      }
      const turnId = turnIdOf(input.MessageID, "MessageID");
      const { answer } = await findAnswer(services.store, agent, userId, turnId);
      const rated = { workspaceId: agent.workspaceId, turn: answer.turn };
      await rateAnswer(services, rated, {
        rater: userId,
        rating,
        categories: input.FeedbackInfo?.ProblemCategories ?? [],
        comment: input.FeedbackInfo?.ProblemDetail ?? "",
      });
      return success();
    },
  }),
];
