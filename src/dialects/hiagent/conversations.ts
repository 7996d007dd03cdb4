import {
  clearConversation,
  createConversation,
  deleteConversation,
  findConversation,
  pinConversation,
  updateConversation,
} from "../../chat/conversations.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import { type Action, action, type Invocation, success } from "./action.ts";
import { conversationBrief } from "./present.ts";
import { conversationIdOf } from "./references.ts";
import { optionalText, wireInputs, wireText } from "./wire.ts";

/** Conversations listed at most; the action has no paging. */
const LIST_LIMIT = 1_000;

/** Body of the actions that name a conversation and nothing else. Source: spec page §3.9. */
const ConversationOnly = { AppConversationID: wireText(128) };

export const conversationActions: Action[] = [
  action({
    name: "create_conversation",
    aliases: ["create_conversion"],
    input: { Inputs: wireInputs.optional(), ConversationName: optionalText(200) },
    async run({ services, agent, userId, input }) {
      const { options } = services;
      const conversation = await createConversation(services, {
        agent,
        userId,
        name: input.ConversationName ?? "",
        inputs: input.Inputs ?? {},
        requireInputs: options.strictInputs,
      });
      return success({ Conversation: conversationBrief(conversation, options.timeZoneOffsetMinutes) });
    },
  }),
  action({
    name: "get_conversation_list",
    isRead: true,
    input: {},
    async run({ services: { store, options }, agent, userId }) {
      const conversations = await store.conversations.list(agent.id, userId, LIST_LIMIT);
      return success({
        ConversationList: conversations.map((conversation) =>
          conversationBrief(conversation, options.timeZoneOffsetMinutes),
        ),
      });
    },
  }),
  action({
    name: "get_conversation_inputs",
    isRead: true,
    input: { AppConversationID: optionalText(128) },
    async run(invocation) {
      const conversation =
        invocation.input.AppConversationID === undefined
          ? await latestConversation(invocation)
          : await named(invocation, invocation.input.AppConversationID);
      return success({ Inputs: conversation.inputs });
    },
  }),
  action({
    name: "update_conversation",
    input: {
      ...ConversationOnly,
      ConversationName: optionalText(200),
      Inputs: wireInputs.optional(),
    },
    async run(invocation) {
      const { services, agent, input } = invocation;
      const conversation = await named(invocation, input.AppConversationID);
      await updateConversation(services.store, agent, conversation, {
        name: input.ConversationName,
        inputs: input.Inputs,
      });
      return success();
    },
  }),
  onConversation("delete_conversation", ({ services }, { id }) => deleteConversation(services.store, id)),
  onConversation("clear_message", ({ services }, { id }) => clearConversation(services.store, id)),
  onConversation("set_conversation_top", ({ services }, conversation) =>
    pinConversation(services.store, conversation, true),
  ),
  onConversation("cancel_conversation_top", ({ services }, conversation) =>
    pinConversation(services.store, conversation, false),
  ),
];

/** An action on one conversation that answers `{}`. */
function onConversation(
  name: string,
  change: (invocation: Invocation<unknown>, conversation: Conversation) => Promise<void>,
): Action {
  return action({
    name,
    input: ConversationOnly,
    async run(invocation) {
      await change(invocation, await named(invocation, invocation.input.AppConversationID));
      return success();
    },
  });
}

function named(
  { services, agent, userId }: Pick<Invocation<unknown>, "services" | "agent" | "userId">,
  id: string,
): Promise<Conversation> {
  return findConversation(services.store, agent, userId, conversationIdOf(id));
}

/** The vendor's own sample leaves the id out. Source: spec page §3.7. */
async function latestConversation({ services, agent, userId }: Invocation<unknown>): Promise<Conversation> {
  const conversations = await services.store.conversations.list(agent.id, userId, LIST_LIMIT);
  const latest = conversations.toSorted((a, b) => activity(b) - activity(a))[0];
  if (latest === undefined) {
    throw new DomainError("request_invalid", "field AppConversationID is required", {
      field: "AppConversationID",
    });
  }
  return latest;
}

function activity(conversation: Conversation): number {
  return (conversation.lastTurnAt ?? conversation.createdAt).getTime();
}
