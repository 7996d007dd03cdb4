import { defineWords } from "../../text/words.ts";

export const feedbackWords = defineWords("feedback", {
  en: {
    title: "Feedback",
    description: "What people thought of answers.",
  },
  zh: {
    title: "反馈",
    description: "用户对回答的评价。",
  },
});
