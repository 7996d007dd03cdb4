import { defineWords, type Say } from "../../text/words.ts";
import type { Settings } from "./data.ts";

/** What a new agent may begin with. Words are those of the language that is spoken when it is made. */
export const TEMPLATES = ["blank", "support", "knowledge", "translator"] as const;
export type TemplateName = (typeof TEMPLATES)[number];

export const templateWords = defineWords("agent-templates", {
  en: {
    blank: "Nothing",
    blankHint: "An empty prompt and the default model.",
    blankPrompt: "You are a helpful assistant. Answer briefly and say so when you do not know.",
    support: "Customer service",
    supportHint: "Greets by name, asks back, hands over to a person.",
    supportPrompt:
      "You are the customer service of {{shop}}. {% if customer %}Address the customer as {{customer}}.{% endif %}\n\nAnswer politely and briefly, in the language of the question. Ask back when something is missing, such as an order number. Do not promise what you cannot keep; when the customer is upset or asks for a person, hand over.",
    supportOpening: "Hello! What can I do for you?",
    supportQuestions:
      "How do I return something?\nWhen will my order arrive?\nI would like to talk to a person",
    shopName: "Shop",
    shopDefault: "our shop",
    customerName: "Name of the customer",
    knowledge: "Answers from documents",
    knowledgeHint: "Says only what your knowledge bases say, with citations.",
    knowledgePrompt:
      "Answer only from the knowledge you are given, in the language of the question. Quote what matters. When the knowledge does not answer the question, say so plainly and suggest whom to ask.",
    knowledgeOpening: "Ask me anything about our documents.",
    translator: "Translator",
    translatorHint: "Translates what it is told into a language that the user chooses.",
    translatorPrompt:
      "Translate everything the user writes into {{language}}. Keep names, numbers and formatting. Write nothing but the translation.",
    languageName: "Language",
    languageChoices: "English\nChinese\nJapanese\nSpanish\nFrench",
  },
  zh: {
    blank: "空白",
    blankHint: "简单的提示词和默认模型。",
    blankPrompt: "你是一个乐于助人的助手。回答要简洁，不知道时请直说。",
    support: "客户服务",
    supportHint: "称呼用户、追问细节、可转人工。",
    supportPrompt:
      "你是{{shop}}的客服。{% if customer %}称呼用户为{{customer}}。{% endif %}\n\n用提问所用的语言礼貌、简洁地回答。缺少信息（例如订单号）时先追问。不要做无法兑现的承诺；用户不满或要求人工时，请转人工。",
    supportOpening: "您好！请问有什么可以帮您？",
    supportQuestions: "怎么退货？\n多久发货？\n我想找人工客服",
    shopName: "店铺",
    shopDefault: "本店",
    customerName: "用户称呼",
    knowledge: "文档问答",
    knowledgeHint: "只依据知识库回答，并给出引用。",
    knowledgePrompt:
      "只依据给出的知识回答，使用提问所用的语言，并引用关键内容。知识中没有答案时请直说，并建议可以询问谁。",
    knowledgeOpening: "关于我们的文档，欢迎提问。",
    translator: "翻译",
    translatorHint: "把用户的话翻译成所选语言。",
    translatorPrompt: "把用户写的内容翻译成{{language}}。保留名称、数字和格式，只输出译文。",
    languageName: "语言",
    languageChoices: "英语\n中文\n日语\n西班牙语\n法语",
  },
});

type TemplateKey = NonNullable<typeof templateWords.keys>;

/** The settings that a template gives. `t` says the words of templates. */
export function settingsOf(name: TemplateName, t: Say<TemplateKey>): Partial<Settings> {
  switch (name) {
    case "blank":
      return { prompt: t("blankPrompt") };
    case "support":
      return {
        prompt: t("supportPrompt", { shop: "{{ shop }}", customer: "{{ customer }}" }),
        opening: { message: t("supportOpening"), questions: t("supportQuestions").split("\n") },
        variables: [
          aVariable({ key: "shop", name: t("shopName"), defaultValue: t("shopDefault") }),
          aVariable({ key: "customer", name: t("customerName") }),
        ],
        suggestions: true,
        actions: ["handover"],
      };
    case "knowledge":
      return {
        prompt: t("knowledgePrompt"),
        opening: { message: t("knowledgeOpening"), questions: [] },
        suggestions: true,
      };
    case "translator": {
      const choices = t("languageChoices").split("\n");
      return {
        prompt: t("translatorPrompt", { language: "{{ language }}" }),
        variables: [
          aVariable({
            key: "language",
            name: t("languageName"),
            type: "enum",
            choices,
            defaultValue: choices[0] ?? null,
          }),
        ],
        historyLimitTokens: 2_000,
      };
    }
  }
}

type Variable = Settings["variables"][number];

/** A variable with nothing said about it yet. */
export function aVariable(given: Partial<Variable> = {}): Variable {
  return {
    key: "",
    name: "",
    description: "",
    required: false,
    type: "text",
    choices: [],
    maxLength: null,
    defaultValue: null,
    ...given,
  };
}
