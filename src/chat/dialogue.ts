import type { Agent } from "../domain/agent.ts";
import type { Attachment, Exchange, HistoryItem } from "../domain/conversation.ts";
import { estimateTokens } from "../domain/token-estimate.ts";
import type { ChatMessage } from "../models/chat-model.ts";
import { type AttachmentServices, describeQuestion, type FileBudget, fileBudget } from "./attachments.ts";
import type { NewMessage } from "./conversations.ts";

/** Words and files of a question. */
export interface QuestionContent {
  text: string;
  attachments: Attachment[];
}

/** What was said before the answer: a stored conversation with a question, or messages that somebody gave whole. */
export type Dialogue =
  | {
      kind: "conversation";
      /** Earlier exchanges, oldest first. Only asked for where the agent takes any. */
      history: () => Promise<Exchange[]>;
      /** Takes its place. */
      given?: HistoryItem[] | undefined;
      /** Came together with the question; always told. */
      inserted: NewMessage[];
      question: QuestionContent;
    }
  /** System messages among them stand in the system prompt. */
  | { kind: "given"; messages: ChatMessage[] };

/** What knowledge is searched for. */
export function queryOf(dialogue: Dialogue): string {
  if (dialogue.kind === "conversation") return dialogue.question.text;
  return dialogue.messages.findLast((message) => message.role === "user")?.text ?? "";
}

/**
 * The messages for the model: the system prompt, as much history as the agent's limits allow (newest kept, whole
 * exchanges, chosen answers only), then what is asked.
 */
export async function buildMessages(
  services: AttachmentServices,
  agent: Agent,
  prompt: string,
  dialogue: Dialogue,
): Promise<ChatMessage[]> {
  const messages =
    dialogue.kind === "given"
      ? dialogue.messages.filter((message) => message.role !== "system")
      : await conversationMessages(services, agent, dialogue);
  const given = dialogue.kind === "given" ? dialogue.messages : [];
  const orders = given.flatMap((message) => (message.role === "system" ? [message.text] : []));
  const system = [prompt, ...orders].filter((part) => part !== "").join("\n\n");
  return system === "" ? messages : [{ role: "system", text: system }, ...messages];
}

async function conversationMessages(
  services: AttachmentServices,
  agent: Agent,
  { history, given, inserted, question }: Extract<Dialogue, { kind: "conversation" }>,
): Promise<ChatMessage[]> {
  const limits = limitsOf(agent);
  const takesHistory = limits.tokens > 0 && limits.rounds > 0;
  const rounds = async () => (given === undefined ? (await history()).flatMap(roundsOf) : asRounds(given));
  const spoken: SpokenMessage[] = [];
  for (const round of withinLimits(takesHistory ? await rounds() : [], limits)) {
    if (round.question !== undefined) spoken.push(round.question);
    if (round.answer !== "") spoken.push({ role: "assistant", text: round.answer, attachments: [] });
  }
  const told = [...spoken, ...inserted.filter(isSpoken)].filter(saysSomething);
  // The newest files are shown where not all can be.
  const budget = fileBudget();
  const messages: ChatMessage[] = [];
  for (const message of [...told, { role: "user" as const, ...question }].reverse())
    messages.push(await toChatMessage(services, message, budget));
  return messages.reverse();
}

type SpokenMessage = QuestionContent & Pick<NewMessage, "role">;

async function toChatMessage(
  services: AttachmentServices,
  message: SpokenMessage,
  budget: FileBudget,
): Promise<ChatMessage> {
  if (message.role === "assistant") return { role: "assistant", text: withFiles(message), toolCalls: [] };
  return { role: "user", ...(await describeQuestion(services, message, budget)) };
}

/** Models' servers refuse messages in which nothing stands, and with them every later question. */
function saysSomething({ text, attachments }: QuestionContent): boolean {
  return text.trim() !== "" || attachments.length > 0;
}

/** What the agent said, with the names of the files it sent: no server takes files of an assistant. */
function withFiles({ text, attachments }: QuestionContent): string {
  const files = attachments.map(({ kind = "file", name, url, path }) =>
    `[${name || kind}] ${url.startsWith("data:") ? "" : url || path}`.trimEnd(),
  );
  return [text, ...files].filter((line) => line.trim() !== "").join("\n");
}

/** What only tells about an answer is nothing that was said. */
function isSpoken({ kind }: Pick<NewMessage, "kind">): boolean {
  return kind !== "verbose" && kind !== "follow-up";
}

interface HistoryLimits {
  tokens: number;
  rounds: number;
}

function limitsOf({ settings }: Agent): HistoryLimits {
  return {
    tokens: settings.historyLimitTokens,
    rounds: settings.historyLimitExchanges ?? Number.POSITIVE_INFINITY,
  };
}

/** What the model sees of an exchange: a message, its answer (empty: none), or both. */
interface Round {
  question: SpokenMessage | undefined;
  answer: string;
}

/** What answers a message stands with it, so that neither is told without the other. */
function asRounds(items: HistoryItem[]): Round[] {
  const rounds: Round[] = [];
  for (const { role, text, attachments } of items.filter(saysSomething)) {
    const last = rounds.at(-1);
    const isAnswer = role === "assistant" && last?.question?.role === "user" && last.answer === "";
    if (isAnswer) last.answer = withFiles({ text, attachments });
    else rounds.push({ question: { role, text, attachments }, answer: "" });
  }
  return rounds;
}

/** The newest rounds that fit, in order. A round begins with a message of the user. */
function withinLimits(said: Round[], limits: HistoryLimits): Round[] {
  const kept: Round[] = [];
  let tokens = 0;
  let rounds = 0;
  for (const round of said.toReversed()) {
    tokens += estimateTokens(round.question?.text ?? "") + estimateTokens(round.answer);
    if (round.question?.role === "user") rounds += 1;
    if (tokens > limits.tokens || rounds > limits.rounds) break;
    kept.push(round);
  }
  return kept.reverse();
}

/** What an exchange adds to what was said, as the model would be told it. */
export function saidIn(exchange: Exchange): HistoryItem[] {
  return roundsOf(exchange).flatMap(({ question, answer }) => [
    ...(question === undefined
      ? []
      : [{ role: question.role, text: question.text, attachments: question.attachments }]),
    ...(answer === "" ? [] : [{ role: "assistant" as const, text: answer, attachments: [] }]),
  ]);
}

/**
 * None when there is nothing to tell: nothing was said, or a question got no answer. A message that the agent was not
 * asked to answer, or that a person was, or that is answered with a later one, counts as it stands.
 */
function roundsOf({ question, answers, chosenTurnId }: Exchange): Round[] {
  const chosen = answers.find((candidate) => candidate.turn.id === chosenTurnId);
  const isHeld = chosen?.turn.isHeld === true || chosen?.turn.status === "merged";
  const told = isHeld ? answers.findLast(({ text }) => text !== "") : chosen;
  const answer = told?.text ?? "";
  const isUnanswered = answers.length > 0 && !isHeld;
  if (answer === "" && (isUnanswered || question.isDeleted || !isSpoken(question))) return [];
  return [{ question: question.isDeleted ? undefined : question, answer }];
}
