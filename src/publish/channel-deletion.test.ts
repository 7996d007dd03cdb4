import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../storage/store.ts";
import { decideForChannel } from "./audit.ts";
import { AuditSweep } from "./audit-sweep.ts";
import { deleteChannel } from "./channels.ts";
import type { PublishCallbacks, PublishServices } from "./services.ts";
import { publishToChannels } from "./submissions.ts";
import { LATER, NOON } from "./testing/a-caller.ts";
import { aPublishWorld, ENGINES, type PublishWorld, says } from "./testing/a-publisher.ts";

/** How long a transaction waits for what it has begun beside itself, which may wait for the transaction. */
const PATIENCE_MS = 200;

describe.each(ENGINES)("while something is on its way to a channel, on %s", (_name, open) => {
  let world: PublishWorld;
  let store: Store;
  beforeEach(async () => {
    store = await open();
    world = await aPublishWorld(store);
  });
  afterEach(() => store.close());

  const publish = (services: PublishServices = world.services) =>
    publishToChannels(
      services,
      world.owner,
      { agentId: world.agent.id, channels: [{ channel: world.channel }], changelog: "" },
      NOON,
    );
  const withCallbacks = (change: Partial<PublishCallbacks>): PublishServices => {
    const { callbacks } = world.services;
    const standing: PublishCallbacks = {
      emit: (...fact) => callbacks.emit(...fact),
      prepareQuestion: (...fact) => callbacks.prepareQuestion(...fact),
      wake: (emissions) => callbacks.wake(emissions),
      endpointChanged: (id) => callbacks.endpointChanged(id),
      ask: (...question) => callbacks.ask(...question),
    };
    return { ...world.services, callbacks: { ...standing, ...change } };
  };
  /** Services whose transactions see the channel being deleted in their midst. */
  const beingDeleted = () => {
    let deletion: Promise<void> | undefined;
    const services = withCallbacks({
      async emit(...fact) {
        deletion ??= deleteChannel(world.services, world.channelOwner, world.channelId, LATER);
        await Promise.race([deletion, delay(PATIENCE_MS)]);
        return world.services.callbacks.emit(...fact);
      },
    });
    return { services, deleted: async () => deletion };
  };
  const expectNothingThere = async () => {
    expect(await store.submissions.current({ channel: world.channel })).toEqual([]);
    expect(await store.versions.releases(world.agent.id)).toEqual([]);
  };

  it("a deleted channel keeps nothing that is published at that moment", async () => {
    const { services, deleted } = beingDeleted();
    await publish(services);
    await deleted();
    await expectNothingThere();
  });

  it("a deleted channel keeps nothing that is approved at that moment", async () => {
    await world.listen();
    world.server.answer = () => says({ status: "rejected", reason: "too loud" });
    await publish();
    const { services, deleted } = beingDeleted();
    const { agent, channel, channelOwner } = world;
    const verdict = { status: "approved", shareLink: "" } as const;
    await decideForChannel(services, channelOwner, { agentId: agent.id, channel, verdict }, LATER);
    await deleted();
    await expectNothingThere();
  });

  it("a deletion that does not come to its end changes nothing", async () => {
    await publish();
    const app = await world.listen();
    const services = withCallbacks({
      emit: async () => {
        throw new Error("the power is gone");
      },
    });
    const { channelOwner, channelId, channel } = world;
    await expect(deleteChannel(services, channelOwner, channelId, LATER)).rejects.toThrow(
      "the power is gone",
    );
    expect(await store.submissions.current({ channel })).toMatchObject([{ status: "live" }]);
    expect(await store.endpoints.find(app.id)).toBeDefined();
    await deleteChannel(world.services, channelOwner, channelId, LATER);
    await expectNothingThere();
  });

  it("a callback app that is deleted before it was asked leaves no version undecided", async () => {
    const app = await world.listen();
    await publish(withCallbacks({ ask: async () => {} }));
    await store.endpoints.delete(app.id, LATER);
    const sweep = new AuditSweep(world.services);
    await sweep.run(LATER);
    await sweep.settled();
    expect(await store.submissions.latest(world.agent.id, world.channel)).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/^audit_failed: endpoint_deleted: /),
    });
  });

  it("a verdict counts although its callback app was deleted while it was asked", async () => {
    const app = await world.listen();
    world.server.answer = async () => {
      await store.endpoints.delete(app.id, LATER);
      return says({ status: "approved", shareLink: "" });
    };
    const { submissions } = await publish();
    expect(submissions).toMatchObject([{ status: "live" }]);
  });
});
