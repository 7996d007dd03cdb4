import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Agent } from "../domain/agent.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import type { Store } from "../storage/store.ts";
import { chooseAnswer, deleteAnswer, rateAnswer } from "./answers.ts";
import type { RunningTurn } from "./asking.ts";
import { SILENT_FACTS } from "./facts.ts";
import { aChatRoom, aConversation, anAgent, ask, historyOf } from "./testing/fixtures.ts";
import type { Turns } from "./turns.ts";

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
    expect(await rate(["wrong", "slow"])).toBe(true);
    expect(await rate(["wrong", "slow"])).toBe(false);
    expect(await rate(["wrong\nslow"])).toBe(true);
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
    expect(await rate("😀".repeat(5_000))).toBe(true);
    await expect(rate("x".repeat(5_001))).rejects.toMatchObject({
      code: "request_invalid",
      field: "comment",
    });
  });
});

function rated({ id, workspaceId }: Agent, turn: RunningTurn) {
  return { workspaceId, turn: { id: turn.turnId, conversationId: turn.conversation.id, agentId: id } };
}
