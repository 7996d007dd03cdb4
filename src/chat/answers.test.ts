import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { eventually } from "../../test/support/eventually.ts";
import type { Agent } from "../domain/agent.ts";
import type { Fact } from "../domain/event.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { openPostgresStore } from "../storage/postgres/open.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { chooseAnswer, deleteAnswer, type Opinion, rateAnswer } from "./answers.ts";
import type { RunningTurn } from "./asking.ts";
import { type Facts, SILENT_FACTS } from "./facts.ts";
import { aChatRoom, aChatRoomOn, aConversation, anAgent, ask, historyOf } from "./testing/fixtures.ts";
import type { Turns } from "./turns.ts";

const ENGINES: [string, () => Promise<Store>][] = [
  ["SQLite", () => openSqliteStore({ path: ":memory:" })],
  ["PostgreSQL", async () => openPostgresStore({ url: await createDatabase(), connections: 6 })],
];

let store: Store;
let turns: Turns;
beforeEach(async () => {
  ({ store, turns } = await aChatRoom(scriptedModel(["ok"])));
});
afterEach(() => store.close());

describe("choosing an answer", () => {
  test("that is being deleted leaves the round with an answer that is there", async () => {
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const first = await ask(turns, agent, conversation, "Hi");
    await first.ended;
    const [exchange] = await historyOf(store, conversation);
    if (exchange === undefined) throw new Error("no exchange");
    const signal = new AbortController().signal;
    const asking = { agent, conversation, exchange, dialect: "test", requestId: "r2", signal };
    const second = await turns.regenerate(asking);
    await second.ended;
    const choosing = chooseAnswer(store, agent, "u1", first.turnId);
    await Promise.allSettled([deleteAnswer(store, first.turnId), choosing]);
    const [after] = await historyOf(store, conversation);
    expect(after?.chosenTurnId).toBe(second.turnId);
    expect(after?.answers.map(({ turn }) => turn.id)).toEqual([second.turnId]);
  });
});

describe("rating an answer", () => {
  test("again in the same way changes nothing, and categories are told apart one by one", async () => {
    const agent = await anAgent(store);
    const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
    await turn.ended;
    const rate = (categories: string[]) =>
      rateAnswer({ store, facts: SILENT_FACTS }, rated(agent, turn), {
        rater: "u1",
        rating: "dislike",
        categories,
        comment: "",
      });
    expect(await rate(["wrong", "slow"])).toEqual({ isChanged: true, revision: 1 });
    expect(await rate(["wrong", "slow"])).toEqual({ isChanged: false, revision: 1 });
    expect(await rate(["wrong\nslow"])).toEqual({ isChanged: true, revision: 2 });
  });

  test("again in the same way is only answered when the first time would survive a power cut", async () => {
    const agent = await anAgent(store);
    const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
    await turn.ended;
    const opinion: Opinion = { rating: "like", categories: [], comment: "" };
    const rate = () =>
      rateAnswer({ store, facts: SILENT_FACTS }, rated(agent, turn), { rater: "u1", ...opinion });
    const { promise: isOnDisk, resolve: reachDisk } = Promise.withResolvers<void>();
    vi.spyOn(store, "flushed").mockReturnValue(isOnDisk);
    const first = rate();
    await eventually(async () => (await store.feedback.find(turn.turnId, "u1")) !== undefined);
    let isAnswered = false;
    const second = rate().finally(() => {
      isAnswered = true;
    });
    await eventually(() => vi.mocked(store.flushed).mock.calls.length === 2 || isAnswered);
    expect(isAnswered).toBe(false);
    reachDisk();
    expect(await Promise.all([first, second])).toEqual([
      { isChanged: true, revision: 1 },
      { isChanged: false, revision: 1 },
    ]);
  });

  test.each(ENGINES)("at once numbers the opinions one after the other on %s", async (_name, open) => {
    const shared = await open();
    const told: Fact<"feedback.changed">["data"][] = [];
    const facts: Facts = {
      async prepare(_repositories, { type, data }) {
        if (type === "feedback.changed") told.push(data);
        return undefined;
      },
      isHeard: async () => true,
      prepareBoth: async () => [],
      wake() {},
    };
    const agent = await anAgent(shared);
    const room = aChatRoomOn(shared, scriptedModel(["ok"]));
    const asked = await ask(room, agent, await aConversation(shared, agent), "Hi");
    await asked.ended;
    const about = rated(agent, asked);
    const comments = Array.from({ length: 12 }, (_, index) => `opinion ${index}`);
    await Promise.all(
      comments.map((comment, index) => {
        const rating = index % 2 === 0 ? ("like" as const) : ("dislike" as const);
        const opinion = { rater: "u1", rating, categories: [], comment };
        return rateAnswer({ store: shared, facts }, about, opinion);
      }),
    );
    told.sort((one, other) => one.revision - other.revision);
    expect(told.map(({ revision }) => revision)).toEqual(comments.map((_, index) => index + 1));
    const ratings = told.map(({ rating }) => rating);
    expect(told.map(({ ratingBefore }) => ratingBefore)).toEqual(["none", ...ratings.slice(0, -1)]);
    const { revision, comment } = told.at(-1) ?? {};
    expect(await shared.feedback.find(asked.turnId, "u1")).toMatchObject({ revision, comment });
    await shared.close();
  });

  test("may say what becomes of what was said before; taking back nothing is no change", async () => {
    const agent = await anAgent(store);
    const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
    await turn.ended;
    const services = { store, facts: SILENT_FACTS };
    const nothing = { rater: "u1", rating: "none" as const, categories: [], comment: "" };
    expect(await rateAnswer(services, rated(agent, turn), nothing)).toEqual({
      isChanged: false,
      revision: 0,
    });
    expect(await store.feedback.find(turn.turnId, "u1")).toBeUndefined();
    const louder = {
      rater: "u1",
      revise: (before: Opinion) => ({ ...before, comment: `${before.comment}!` }),
    };
    for (let count = 1; count <= 3; count++) {
      const change = await rateAnswer(services, rated(agent, turn), louder);
      expect(change).toEqual({ isChanged: true, revision: count });
    }
    expect(await store.feedback.find(turn.turnId, "u1")).toMatchObject({ comment: "!!!", revision: 3 });
  });

  test("takes a comment as long as the limit says, counted as people count", async () => {
    const agent = await anAgent(store);
    const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
    await turn.ended;
    const rate = (comment: string) =>
      rateAnswer({ store, facts: SILENT_FACTS }, rated(agent, turn), {
        rater: "u1",
        rating: "like",
        categories: ["😀".repeat(100)],
        comment,
      });
    expect(await rate("😀".repeat(5_000))).toEqual({ isChanged: true, revision: 1 });
    await expect(rate("x".repeat(5_001))).rejects.toMatchObject({
      code: "request_invalid",
      field: "comment",
    });
  });
});

function rated({ id, workspaceId }: Agent, turn: RunningTurn) {
  return { workspaceId, turn: { id: turn.turnId, conversationId: turn.conversation.id, agentId: id } };
}
