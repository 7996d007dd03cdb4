import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import type { TokenCaller } from "../domain/access.ts";
import { channelNameOf, type Submission, type Verdict } from "../domain/channel.ts";
import type { ChannelId, DeliveryId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { decideForChannel } from "./audit.ts";
import { AuditSweep } from "./audit-sweep.ts";
import { createChannel, installChannel } from "./channels.ts";
import { publishHistory } from "./history.ts";
import type { PublishCallbacks } from "./services.ts";
import { publishToChannels } from "./submissions.ts";
import { LATER, NOON } from "./testing/a-caller.ts";
import { aPublishWorld, ENGINES, type PublishWorld, says } from "./testing/a-publisher.ts";
import { deleteAgent, unpublishFrom } from "./unpublish.ts";

const APPROVED: Verdict = { status: "approved", shareLink: "" };
const REJECTED: Verdict = { status: "rejected", reason: "too loud" };
const AUDITING: Verdict = { status: "auditing" };
const HOUR_MS = 3_600_000;

describe.each(ENGINES)("verdicts of channels on %s", (_name, open) => {
  let world: PublishWorld;
  let store: Store;
  beforeEach(async () => {
    store = await open();
    world = await aPublishWorld(store);
    await world.listen();
    world.server.answer = () => says(AUDITING);
  });
  afterEach(() => store.close());

  const publish = (now = NOON, callbacks: PublishCallbacks = world.services.callbacks) =>
    publishToChannels(
      { ...world.services, callbacks },
      world.owner,
      { agentId: world.agent.id, channels: [{ channel: world.channel }], changelog: "" },
      now,
    );
  const decide = (verdict: Verdict, caller = world.channelOwner, versionNumber?: number) => {
    const { agent, channel } = world;
    const which = versionNumber === undefined ? {} : { versionNumber };
    return decideForChannel(world.services, caller, { agentId: agent.id, channel, verdict, ...which }, LATER);
  };
  const latest = () => store.submissions.latest(world.agent.id, world.channel);
  const isLive = async () => (await store.agents.findLive(world.agent.id, world.channel)) !== undefined;
  const speakingFor = (channelId: ChannelId): TokenCaller => ({
    ...world.channelOwner,
    token: { ...world.channelOwner.token, channelId },
  });
  /** The answer of the channel's server never comes: its process ends while it is asked. */
  const unanswered: () => PublishCallbacks = () => ({
    emit: (...fact) => world.services.callbacks.emit(...fact),
    prepareQuestion: (...fact) => world.services.callbacks.prepareQuestion(...fact),
    wake() {},
    endpointChanged() {},
    ask: async () => {},
  });

  const aChannelThatNobodyServes = async () => {
    const { services, channelOwner, workspaceId } = world;
    const described = { name: "Bazaar", description: "", authorization: { mode: "none" as const } };
    const { id: channelId } = await createChannel(services, channelOwner, described, NOON);
    await installChannel(services, channelOwner, { channelId, workspaceId }, NOON);
    return channelNameOf(channelId);
  };

  it("make what is in audit live, or reject it, and say so again without a change", async () => {
    await publish();
    await decide(APPROVED);
    expect([(await latest())?.status, await isLive()]).toEqual(["live", true]);
    await decide(APPROVED);
    await publish(LATER);
    await decide(REJECTED, speakingFor(world.channelId));
    await decide({ status: "rejected", reason: "other words" });
    expect(await latest()).toMatchObject({ status: "rejected", reason: "too loud" });
    expect(await isLive()).toBe(true);
    expect((await world.told()).map(({ type }) => type)).toEqual(["agent.published"]);
  });

  it("are asked for, however many others pretend to be channels' servers", async () => {
    const channel = await aChannelThatNobodyServes();
    const { user } = world.owner;
    const eventTypes = ["agent.submitted" as const];
    for (let count = 0; count < 60; count += 1) {
      await world.listen({ kind: "coze", ownerId: user.id, channel: "", eventTypes });
    }
    await world.listen({ channel });
    const { submissions } = await publishToChannels(
      world.services,
      world.owner,
      { agentId: world.agent.id, channels: [{ channel }], changelog: "" },
      NOON,
    );
    expect(submissions).toMatchObject([{ status: "auditing" }]);
  });

  it("may change: what is live is taken off the channel, what was rejected goes live", async () => {
    await publish();
    await decide(APPROVED);
    await decide(REJECTED);
    expect([(await latest())?.status, await isLive()]).toEqual(["rejected", false]);
    await decide(APPROVED);
    expect([(await latest())?.status, await isLive()]).toEqual(["live", true]);
    expect(await world.told()).toMatchObject([
      { type: "agent.published" },
      {
        type: "agent.unpublished",
        data: { reason: "too loud", actor: { userId: world.channelOwner.user.id } },
      },
      { type: "agent.published" },
    ]);
    const history = await publishHistory({ store }, world.owner, {
      agentId: world.agent.id,
      offset: 0,
      limit: 9,
    });
    expect(history.items.map(({ change: { to, by } }) => [to, by.kind]).reverse()).toEqual([
      ["auditing", "user"],
      ["live", "channel"],
      ["rejected", "channel"],
      ["live", "channel"],
    ]);
  });

  it("cannot open an audit again that has ended, nor decide what has failed, expired or was withdrawn", async () => {
    const refused = async (verdict: Verdict, words: RegExp) => {
      const before = await latest();
      const refusal = { code: "already_decided", message: expect.stringMatching(words) };
      await expect(decide(verdict)).rejects.toMatchObject(refusal);
      expect(await latest()).toEqual(before);
    };
    await publish();
    await decide(AUDITING);
    await decide(APPROVED);
    await refused(AUDITING, /decided already: it is live/);
    await decide(REJECTED);
    await refused(AUDITING, /decided already: it is rejected/);
    world.server.answer = () => says("", 500);
    await publish();
    for (const verdict of [APPROVED, REJECTED, AUDITING]) await refused(verdict, /already failed/);
    world.server.answer = () => says(AUDITING);
    await publish();
    await unpublishFrom(
      world.services,
      world.owner,
      { agentId: world.agent.id, channel: world.channel, reason: "" },
      LATER,
    );
    await refused(APPROVED, /taken off the channel/);
  });

  it("are refused when a later version was submitted, which they do not touch", async () => {
    const first = await publish();
    const second = await publish(LATER);
    const older = decide(APPROVED, world.channelOwner, first.version.number);
    await expect(older).rejects.toMatchObject({ code: "already_decided" });
    expect(await store.submissions.find(first.submissions[0]?.id as Submission["id"])).toMatchObject({
      status: "superseded",
    });
    await decide(APPROVED, world.channelOwner, second.version.number);
    expect(await isLive()).toBe(true);
  });

  it("come from the channel's owner, and with a token of a channel only for that one", async () => {
    await publish();
    const another = store.newId<ChannelId>();
    for (const caller of [world.owner, speakingFor(another)]) {
      await expect(decide(APPROVED, caller)).rejects.toMatchObject({ code: "permission_denied" });
    }
    expect((await latest())?.status).toBe("auditing");
    await deleteAgent(world.services, world.owner, world.agent.id, LATER);
    await expect(decide(APPROVED)).rejects.toMatchObject({ code: "not_found" });
  });

  it("that come while the channel's server is asked count, whatever it then answers", async () => {
    world.server.answer = async () => {
      await decide(APPROVED);
      return says(REJECTED);
    };
    expect((await publish()).submissions).toMatchObject([{ status: "live" }]);
    expect((await world.told()).map(({ type }) => type)).toEqual(["agent.published"]);
  });

  it("are asked for again, with the same event, where the process ended or the command line published", async () => {
    const { submissions } = await publish(NOON, unanswered());
    expect(submissions).toMatchObject([{ status: "auditing" }]);
    const asked: string[] = [];
    world.server.answer = ({ body }) => {
      asked.push(JSON.parse(body).id);
      return says(APPROVED);
    };
    const sweep = new AuditSweep(world.services);
    await sweep.run(NOON);
    await sweep.settled();
    expect(asked).toEqual([]);
    await Promise.all([sweep.run(LATER), sweep.run(LATER)]);
    await sweep.settled();
    await sweep.run(LATER);
    await sweep.settled();
    expect(asked).toHaveLength(1);
    expect((await latest())?.status).toBe("live");
    expect(await store.outbox.findDelivery(submissions[0]?.audit?.deliveryId as DeliveryId)).toMatchObject({
      state: "delivered",
      trigger: "sync",
    });
    expect((await world.told()).map(({ type }) => type)).toEqual(["agent.published"]);
  });

  it.each([
    [APPROVED, { status: "live", reason: "" }],
    [REJECTED, { status: "rejected", reason: "too loud" }],
    [AUDITING, { status: "auditing", reason: "" }],
    [{}, { status: "failed", reason: expect.stringMatching(/audit_invalid/) }],
  ])(
    "are asked for again when the store failed while one was written, which is told: %j",
    async (answer, told) => {
      world.server.answer = () => says(answer);
      const transaction = store.transaction.bind(store);
      let failures = 0;
      const failing: Store = {
        ...store,
        transaction: (work) => {
          if (failures++ === 0) return transaction(work);
          throw new Error("disk full");
        },
      };
      await publishToChannels(
        { ...world.services, store: failing },
        world.owner,
        { agentId: world.agent.id, channels: [{ channel: world.channel }], changelog: "" },
        NOON,
      ).catch(() => {});
      expect((await latest())?.status).toBe("auditing");
      await eventually(async () => expect(await store.submissions.listUnasked(9)).toHaveLength(1));
      const sweep = new AuditSweep(world.services);
      await sweep.run(LATER);
      await sweep.settled();
      expect(await latest()).toMatchObject(told);
      const { id, versionId, versionNumber } = (await latest()) ?? {};
      const { id: agentId } = world.agent;
      expect((await world.told()).at(-1)).toMatchObject({
        type: "agent.audit-recovered",
        subject: `agent:${agentId}`,
        data: { agentId, versionId, versionNumber, channel: world.channel, submissionId: id, ...told },
      });
    },
  );

  it("are not asked for any more when the submission was withdrawn before anybody asked", async () => {
    const { submissions } = await publish(NOON, unanswered());
    const { agent, channel } = world;
    await unpublishFrom(world.services, world.owner, { agentId: agent.id, channel, reason: "" }, LATER);
    world.server.answer = () => {
      throw new Error("was asked");
    };
    const sweep = new AuditSweep(world.services);
    await sweep.run(LATER);
    await sweep.settled();
    expect(await store.outbox.findDelivery(submissions[0]?.audit?.deliveryId as DeliveryId)).toMatchObject({
      state: "exhausted",
      lastError: "decided_meanwhile",
      attemptCount: 0,
    });
  });

  it("that never come end the audit after three days", async () => {
    await publish();
    const sweep = new AuditSweep(world.services);
    await sweep.run(new Date(NOON.getTime() + 72 * HOUR_MS - 1));
    expect((await latest())?.status).toBe("auditing");
    await sweep.run(new Date(NOON.getTime() + 72 * HOUR_MS));
    expect(await latest()).toMatchObject({ status: "expired", reason: expect.stringMatching(/in time/) });
    await expect(decide(APPROVED)).rejects.toMatchObject({ code: "already_decided" });
    expect(await isLive()).toBe(false);
  });
});
