import { z } from "zod";
import type { Answer, Conversation, Exchange } from "../../domain/conversation.ts";
import type { Store } from "../../storage/store.ts";
import { TURN_STATUSES, usageAnswer } from "./turn-answers.ts";
import { formatId, wireMoment } from "./wire.ts";

export const draftConversationAnswer = z.object({
  id: z.string(),
  agentId: z.string().nullable(),
  /** Values of the agent's variables. */
  variables: z.record(z.string(), z.string()),
  createdAt: wireMoment,
  lastTurnAt: wireMoment.nullable(),
});

const answerSchema = z.object({
  turnId: z.string(),
  status: z.enum(TURN_STATUSES),
  /** The one that the agent remembers. */
  isChosen: z.boolean(),
  text: z.string(),
  reasoning: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  usage: usageAnswer,
  suggestions: z.array(z.string()),
  /** What the caller thinks of it. */
  feedback: z.object({
    rating: z.enum(["like", "dislike", "none"]),
    categories: z.array(z.string()),
    comment: z.string(),
  }),
  createdAt: wireMoment,
});

export const exchangeAnswer = z.object({
  id: z.string(),
  question: z.object({
    text: z.string(),
    attachments: z.array(z.object({ kind: z.string(), url: z.string(), name: z.string() })),
  }),
  /** Oldest first. */
  answers: z.array(answerSchema),
  createdAt: wireMoment,
});

export function presentConversation(conversation: Conversation): z.input<typeof draftConversationAnswer> {
  const { id, agentId, inputs, createdAt, lastTurnAt } = conversation;
  return {
    id: formatId(id),
    agentId: agentId === undefined ? null : formatId(agentId),
    variables: inputs,
    createdAt,
    lastTurnAt: lastTurnAt ?? null,
  };
}

/** With what `rater` thinks of its answers. */
export async function presentExchange(
  store: Pick<Store, "feedback">,
  { id, question, answers, chosenTurnId, createdAt }: Exchange,
  rater: string,
): Promise<z.input<typeof exchangeAnswer>> {
  const shown = answers.map((answer) =>
    presentAnswer(store, answer, { isChosen: answer.turn.id === chosenTurnId, rater }),
  );
  return {
    id: formatId(id),
    question: {
      text: question.text,
      attachments: question.attachments.map(({ kind = "file", url, name }) => ({ kind, url, name })),
    },
    answers: await Promise.all(shown),
    createdAt,
  };
}

async function presentAnswer(
  { feedback }: Pick<Store, "feedback">,
  { turn, text, reasoning, rating }: Answer,
  { isChosen, rater }: { isChosen: boolean; rater: string },
): Promise<z.input<typeof answerSchema>> {
  const { id, status, error, usage, suggestions, createdAt } = turn;
  const opinion = rating === "none" ? undefined : await feedback.find(id, rater);
  const { categories = [], comment = "" } = opinion ?? {};
  return {
    turnId: formatId(id),
    ...{ status, isChosen, text, reasoning, usage, suggestions, createdAt },
    error: error ?? null,
    feedback: { rating, categories, comment },
  };
}
