import { z } from "zod";
import { readUserVariables } from "../chat/user-variables.ts";
import type { Attachment, Exchange, HistoryItem } from "../domain/conversation.ts";
import type { OutputAction } from "../domain/output-action.ts";
import { actionsOf, type Run } from "../domain/run.ts";
import type { Store } from "../storage/store.ts";
import type { RatedTurn } from "./rated-turns.ts";

/** A question to try an agent with. */
export interface TrialQuestion {
  /** Where it comes from: `line 3`, `turn 4123…`. */
  name: string;
  text: string;
  attachments: Attachment[];
  /** The answer one wants. Absent: nobody said. */
  expected?: string;
  /** The answer it got once. Absent: none is known. */
  recorded?: RecordedAnswer;
  /** Values of the agent's variables. */
  values: Record<string, string>;
  /** What was set for the user who asked. */
  userValues: () => Promise<Record<string, string>>;
  /** What was said before it, oldest first. */
  history: () => Promise<Exchange[]>;
  /** Stands in the place of `history`. */
  given?: HistoryItem[];
}

/** An answer as it was, with what it cost where that is known. */
export interface RecordedAnswer {
  text: string;
  usage?: Run["turn"]["usage"];
  model?: string;
  actions?: OutputAction[];
}

/** A file of questions that cannot be read; the message names its line. */
export class QuestionsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "QuestionsError";
  }
}

const QUESTION_LIMIT = 10_000;
/** More than any question or answer that an export holds. */
const TEXT_LIMIT = 1_000_000;
/** Earlier exchanges looked at, as for a question of a conversation. */
const HISTORY_LIMIT_EXCHANGES = 50;

const text = z
  .string({ error: (issue) => (issue.input === undefined ? "is required" : "must be a text") })
  .max(TEXT_LIMIT, { error: `longer than ${TEXT_LIMIT} characters` });

/** Lines of an export fit, and lines with nothing but a question. */
const line = z.object({
  question: text,
  expected: text.nullish(),
  answer: text.nullish(),
  model: text.nullish(),
  /** Only lines of an export have it. */
  turnId: text.nullish(),
  variables: z.record(text, text, { error: "must be an object of texts" }).nullish(),
});

/**
 * Reads questions: `json` one JSON object a line (`question`, and where there are any `expected`, `answer`, `variables`),
 * otherwise one question a line. Empty lines, in plain files lines that begin with `#`, and exported questions that
 * have no words or stood there before are passed over. Throws a `QuestionsError`.
 */
export function readQuestions(content: string, format: "json" | "text"): TrialQuestion[] {
  const lines = content.replace(/^\uFEFF/, "").split(/\r?\n/);
  const turns = new Set<string>();
  const questions = lines.flatMap((written, index) => {
    const trimmed = written.trim();
    const isNothing = trimmed === "" || (format === "text" && trimmed.startsWith("#"));
    if (isNothing) return [];
    const name = `line ${index + 1}`;
    return format === "json" ? readJsonLine(trimmed, name, turns) : [plainQuestion(trimmed, name)];
  });
  if (questions.length === 0) throw new QuestionsError("there are no questions in it");
  if (questions.length > QUESTION_LIMIT) throw new QuestionsError(`more than ${QUESTION_LIMIT} questions`);
  return questions;
}

function plainQuestion(question: string, name: string): TrialQuestion {
  if (question.length > TEXT_LIMIT) throw new QuestionsError(`${name}: longer than ${TEXT_LIMIT} characters`);
  return {
    name,
    text: question,
    attachments: [],
    values: {},
    userValues: async () => ({}),
    history: async () => [],
  };
}

/**
 * None where an export tells of a turn among `turns`, to which it is added, or of a question without words: a picture
 * alone, say.
 */
function readJsonLine(written: string, name: string, turns: Set<string>): TrialQuestion[] {
  const read = line.safeParse(parsed(written, name));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new QuestionsError(`${name}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "is no question"}`);
  }
  const { question, expected, answer, model, turnId, variables } = read.data;
  const isSilent = question.trim() === "";
  if (isSilent && turnId == null) throw new QuestionsError(`${name}: question is empty`);
  if (isSilent || turns.has(turnId ?? "")) return [];
  if (turnId != null) turns.add(turnId);
  const asked = {
    ...plainQuestion(question, name),
    values: variables ?? {},
    ...(expected != null && expected !== "" && { expected }),
    ...(answer != null && answer !== "" && { recorded: { text: answer, ...(model && { model }) } }),
  };
  return [asked];
}

function parsed(written: string, name: string): unknown {
  try {
    return JSON.parse(written);
  } catch (cause) {
    throw new QuestionsError(`${name}: no JSON (${cause instanceof Error ? cause.message : "unreadable"})`);
  }
}

/** The questions of rated turns, each with what was said before it and the answer it got; a turn that several rated once. */
export function ratedQuestions(
  store: Pick<Store, "exchanges" | "userVariables">,
  rated: readonly RatedTurn[],
): TrialQuestion[] {
  const runs = new Map(rated.map(({ run }) => [run.turn.id, run]));
  return [...runs.values()].map((run) => ({
    name: `turn ${run.turn.id}`,
    text: run.question.text,
    attachments: run.question.attachments,
    recorded: {
      text: run.answer.text,
      usage: run.turn.usage,
      model: run.model,
      actions: actionsOf(run),
    },
    values: run.conversation.inputs,
    userValues: () =>
      readUserVariables(store, {
        agentId: run.turn.agentId,
        channel: run.conversation.channel,
        userId: run.turn.userId,
      }),
    history: () => saidBefore(store, run.turn),
  }));
}

/** What was said before the question of a turn, oldest first. */
export async function saidBefore(
  { exchanges }: Pick<Store, "exchanges">,
  turn: Pick<Run["turn"], "conversationId" | "exchangeId">,
): Promise<Exchange[]> {
  const { conversationId, exchangeId } = turn;
  const all = { conversationId, rater: "" };
  const [exchange] = await exchanges.page({ ...all, order: "asc", from: exchangeId, limit: 1 });
  if (exchange?.id !== exchangeId) return [];
  const { sectionId } = exchange;
  return exchanges.latest({ ...all, limit: HISTORY_LIMIT_EXCHANGES, sectionId, before: exchangeId });
}
