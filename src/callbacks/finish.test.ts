import { describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { FAST_CLOCK, openEngineDesk } from "./testing/engine-desk.ts";

describe("news of endpoints and deliveries", () => {
  test("never goes to the endpoint it is about", async () => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    desk.react("bad", 500);
    const eventTypes = ["agent.published", "delivery.exhausted", "endpoint.failing"] as const;
    const { id } = await desk.listen("bad", { eventTypes: [...eventTypes], retryDelaysMs: [1, 1, 1] });
    await desk.listen("watch", { eventTypes: ["delivery.exhausted", "endpoint.failing"] });
    await desk.happen();
    await eventually(() => desk.received("watch").length === 2);
    const told = await desk.store.outbox.listDeliveries({ endpointId: id, limit: 9 });
    expect(told.map(({ eventType }) => eventType)).toEqual(["agent.published"]);
  });

  test("is not news itself when it is lost: two endpoints that are down do not tell each other for ever", async () => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    for (const path of ["one", "two"]) {
      desk.react(path, 404);
      await desk.listen(path, { eventTypes: ["agent.published", "delivery.exhausted"], retryDelaysMs: [] });
    }
    await desk.happen();
    await eventually(async () => {
      const { pending, leased } = await desk.store.outbox.counts();
      const events = await desk.store.outbox.listEvents({ workspaceId: desk.workspaceId, limit: 99 });
      return pending + leased === 0 && events.length >= 3;
    });
    const events = await desk.store.outbox.listEvents({ workspaceId: desk.workspaceId, limit: 99 });
    expect(events.map(({ type }) => type).sort()).toEqual([
      "agent.published",
      "delivery.exhausted",
      "delivery.exhausted",
    ]);
  });
});
