import { isDeepStrictEqual } from "node:util";
import type { Agent } from "../domain/agent.ts";
import type { Answer, Exchange, Rating, Turn } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { DeliveryId, ExchangeId, TurnId, WorkspaceId } from "../domain/ids.ts";
import type { Emission, Repositories, Store } from "../storage/store.ts";
import { codePoints } from "./code-points.ts";
import type { Facts } from "./facts.ts";
import { findRun } from "./runs.ts";
import { cancelWaitingOf } from "./waiting-runs.ts";

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
  agent: Pick<Agent, "id">,
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
  agent: Pick<Agent, "id">,
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
  await cancelWaitingOf(store, [turnId]);
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
  await cancelWaitingOf(
    store,
    exchange.answers.map(({ turn }) => turn.id),
  );
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

/** What a rater says: an opinion, or what becomes of the one there is. */
export type Rated = { rater: string } & (Opinion | { revise: (before: Opinion) => Opinion });

const NO_OPINION: Opinion = { rating: "none", categories: [], comment: "" };

/**
 * Keeps one rater's opinion of a turn, replacing the earlier one. The same opinion again changes nothing, and neither
 * does taking back what was never said. Resolves with the number of changes so far. Rejects with `request_invalid` when
 * a text is too long.
 */
export async function rateAnswer(
  { store, facts }: { store: Store; facts: Facts },
  { workspaceId, turn }: { workspaceId: WorkspaceId; turn: RatedTurn },
  rated: Rated,
): Promise<{ isChanged: boolean; revision: number }> {
  const { change, emission } = await store.transaction(async (inside) => {
    const change = await replaceOpinion(inside, turn.id, rated);
    if (!change.isChanged) return { change };
    return { change, emission: await tell(inside, facts, { workspaceId, turn, change }) };
  });
  const { isChanged, revision } = change;
  // What is there already may have been written a moment ago by another request.
  await store.flushed();
  facts.wake(emission === undefined ? [] : [emission]);
  return { isChanged, revision };
}

interface Change {
  isChanged: boolean;
  /** 0: nothing was said so far. */
  revision: number;
  rater: string;
  before: Opinion;
  after: Opinion;
  at: Date;
}

/** Others may rate at the same moment: then what they said is what comes before. */
async function replaceOpinion(
  { feedback: kept }: Pick<Repositories, "feedback">,
  turnId: TurnId,
  { rater, ...said }: Rated,
): Promise<Change> {
  for (;;) {
    const found = await kept.find(turnId, rater);
    const before: Opinion = found ?? NO_OPINION;
    const after = "revise" in said ? said.revise(before) : said;
    checkOpinion(after);
    const { rating, categories, comment } = after;
    const revision = found?.revision ?? 0;
    const at = new Date();
    if (isSame(before, after)) return { isChanged: false, revision, rater, before, after, at };
    const next = revision + 1;
    const feedback = { turnId, rater, rating, categories, comment, revision: next, updatedAt: at };
    if (await kept.save(feedback)) return { isChanged: true, revision: next, rater, before, after, at };
  }
}

/** What feedback has to know of a turn. */
export type RatedTurn = Pick<Turn, "id" | "conversationId" | "agentId">;

function isSame(before: Opinion, { rating, categories, comment }: Opinion): boolean {
  return (
    before.rating === rating && before.comment === comment && isDeepStrictEqual(before.categories, categories)
  );
}

/** What there is to tell of a turn is only looked up when somebody listens. */
async function tell(
  inside: Repositories,
  facts: Facts,
  { workspaceId, turn, change }: { workspaceId: WorkspaceId; turn: RatedTurn; change: Change },
): Promise<Emission | undefined> {
  const type = "feedback.changed";
  if (!(await facts.isHeard(inside, { workspaceId, type }))) return undefined;
  const found = await findRun(inside, turn.id);
  if (found === undefined) return undefined;
  const { rater, revision, before, after, at } = change;
  const subject = `turn:${turn.id}`;
  const data = {
    turnId: turn.id,
    conversationId: turn.conversationId,
    agentId: turn.agentId,
    rater,
    rating: after.rating,
    ratingBefore: before.rating,
    categories: after.categories,
    categoriesBefore: before.categories,
    comment: after.comment,
    commentBefore: before.comment,
    revision,
    ...found,
  };
  const toldBefore = revision === 1 ? undefined : await lastTold(inside.outbox, { workspaceId, subject });
  const emission = await facts.prepare(inside, { type, workspaceId, subject, at, data }, toldBefore);
  if (emission !== undefined) await inside.outbox.add(emission);
  return emission;
}

/** The latest delivery about a subject: what comes next has to follow it, whatever this node's clock says. */
async function lastTold(
  outbox: Pick<Repositories["outbox"], "listEvents" | "listDeliveries">,
  about: { workspaceId: WorkspaceId; subject: string },
): Promise<DeliveryId | undefined> {
  const [event] = await outbox.listEvents({ ...about, limit: 1 });
  if (event === undefined) return undefined;
  const [delivery] = await outbox.listDeliveries({ eventId: event.id, limit: 1 });
  return delivery?.id;
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
