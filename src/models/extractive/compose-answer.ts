import type { Passage } from "../../domain/knowledge.ts";
import type { Quote } from "./best-quotes.ts";

export type Language = "zh" | "en";

interface Phrases {
  /** Said before the quotes. */
  introduction: string;
  quote: (text: string) => string;
  sources: string;
  nothingFound: string;
  /** What this is, and how to have something better. */
  whatIAm: string;
}

const phrases: Record<Language, Phrases> = {
  zh: {
    introduction: "知识库里与问题最相关的原文：",
    quote: (text) => `「${text}」`,
    sources: "来源：",
    nothingFound: "知识库里没有找到与问题相关的内容。",
    whatIAm:
      "（我不是语言模型，只会摘录原文。要得到生成的回答，请接入一个模型：设置 ANTIPHON_MODEL_BASE_URL 和 ANTIPHON_MODEL_NAME，需要密钥时再加 ANTIPHON_MODEL_API_KEY，然后重启。）",
  },
  en: {
    introduction: "Closest to the question in the knowledge base:",
    quote: (text) => `“${text}”`,
    sources: "Sources:",
    nothingFound: "The knowledge base holds nothing about this question.",
    whatIAm:
      "(I am not a language model: I only quote. For generated answers connect one: set ANTIPHON_MODEL_BASE_URL and ANTIPHON_MODEL_NAME, and ANTIPHON_MODEL_API_KEY if the server wants a key, then restart.)",
  },
};

/** The answer as Markdown: quotes with numbers, the sources by number, and what this model is. */
export function composeAnswer(quotes: readonly Quote[], language: Language): string {
  const { introduction, quote, sources, nothingFound, whatIAm } = phrases[language];
  if (quotes.length === 0) return `${nothingFound}\n\n${whatIAm}`;
  const quoted = quotes.map(({ text }, index) => `${quote(text)} [${index + 1}]`);
  const listed = quotes.map(({ passage }, index) => `[${index + 1}] ${sourceOf(passage)}`);
  return [introduction, ...quoted, [sources, ...listed].join("\n"), whatIAm].join("\n\n");
}

/**
 * Document and headings, outermost first, a title that is the document's name once; for a pair without a document
 * the base and the question.
 */
function sourceOf(passage: Passage): string {
  const document = passage.documentName === "" ? passage.knowledgeBaseName : passage.documentName;
  const places = passage.question === "" ? passage.headings : [passage.question];
  return [document, ...places]
    .filter((place, index, all) => place !== "" && place !== all[index - 1])
    .join(" › ");
}
