import type { GenerationServices } from "../chat/generate.ts";
import type { Agent } from "../domain/agent.ts";
import type { Exchange, HistoryItem } from "../domain/conversation.ts";
import { textSimilarity } from "../knowledge/text-similarity.ts";
import type { ChatModel } from "../models/chat-model.ts";
import { type Judgement, judge } from "./judge.ts";
import { type TrialAnswer, tryAnswer } from "./trial-answer.ts";
import type { RecordedAnswer, TrialQuestion } from "./trial-questions.ts";

/** What is compared: an agent as it is being worked on with what it is measured by. */
export interface TrialPlan {
  candidate: Agent;
  /** `recorded`: the answers that the questions got once. */
  baseline: Agent | "recorded";
  questions: readonly TrialQuestion[];
  /** Absent: nobody grades. */
  judge?: ChatModel | undefined;
  /** Questions worked on at once. */
  concurrency: number;
}

/** Which side did better; `unknown`: nothing says. */
export type Winner = "candidate" | "baseline" | "tie" | "unknown";

export interface TrialSide {
  answer: TrialAnswer;
  judgement?: Judgement;
  /** To the answer one wants, 0 to 1. Absent: nobody said what that is. */
  likenessToExpected?: number;
}

/** One question with both answers. */
export interface TrialRow {
  /** From 0, in the order of the questions. */
  index: number;
  question: TrialQuestion;
  candidate: TrialSide;
  /** Absent: no answer was recorded. */
  baseline?: TrialSide;
  /** Of the two answers to each other, 0 to 1. Absent: there are no two. */
  likeness?: number;
  winner: Winner;
}

/** What a judge is shown of what was said before: exchanges, and of each text its beginning. */
const JUDGED_EXCHANGES = 5;
const JUDGED_CHARACTERS = 1_000;
/** Differences in likeness to the wanted answer up to this say nothing. */
const LIKENESS_NOISE = 0.02;

/**
 * Puts every question to both sides and calls `onRow` with each as it is done, in whatever order. Resolves when all are
 * done, or, once `signal` aborts, when nothing runs any more: rows that were not done by then are left out. Rejects, when
 * nothing runs any more, with what broke it: the store, or `onRow`.
 */
export async function runTrial(
  services: GenerationServices,
  plan: TrialPlan,
  { signal, onRow }: { signal: AbortSignal; onRow: (row: TrialRow) => void },
): Promise<void> {
  const waiting = plan.questions.entries();
  const broken = new AbortController();
  const ending = AbortSignal.any([signal, broken.signal]);
  const work = async () => {
    for (const [index, question] of waiting) {
      if (ending.aborted) return;
      try {
        onRow(await tryQuestion(services, plan, { index, question }, ending));
      } catch (error) {
        if (!ending.aborted) broken.abort(error);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: plan.concurrency }, work));
  broken.signal.throwIfAborted();
}

async function tryQuestion(
  services: GenerationServices,
  plan: TrialPlan,
  { index, question }: { index: number; question: TrialQuestion },
  signal: AbortSignal,
): Promise<TrialRow> {
  const askCandidate = () => tryAnswer(services, plan.candidate, question, signal);
  const askBaseline = () => baselineAnswer(services, plan, question, signal);
  // Whoever comes second may find the model's server warmed up.
  let candidate: TrialAnswer;
  let baseline: TrialAnswer | undefined;
  if (index % 2 === 0) {
    candidate = await askCandidate();
    baseline = await askBaseline();
  } else {
    baseline = await askBaseline();
    candidate = await askCandidate();
  }
  const sides = {
    candidate: await assess(plan, question, candidate, signal),
    ...(baseline !== undefined && { baseline: await assess(plan, question, baseline, signal) }),
  };
  return {
    index,
    question,
    ...sides,
    ...(baseline !== undefined &&
      hasAnswer(baseline) &&
      hasAnswer(candidate) && { likeness: textSimilarity(candidate.text, baseline.text) }),
    winner: winnerOf(sides),
  };
}

