import { defineWords } from "../../text/words.ts";

export const publishWords = defineWords("publish", {
  en: {
    title: "Publish",
    description: "Where agents are live.",
  },
  zh: {
    title: "发布",
    description: "智能体上线的渠道。",
  },
});
