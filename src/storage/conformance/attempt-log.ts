import { expect, it } from "vitest";
import type { Attempt } from "../../domain/endpoint.ts";
import type { AttemptId, EndpointId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { aFailure, anEvent, aResult, claim, claimFirst, emit, endpoint } from "./callback-factories.ts";
import { later, NOW } from "./factories.ts";

/** Attempts across deliveries, and what endpoints have left to do. */
export function attemptLogConformance(shared: () => Store): void {
  /** An attempt of a new delivery, in a workspace. */
  async function attempted(
    store: Store,
    workspaceId: WorkspaceId,
    endpointId?: EndpointId,
  ): Promise<Attempt> {
    const to = endpointId === undefined ? await endpoint(store) : { id: endpointId };
    await emit(store, to, 1, { event: anEvent(store, { workspaceId }) });
    const result = aResult(store, await claimFirst(store, to));
    await store.outbox.record([result], []);
    if (result.attempt === undefined) throw new Error("nothing was tried");
    return result.attempt;
  }

  it("lists the attempts of a workspace or an endpoint, newest first, without what was sent", async () => {
    const store = shared();
    const [here, elsewhere] = [store.newId<never>() as WorkspaceId, store.newId<never>() as WorkspaceId];
    const first = await attempted(store, here);
    const second = await attempted(store, here, first.endpointId);
    await attempted(store, elsewhere, first.endpointId);
    const third = await attempted(store, here);
    const list = async (query: Partial<Parameters<Store["outbox"]["listAttempts"]>[0]>) =>
      (await store.outbox.listAttempts({ of: { workspaceId: here }, limit: 10, ...query })).map(
        ({ id }) => id,
      );
    expect(await list({})).toEqual([third.id, second.id, first.id]);
    expect(await list({ limit: 2 })).toEqual([third.id, second.id]);
    expect(await list({ before: second.id })).toEqual([first.id]);
    expect(await list({ of: { endpointId: first.endpointId } })).toHaveLength(3);
    const { requestHeaders, responseHeaders, responsePrefix, isTruncated, remoteAddress, ...line } = third;
    expect(await store.outbox.listAttempts({ of: { workspaceId: here }, limit: 1 })).toEqual([
      { ...line, eventType: "agent.published" },
    ]);
  });

  it("tells which attempts came after one, oldest first", async () => {
    const store = shared();
    const here = store.newId<never>() as WorkspaceId;
    const [first, second, third] = [
      await attempted(store, here),
      await attempted(store, here),
      await attempted(store, here),
    ];
    const of = { workspaceId: here };
    const after = (id: number, limit = 10) =>
      store.outbox.attemptsAfter({ of, after: id as AttemptId, limit });
    expect(await after(0)).toEqual([first.id, second.id, third.id]);
    expect(await after(first.id, 1)).toEqual([second.id]);
    expect(await after(third.id)).toEqual([]);
    const lines = await store.outbox.attemptLines([third.id, first.id, 1 as AttemptId]);
    expect(lines.map(({ id }) => id)).toEqual([first.id, third.id]);
    expect(await store.outbox.attemptLines([])).toEqual([]);
  });

  it("counts what waits, is held and was given up at each endpoint, no further than asked", async () => {
    const store = shared();
    const [busy, idle] = [await endpoint(store), await endpoint(store)];
    await emit(store, busy, 3);
    const [given] = await claim(store, busy, { room: 1 });
    if (given === undefined) throw new Error("nothing was claimed");
    await store.outbox.record([{ ...aFailure(store, given, later(70)), to: "exhausted" }], []);
    await store.outbox.hold(busy.id);
    await emit(store, busy, 2);
    const options = { failedSince: NOW, limit: 10 };
    expect(await store.outbox.endpointCounts([busy.id, idle.id], options)).toEqual([
      { pending: 2, held: 2, failed: 1 },
      { pending: 0, held: 0, failed: 0 },
    ]);
    const [capped] = await store.outbox.endpointCounts([busy.id], { ...options, limit: 1 });
    expect(capped).toEqual({ pending: 1, held: 1, failed: 1 });
    const tomorrow = new Date(Date.now() + 3 * 86_400_000);
    const [lately] = await store.outbox.endpointCounts([busy.id], { ...options, failedSince: tomorrow });
    expect(lately?.failed).toBe(0);
    expect(await store.outbox.endpointCounts([], options)).toEqual([]);
  });
}
