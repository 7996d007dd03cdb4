import { defineWords } from "../../text/words.ts";

export const evaluationWords = defineWords("evaluations", {
  en: {
    title: "Evaluations",
    description: "Questions asked of a draft beside what is live.",
  },
  zh: {
    title: "评测",
    description: "用问题集对比草稿与线上版本。",
  },
});
