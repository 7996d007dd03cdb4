import type { Exchange, HistoryItem } from "../domain/conversation.ts";
import type { RunEventData } from "../domain/event.ts";
import type { MessageId, TurnId } from "../domain/ids.ts";
import { actionsOf, sourceOf, triggerOf } from "../domain/run.ts";
import type { Repositories } from "../storage/store.ts";
import { saidIn } from "./dialogue.ts";

/** Messages that come along with a run, at most: as many as anybody may ask for. */
const HISTORY_LIMIT = 200;
/** Bytes of their texts; no body that carries them may be longer. */
const HISTORY_LIMIT_BYTES = 256 * 1024;
const EXCHANGES_AT_ONCE = 50;

/** A turn as events tell of it, and its answer. Undefined when unknown or deleted. */
export async function findRun(
  { runs, exchanges }: Pick<Repositories, "runs" | "exchanges">,
  turnId: TurnId,
): Promise<{ messageId: MessageId; run: RunEventData } | undefined> {
  const run = await runs.find(turnId);
  if (run === undefined) return undefined;
  const { conversation, answer } = run;
  const exchange = await exchanges.ofTurn(conversation.id, conversation.userId, turnId);
  return {
    messageId: answer.messageId,
    run: {
      sessionId: conversation.sessionId ?? "",
      source: sourceOf(run),
      trigger: triggerOf(run),
      actions: actionsOf(run),
      history: exchange === undefined ? [] : await historyUpTo(exchanges, exchange, conversation.userId),
    },
  };
}

/** What was said in the section up to a question, itself included, oldest first: the newest that are not too many. */
async function historyUpTo(
  exchanges: Pick<Repositories["exchanges"], "latest">,
  { id, conversationId, sectionId, question }: Exchange,
  rater: string,
): Promise<HistoryItem[]> {
  const { text, attachments } = question;
  const newestFirst: HistoryItem[] = question.isDeleted ? [] : [{ role: "user", text, attachments }];
  let bytes = Buffer.byteLength(text);
  for (let before = id; ; ) {
    const query = { conversationId, rater, sectionId, before, limit: EXCHANGES_AT_ONCE };
    const earlier = await exchanges.latest(query);
    for (const item of earlier.flatMap(saidIn).reverse()) {
      bytes += Buffer.byteLength(item.text);
      if (newestFirst.length === HISTORY_LIMIT || bytes > HISTORY_LIMIT_BYTES) return newestFirst.reverse();
      newestFirst.push(item);
    }
    const [oldest] = earlier;
    if (oldest === undefined || earlier.length < EXCHANGES_AT_ONCE) return newestFirst.reverse();
    before = oldest.id;
  }
}
