import { expect, it } from "vitest";
import type { EventBodyId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { anEmission, aResult, claim, endpoint } from "./callback-factories.ts";
import { later } from "./factories.ts";

/** Far past every id the tests make. */
const SOME_DAY = new Date("2059-01-01T00:00:00Z");
const NEVER = new Date(0);

/** What is deleted when it was kept long enough. */
export function retentionConformance(openStore: () => Promise<Store>): void {
  it("bodies of what was delivered go first; events go with all that came of them, unfinished ones stay", async () => {
    const store = await openStore();
    const to = await endpoint(store);
    const ends = ["delivered", "exhausted", "pending", "delivered"] as const;
    const emissions = ends.map(() => anEmission(store, [to]));
    for (const emission of emissions) await store.outbox.add(emission);
    const claims = await claim(store, to);
    await store.outbox.record(
      claims.map((claimed, index) =>
        aResult(store, claimed, { to: ends[index] ?? "delivered", dueAt: later(99) }),
      ),
      [],
    );
    const bodiesLeft = () =>
      Promise.all(
        emissions.map(
          async ({ bodies }) => (await store.outbox.body(bodies[0]?.id as EventBodyId)) !== undefined,
        ),
      );
    const eventsLeft = () =>
      Promise.all(emissions.map(async ({ event }) => (await store.outbox.findEvent(event.id)) !== undefined));
    const forgetAll = async (before: { events: Date; deliveredBodies: Date }, limit: number) => {
      const deleted: number[] = [];
      for (;;) {
        const rows = await store.outbox.forget(before, limit);
        if (rows === 0) return deleted;
        deleted.push(rows);
      }
    };

    expect(await forgetAll({ events: NEVER, deliveredBodies: NEVER }, 10)).toEqual([]);
    expect(await forgetAll({ events: NEVER, deliveredBodies: SOME_DAY }, 1)).toEqual([1, 1]);
    expect(await bodiesLeft()).toEqual([false, true, true, false]);
    await forgetAll({ events: SOME_DAY, deliveredBodies: SOME_DAY }, 2);
    expect(await eventsLeft()).toEqual([false, false, true, false]);
    expect(await bodiesLeft()).toEqual([false, false, true, false]);
    expect(await store.outbox.listDeliveries({ endpointId: to.id, limit: 10 })).toHaveLength(1);
    expect(
      await store.outbox.attempts(claims[0]?.delivery.id ?? emissions[0]?.deliveries[0]?.id ?? (0 as never)),
    ).toEqual([]);

    const [last] = await claim(store, to, { now: later(100) });
    if (!last) throw new Error("one was pending");
    await store.outbox.record([aResult(store, last)], []);
    await forgetAll({ events: SOME_DAY, deliveredBodies: SOME_DAY }, 100);
    expect(await eventsLeft()).toEqual([false, false, false, false]);
    await store.close();
  });
}
