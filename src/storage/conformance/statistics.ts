import { expect, it } from "vitest";
import type { Agent } from "../../domain/agent.ts";
import { type Feedback, NO_USAGE, type Usage } from "../../domain/conversation.ts";
import { percentile } from "../../domain/histogram.ts";
import type { TurnId } from "../../domain/ids.ts";
import type { ClosedTurn, Statistics, StatisticsQuery, Store } from "../store.ts";
import { anAgent, anEnd, aTurn, begin } from "./factories.ts";

/** The beginning of an hour, and of a day in UTC. */
const MIDNIGHT = new Date("2026-02-10T00:00:00Z");
const HOUR_MS = 3_600_000;
const FIRST_HOUR = MIDNIGHT.getTime() / HOUR_MS;

function after(hours: number): Date {
  return new Date(MIDNIGHT.getTime() + hours * HOUR_MS);
}

/** Tokens, money, times and opinions by the hour. */
export function statisticsConformance(openStore: () => Promise<Store>): void {
  async function opened<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore();
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  it("turns are counted once in the hour they ended in, however often and by however many they are counted", () =>
    opened(async (store) => {
      const agent = await anAskedAgent(store);
      await ended(store, agent, { at: after(0.5), usage: { inputTokens: 10, outputTokens: 5, cost: 0.5 } });
      await ended(store, agent, { at: after(0.6), status: "failed" });
      await ended(store, agent, { at: after(30), status: "stopped" });
      await ended(store, anAgent(store), { at: after(0.5) });
      await Promise.all(Array.from({ length: 4 }, () => countAll(store, after(40))));
      await countAll(store, after(40));
      const all = await total(store, queryOf(agent));
      expect(all).toMatchObject({ turns: 3, completed: 1, failed: 1, stopped: 1, interrupted: 0 });
      expect(all).toMatchObject({ inputTokens: 10, outputTokens: 5, costs: new Map([["CNY", 0.5]]) });
      const first = { from: FIRST_HOUR, until: FIRST_HOUR + 1 };
      expect((await total(store, { ...queryOf(agent), hours: first })).turns).toBe(2);
    }));

  it("what has just ended is there before it is counted, and is not counted twice afterwards", () =>
    opened(async (store) => {
      const agent = await anAskedAgent(store);
      await ended(store, agent, { at: new Date(), usage: { inputTokens: 7 } });
      const query = { ...queryOf(agent), hours: { from: FIRST_HOUR, until: Number.MAX_SAFE_INTEGER } };
      expect(await total(store, query)).toMatchObject({ turns: 1, inputTokens: 7 });
      await countAll(store, new Date(Date.now() + 1_000));
      expect(await total(store, query)).toMatchObject({ turns: 1, inputTokens: 7 });
    }));

  it("a turn whose end is stored after its hour was counted is found when the hour is looked at again", () =>
    opened(async (store) => {
      const agent = await anAskedAgent(store);
      await ended(store, agent, { at: after(0.5) });
      await countAll(store, after(5));
      await ended(store, agent, { at: after(0.7) });
      expect((await total(store, queryOf(agent))).turns).toBe(1);
      expect(await store.statistics.verify(FIRST_HOUR)).toBe("corrected");
      expect((await total(store, queryOf(agent))).turns).toBe(2);
      expect(await store.statistics.verify(FIRST_HOUR)).toBe("right");
    }));

  it("percentiles of several hours are those of all their turns", () =>
    opened(async (store) => {
      const agent = await anAskedAgent(store);
      const took = async (hour: number, latencyMs: number, firstTokenMs: number) =>
        ended(store, agent, { at: after(hour), usage: { latencyMs, firstTokenMs } });
      for (let index = 0; index < 9; index += 1) await took(0.1, 1_000 + index, 300);
      await took(4, 60_000, 2_000);
      await countAll(store, after(5));
      const { latency, firstToken } = await total(store, queryOf(agent));
      expect(percentile(latency, 0.5)).toBeGreaterThan(800);
      expect(percentile(latency, 0.5)).toBeLessThan(1_200);
      expect(percentile(latency, 0.99)).toBeGreaterThan(45_000);
      expect(percentile(firstToken, 0.5)).toBeLessThan(400);
    }));

  it("opinions count when they were given; one that changes is counted where it was given last", () =>
    opened(async (store) => {
      const agent = await anAskedAgent(store);
      const turnId = await ended(store, agent, { at: after(0.5) });
      await store.feedback.save(anOpinion(turnId, { rating: "dislike", updatedAt: after(1) }));
      await countAllFeedback(store);
      const of = async (hour: number) => {
        const hours = { from: FIRST_HOUR + hour, until: FIRST_HOUR + hour + 1 };
        const { likes, dislikes } = await total(store, { ...queryOf(agent), hours });
        return { likes, dislikes };
      };
      expect(await of(1)).toEqual({ likes: 0, dislikes: 1 });
      await store.feedback.save(anOpinion(turnId, { rating: "like", revision: 2, updatedAt: after(3) }));
      await countAllFeedback(store);
      expect([await of(1), await of(3)]).toEqual([
        { likes: 0, dislikes: 0 },
        { likes: 1, dislikes: 0 },
      ]);
    }));

  it("told apart by agent, channel or family, and asked for of one of them", () =>
    opened(async (store) => {
      const [agent, other] = [await anAskedAgent(store), anAgent(store)];
      await store.agents.save({ ...other, workspaceId: agent.workspaceId });
      for (const family of ["coze", "coze", "hiagent"]) await ended(store, agent, { at: after(1), family });
      await ended(store, { ...other, workspaceId: agent.workspaceId }, { at: after(1), family: "insight" });
      await countAll(store, after(5));
      const by = async (group: "agent" | "family", limit = 10) =>
        (await store.statistics.totals(queryOf(agent), { group, limit })).map(({ key, sums }) => [
          key,
          sums.turns,
        ]);
      expect(await by("agent")).toEqual([
        [String(agent.id), 3],
        [String(other.id), 1],
      ]);
      expect(await by("family")).toEqual([
        ["coze", 2],
        ["hiagent", 1],
        ["insight", 1],
      ]);
      expect(await by("family", 1)).toEqual([["coze", 2]]);
      expect((await total(store, { ...queryOf(agent), only: { family: "coze" } })).turns).toBe(2);
      expect((await total(store, { ...queryOf(agent), only: { agentIds: [other.id] } })).turns).toBe(1);
      expect((await total(store, { ...queryOf(agent), only: { agentIds: [] } })).turns).toBe(0);
      expect((await total(store, { ...queryOf(agent), only: { channel: "sdk" } })).turns).toBe(0);
    }));

  it("days begin at midnight of the time zone, also where its clock was changed", () =>
    opened(async (store) => {
      const agent = await anAskedAgent(store);
      for (const hour of [0, 15.5, 16.5, 40.5]) await ended(store, agent, { at: after(hour) });
      await countAll(store, after(50));
      const days = async (offsets: { fromHour: number; minutes: number }[]) =>
        (await store.statistics.series(queryOf(agent), { unit: "day", offsets })).map(({ step, sums }) => [
          step - FIRST_HOUR / 24,
          sums.turns,
        ]);
      expect(await days([{ fromHour: 0, minutes: 0 }])).toEqual([
        [0, 3],
        [1, 1],
      ]);
      expect(await days([{ fromHour: 0, minutes: 480 }])).toEqual([
        [0, 2],
        [1, 1],
        [2, 1],
      ]);
      const later = { fromHour: FIRST_HOUR + 20, minutes: 0 };
      expect(await days([{ fromHour: 0, minutes: 480 }, later])).toEqual([
        [0, 2],
        [1, 2],
      ]);
      const weeks = await store.statistics.series(queryOf(agent), {
        unit: "week",
        offsets: [{ fromHour: 0, minutes: 0 }],
      });
      // The tenth of February 2026 is a Tuesday.
      expect(weeks.map(({ step }) => (step * 7 - 3) * 24)).toEqual([FIRST_HOUR - 24]);
    }));

  it("the turns of each day are told apart, those that are not named together", () =>
    opened(async (store) => {
      const [agent, other] = [await anAskedAgent(store), anAgent(store)];
      await store.agents.save({ ...other, workspaceId: agent.workspaceId });
      for (const hour of [1, 2, 30]) await ended(store, agent, { at: after(hour), family: "coze" });
      const ofOther = { ...other, workspaceId: agent.workspaceId };
      for (const family of ["hiagent", "insight"]) await ended(store, ofOther, { at: after(3), family });
      await ended(store, ofOther, { at: after(4), family: "insight", usage: { cost: 1 } });
      await countAll(store, after(50));
      const steps = { unit: "day", offsets: [{ fromHour: 0, minutes: 0 }] } as const;
      const by = async (group: "agent" | "family", ...keys: string[]) =>
        (await store.statistics.turnSeries(queryOf(agent), steps, { group, keys }))
          .map(({ step, key, turns }) => [step - FIRST_HOUR / 24, key, turns])
          .sort();
      expect(await by("agent", String(agent.id))).toEqual([
        [0, "", 3],
        [0, String(agent.id), 2],
        [1, String(agent.id), 1],
      ]);
      expect(await by("family", "coze", "insight")).toEqual([
        [0, "", 1],
        [0, "coze", 2],
        [0, "insight", 2],
        [1, "coze", 1],
      ]);
    }));

  it("old statistics are forgotten, whole hours at a time", () =>
    opened(async (store) => {
      const agent = await anAskedAgent(store);
      for (const hour of [0.5, 5.5]) await ended(store, agent, { at: after(hour) });
      await countAll(store, after(10));
      await store.statistics.forget(after(5.2));
      expect((await total(store, queryOf(agent))).turns).toBe(1);
    }));
}

