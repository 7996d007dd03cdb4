import { BODY_LIMIT_BYTES } from "../callbacks/body-size.ts";
import { HISTORY_LIMIT } from "../callbacks/feedback-options.ts";
import type { Exchange, HistoryItem, Question } from "../domain/conversation.ts";
import type { RunEventData } from "../domain/event.ts";
import type { MessageId, TurnId } from "../domain/ids.ts";
import { actionsOf, sourceOf, triggerOf } from "../domain/run.ts";
import type { Repositories } from "../storage/store.ts";
import { saidIn } from "./dialogue.ts";
import { historyBefore } from "./trigger-start.ts";

const EXCHANGES_AT_ONCE = 50;

/** A turn as events tell of it, and its answer. Undefined when unknown or deleted. */
export async function findRun(
  { runs, exchanges }: Pick<Repositories, "runs" | "exchanges">,
  turnId: TurnId,
): Promise<{ messageId: MessageId; run: RunEventData } | undefined> {
  const run = await runs.find(turnId);
  if (run === undefined) return undefined;
  const { conversation, answer, question } = run;
  const { id, userId } = conversation;
  const given = run.trigger?.history;
  const exchange = given === undefined ? await exchanges.ofTurn(id, userId, turnId) : undefined;
  return {
    messageId: answer.messageId,
    run: {
      sessionId: conversation.sessionId ?? "",
      source: sourceOf(run),
      trigger: triggerOf(run),
      ...(run.trigger !== undefined && { triggerId: run.trigger.id }),
      actions: actionsOf(run),
      history:
        exchange === undefined
          ? [...historyBefore(given ?? [], question.text), ...spoken(question)].slice(-HISTORY_LIMIT)
          : await historyUpTo(exchanges, exchange, userId),
    },
  };
}

/**
 * What was said in the section up to a question, itself included, oldest first: the newest messages, no more than anybody
 * may ask for and than any body could carry.
 */
async function historyUpTo(
  exchanges: Pick<Repositories["exchanges"], "latest">,
  { id, conversationId, sectionId, question }: Exchange,
  rater: string,
): Promise<HistoryItem[]> {
  const newestFirst = spoken(question);
  let bytes = lengthOf(newestFirst);
  for (let before = id; ; ) {
    const query = { conversationId, rater, sectionId, before, limit: EXCHANGES_AT_ONCE };
    const earlier = await exchanges.latest(query);
    for (const item of earlier.flatMap(saidIn).reverse()) {
      bytes += lengthOf(item);
      if (newestFirst.length === HISTORY_LIMIT || bytes > BODY_LIMIT_BYTES) return newestFirst.reverse();
      newestFirst.push(item);
    }
    const [oldest] = earlier;
    if (oldest === undefined || earlier.length < EXCHANGES_AT_ONCE) return newestFirst.reverse();
    before = oldest.id;
  }
}

/** In bytes, with the addresses of its files. */
function lengthOf(said: HistoryItem | HistoryItem[]): number {
  return Buffer.byteLength(JSON.stringify(said));
}

function spoken({ text, attachments, isDeleted }: Question): HistoryItem[] {
  return isDeleted ? [] : [{ role: "user", text, attachments }];
}
