import { expect, it } from "vitest";
import type { Rating } from "../../domain/conversation.ts";
import type { ConversationId, ExchangeId, TurnId } from "../../domain/ids.ts";
import type { TraceEvent } from "../../domain/turn-event.ts";
import type { Store } from "../store.ts";
import { anEnd, anotherAnswer, answer, aTurn, begin, history, later, NOW } from "./factories.ts";

const USAGE = {
  inputTokens: 12,
  outputTokens: 34,
  firstTokenMs: 56,
  latencyMs: 78,
  cost: 0.000123,
  currency: "CNY",
};

/** Turns and what raters say about them. `openStore` makes an empty store that the test closes. */
export function turnConformance(shared: () => Store, openStore: () => Promise<Store>): void {
  it("an opened turn is running, with an empty answer, and marks the conversation's activity", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation, { createdAt: later(7), family: "coze" });
    await store.turns.open(turn);
    const [exchange] = await history(store, conversation);
    expect(exchange?.chosenTurnId).toBe(turn.turnId);
    expect(exchange?.answers).toEqual([
      {
        turn: {
          id: turn.turnId,
          exchangeId: turn.exchangeId,
          conversationId: conversation.id,
          agentId: conversation.agentId,
          userId: "u-1",
          node: store.node,
          status: "running",
          createdAt: later(7),
          usage: { inputTokens: 0, outputTokens: 0, firstTokenMs: 0, latencyMs: 0, cost: 0, currency: "" },
          usedKnowledge: false,
          suggestions: [],
          meta: {},
          isHeld: false,
          family: "coze",
        },
        messageId: turn.answerMessageId,
        text: "",
        reasoning: "",
        rating: "none",
        meta: {},
        updatedAt: later(7),
      },
    ]);
    const found = await store.conversations.find(conversation.agentId, "u-1", conversation.id);
    expect(found?.lastTurnAt).toEqual(later(7));
  });

  it("a conversation has one running turn; the refused one leaves nothing", async () => {
    const store = shared();
    const conversation = await begin(store);
    const first = aTurn(store, conversation, { createdAt: later(1) });
    await store.turns.open(first);
    const refused = { code: "conversation_busy" };
    await expect(store.turns.open(aTurn(store, conversation, { createdAt: later(2) }))).rejects.toMatchObject(
      refused,
    );
    await expect(store.turns.open(anotherAnswer(store, first))).rejects.toMatchObject(refused);
    const [exchange, ...others] = await history(store, conversation);
    expect(others).toEqual([]);
    expect(exchange?.answers).toHaveLength(1);
    expect(exchange?.chosenTurnId).toBe(first.turnId);
    const found = await store.conversations.find(conversation.agentId, "u-1", conversation.id);
    expect(found?.lastTurnAt).toEqual(later(1));
    await store.turns.close(anEnd(first));
    await store.turns.open(aTurn(store, conversation));
  });

  it("of many turns opened at once in one conversation exactly one runs", async () => {
    const store = shared();
    const conversation = await begin(store);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => store.turns.open(aTurn(store, conversation))),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "conversation_busy" });
    }
    expect(await history(store, conversation)).toHaveLength(1);
  });

  it("turns of an unknown conversation or exchange are refused", async () => {
    const store = shared();
    const conversation = await begin(store);
    const stray = { ...conversation, id: store.newId<ConversationId>() };
    await expect(store.turns.open(aTurn(store, stray))).rejects.toMatchObject({
      code: "conversation_not_found",
    });
    const first = await answer(store, aTurn(store, conversation));
    const elsewhere = { ...anotherAnswer(store, first), exchangeId: store.newId<ExchangeId>() };
    await expect(store.turns.open(elsewhere)).rejects.toMatchObject({ code: "message_not_found" });
  });

  it("the answer limit counts every answer ever begun, deleted ones too", async () => {
    const store = shared();
    const conversation = await begin(store);
    const first = await answer(store, aTurn(store, conversation));
    const second = await answer(store, anotherAnswer(store, first, 3));
    await store.exchanges.deleteAnswer(second.turnId, NOW);
    await answer(store, anotherAnswer(store, first, 3));
    await expect(store.turns.open(anotherAnswer(store, first, 3))).rejects.toMatchObject({
      code: "regenerate_limit",
    });
    expect((await history(store, conversation))[0]?.answers).toHaveLength(2);
  });

  it("tells which of some turns run; unknown ones do not", async () => {
    const store = shared();
    const running = aTurn(store, await begin(store));
    const ended = await answer(store, aTurn(store, await begin(store)));
    await store.turns.open(running);
    const asked = [running.turnId, ended.turnId, store.newId<TurnId>()];
    expect(await store.turns.stillRunning(asked)).toEqual(new Set([running.turnId]));
    expect(await store.turns.stillRunning([])).toEqual(new Set());
  });

  it("a closed turn keeps everything it ended with, and ends only once", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    const trace: TraceEvent[] = [
      { type: "knowledge-search-start", query: "退货", knowledgeBaseIds: [], topK: 3, scoreThreshold: 0.5 },
      { type: "knowledge-search-end", passages: [], latencyMs: 4 },
    ];
    const end = anEnd(turn, {
      status: "failed",
      text: "到这里",
      reasoning: "想",
      error: { code: "model_failed", message: "the model broke off" },
      usage: USAGE,
      suggestions: ["还有呢？"],
      trace,
    });
    expect(await store.turns.close(end)).toBe(true);
    expect(await store.turns.close(anEnd(turn, { text: "too late", trace }))).toBe(false);
    const [exchange] = await history(store, conversation);
    expect(exchange?.answers[0]).toMatchObject({
      text: "到这里",
      reasoning: "想",
      turn: {
        status: "failed",
        endedAt: later(2),
        error: { code: "model_failed", message: "the model broke off" },
        usage: USAGE,
        suggestions: ["还有呢？"],
      },
    });
    expect(await store.turns.trace(turn.turnId)).toEqual(trace);
    expect(await store.turns.trace(store.newId<TurnId>())).toEqual([]);
    expect(await store.turns.close({ ...end, turnId: store.newId<TurnId>() })).toBe(false);
  });

  it("of many who close a turn at once one succeeds, and its text is the text that stays", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    const trace: TraceEvent[] = [{ type: "agent-jump", to: "b", reason: "", latencyMs: 1 }];
    const texts = Array.from({ length: 10 }, (_, index) => `text ${index}`);
    const results = await Promise.all([
      ...texts.map((text) => store.turns.close(anEnd(turn, { text, trace }))),
      store.turns.checkpoint([{ turnId: turn.turnId, text: "checkpoint", reasoning: "" }]),
    ]);
    expect(results.filter((result) => result === true)).toHaveLength(1);
    expect((await history(store, conversation))[0]?.answers[0]?.text).toBe(texts[results.indexOf(true)]);
  });

  it("checkpoints change the texts of running turns only", async () => {
    const store = shared();
    const conversations = [await begin(store), await begin(store), await begin(store)];
    const turns = conversations.map((conversation) => aTurn(store, conversation));
    for (const turn of turns) await store.turns.open(turn);
    const [ended] = turns;
    if (ended !== undefined) await store.turns.close(anEnd(ended, { text: "done" }));
    await store.turns.checkpoint(turns.map(({ turnId }) => ({ turnId, text: "so far", reasoning: "hmm" })));
    await store.turns.checkpoint([]);
    const texts = await Promise.all(
      conversations.map(async (one) => (await history(store, one))[0]?.answers[0]),
    );
    expect(texts.map((one) => one?.text)).toEqual(["done", "so far", "so far"]);
    expect(texts.map((one) => one?.reasoning)).toEqual(["", "hmm", "hmm"]);
  });

  it("hundreds of turns can be checkpointed at once", async () => {
    const store = shared();
    const conversations = await Promise.all(Array.from({ length: 250 }, () => begin(store)));
    const turns = conversations.map((conversation) => aTurn(store, conversation));
    await Promise.all(turns.map((turn) => store.turns.open(turn)));
    await store.turns.checkpoint(turns.map(({ turnId }) => ({ turnId, text: `t${turnId}`, reasoning: "" })));
    for (const [index, conversation] of conversations.entries()) {
      expect((await history(store, conversation))[0]?.answers[0]?.text).toBe(`t${turns[index]?.turnId}`);
    }
  });

  it("suggestions of an ended turn can be replaced", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = await answer(store, aTurn(store, conversation));
    await store.turns.saveSuggestions(turn.turnId, ["一", "二"]);
    expect((await history(store, conversation))[0]?.answers[0]?.turn.suggestions).toEqual(["一", "二"]);
  });

  it("turns this process no longer runs are closed as interrupted, with the text so far", async () => {
    const store = await openStore();
    try {
      const [lost, running] = [await begin(store), await begin(store)];
      const [lostTurn, runningTurn] = [aTurn(store, lost), aTurn(store, running)];
      await store.turns.open(lostTurn);
      await store.turns.open(runningTurn);
      await store.turns.checkpoint([{ turnId: lostTurn.turnId, text: "bis hier", reasoning: "" }]);
      const ownTurns = new Set([runningTurn.turnId]);
      expect(await store.turns.closeAbandoned({ now: later(3), ownTurns })).toBe(1);
      expect(await store.turns.closeAbandoned({ now: later(3), ownTurns })).toBe(0);
      const [exchange] = await history(store, lost);
      expect(exchange?.answers[0]).toMatchObject({
        text: "bis hier",
        turn: { status: "interrupted", endedAt: later(3), error: { code: "interrupted" } },
      });
      expect((await history(store, running))[0]?.answers[0]?.turn.status).toBe("running");
    } finally {
      await store.close();
    }
  });

  it("a rater's newest opinion replaces the earlier one, and opinions are counted by turn", async () => {
    const store = shared();
    const conversation = await begin(store);
    const first = await answer(store, aTurn(store, conversation));
    const second = await answer(store, aTurn(store, conversation));
    const opinion = (turnId: TurnId, rater: string, rating: Rating, revision = 1) =>
      store.feedback.save({
        turnId,
        rater,
        rating,
        categories: ["太长", "不对"],
        comment: "嗯",
        revision,
        updatedAt: later(revision),
      });
    expect(await store.feedback.find(first.turnId, "u-1")).toBeUndefined();
    await opinion(first.turnId, "u-1", "like");
    await opinion(first.turnId, "u-1", "dislike", 2);
    await opinion(first.turnId, "u-2", "dislike");
    await opinion(second.turnId, "u-1", "none");
    expect(await store.feedback.find(first.turnId, "u-1")).toEqual({
      turnId: first.turnId,
      rater: "u-1",
      rating: "dislike",
      categories: ["太长", "不对"],
      comment: "嗯",
      revision: 2,
      updatedAt: later(2),
    });
    expect(await store.feedback.count(conversation.agentId)).toEqual({ like: 0, dislike: 1, none: 1 });
    for (const revision of [1, 2, 4]) {
      expect(await opinion(first.turnId, "u-1", "like", revision)).toBe(false);
    }
    expect(await store.feedback.find(first.turnId, "u-1")).toMatchObject({ rating: "dislike", revision: 2 });
  });
}
