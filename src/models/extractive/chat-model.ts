import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChatMessage, ChatModel, ChatRequest, ModelPart } from "../chat-model.ts";
import { bestQuotes } from "./best-quotes.ts";
import { composeAnswer, type Language } from "./compose-answer.ts";

/** Code points per delta: small, as a language model's are. */
const deltaLength = 6;

/**
 * Answers without a language model: it quotes the retrieved sentences that fit the question best, names their
 * sources, and says what it is. It calls no tool and proposes no questions. Its usage is an estimate of one
 * token per four characters.
 */
export function extractiveModel({ name }: { name: string }): ChatModel {
  return { name, stream, check: async () => {} };
}

async function* stream(
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelPart, void, undefined> {
  const answer = request.purpose === "suggestions" ? "" : answerOf(request);
  for (const [text] of answer.matchAll(new RegExp(`[\\s\\S]{1,${deltaLength}}`, "gu"))) {
    signal.throwIfAborted();
    yield { type: "text-delta", text };
    await nextTurn();
  }
  signal.throwIfAborted();
  const inputCharacters = request.messages.reduce((sum, message) => sum + message.text.length, 0);
  yield {
    type: "usage",
    inputTokens: estimatedTokens(inputCharacters),
    outputTokens: estimatedTokens(answer.length),
  };
  yield { type: "finish", reason: "stop" };
}

function answerOf(request: ChatRequest): string {
  const question = lastQuestion(request.messages);
  return composeAnswer(bestQuotes(question, request.passages), languageOf(question));
}

function lastQuestion(messages: readonly ChatMessage[]): string {
  return messages.findLast((message) => message.role === "user")?.text ?? "";
}

/** Chinese as soon as there is one Han character: Chinese questions often hold English names. */
function languageOf(question: string): Language {
  return /\p{Script=Han}/u.test(question) ? "zh" : "en";
}

function estimatedTokens(characters: number): number {
  return Math.ceil(characters / 4);
}
