import { defineWords } from "../../text/words.ts";

export const conversationWords = defineWords("conversations", {
  en: {
    title: "Conversations",
    description: "What was said.",
    conversation: "Conversation",
  },
  zh: {
    title: "会话",
    description: "对话记录。",
    conversation: "会话",
  },
});
