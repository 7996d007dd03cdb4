import { Template } from "@huggingface/jinja";
import { TEMPLATE_WORDS } from "../config/template.ts";
import type { Agent } from "../domain/agent.ts";
import type { Attachment, Exchange } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { Passage } from "../domain/knowledge.ts";
import { formatForModel } from "../knowledge/knowledge.ts";
import type { ChatMessage } from "../models/chat-model.ts";
import { estimateTokens } from "./token-estimate.ts";

/** Longest system prompt after filling in variables, in UTF-16 units. */
const PROMPT_LIMIT = 200_000;

const templates = new Map<string, Template>();

/**
 * Fills an agent's prompt template with variable values. Values are inserted as they are and never parsed
 * again, so a value cannot contain template code.
 * Rejects with `internal` when the template is broken or its result too long.
 */
function renderPrompt(prompt: string, values: Record<string, string>): string {
  if (!prompt.includes("{")) return prompt;
  try {
    let template = templates.get(prompt);
    if (template === undefined) {
      template = new Template(prompt);
      if (templates.size >= 1_000) templates.clear();
      templates.set(prompt, template);
    }
    const text = template.render({ ...values });
    if (text.length <= PROMPT_LIMIT) return text;
  } catch (cause) {
    throw new DomainError("internal", "the agent's prompt template cannot be rendered", { cause });
  }
  throw new DomainError("internal", `the agent's prompt is longer than ${PROMPT_LIMIT} characters`);
}

/**
 * The agent's default values overlaid with what the conversation holds; an empty value is none. Callers may send
 * values the agent does not know: those that would break the template are left out.
 */
function variableValues(agent: Agent, inputs: Record<string, string>): Record<string, string> {
  const defaults = agent.settings.variables.map(({ key, defaultValue = "" }) => [key, defaultValue]);
  const given = Object.entries(inputs).filter(([, value]) => value !== "");
  const values = [...defaults, ...given].filter(([key = ""]) => !TEMPLATE_WORDS.has(key));
  return Object.fromEntries(values);
}

/**
 * The messages for the model: system prompt with retrieved passages, as much history as the budget allows
 * (newest kept, whole exchanges, chosen answers only), then the question.
 */
export function buildMessages(input: {
  agent: Agent;
  inputs: Record<string, string>;
  passages: Passage[];
  /** Oldest first, without the exchange being answered. */
  history: Exchange[];
  question: { text: string; attachments: Attachment[] };
}): ChatMessage[] {
  const { agent, passages } = input;
  const messages: ChatMessage[] = [];
  const prompt = renderPrompt(agent.settings.prompt, variableValues(agent, input.inputs));
  const system = [prompt, passages.length === 0 ? "" : formatForModel(passages)].filter(
    (part) => part !== "",
  );
  if (system.length > 0) messages.push({ role: "system", text: system.join("\n\n") });
  for (const exchange of withinBudget(input.history, agent.settings.historyLimitTokens)) {
    messages.push(questionMessage(exchange.question), {
      role: "assistant",
      text: chosenText(exchange),
      toolCalls: [],
    });
  }
  messages.push(questionMessage(input.question));
  return messages;
}

function chosenText(exchange: Exchange): string {
  return exchange.answers.find((answer) => answer.turn.id === exchange.chosenTurnId)?.text ?? "";
}

/** The newest exchanges that fit, in order. Exchanges without an answer are left out. */
function withinBudget(history: Exchange[], limitTokens: number): Exchange[] {
  const kept: Exchange[] = [];
  let tokens = 0;
  for (const exchange of history.toReversed()) {
    const answer = chosenText(exchange);
    if (answer === "") continue;
    tokens += estimateTokens(exchange.question.text) + estimateTokens(answer);
    if (tokens > limitTokens) break;
    kept.push(exchange);
  }
  return kept.reverse();
}

const IMAGE_NAME = /\.(png|jpe?g|gif|webp|bmp)$/i;

/** Only what a model's server can fetch or read; anything else would make it refuse this turn and all later ones. */
function isImage({ url, name }: Attachment): boolean {
  if (/^data:image\/[a-z0-9.+-]+;base64,/i.test(url)) return true;
  const address = URL.parse(url);
  if (address?.protocol !== "https:" && address?.protocol !== "http:") return false;
  return IMAGE_NAME.test(name) || IMAGE_NAME.test(address.pathname);
}

/** Images go to the model as images, other files are named in the text. */
function questionMessage(question: { text: string; attachments: Attachment[] }): ChatMessage {
  const images = question.attachments.filter(isImage);
  const files = question.attachments
    .filter((attachment) => !isImage(attachment))
    .map((file) => `[${file.name || "file"}] ${file.url || file.path}`);
  return {
    role: "user",
    text: [question.text, ...files].filter((line) => line !== "").join("\n"),
    imageUrls: images.map((image) => image.url),
  };
}
