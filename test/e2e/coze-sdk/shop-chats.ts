import type { StreamChatData } from "@coze/api";
import { type CozeWorld, historyOf, question, readAll } from "./world.ts";

/** Chats of the owner with the everyday agent, through the SDK. */
export function shopChats(world: () => CozeWorld) {
  /** What `chat.create` and `chat.stream` take. */
  const shop = (text: string, more: object = {}) => ({
    bot_id: world().botId("shop"),
    user_id: "u1",
    additional_messages: [question(text)],
    ...more,
  });
  return {
    shop,
    streamed: (text: string, more: object = {}): Promise<StreamChatData[]> =>
      readAll(world().sdk().chat.stream(shop(text, more))),
    history: (conversationId: string) => historyOf(world().sdk(), conversationId),
  };
}
