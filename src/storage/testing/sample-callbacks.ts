import type { DeliveryId, UserId, WorkspaceId } from "../../domain/ids.ts";
import { aFailure, anEmission, claim, endpoint } from "../conformance/callback-factories.ts";
import { aChannel, aSubmission } from "../conformance/channels.ts";
import { aReplay } from "../conformance/endpoints.ts";
import { later, NOW } from "../conformance/factories.ts";
import type { Store } from "../store.ts";

/** One of everything that has to do with channels and callbacks; the result reads it from any store. */
export async function fillCallbacks(store: Store) {
  const userId = store.newId<UserId>();
  const workspaceId = store.newId<WorkspaceId>();
  const channel = aChannel(store, { ownerId: userId });
  await store.channels.save(channel);
  await store.channels.install(channel.id, workspaceId, NOW);
  await store.channels.saveOptions(channel.id, [{ key: "device", values: [{ label: "甲", value: "1" }] }]);
  const account = { channelId: channel.id, userId, accountId: "ou_1", name: "王", linkedAt: NOW };
  await store.channels.saveAccount(account);
  const submission = aSubmission(store);
  await store.submissions.insert(submission, { kind: "user", userId });
  const to = await endpoint(store, {
    isOrdered: true,
    isAsymmetric: true,
    encryptedClientCertificate: "sealed",
  });
  const emissions = [anEmission(store, [to], { orderKey: "agent:1" }), anEmission(store, [to])];
  for (const emission of emissions) await store.outbox.add(emission);
  const [failed] = await claim(store, to, { room: 1 });
  if (failed === undefined) throw new Error("two were emitted");
  const health = { endpointId: to.id, failingSince: NOW, consecutiveFailures: 1 };
  await store.outbox.record([aFailure(store, failed, later(99))], [health]);
  await claim(store, to, { room: 1 });
  const replay = await aReplay(store, to);
  const deliveryIds = emissions.flatMap(({ deliveries }) => deliveries.map(({ id }): DeliveryId => id));
  return async (other: Store) => ({
    channel: await other.channels.findBySlug(channel.slug ?? ""),
    installed: await other.channels.list({ workspaceId }),
    options: await other.channels.options(channel.id, userId),
    account: await other.channels.findAccount(channel.id, userId),
    submission: await other.submissions.find(submission.id),
    history: await other.submissions.history({ agentId: submission.agentId, offset: 0, limit: 5 }),
    endpoints: await other.endpoints.all(),
    health: await other.endpoints.health([to.id]),
    deliveries: await Promise.all(deliveryIds.map((id) => other.outbox.findDelivery(id))),
    events: await Promise.all(emissions.map(({ event }) => other.outbox.findEvent(event.id))),
    bodies: await Promise.all(
      emissions.flatMap(({ bodies }) => bodies.map(({ id }) => other.outbox.body(id))),
    ),
    attempts: await other.outbox.attempts(failed.delivery.id),
    replays: await other.replays.list(to.id, 5),
    isReplayFound: (await other.replays.find(replay.id)) !== undefined,
    due: await other.outbox.nextDue([to.id]),
    counts: await other.outbox.counts(),
  });
}
