import { readUserVariables } from "../chat/user-variables.ts";
import type { HistoryItem } from "../domain/conversation.ts";
import type { EvaluationCase } from "../domain/evaluation.ts";
import type { Run } from "../domain/run.ts";
import type { Store } from "../storage/store.ts";
import type { TrialQuestion } from "./trial-questions.ts";

/**
 * The questions of a set, as they are asked. One that comes of a turn is asked with that turn's files and variables, as
 * long as it is there.
 */
export async function caseQuestions(
  store: Pick<Store, "runs" | "userVariables">,
  cases: readonly EvaluationCase[],
): Promise<TrialQuestion[]> {
  const questions: TrialQuestion[] = [];
  for (const asked of cases) {
    const run = asked.turnId === undefined ? undefined : await store.runs.find(asked.turnId);
    questions.push(questionOf(store, asked, run));
  }
  return questions;
}

function questionOf(
  store: Pick<Store, "userVariables">,
  { turnId, question, history, expected, recorded }: EvaluationCase,
  run: Run | undefined,
): TrialQuestion {
  return {
    name: turnId === undefined ? "" : String(turnId),
    text: question,
    attachments: run?.question.attachments ?? [],
    ...(expected !== "" && { expected }),
    ...(recorded !== "" && { recorded: recordedAnswer(recorded, run) }),
    values: run?.conversation.inputs ?? {},
    userValues: async () => (run === undefined ? {} : userValues(store, run)),
    history: async () => [],
    given: history.flatMap(({ user, assistant }) => [said("user", user), said("assistant", assistant)]),
  };
}

/** What it cost is known of the answer that the turn still has. */
function recordedAnswer(text: string, run: Run | undefined) {
  if (run === undefined || run.answer.text !== text) return { text };
  return { text, usage: run.turn.usage, model: run.model };
}

function userValues(
  store: Pick<Store, "userVariables">,
  { turn: { agentId, userId }, conversation: { channel } }: Run,
): Promise<Record<string, string>> {
  return readUserVariables(store, { agentId, channel, userId });
}

function said(role: HistoryItem["role"], text: string): HistoryItem {
  return { role, text, attachments: [] };
}