async function anAskedAgent(store: Store): Promise<Agent> {
  const agent = anAgent(store);
  await store.agents.save(agent);
  return agent;
}

async function ended(
  store: Store,
  { id: agentId, workspaceId }: Pick<Agent, "id" | "workspaceId">,
  how: { at: Date; status?: ClosedTurn["status"]; usage?: Partial<Usage>; family?: string },
): Promise<TurnId> {
  const conversation = await begin(store, { agentId, workspaceId });
  const turn = aTurn(store, conversation, { family: how.family ?? "hiagent" });
  await store.turns.open(turn);
  const usage = { ...NO_USAGE, currency: "CNY", ...how.usage };
  await store.turns.close(anEnd(turn, { endedAt: how.at, status: how.status ?? "completed", usage }));
  return turn.turnId;
}

function anOpinion(turnId: TurnId, overrides: Partial<Feedback>): Feedback {
  return {
    ...{ turnId, rater: "u-1", rating: "like", categories: [], comment: "", revision: 1 },
    ...{ updatedAt: MIDNIGHT, ...overrides },
  };
}

function queryOf({ workspaceId }: Agent): StatisticsQuery {
  return { workspaceId, hours: { from: FIRST_HOUR, until: FIRST_HOUR + 100 }, only: {} };
}

async function total(store: Store, query: StatisticsQuery): Promise<Statistics> {
  const [all] = await store.statistics.totals(query);
  return all?.sums ?? nothing();
}

function nothing(): Statistics {
  const counts = { turns: 0, completed: 0, failed: 0, stopped: 0, interrupted: 0, likes: 0, dislikes: 0 };
  return { ...counts, inputTokens: 0, outputTokens: 0, costs: new Map(), latency: [], firstToken: [] };
}

async function countAll(store: Store, until: Date): Promise<void> {
  while (await store.statistics.countTurns(until));
}

async function countAllFeedback(store: Store): Promise<void> {
  while (await store.statistics.countFeedback());
}
