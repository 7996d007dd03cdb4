import { expect, it } from "vitest";
import type { MonthUsage, WorkspaceLimits } from "../domain/governance.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { WorkspaceGate } from "./workspace-gate.ts";

const HOME = 1 as WorkspaceId;
const OTHER = 2 as WorkspaceId;

function world(limits: WorkspaceLimits, usage: Partial<MonthUsage> = {}) {
  const state = {
    limits,
    usage: { turns: 0, tokens: 0, costs: [], ...usage } as MonthUsage,
    now: new Date("2026-11-30T23:59:50Z"),
    reads: 0,
  };
  const store = {
    limits: {
      find: async (id: WorkspaceId) => {
        state.reads += 1;
        return id === HOME ? state.limits : {};
      },
      usage: async (_: WorkspaceId, month: number) =>
        month === 202611 ? state.usage : { turns: 0, tokens: 0, costs: [] },
    },
  };
  return { state, gate: new WorkspaceGate({ store, now: () => state.now }) };
}

it("a workspace without limits lets everything in, and is asked for once in a while only", async () => {
  const { gate, state } = world({});
  await Promise.all(Array.from({ length: 50 }, () => gate.enter(HOME)));
  expect(state.reads).toBe(1);
});

it("turns at once are counted by workspace, until they end", async () => {
  const { gate } = world({ turnsAtOnce: 2 });
  const leave = await gate.enter(HOME);
  await gate.enter(HOME);
  await expect(gate.enter(HOME)).rejects.toMatchObject({ code: "too_many_turns" });
  await gate.enter(OTHER);
  leave();
  await gate.enter(HOME);
});

it("turns a minute are counted by workspace, and refusals say how long to wait", async () => {
  const { gate } = world({ turnsPerMinute: 1 });
  (await gate.enter(HOME))();
  await expect(gate.enter(HOME)).rejects.toMatchObject({
    code: "rate_limited",
    retryAfterSeconds: expect.any(Number),
  });
  await gate.enter(OTHER);
});

it("a month's tokens and costs end with the month, and a raised budget counts within seconds", async () => {
  const costs = [
    { currency: "CNY", amount: 10 },
    { currency: "USD", amount: 99 },
  ];
  const { gate, state } = world({ tokensPerMonth: 1_000 }, { tokens: 1_000, costs });
  await expect(gate.enter(HOME)).rejects.toMatchObject({ code: "budget_exhausted" });
  state.limits = { costPerMonth: { amount: 10, currency: "CNY" } };
  state.now = new Date(state.now.getTime() + 6_000);
  await expect(gate.enter(HOME)).rejects.toMatchObject({ code: "budget_exhausted" });
  state.limits = { costPerMonth: { amount: 10.5, currency: "CNY" } };
  state.now = new Date("2026-11-30T23:59:58Z");
  await expect(gate.enter(HOME)).rejects.toMatchObject({ code: "budget_exhausted" });
  state.now = new Date("2026-12-01T00:00:00Z");
  await gate.enter(HOME);
});

it("whoever asks models without a turn is held to the budget alone", async () => {
  const { gate } = world({ tokensPerMonth: 1_000, turnsAtOnce: 1 }, { tokens: 999 });
  await gate.enter(HOME);
  await gate.requireBudget(HOME);
  const { gate: spent } = world({ tokensPerMonth: 1_000 }, { tokens: 1_000 });
  await expect(spent.requireBudget(HOME)).rejects.toMatchObject({ code: "budget_exhausted" });
});
