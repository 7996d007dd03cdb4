import { defineWords } from "../../text/words.ts";

export const workflowRunWords = defineWords("workflow-run", {
  en: {
    title: "Workflow run",
    description: "What each node did.",
  },
  zh: {
    title: "工作流运行",
    description: "每个节点的执行情况。",
  },
});
