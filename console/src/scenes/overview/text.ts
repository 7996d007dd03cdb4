import { defineWords } from "../../text/words.ts";

export const overviewWords = defineWords("overview", {
  en: {
    title: "Overview",
    description: "What your agents do, and how well.",
  },
  zh: {
    title: "概览",
    description: "智能体的运行情况与效果。",
  },
});
