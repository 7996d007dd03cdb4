import { z } from "zod";
import { visibleConversation } from "../../chat/conversations.ts";
import { deleteMessage, editMessage, findMessage, insertMessage } from "../../chat/messages.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, ConversationId, MessageId, TurnId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { EnterMessage, readContent, readMessage, wireContent, wireContentType } from "./enter-message.ts";
import { parseDerivedId } from "./ids.ts";
import { presentFound, readMessageById, readPage } from "./message-page.ts";
import { idOf, pageSize, wireBoolean, wireId, wireIdText, wireMeta } from "./wire.ts";

const conversationQuery = { conversation_id: wireId<ConversationId>() };

const messageQuery = { ...conversationQuery, message_id: wireIdText };

/** Source: spec page §5. */
export const messageEndpoints: Endpoint[] = [
  endpoint({
    route: "POST /v1/conversation/message/create",
    section: "§5",
    permission: "createMessage",
    summary: "put a message into a conversation",
    query: conversationQuery,
    body: EnterMessage.shape,
    async run({ services: { store }, caller, query, body }) {
      const conversation = await visibleConversation(store, caller, query.conversation_id, "member");
      const message = await readMessage(store, caller, body, "");
      return { data: presentFound(await insertMessage(store, conversation, message)) };
    },
  }),
  endpoint({
    route: "POST /v1/conversation/message/list",
    section: "§5",
    permission: "listMessage",
    summary: "messages of a conversation, by cursor",
    isReading: true,
    query: conversationQuery,
    body: {
      order: z.enum(["asc", "desc"]).default("desc"),
      chat_id: wireIdText.optional(),
      before_id: wireIdText.optional(),
      after_id: wireIdText.optional(),
      limit: pageSize(50, 50),
      bot_id: wireId<AgentId>().optional(),
      include_middle_message: wireBoolean.default(false),
    },
    async run({ services: { store }, caller, query, body }) {
      const conversation = await visibleConversation(store, caller, query.conversation_id, "viewer");
      if (body.bot_id !== undefined && body.bot_id !== conversation.agentId) return pageOf([], false);
      const chatId = present(body.chat_id);
      const cursor = cursorOf(body);
      const { messages, hasMore } = await readPage(store, {
        conversation,
        order: body.order,
        ...(cursor === undefined ? {} : { cursor }),
        limit: body.limit,
        turnId: chatId === undefined ? undefined : idOf<TurnId>(chatId),
        withMiddle: body.include_middle_message,
      });
      return pageOf(messages, hasMore);
    },
  }),
  endpoint({
    route: "GET /v1/conversation/message/retrieve",
    section: "§5",
    permission: "retrieveMessage",
    summary: "one message",
    query: messageQuery,
    async run({ services: { store }, caller, query }) {
      const conversation = await visibleConversation(store, caller, query.conversation_id, "viewer");
      return { data: await readMessageById(store, conversation, query.message_id) };
    },
  }),
  endpoint({
    route: "POST /v1/conversation/message/modify",
    section: "§5",
    permission: "modifyMessage",
    summary: "change what a message says, or its notes",
    query: messageQuery,
    body: {
      content: wireContent.optional(),
      content_type: wireContentType.optional(),
      meta_data: wireMeta.optional(),
    },
    async run({ services: { store }, caller, query, body }) {
      const conversation = await visibleConversation(store, caller, query.conversation_id, "member");
      const messageId = storedMessageId(query.message_id);
      const { content, content_type, meta_data: meta } = body;
      if (content === undefined && meta === undefined) {
        throw new DomainError("request_invalid", "content or meta_data is required", { field: "content" });
      }
      const change = {
        ...(content === undefined
          ? {}
          : await readChange(store, caller, conversation, messageId, { content, content_type })),
        ...(meta === undefined ? {} : { meta }),
      };
      return {
        members: { message: presentFound(await editMessage(store, conversation, messageId, change)) },
      };
    },
  }),
  endpoint({
    route: "POST /v1/conversation/message/delete",
    section: "§5",
    permission: "deleteMessage",
    summary: "delete a message; an answer with its middle messages",
    query: messageQuery,
    async run({ services: { store }, caller, query }) {
      const conversation = await visibleConversation(store, caller, query.conversation_id, "member");
      const deleted = await deleteMessage(store, conversation, storedMessageId(query.message_id));
      return { data: presentFound(deleted) };
    },
  }),
];

/** `data` is the list and the cursors stand beside it. Source: spec page §5. */
function pageOf(messages: { id: string }[], hasMore: boolean) {
  return {
    members: {
      data: messages,
      first_id: messages[0]?.id ?? "0",
      last_id: messages.at(-1)?.id ?? "0",
      has_more: hasMore,
    },
  };
}

/** "0" is none, as is absent. `after_id` counts when both are there. Source: spec page §5. */
function cursorOf(body: { before_id?: string | undefined; after_id?: string | undefined }) {
  const after = present(body.after_id);
  if (after !== undefined) return { id: after, side: "after" as const };
  const before = present(body.before_id);
  return before === undefined ? undefined : { id: before, side: "before" as const };
}

function present(id: string | undefined): string | undefined {
  return id === "0" ? undefined : id;
}

/** Middle messages can be neither changed nor deleted. Source: spec page §5. */
function storedMessageId(id: string): MessageId {
  if (parseDerivedId(id) === undefined) return idOf<MessageId>(id);
  throw new DomainError("request_invalid", "only questions and answers can be changed or deleted", {
    field: "message_id",
  });
}

/** What a message is to say. An answer is nothing but text. */
async function readChange(
  store: Store,
  caller: TokenCaller,
  conversation: Conversation,
  messageId: MessageId,
  content: Parameters<typeof readContent>[2],
) {
  const change = await readContent(store, caller, content, "content");
  const { answer } = await findMessage(store, conversation, messageId);
  if (answer === undefined) return change;
  if (change.attachments.length === 0) return { text: change.text };
  throw new DomainError("request_invalid", "an answer has no files", { field: "content" });
}
