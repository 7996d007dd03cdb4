import { expect, it } from "vitest";
import type { Endpoint } from "../../domain/endpoint.ts";
import type {
  ChannelId,
  DeliveryId,
  EndpointId,
  EventId,
  ReplayId,
  UserId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { anEmission, anEndpoint, claim, emit, endpoint } from "./callback-factories.ts";
import { later, NOW } from "./factories.ts";

/** Endpoints and replays. */
export function endpointConformance(shared: () => Store): void {
  it("an endpoint comes back as it was saved, until it is deleted", async () => {
    const store = shared();
    const full: Endpoint = anEndpoint(store, {
      ownerId: store.newId<UserId>(),
      channel: "12",
      slug: `orders-${store.newId()}`,
      secrets: [
        { encrypted: "new", createdAt: later(5) },
        { encrypted: "old", createdAt: NOW, expiresAt: later(9) },
      ],
      ratePerSecond: 5,
      isOrdered: true,
      isAsymmetric: true,
      encryptedClientCertificate: "sealed",
      retryDelaysMs: [5_000, 60_000],
      state: "disabled",
      stateReason: "410",
    });
    await store.endpoints.save(full);
    expect(await store.endpoints.find(full.id)).toEqual(full);
    expect(await store.endpoints.findBySlug(full.slug ?? "")).toEqual(full);
    expect(await store.transaction(({ endpoints }) => endpoints.findToChange(full.id))).toEqual(full);
    expect((await store.endpoints.all()).map(({ id }) => id)).toContain(full.id);
    const { url: _, ...unfinished } = { ...full, name: "未完成" };
    await store.endpoints.save(unfinished);
    expect(await store.endpoints.find(full.id)).toEqual(unfinished);
    expect((await store.endpoints.all()).map(({ id }) => id)).not.toContain(full.id);

    expect(await store.endpoints.delete(full.id, later(1))).toBe(true);
    expect(await store.endpoints.delete(full.id, later(2))).toBe(false);
    await store.endpoints.save(full);
    expect(await store.endpoints.find(full.id)).toBeUndefined();
    expect(await store.endpoints.findBySlug(full.slug ?? "")).toBeUndefined();
    await store.endpoints.save(anEndpoint(store, { slug: full.slug ?? "" }));
  });

  it("endpoints are listed oldest first, by kind, owner, workspace and channel, page by page", async () => {
    const store = shared();
    const ownerId = store.newId<UserId>();
    const first = await endpoint(store, { ownerId, kind: "coze", channel: "7" });
    const second = await endpoint(store, { ownerId });
    const list = async (query: Partial<Parameters<Store["endpoints"]["list"]>[0]>) =>
      (await store.endpoints.list({ ownerId, limit: 10, ...query })).map(({ id }) => id);
    expect(await list({})).toEqual([first.id, second.id]);
    expect(await list({ limit: 1 })).toEqual([first.id]);
    expect(await list({ after: first.id })).toEqual([second.id]);
    expect(await list({ kinds: ["standard", "coze-channel"] })).toEqual([second.id]);
    expect(await list({ channel: "7" })).toEqual([first.id]);
    expect(await list({ workspaceId: second.workspaceId as WorkspaceId })).toEqual([second.id]);
  });

  it("those that may be told of a workspace listen: its own, its leaders', and its channel's", async () => {
    const store = shared();
    const workspaceId = store.newId<WorkspaceId>();
    const [owner, admin, member] = [1, 2, 3].map(() => store.newId<UserId>()) as [UserId, UserId, UserId];
    const roles = { owner, admin, member };
    for (const [role, userId] of Object.entries(roles)) {
      await store.workspaces.saveMember({
        workspaceId,
        userId,
        role: role as keyof typeof roles,
        joinedAt: NOW,
      });
    }
    const channel = String(store.newId());
    const { workspaceId: _, ...apart } = anEndpoint(store);
    const coze = async (ownerId: UserId, overrides: Partial<Endpoint> = {}) => {
      const made = { ...apart, id: store.newId<EndpointId>(), kind: "coze" as const, ownerId, ...overrides };
      await store.endpoints.save(made);
      return made;
    };
    const own = await endpoint(store, { workspaceId, state: "disabled" });
    const ofOwner = await coze(owner);
    const ofAdmin = await coze(admin);
    await coze(member);
    const ofChannel = await coze(member, { kind: "coze-channel", channel });
    await coze(owner, { kind: "coze-channel", channel: `${channel}0` });
    await endpoint(store, { workspaceId, eventTypes: ["agent.unpublished"] });
    const deleted = await endpoint(store, { workspaceId });
    await store.endpoints.delete(deleted.id, NOW);
    const { url, ...silent } = anEndpoint(store, { workspaceId });
    await store.endpoints.save(silent);
    await endpoint(store);

    const listening = async (query: Partial<Parameters<Store["endpoints"]["listening"]>[0]>) =>
      store.endpoints.listening({ workspaceId, eventType: "agent.published", limit: 10, ...query });
    expect(await listening({})).toEqual([own, ofOwner, ofAdmin]);
    // A channel's app hears of workspaces that the channel is open to: callers name channels as they like.
    expect(await listening({ channel })).toEqual([own, ofOwner, ofAdmin]);
    await store.channels.install(Number(channel) as ChannelId, workspaceId, NOW);
    expect(await listening({ channel })).toEqual([own, ofOwner, ofAdmin, ofChannel]);
    expect(await listening({ channel: `0${channel}` })).toEqual([own, ofOwner, ofAdmin]);
    expect(await listening({ channel, after: ofOwner.id, limit: 1 })).toEqual([ofAdmin]);
    expect(await listening({ eventType: "agent.submitted" })).toEqual([]);
    expect(await listening({ eventType: "agent.submitted", otherType: "agent.published" })).toEqual(
      await listening({}),
    );
  });

  it("deleting an endpoint drops what waits, is held or under way, but no question, and ends its replays", async () => {
    const store = shared();
    const to = await endpoint(store);
    const ids = await emit(store, to, 2);
    await claim(store, to, { room: 1 });
    ids.push(...(await emit(store, to, 1, { state: "held" })));
    // Whoever asks it learns that there is nobody to ask.
    ids.push(...(await emit(store, to, 1, { state: "held", trigger: "sync" })));
    const replay = await aReplay(store, to);
    await store.endpoints.delete(to.id, later(70));
    const states = await Promise.all(ids.map(async (id) => (await store.outbox.findDelivery(id))?.state));
    expect(states).toEqual(["dropped", "dropped", "dropped", "held"]);
    expect(await store.replays.find(replay.id)).toMatchObject({ state: "cancelled", endedAt: later(70) });
  });

  it("a replay remembers how far it is, and goes on only while it runs", async () => {
    const store = shared();
    const to = await endpoint(store);
    const replay = await aReplay(store, to);
    expect(await store.replays.find(replay.id)).toEqual(replay);
    expect((await store.replays.listRunning()).map(({ id }) => id)).toContain(replay.id);
    const emission = anEmission(store, []);
    await store.outbox.add(emission);
    const step = () => {
      const { bodies, deliveries } = anEmission(store, [to], {
        event: emission.event,
        trigger: "replay",
        replayId: replay.id,
      });
      return store.replays.advance({
        id: replay.id,
        cursor: emission.event.id,
        bodies: bodies.map((body) => ({ ...body, eventId: emission.event.id })),
        deliveries,
        isDone: false,
        now: later(1),
      });
    };
    expect(await step()).toBe(true);
    expect(await store.replays.find(replay.id)).toMatchObject({ cursor: emission.event.id, sentCount: 1 });
    expect(await store.replays.setState(replay.id, "paused", later(2))).toBe(true);
    expect(await step()).toBe(false);
    expect(await store.replays.setState(replay.id, "running", later(3))).toBe(true);
    const end = { id: replay.id, cursor: emission.event.id, bodies: [], deliveries: [], isDone: true };
    expect(await store.replays.advance({ ...end, now: later(4) })).toBe(true);
    expect(await store.replays.find(replay.id)).toMatchObject({ state: "done", endedAt: later(4) });
    expect(await store.replays.setState(replay.id, "cancelled", later(5))).toBe(false);
    expect((await store.replays.list(to.id, 5)).map(({ id }) => id)).toEqual([replay.id]);
    expect((await claim(store, to)).map(({ delivery }) => delivery.replayId)).toEqual([replay.id]);
  });

  it("unknown endpoints, events, bodies, deliveries and replays are undefined", async () => {
    const store = shared();
    const id = store.newId();
    expect(await store.endpoints.find(id as EndpointId)).toBeUndefined();
    expect(await store.endpoints.delete(id as EndpointId, NOW)).toBe(false);
    expect(await store.outbox.findEvent(id as EventId)).toBeUndefined();
    expect(await store.outbox.findDelivery(id as DeliveryId)).toBeUndefined();
    expect(await store.replays.find(id as ReplayId)).toBeUndefined();
    expect(await store.replays.setState(id as ReplayId, "paused", NOW)).toBe(false);
  });
}

/** A stored replay that runs. */
export async function aReplay(store: Store, to: Endpoint) {
  const replay = {
    id: store.newId<ReplayId>(),
    endpointId: to.id,
    since: NOW,
    until: later(60),
    eventTypes: ["agent.published" as const],
    isOnlyFailed: true,
    ratePerSecond: 10,
    state: "running" as const,
    cursor: 0 as EventId,
    sentCount: 0,
    createdBy: store.newId<UserId>(),
    createdAt: NOW,
  };
  await store.replays.insert(replay);
  return replay;
}
