import { expect, it } from "vitest";
import type { Channel, Submission } from "../../domain/channel.ts";
import type {
  AgentId,
  ChannelId,
  DeliveryId,
  EndpointId,
  SubmissionId,
  UserId,
  VersionId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { emit, endpoint } from "./callback-factories.ts";
import { later, NOW } from "./factories.ts";

export function aChannel(store: Store, overrides: Partial<Channel> = {}): Channel {
  const id = store.newId<ChannelId>();
  return {
    id,
    name: "飞书",
    description: "",
    ownerId: store.newId<UserId>(),
    authorization: { mode: "device" },
    slug: `channel-${id}`,
    createdAt: NOW,
    ...overrides,
  };
}

export function aSubmission(store: Store, overrides: Partial<Submission> = {}): Submission {
  return {
    id: store.newId<SubmissionId>(),
    workspaceId: store.newId<WorkspaceId>(),
    agentId: store.newId<AgentId>(),
    versionId: store.newId<VersionId>(),
    versionNumber: 1_772_000_000_123,
    channel: String(store.newId()),
    status: "auditing",
    reason: "",
    options: {},
    shareLink: "",
    createdAt: NOW,
    expiresAt: later(60),
    ...overrides,
  };
}

/** Custom channels, and what was submitted to channels. */
export function channelConformance(shared: () => Store): void {
  it("a channel comes back as it was saved; deleted, it is found by its id only and its slug is free", async () => {
    const store = shared();
    const channel = aChannel(store, {
      authorization: {
        mode: "oauth",
        authorizeUrl: "https://example.com/authorize",
        tokenUrl: "https://example.com/token",
        userUrl: "https://example.com/user",
        clientId: "antiphon",
        clientSecret: "sealed",
      },
    });
    const { slug = "" } = channel;
    await store.channels.save(channel);
    expect(await store.channels.find(channel.id)).toEqual(channel);
    expect(await store.channels.findBySlug(slug)).toEqual(channel);
    expect(await store.transaction(({ channels }) => channels.findToChange(channel.id))).toEqual(channel);
    expect(await store.transaction(({ channels }) => channels.findToUse(channel.id))).toEqual(channel);
    expect(await store.channels.list({ ownerId: channel.ownerId })).toEqual([channel]);
    const { slug: _, ...deleted } = { ...channel, deletedAt: later(1) };
    await store.channels.save({ ...channel, deletedAt: later(1) });
    expect(await store.channels.find(channel.id)).toEqual(deleted);
    expect(await store.channels.findBySlug(slug)).toBeUndefined();
    expect(await store.channels.list({ ownerId: channel.ownerId })).toEqual([]);
    await store.channels.save(aChannel(store, { slug }));
  });

  it("a channel is installed into a workspace once", async () => {
    const store = shared();
    const [channel, other] = [aChannel(store), aChannel(store)];
    await store.channels.save(channel);
    await store.channels.save(other);
    const workspaceId = store.newId<WorkspaceId>();
    expect(await store.channels.isInstalled(channel.id, workspaceId)).toBe(false);
    await store.channels.install(channel.id, workspaceId, NOW);
    await store.channels.install(channel.id, workspaceId, later(1));
    expect(await store.channels.isInstalled(channel.id, workspaceId)).toBe(true);
    expect(await store.channels.list({ workspaceId })).toEqual([channel]);
    expect((await store.channels.list()).map(({ id }) => id)).toContain(other.id);
  });

  it("a user chooses among everybody's options and its own", async () => {
    const store = shared();
    const channel = aChannel(store);
    const userId = store.newId<UserId>();
    const shop = { label: "门店", value: "shop-1" };
    const own = { label: "我的设备", value: "device-7" };
    await store.channels.saveOptions(channel.id, [
      { key: "device", values: [shop] },
      { key: "region", values: [] },
    ]);
    await store.channels.saveOptions(channel.id, [{ key: "device", values: [own] }], userId);
    expect(await store.channels.options(channel.id, userId)).toEqual([
      { key: "device", values: [shop, own] },
      { key: "region", values: [] },
    ]);
    await store.channels.saveOptions(channel.id, [{ key: "device", values: [] }], userId);
    expect((await store.channels.options(channel.id, userId))[0]?.values).toEqual([shop]);
  });

  it("a linked account is there until it is unlinked", async () => {
    const store = shared();
    const account = {
      channelId: store.newId<ChannelId>(),
      userId: store.newId<UserId>(),
      accountId: "ou_1",
      name: "王小明",
      linkedAt: NOW,
    };
    await store.channels.saveAccount({ ...account, accountId: "ou_0" });
    await store.channels.saveAccount(account);
    expect(await store.channels.findAccount(account.channelId, account.userId)).toEqual(account);
    expect(await store.channels.deleteAccount(account.channelId, account.userId)).toBe(true);
    expect(await store.channels.deleteAccount(account.channelId, account.userId)).toBe(false);
    expect(await store.channels.findAccount(account.channelId, account.userId)).toBeUndefined();
  });
}

/** What was submitted to channels. */
export function submissionConformance(shared: () => Store): void {
  it("a submission is decided once, and its history says by whom and why", async () => {
    const store = shared();
    const publisher = { kind: "user" as const, userId: store.newId<UserId>() };
    const submission = aSubmission(store, {
      publisherId: publisher.userId,
      options: { device: "device-7" },
      audit: { endpointId: store.newId<EndpointId>(), deliveryId: store.newId<DeliveryId>() },
    });
    await store.submissions.insert(submission, publisher);
    expect(await store.submissions.find(submission.id)).toEqual(submission);
    const reject = () =>
      store.submissions.decide({
        id: submission.id,
        from: ["auditing"],
        to: "rejected",
        reason: "头像不合规",
        by: { kind: "audit" },
        now: later(5),
      });
    expect(await reject()).toBe(true);
    expect(await reject()).toBe(false);
    const decided = { ...submission, status: "rejected", reason: "头像不合规", decidedAt: later(5) };
    expect(await store.submissions.find(submission.id)).toEqual(decided);
    const history = await store.submissions.history({ agentId: submission.agentId, offset: 0, limit: 10 });
    expect(history.total).toBe(2);
    expect(history.items.map(({ change }) => change)).toEqual([
      {
        submissionId: submission.id,
        from: "auditing",
        to: "rejected",
        reason: "头像不合规",
        by: { kind: "audit" },
        at: later(5),
      },
      { submissionId: submission.id, to: "auditing", reason: "", by: publisher, at: NOW },
    ]);
  });

  it("a later change of a decided submission keeps when it was decided, and may bring a link", async () => {
    const store = shared();
    const submission = aSubmission(store);
    const by = { kind: "channel" as const, userId: store.newId<UserId>() };
    await store.submissions.insert(submission, { kind: "file" });
    const change = { id: submission.id, reason: "", by };
    await store.submissions.decide({
      ...change,
      from: ["auditing"],
      to: "live",
      shareLink: "https://example.com/bot",
      now: later(1),
    });
    await store.submissions.decide({ ...change, from: ["live"], to: "withdrawn", now: later(2) });
    expect(await store.submissions.find(submission.id)).toEqual({
      ...submission,
      status: "withdrawn",
      shareLink: "https://example.com/bot",
      decidedAt: later(1),
    });
    const { items } = await store.submissions.history({
      agentId: submission.agentId,
      channel: submission.channel,
      offset: 0,
      limit: 1,
    });
    expect(items.map((item) => item.change.by)).toEqual([by]);
  });

  it("submissions are listed newest first, by channel, current, expired or unasked", async () => {
    const store = shared();
    const [agentId, channel] = [store.newId<AgentId>(), String(store.newId())];
    const to = await endpoint(store);
    const [unasked] = await emit(store, to, 1, { trigger: "sync", state: "held" });
    const [asked] = await emit(store, to, 1, { trigger: "sync", state: "held" });
    await store.outbox.claimOne({ id: asked as DeliveryId, now: NOW, token: "ask", leaseMs: 1000 });
    const audit = (deliveryId: DeliveryId | undefined) => ({
      endpointId: to.id,
      deliveryId: deliveryId as DeliveryId,
    });
    const old = aSubmission(store, { agentId, channel, status: "live", decidedAt: NOW });
    const open = aSubmission(store, { agentId, channel, audit: audit(unasked), expiresAt: new Date(1_000) });
    const elsewhere = aSubmission(store, { agentId, audit: audit(asked) });
    const past = aSubmission(store, { agentId, channel, status: "superseded", decidedAt: NOW });
    for (const submission of [old, open, elsewhere, past]) {
      await store.submissions.insert(submission, { kind: "system" });
    }
    const window = { offset: 0, limit: 10 };
    expect(await store.submissions.list({ agentId, ...window })).toEqual({
      items: [past, elsewhere, open, old],
      total: 4,
    });
    expect((await store.submissions.list({ agentId, channel, offset: 1, limit: 1 })).items).toEqual([open]);
    expect(await store.submissions.latest(agentId, channel)).toEqual(past);
    expect(await store.submissions.current({ agentId })).toEqual([old, open, elsewhere]);
    expect(await store.submissions.current({ channel })).toEqual([old, open]);
    expect(await store.submissions.current({ agentId, channel: elsewhere.channel })).toEqual([elsewhere]);
    expect(await store.submissions.listExpired(new Date(1_000), 10)).toEqual([open]);
    const ids = (await store.submissions.listUnasked(1_000)).map(({ id }) => id);
    expect([ids.includes(open.id), ids.includes(elsewhere.id)]).toEqual([true, false]);
  });
}
