import type { ChatMessage, ChatModel, ChatRequest } from "../models/chat-model.ts";

/** Follow-up questions are proposed at most this many at a time. */
const SUGGESTION_LIMIT = 3;
const SUGGESTION_LENGTH = 100;
/** Proposing must not hold up the end of a turn for longer. */
const SUGGESTION_TIMEOUT_MS = 15_000;

const REQUEST =
  "Propose the 3 questions the user is most likely to ask next, in the user's language, each under 20 words, " +
  "each answerable by you.";
const FORM = "Answer with a JSON array of 3 strings and nothing else.";

export interface Suggestions {
  questions: string[];
  inputTokens: number;
  outputTokens: number;
}

/**
 * Asks the model for follow-up questions to a finished answer. Empty when the model has none to offer in a
 * readable form. Rejects with what the model throws, or when `signal` aborts or the time is up.
 */
export async function proposeQuestions(
  model: ChatModel,
  input: {
    messages: ChatMessage[];
    answer: string;
    /** How to propose them. Absent or empty: our own words. */
    prompt?: string | undefined;
  },
  signal: AbortSignal,
): Promise<Suggestions> {
  const { messages, answer, prompt = "" } = input;
  const withoutTools = messages.filter(
    (message) => message.role !== "tool" && (message.role !== "assistant" || message.toolCalls.length === 0),
  );
  const asked: ChatMessage[] = [
    ...withoutTools,
    { role: "assistant", text: answer, toolCalls: [] },
    { role: "user", text: `${prompt === "" ? REQUEST : prompt} ${FORM}`, imageUrls: [] },
  ];
  const limited = AbortSignal.any([signal, AbortSignal.timeout(SUGGESTION_TIMEOUT_MS)]);
  const request: ChatRequest = {
    purpose: "suggestions",
    messages: asked,
    tools: [],
    parameters: { maxOutputTokens: 300 },
    passages: [],
  };
  let text = "";
  let inputTokens = 0;
  let outputTokens = 0;
  for await (const part of model.stream(request, limited)) {
    if (part.type === "text-delta") text += part.text;
    else if (part.type === "usage") ({ inputTokens, outputTokens } = part);
  }
  return { questions: readQuestions(text), inputTokens, outputTokens };
}

/** Reads the questions out of a model's answer: a JSON array of strings, wherever it stands. */
function readQuestions(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text.slice(text.indexOf("["), text.lastIndexOf("]") + 1));
    if (!Array.isArray(value)) return [];
    const questions = value
      .filter((item): item is string => typeof item === "string")
      .map((question) => question.trim().slice(0, SUGGESTION_LENGTH).toWellFormed())
      .filter((question) => question !== "");
    return [...new Set(questions)].slice(0, SUGGESTION_LIMIT);
  } catch {
    return [];
  }
}
