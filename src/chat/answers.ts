import { isDeepStrictEqual } from "node:util";
import type { Agent } from "../domain/agent.ts";
import type { Answer, Exchange, Feedback, Rating, Turn } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { Fact } from "../domain/event.ts";
import type { ExchangeId, TurnId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { codePoints } from "./code-points.ts";
import type { Facts } from "./facts.ts";

/** An answer together with the exchange it belongs to. */
export interface FoundAnswer {
  exchange: Exchange;
  answer: Answer;
}

/** The refusal that tells nothing about other users' messages. */
export function messageNotFound(): DomainError {
  return new DomainError("message_not_found", "message not found");
}

/** One of the user's answers by its turn. Rejects with `message_not_found`. */
export async function findAnswer(
  store: Pick<Store, "exchanges">,
  agent: Agent,
  userId: string,
  turnId: TurnId,
): Promise<FoundAnswer> {
  const exchange = await store.exchanges.findByTurn(agent.id, userId, turnId);
  const answer = exchange?.answers.find((candidate) => candidate.turn.id === turnId);
  if (exchange === undefined || answer === undefined) throw messageNotFound();
  return { exchange, answer };
}

/**
 * Makes an answer the one shown by default and sent to the model as history. Rejects with `message_not_found`. Found
 * and chosen in one transaction, so that no deleted answer is chosen.
 */
export async function chooseAnswer(
  store: Store,
  agent: Agent,
  userId: string,
  turnId: TurnId,
): Promise<void> {
  await store.transaction(async (repositories) => {
    const { exchange } = await findAnswer(repositories, agent, userId, turnId);
    await repositories.exchanges.choose(exchange.id, turnId);
  });
  await store.flushed();
}

/** Deletes one answer; the newest remaining one is shown instead, and with the last one the exchange goes. */
export async function deleteAnswer(store: Store, turnId: TurnId): Promise<void> {
  await store.exchanges.deleteAnswer(turnId, new Date());
  await store.flushed();
}

/** Deletes a question with all its answers. Rejects with `message_not_found`. */
export async function deleteExchange(
  store: Store,
  agent: Agent,
  userId: string,
  id: ExchangeId,
): Promise<void> {
  const exchange = await store.exchanges.find(agent.id, userId, id);
  if (exchange === undefined) throw messageNotFound();
  await store.exchanges.delete(id, new Date());
  await store.flushed();
}

/** What somebody thinks of an answer. */
export interface Opinion {
  rating: Rating;
  categories: string[];
  comment: string;
}

/** Longest list, and texts in code points, kept of a rating. */
const CATEGORY_LIMIT = 20;
const CATEGORY_LENGTH = 100;
const COMMENT_LENGTH = 5_000;

/**
 * Keeps one rater's opinion of a turn, replacing the earlier one. The same opinion again changes nothing.
 * Resolves with whether anything changed. Rejects with `request_invalid` when a text is too long.
 */
export async function rateAnswer(
  { store, facts }: { store: Store; facts: Facts },
  { workspaceId, turn }: { workspaceId: WorkspaceId; turn: RatedTurn },
  opinion: Opinion & { rater: string },
): Promise<boolean> {
  checkOpinion(opinion);
  const changed = await store.transaction(async (inside) => {
    const { before, feedback } = await replaceOpinion(inside, turn.id, opinion);
    if (feedback === undefined) return undefined;
    const emission = await facts.prepare(inside, {
      type: "feedback.changed",
      workspaceId,
      subject: `turn:${turn.id}`,
      at: feedback.updatedAt,
      data: changeOf(turn, feedback, before?.rating ?? "none"),
    });
    if (emission !== undefined) await inside.outbox.add(emission);
    return { emissions: emission === undefined ? [] : [emission] };
  });
  if (changed === undefined) return false;
  await store.flushed();
  facts.wake(changed.emissions);
  return true;
}

/** Others may rate at the same moment: then what they said is what comes before. No `feedback`: it says the same. */
async function replaceOpinion(
  { feedback: kept }: Pick<Repositories, "feedback">,
  turnId: TurnId,
  opinion: Opinion & { rater: string },
): Promise<{ before: Feedback | undefined; feedback?: Feedback }> {
  for (;;) {
    const before = await kept.find(turnId, opinion.rater);
    if (before !== undefined && isSame(before, opinion)) return { before };
    const revision = (before?.revision ?? 0) + 1;
    const feedback = { turnId, ...opinion, revision, updatedAt: new Date() };
    if (await kept.save(feedback)) return { before, feedback };
  }
}

/** What feedback has to know of a turn. */
export type RatedTurn = Pick<Turn, "id" | "conversationId" | "agentId">;

function isSame(before: Feedback, { rating, categories, comment }: Opinion): boolean {
  return (
    before.rating === rating && before.comment === comment && isDeepStrictEqual(before.categories, categories)
  );
}

function changeOf(
  { id, conversationId, agentId }: RatedTurn,
  { rater, rating, categories, comment, revision }: Feedback,
  ratingBefore: Rating,
): Fact<"feedback.changed">["data"] {
  return {
    turnId: id,
    conversationId,
    agentId,
    rater,
    rating,
    ratingBefore,
    categories,
    comment,
    revision,
  };
}

function checkOpinion({ comment, categories }: Opinion): void {
  if (codePoints(comment) > COMMENT_LENGTH) {
    throw new DomainError("request_invalid", `longer than ${COMMENT_LENGTH} characters`, {
      field: "comment",
    });
  }
  if (
    categories.length > CATEGORY_LIMIT ||
    categories.some((category) => codePoints(category) > CATEGORY_LENGTH)
  ) {
    throw new DomainError(
      "request_invalid",
      `more than ${CATEGORY_LIMIT} categories or one longer than ${CATEGORY_LENGTH} characters`,
      { field: "categories" },
    );
  }
}
