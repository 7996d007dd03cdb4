import { expect, it } from "vitest";
import { type AuditEntry, monthOf } from "../../domain/governance.ts";
import type { AuditEntryId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { anAgent, anEnd, aTurn, begin, later, NOW } from "./factories.ts";

/** Who changed what, and what workspaces may use. */
export function governanceConformance(shared: () => Store): void {
  it("what was changed is listed newest first, and found by who, what, when and where", async () => {
    const store = shared();
    const [workspaceId, ann, bob] = [
      store.newId<WorkspaceId>(),
      store.newId<UserId>(),
      store.newId<UserId>(),
    ];
    const entry = (overrides: Partial<AuditEntry>): AuditEntry => ({
      id: store.newId<AuditEntryId>(),
      workspaceId,
      userId: ann,
      via: "session",
      family: "console",
      action: "PATCH /agents/:agentId",
      subject: "agents/1",
      fields: ["prompt"],
      requestId: "r1",
      address: "127.0.0.1",
      createdAt: NOW,
      ...overrides,
    });
    const entries = [
      entry({}),
      entry({ userId: bob, createdAt: later(1) }),
      entry({ action: "POST /agents", subject: "agents/2", createdAt: later(2) }),
    ];
    for (const one of entries) await store.audit.insert(one);
    await store.audit.insert(entry({ workspaceId: store.newId<WorkspaceId>() }));
    const [first, second, third] = entries;
    const list = (more: object) => store.audit.list({ workspaceId, limit: 10, ...more });
    expect(await list({})).toEqual([third, second, first]);
    expect(await list({ userId: bob })).toEqual([second]);
    expect(await list({ action: "POST /agents" })).toEqual([third]);
    expect(await list({ subject: "agents/1", limit: 1 })).toEqual([second]);
    expect(await list({ since: later(1), until: later(2) })).toEqual([second]);
    expect(await list({ before: second?.id })).toEqual([first]);
  });

  it("what was done on the command line has no user; the oldest is forgotten first", async () => {
    const store = shared();
    const workspaceId = store.newId<WorkspaceId>();
    const entry: AuditEntry = {
      id: store.newId<AuditEntryId>(),
      workspaceId,
      via: "command-line",
      family: "command-line",
      action: "antiphon user add",
      subject: "users/1",
      fields: [],
      requestId: "",
      address: "",
      createdAt: NOW,
    };
    await store.audit.insert(entry);
    expect(await store.audit.list({ workspaceId, limit: 10 })).toEqual([entry]);
    await store.audit.forget(new Date("2024-01-01T00:00:00Z"), 1_000);
    expect(await store.audit.list({ workspaceId, limit: 10 })).toEqual([entry]);
    let gone: number;
    do gone = await store.audit.forget(new Date("2090-01-01T00:00:00Z"), 2);
    while (gone === 2);
    expect(await store.audit.list({ workspaceId, limit: 10 })).toEqual([]);
  });

  it("a workspace has no limits before somebody sets them, and those that were set last", async () => {
    const store = shared();
    const workspaceId = store.newId<WorkspaceId>();
    expect(await store.limits.find(workspaceId)).toEqual({});
    const limits = { turnsPerMinute: 60, costPerMonth: { amount: 12.5, currency: "CNY" } };
    await store.limits.save(workspaceId, limits, NOW);
    expect(await store.limits.find(workspaceId)).toEqual(limits);
    await store.limits.save(workspaceId, { tokensPerMonth: 5_000_000_000 }, later(1));
    expect(await store.limits.find(workspaceId)).toEqual({ tokensPerMonth: 5_000_000_000 });
    expect(await store.limits.usage(workspaceId, 202611)).toEqual({ turns: 0, tokens: 0, costs: [] });
  });

  it("what turns use counts for their workspace and month as they end, once", async () => {
    const store = shared();
    const agent = anAgent(store);
    await store.agents.save(agent);
    const { workspaceId } = agent;
    for (const [at, usage] of [
      [NOW, { inputTokens: 100, outputTokens: 20, cost: 0.25, currency: "CNY" }],
      [NOW, { inputTokens: 10, outputTokens: 2, cost: 0.5, currency: "CNY" }],
      [NOW, { inputTokens: 0, outputTokens: 0, cost: 0, currency: "" }],
      [later(40 * 86_400), { inputTokens: 1, outputTokens: 0, cost: 1, currency: "USD" }],
    ] as const) {
      const turn = aTurn(store, await begin(store, { agentId: agent.id, workspaceId }));
      await store.turns.open(turn);
      const end = anEnd(turn, { endedAt: at, usage: { ...usage, firstTokenMs: 1, latencyMs: 2 } });
      expect(await store.turns.close(end)).toBe(true);
      expect(await store.turns.close(end)).toBe(false);
    }
    expect(await store.limits.usage(workspaceId, monthOf(NOW))).toEqual({
      turns: 2,
      tokens: 132,
      costs: [{ currency: "CNY", amount: 0.75 }],
    });
  });

  it("what else asks models counts beside the turns, by month and currency", async () => {
    const store = shared();
    const workspaceId = store.newId<WorkspaceId>();
    for (const used of [
      { tokens: 10, cost: 0.25, currency: "CNY" },
      { tokens: 5, cost: 0.5, currency: "CNY" },
      { tokens: 1, cost: 0, currency: "" },
    ]) {
      await store.limits.addUsage(workspaceId, 202611, used);
    }
    await store.limits.addUsage(workspaceId, 202612, { tokens: 99, cost: 1, currency: "CNY" });
    expect(await store.limits.usage(workspaceId, 202611)).toEqual({
      turns: 0,
      tokens: 16,
      costs: [{ currency: "CNY", amount: 0.75 }],
    });
  });

  it("knows how large it is", async () => {
    const { bytes, schemaVersion } = await shared().about.read();
    expect(bytes).toBeGreaterThan(1_000);
    expect(schemaVersion).toBeGreaterThanOrEqual(6);
  });
}
