import { defineWords } from "../../text/words.ts";

export const modelStepWords = defineWords("setup-model", {
  en: {
    title: "Connect a model",
    hint: "Choose who writes the answers. It can be changed at any time in Settings › Models.",
    skip: "Carry on without one",
    skipHint:
      "Without a model the demo agent answers by quoting the best passages it finds. It says so, and is no language model.",
  },
  zh: {
    title: "接入模型",
    hint: "选择由谁来撰写回答，之后可随时在“设置 › 模型”中修改。",
    skip: "暂不接入，继续",
    skipHint: "没有模型时，演示智能体会引用检索到的最佳段落来回答，并会说明自己不是语言模型。",
  },
});
