import { defineWords } from "../../text/words.ts";

export const agentWords = defineWords("agents", {
  en: {
    title: "Agents",
    description: "Who answers, and how.",
    agent: "Agent",
  },
  zh: {
    title: "智能体",
    description: "谁来回答，如何回答。",
    agent: "智能体",
  },
});
