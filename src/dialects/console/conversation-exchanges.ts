import { z } from "zod";
import type { Answer, Conversation, Exchange } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ExchangeId, TurnId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import { actionsOf, sourceOf, triggerOf } from "../../domain/run.ts";
import type { Store } from "../../storage/store.ts";
import { seenConversation } from "./conversation-present.ts";
import { type Operation, operation } from "./operation.ts";
import { TURN_STATUSES, usageAnswer } from "./turn-answers.ts";
import { formatId, pageOfSchema, paging, wireId, wireMoment } from "./wire.ts";

const opinionAnswer = z.object({
  /** The end user, or another rater of the workspace. */
  rater: z.string(),
  rating: z.enum(["like", "dislike", "none"]),
  categories: z.array(z.string()),
  comment: z.string(),
  updatedAt: wireMoment,
});

const turnAnswer = z.object({
  turnId: z.string(),
  messageId: z.string(),
  agentId: z.string(),
  userId: z.string(),
  status: z.enum(TURN_STATUSES),
  /** The one that is shown to the user and that the model remembers. */
  isChosen: z.boolean(),
  /** The conversation was with a person: nothing answered. */
  isHeld: z.boolean(),
  text: z.string(),
  reasoning: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  usage: usageAnswer,
  /** What asked: `hiagent`, `coze`, `insight`, `openai`, `console`, `share`, `trigger`; empty: not known. */
  family: z.string(),
  /** The model that answered last; empty: none did. */
  model: z.string(),
  /** Of the version that ran, milliseconds; null: the draft. */
  versionNumber: z.number().nullable(),
  versionId: z.string().nullable(),
  /** The workflow that answered; null: a model did. */
  workflow: z.object({ name: z.string(), hasFailedSteps: z.boolean() }).nullable(),
  /** What started it: its type, where it came from, and what it carried. */
  trigger: z.object({ type: z.string(), source: z.string(), payload: z.unknown() }),
  /** What it decided, in order. */
  actions: z.array(z.object({ type: z.string(), status: z.string(), payload: z.unknown() })),
  suggestions: z.array(z.string()),
  /** Everybody's, the latest change first. */
  feedback: z.array(opinionAnswer),
  /** The turn that answers its question too; null: none. */
  mergedInto: z.string().nullable(),
  /** Turns whose questions it answers too, oldest first. */
  mergedFrom: z.array(z.string()),
  createdAt: wireMoment,
  endedAt: wireMoment.nullable(),
});

const exchangeAnswer = z.object({
  id: z.string(),
  /** Exchanges of one section are what the model still sees together. */
  sectionId: z.string(),
  question: z.object({
    messageId: z.string(),
    /** `assistant`: an inserted message in the agent's name. */
    role: z.enum(["user", "assistant"]),
    kind: z.string(),
    /** Empty where it was deleted. */
    text: z.string(),
    isDeleted: z.boolean(),
    attachments: z.array(
      z.object({ kind: z.string(), name: z.string(), url: z.string(), sizeBytes: z.number() }),
    ),
  }),
  /** Oldest first; empty: the message was only put into the conversation. */
  answers: z.array(turnAnswer),
  createdAt: wireMoment,
});

export const conversationExchangeOperations: Operation[] = [
  operation({
    route: "GET /conversations/:conversationId/exchanges",
    permission: "viewConversations",
    role: "viewer",
    summary: "what was said in a conversation, as its user saw it, with all answers of each question",
    query: {
      order: z
        .enum(["desc", "asc"], { error: "must be desc or asc" })
        .default("desc")
        .describe("`desc`: newest first; `asc`: oldest first."),
      turnId: wireId<TurnId>("Begin with the exchange of this turn.").optional(),
      ...paging,
    },
    answer: pageOfSchema(exchangeAnswer),
    async run({ services: { store }, caller, params, query }) {
      const conversation = await seenConversation(store, caller, params["conversationId"]);
      const { order, limit } = query;
      const cursor = query.cursor as ExchangeId | undefined;
      const from = cursor ?? (query.turnId && (await exchangeOfTurn(store, conversation, query.turnId)));
      const found = await store.exchanges.page({
        conversationId: conversation.id,
        rater: conversation.userId,
        order,
        ...(from !== undefined && { from }),
        limit: limit + 1,
      });
      const shown = found.slice(0, limit);
      const runs = await runsOf(store, shown);
      const next = found[limit];
      return {
        items: shown.map((exchange) => presentExchange(exchange, runs)),
        nextCursor: next === undefined ? null : formatId(next.id),
      };
    },
  }),
];

/** Rejects with `not_found` when the conversation has no such turn. */
async function exchangeOfTurn(
  { exchanges }: Pick<Store, "exchanges">,
  { id, userId }: Conversation,
  turnId: TurnId,
): Promise<ExchangeId> {
  const exchange = await exchanges.ofTurn(id, userId, turnId);
  if (exchange === undefined) throw new DomainError("not_found", "there is no such turn in the conversation");
  return exchange.id;
}

async function runsOf({ runs }: Pick<Store, "runs">, exchanges: readonly Exchange[]) {
  const ids = exchanges.flatMap(({ answers }) => answers.map(({ turn }) => turn.id));
  return new Map((await runs.load(ids)).map((run) => [run.turn.id, run]));
}

function presentExchange(
  { id, sectionId, question, answers, chosenTurnId, createdAt }: Exchange,
  runs: ReadonlyMap<TurnId, Run>,
): z.input<typeof exchangeAnswer> {
  const { messageId, role, kind, text, isDeleted, attachments } = question;
  return {
    id: formatId(id),
    sectionId: formatId(sectionId),
    question: {
      ...{ messageId: formatId(messageId), role, kind, text, isDeleted },
      attachments: attachments.map(({ kind: type = "file", name, url, sizeBytes }) => ({
        kind: type,
        name,
        url,
        sizeBytes,
      })),
    },
    answers: answers.flatMap((answer) => {
      const run = runs.get(answer.turn.id);
      return run === undefined ? [] : [presentTurn(answer, run, answer.turn.id === chosenTurnId)];
    }),
    createdAt,
  };
}

function presentTurn(answer: Answer, run: Run, isChosen: boolean): z.input<typeof turnAnswer> {
  const { turn, messageId, text, reasoning } = answer;
  const { status, isHeld, error, usage, family, versionId, suggestions, mergedInto } = turn;
  const { model, versionNumber, workflow, feedback, mergedFrom } = run;
  const { type, payload } = triggerOf(run);
  return {
    turnId: formatId(turn.id),
    messageId: formatId(messageId),
    agentId: formatId(turn.agentId),
    userId: turn.userId,
    ...{ status, isChosen, isHeld, text, reasoning, usage, family, model, suggestions },
    error: error ?? null,
    versionNumber: versionNumber ?? null,
    versionId: versionId === undefined ? null : formatId(versionId),
    workflow:
      workflow === undefined ? null : { name: workflow.name, hasFailedSteps: workflow.hasFailedSteps },
    trigger: { type, source: sourceOf(run), payload },
    actions: actionsOf(run).map((action) => ({
      type: action.type,
      status: action.status,
      payload: action.payload,
    })),
    feedback: feedback.map(({ rater, rating, categories, comment, updatedAt }) => ({
      ...{ rater, rating, categories, comment, updatedAt },
    })),
    mergedInto: mergedInto === undefined ? null : formatId(mergedInto),
    mergedFrom: mergedFrom.map(formatId),
    createdAt: turn.createdAt,
    endedAt: turn.endedAt ?? null,
  };
}
