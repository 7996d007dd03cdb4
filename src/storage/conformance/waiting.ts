import { expect, it } from "vitest";
import { NO_USAGE } from "../../domain/conversation.ts";
import type { ExchangeId, MessageId, TurnId, VersionId } from "../../domain/ids.ts";
import type { TraceEvent } from "../../domain/turn-event.ts";
import type { OpenTurn, Store, WaitingTurn } from "../store.ts";
import { anEnd, answer, aTurn, begin, history, later, NOW } from "./factories.ts";

const STARTED: TraceEvent = {
  type: "thought-start",
  position: 1,
  thought: "",
  skill: "tool",
  tool: "door",
  input: "{}",
};

/** Turns that wait for their caller's tools. `openStore` makes an empty store that the test closes. */
export function waitingConformance(shared: () => Store, openStore: () => Promise<Store>): void {
  it("a turn keeps the messages before its question, its notes and its version", async () => {
    const store = shared();
    const conversation = await begin(store);
    const before = {
      exchangeId: store.newId<ExchangeId>(),
      messageId: store.newId<MessageId>(),
      conversationId: conversation.id,
      sectionId: conversation.sectionId,
      role: "user" as const,
      kind: "question" as const,
      text: "先说一句",
      attachments: [],
      meta: {},
      createdAt: NOW,
    };
    const turn = aTurn(store, conversation, {
      insertedBefore: [before],
      meta: { a: "b" },
      versionId: store.newId<VersionId>(),
    });
    await answer(store, turn);
    const [first, second] = await history(store, conversation);
    expect(first).toMatchObject({ id: before.exchangeId, answers: [], question: { text: "先说一句" } });
    expect(second?.answers[0]?.turn).toMatchObject({ meta: { a: "b" }, versionId: turn.versionId });
  });

  it("of a turn that cannot be opened the messages before its question are not stored either", async () => {
    const store = shared();
    const conversation = await begin(store);
    await store.turns.open(aTurn(store, conversation));
    const refused = aTurn(store, conversation);
    const message = {
      ...refused.question,
      role: "user",
      kind: "question",
      meta: {},
      createdAt: NOW,
    } as const;
    const insertedBefore = [
      {
        ...message,
        text: "x",
        attachments: [],
        exchangeId: store.newId<ExchangeId>(),
        messageId: store.newId<MessageId>(),
        conversationId: conversation.id,
        sectionId: conversation.sectionId,
      },
    ];
    await expect(store.turns.open({ ...refused, insertedBefore })).rejects.toMatchObject({
      code: "conversation_busy",
    });
    expect(await history(store, conversation)).toHaveLength(1);
  });

  it("a waiting turn keeps what it said, did and needs, and lets the conversation go on", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    expect(await store.turns.suspend(aPause(turn))).toBe(true);
    expect(await store.turns.suspend(aPause(turn))).toBe(false);
    expect(await store.turns.suspension(turn.turnId)).toBe('{"step":1}');
    expect(await store.turns.suspension(store.newId<TurnId>())).toBeUndefined();
    expect((await history(store, conversation))[0]?.answers[0]).toMatchObject({
      text: "等一下",
      reasoning: "想",
      turn: { status: "waiting", usage: { inputTokens: 7 }, usedKnowledge: true },
    });
    expect(await store.turns.trace(turn.turnId)).toEqual([STARTED]);
    await store.turns.checkpoint([{ turnId: turn.turnId, text: "late", reasoning: "" }]);
    expect((await history(store, conversation))[0]?.answers[0]?.text).toBe("等一下");
    expect(await store.turns.close(anEnd(turn))).toBe(false);
    await answer(store, aTurn(store, conversation));
  });

  it("of many who resume a waiting turn at once exactly one gets what it needs, and it can end", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    expect(await store.turns.resume(turn.turnId)).toBeUndefined();
    await store.turns.suspend(aPause(turn));
    const got = await Promise.all(Array.from({ length: 10 }, () => store.turns.resume(turn.turnId)));
    expect(got.filter((state) => state !== undefined)).toEqual(['{"step":1}']);
    expect(await store.turns.suspension(turn.turnId)).toBeUndefined();
    expect((await history(store, conversation))[0]?.answers[0]?.turn.status).toBe("running");
    const ended: TraceEvent = {
      type: "thought-end",
      position: 1,
      observation: "open",
      latencyMs: 1,
      toolLatencyMs: 1,
      thoughtLatencyMs: 0,
    };
    await store.turns.suspend(aPause(turn, { state: '{"step":2}' }));
    expect(await store.turns.resume(turn.turnId)).toBe('{"step":2}');
    expect(await store.turns.close(anEnd(turn, { trace: [STARTED, ended] }))).toBe(true);
    expect(await store.turns.trace(turn.turnId)).toEqual([STARTED, ended]);
  });

  it("a turn waits on while another runs in its conversation", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    await store.turns.suspend(aPause(turn));
    const running = aTurn(store, conversation);
    await store.turns.open(running);
    await expect(store.turns.resume(turn.turnId)).rejects.toMatchObject({ code: "conversation_busy" });
    expect(await store.turns.suspension(turn.turnId)).toBe('{"step":1}');
    await store.turns.close(anEnd(running));
    expect(await store.turns.resume(turn.turnId)).toBe('{"step":1}');
  });

  it("a resumption that is rolled back leaves the turn waiting", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    await store.turns.suspend(aPause(turn));
    const failing = store.transaction(async ({ turns }) => {
      expect(await turns.resume(turn.turnId)).toBe('{"step":1}');
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await history(store, conversation))[0]?.answers[0]?.turn.status).toBe("waiting");
    expect(await store.turns.suspension(turn.turnId)).toBe('{"step":1}');
  });

  it("turns that nobody runs any more are closed, those that wait are not", async () => {
    const store = await openStore();
    try {
      const [waiting, resumed] = [await begin(store), await begin(store)];
      const [waitingTurn, resumedTurn] = [aTurn(store, waiting), aTurn(store, resumed)];
      for (const turn of [waitingTurn, resumedTurn]) {
        await store.turns.open(turn);
        await store.turns.suspend(aPause(turn));
      }
      await store.turns.resume(resumedTurn.turnId);
      expect(await store.turns.closeAbandoned({ now: later(3), ownTurns: new Set() })).toBe(1);
      expect((await history(store, waiting))[0]?.answers[0]?.turn.status).toBe("waiting");
      expect((await history(store, resumed))[0]?.answers[0]).toMatchObject({
        text: "等一下",
        turn: { status: "interrupted" },
      });
    } finally {
      await store.close();
    }
  });

  it("traces of several turns are read at once", async () => {
    const store = shared();
    const conversation = await begin(store);
    const told = await answer(store, aTurn(store, conversation), { trace: [STARTED] });
    const silent = await answer(store, aTurn(store, conversation));
    const traces = await store.turns.traces([told.turnId, silent.turnId, store.newId<TurnId>()]);
    expect([...traces]).toEqual([[told.turnId, [STARTED]]]);
    expect((await store.turns.traces([])).size).toBe(0);
  });
}

function aPause(turn: OpenTurn, overrides: Partial<WaitingTurn> = {}): WaitingTurn {
  return {
    turnId: turn.turnId,
    text: "等一下",
    reasoning: "想",
    usage: { ...NO_USAGE, inputTokens: 7 },
    usedKnowledge: true,
    trace: [STARTED],
    state: '{"step":1}',
    now: NOW,
    ...overrides,
  };
}
