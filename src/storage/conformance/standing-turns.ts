import { expect, it } from "vitest";
import type { TurnId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { anEnd, aTurn, begin, history, later, NOW } from "./factories.ts";
import { openRun } from "./workflow-factories.ts";

const nothing: ReadonlySet<TurnId> = new Set();

/** Turns that outlive their process. */
export function standingTurnConformance(shared: () => Store): void {
  it("a turn that outlives its process is taken over, once by whoever asks, and never closed as abandoned", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation, { standing: '{"so":"far"}' });
    await store.turns.open(turn);
    expect(await store.turns.standing(turn.turnId)).toBe('{"so":"far"}');
    await store.turns.closeAbandoned({ now: later(1), ownTurns: nothing });
    const own = new Set([turn.turnId]);
    const mine = async (ownTurns: ReadonlySet<TurnId>) =>
      (await store.turns.takeOver({ ownTurns, limit: 100 })).filter(({ turnId }) => turnId === turn.turnId);
    expect(await mine(own)).toEqual([]);
    expect(await mine(nothing)).toEqual([{ turnId: turn.turnId, standing: '{"so":"far"}' }]);
    expect(await store.turns.close({ ...anEnd(turn), hasStanding: true })).toBe(true);
    expect(await store.turns.standing(turn.turnId)).toBeUndefined();
    expect(await mine(nothing)).toEqual([]);
    expect(await history(store, conversation)).toMatchObject([
      { answers: [{ turn: { status: "completed" } }] },
    ]);
  });

  it("one that a running workflow run answers goes with the run", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation, { standing: "{}" });
    await store.turns.open(turn);
    const { run } = await openRun(store, { turnId: turn.turnId, conversationId: conversation.id });
    const taken = await store.turns.takeOver({ ownTurns: nothing, limit: 100 });
    expect(taken.map(({ turnId }) => turnId)).not.toContain(turn.turnId);
    const claimed = await store.workflowRuns.claimAbandoned({ inHand: new Set(), bound: true, limit: 100 });
    expect(claimed.map(({ run: { id } }) => id)).toContain(run.id);
    expect(await store.turns.standing(turn.turnId)).toBe("{}");
    await store.turns.close({ ...anEnd(turn), hasStanding: true });
  });

  it("a turn without a standing has none, and ends with its process", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    expect(await store.turns.standing(turn.turnId)).toBeUndefined();
    const taken = await store.turns.takeOver({ ownTurns: nothing, limit: 100 });
    expect(taken.map(({ turnId }) => turnId)).not.toContain(turn.turnId);
    await store.turns.closeAbandoned({ now: NOW, ownTurns: nothing });
    expect(await history(store, conversation)).toMatchObject([
      { answers: [{ turn: { status: "interrupted" } }] },
    ]);
  });
}
