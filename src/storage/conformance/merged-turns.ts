import { expect, it } from "vitest";
import type { ExchangeId, MessageId, TriggerId, TurnId } from "../../domain/ids.ts";
import type { MergedTurn, Store } from "../store.ts";
import { anEnd, aTurn, begin, history, later, NOW, type OwnedConversation } from "./factories.ts";
import { aTrigger } from "./insight-factories.ts";

function aMergedTurn(store: Store, conversation: OwnedConversation, text: string): MergedTurn {
  return {
    turnId: store.newId<TurnId>(),
    answerMessageId: store.newId<MessageId>(),
    exchangeId: store.newId<ExchangeId>(),
    createdAt: NOW,
    question: {
      messageId: store.newId<MessageId>(),
      sectionId: conversation.sectionId,
      text,
      attachments: [],
    },
  };
}

/** Questions that are answered together with a later one. */
export function mergedTurnConformance(shared: () => Store): void {
  it("questions that a turn answers too are exchanges of their own, before its own", async () => {
    const store = shared();
    const conversation = await begin(store);
    const first = aMergedTurn(store, conversation, "在吗？");
    const trigger = aTrigger(store, conversation, { id: store.newId<TriggerId>() });
    await store.triggers.insert(trigger);
    const second: MergedTurn = { ...aMergedTurn(store, conversation, "我想退货"), trigger, meta: { n: "2" } };
    const turn = aTurn(store, conversation, { createdAt: later(1), merges: [first, second] });
    await store.turns.open(turn);
    await store.turns.close(anEnd(turn));

    const merged = { status: "merged", mergedInto: turn.turnId, createdAt: NOW, endedAt: NOW };
    const exchanges = await history(store, conversation);
    expect(exchanges).toMatchObject([
      { question: { text: "在吗？" }, answers: [{ text: "", turn: merged }], chosenTurnId: first.turnId },
      { question: { text: "我想退货" }, answers: [{ turn: { ...merged, meta: { n: "2" } } }] },
      { id: turn.exchangeId, answers: [{ turn: { status: "completed" } }] },
    ]);
    expect(exchanges[2]?.answers[0]?.turn).not.toHaveProperty("mergedInto");
    const runs = await store.runs.list({
      agentId: conversation.agentId,
      since: NOW,
      until: later(9),
      conversationId: conversation.id,
      offset: 0,
      limit: 9,
    });
    expect(runs.items.map(({ turn: { id }, mergedFrom }) => [id, mergedFrom])).toEqual([
      [turn.turnId, [first.turnId, second.turnId]],
      [second.turnId, []],
      [first.turnId, []],
    ]);
    expect(await store.triggers.get(trigger.id)).toMatchObject({ state: "started", turnId: second.turnId });
  });

  it("a turn is refused when one of those that it would answer is no longer due", async () => {
    const store = shared();
    const conversation = await begin(store);
    const trigger = aTrigger(store, conversation, { id: store.newId<TriggerId>() });
    await store.triggers.insert(trigger);
    expect(await store.triggers.waiting(conversation.id, 9)).toMatchObject([{ id: trigger.id }]);
    await store.triggers.settle(trigger.id, { state: "cancelled", reason: "by_caller" });
    expect(await store.triggers.waiting(conversation.id, 9)).toEqual([]);
    const merged = { ...aMergedTurn(store, conversation, "在吗？"), trigger };
    const refused = aTurn(store, conversation, { merges: [merged] });
    await expect(store.turns.open(refused)).rejects.toMatchObject({ code: "request_repeated" });
    expect(await history(store, conversation)).toEqual([]);
    expect(await store.triggers.get(trigger.id)).toMatchObject({ state: "cancelled" });
  });

  it("a turn that is refused leaves nothing of those it would have answered", async () => {
    const store = shared();
    const conversation = await begin(store);
    await store.turns.open(aTurn(store, conversation));
    const refused = aTurn(store, conversation, { merges: [aMergedTurn(store, conversation, "在吗？")] });
    await expect(store.turns.open(refused)).rejects.toMatchObject({ code: "conversation_busy" });
    expect(await history(store, conversation)).toHaveLength(1);
  });
}
