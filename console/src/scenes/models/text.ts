import { defineWords } from "../../text/words.ts";

export const modelWords = defineWords("models", {
  en: {
    title: "Models",
    description: "Who writes the answers.",
  },
  zh: {
    title: "模型",
    description: "由哪些模型来回答。",
  },
});