async function baselineAnswer(
  services: GenerationServices,
  { baseline }: TrialPlan,
  question: TrialQuestion,
  signal: AbortSignal,
): Promise<TrialAnswer | undefined> {
  if (baseline !== "recorded") return tryAnswer(services, baseline, question, signal);
  return question.recorded === undefined ? undefined : fromRecord(question.recorded);
}

function fromRecord({ text, usage, model = "", actions = [] }: RecordedAnswer): TrialAnswer {
  return {
    text,
    firstTokenMs: usage?.firstTokenMs ?? 0,
    totalMs: usage?.latencyMs ?? 0,
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    cost: usage?.cost ?? 0,
    currency: usage?.currency ?? "",
    model,
    passages: [],
    actions,
  };
}

async function assess(
  plan: TrialPlan,
  { text: question, expected, history, given }: TrialQuestion,
  answer: TrialAnswer,
  signal: AbortSignal,
): Promise<TrialSide> {
  if (!hasAnswer(answer)) return { answer };
  const likeness =
    expected === undefined ? {} : { likenessToExpected: textSimilarity(answer.text, expected) };
  if (plan.judge === undefined) return { answer, ...likeness };
  const earlier = given === undefined ? earlierOf(await history()) : earlierOfGiven(given);
  const material = {
    ...(earlier.length > 0 && { earlier }),
    question,
    answer: answer.text,
    ...(expected !== undefined && { expected }),
  };
  return { answer, ...likeness, judgement: await judge(plan.judge, material, signal) };
}

/** The end of what was said before, without which many a question cannot be understood. */
export function earlierOf(history: readonly Exchange[]): { user: string; assistant: string }[] {
  return history.slice(-JUDGED_EXCHANGES).map(({ question, answers, chosenTurnId }) => {
    const answer = answers.find(({ turn }) => turn.id === chosenTurnId)?.text ?? "";
    const [user, assistant] = question.role === "user" ? [question.text, answer] : ["", question.text];
    return { user: clipped(user), assistant: clipped(assistant) };
  });
}

function earlierOfGiven(given: readonly HistoryItem[]): { user: string; assistant: string }[] {
  const earlier = given.map(({ role, text }) => ({
    user: role === "user" ? clipped(text) : "",
    assistant: role === "assistant" ? clipped(text) : "",
  }));
  return earlier.slice(-2 * JUDGED_EXCHANGES);
}

function clipped(text: string): string {
  return text.slice(0, JUDGED_CHARACTERS).toWellFormed();
}

/** An agent that only acted has answered, too. */
function hasAnswer({ failure, text, actions }: TrialAnswer): boolean {
  return failure === undefined && (text !== "" || actions.length > 0);
}

/** Having an answer beats having none; then the judge decides, or else what one wants to hear. */
function winnerOf({ candidate, baseline }: Pick<TrialRow, "candidate" | "baseline">): Winner {
  if (baseline === undefined) return "unknown";
  const [mine, theirs] = [hasAnswer(candidate.answer), hasAnswer(baseline.answer)];
  if (mine !== theirs) return mine ? "candidate" : "baseline";
  if (!mine) return "tie";
  const [score, otherScore] = [scoreOf(candidate), scoreOf(baseline)];
  if (score !== undefined && otherScore !== undefined) return better(score - otherScore, 0);
  const { likenessToExpected: likeness } = candidate;
  const { likenessToExpected: otherLikeness } = baseline;
  if (likeness === undefined || otherLikeness === undefined) return "unknown";
  return better(likeness - otherLikeness, LIKENESS_NOISE);
}

export function scoreOf({ judgement }: TrialSide): number | undefined {
  return judgement !== undefined && "score" in judgement ? judgement.score : undefined;
}

function better(difference: number, noise: number): Winner {
  if (Math.abs(difference) <= noise) return "tie";
  return difference > 0 ? "candidate" : "baseline";
}
