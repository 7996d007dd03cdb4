import { describe, expect, test } from "vitest";
import { problemWithData } from "../callbacks/events.ts";
import { standardBody } from "../callbacks/standard-format.ts";
import { ModelError } from "../models/chat-model.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { closeAbandonedTurns } from "./abandoned-turns.ts";
import { rateAnswer } from "./answers.ts";
import { conversationOf, createConversation } from "./conversations.ts";
import { aConversation, ask, asker } from "./testing/fixtures.ts";
import { aRoomWithListener } from "./testing/listener.ts";

describe("a turn", () => {
  test("that completes is told with question, answer and usage, together with its end", async () => {
    const model = scriptedModel(["7 天", { type: "usage", inputTokens: 12, outputTokens: 3 }]);
    const { store, turns, agent, told, woken } = await aRoomWithListener(model);
    const conversation = await aConversation(store, agent);
    const turn = await ask(turns, agent, conversation, "怎么退货？");
    await turn.ended;
    const events = await told();
    expect(events.map(({ type }) => type)).toEqual(["turn.completed", "usage.recorded"]);
    expect(events[0]).toMatchObject({
      workspaceId: agent.workspaceId,
      subject: `conversation:${conversation.id}`,
      data: {
        turnId: turn.turnId,
        conversationId: conversation.id,
        messageId: turn.answerMessageId,
        agentId: agent.id,
        userId: "u1",
        channel: "api",
        status: "completed",
        question: "怎么退货？",
        answer: "7 天",
        isTruncated: false,
      },
    });
    expect(events[1]?.data).toMatchObject({
      turnId: turn.turnId,
      model: "scripted",
      inputTokens: 12,
      outputTokens: 3,
    });
    expect(woken.map(({ event }) => event)).toEqual(events);
    for (const event of events) {
      expect(problemWithData(event.type, JSON.parse(standardBody(event)).data)).toBeUndefined();
    }
  });

  test("that fails is told with what there is and why", async () => {
    const model = scriptedModel([
      { type: "fail", error: new ModelError("timeout", "the model did not answer in time") },
    ]);
    const { store, turns, agent, told } = await aRoomWithListener(model);
    const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
    await turn.ended;
    expect(await told()).toMatchObject([
      { type: "turn.failed", data: { status: "failed", error: { code: "model_timeout" } } },
    ]);
  });

  test("that is not stored is told to nobody", async () => {
    const { store, turns, agent, prepared } = await aRoomWithListener(scriptedModel(["Hi"]));
    const turn = await ask(turns, agent, await aConversation(store, agent), "Hi", { isStored: false });
    await turn.ended;
    expect(prepared).toEqual([]);
  });

  test("that a dead process left running is told as interrupted by who closes it", async () => {
    const { store, turns, agent, told, woken, facts } = await aRoomWithListener(
      scriptedModel([{ type: "gate", until: new Promise(() => {}) }]),
    );
    const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
    expect(await closeAbandonedTurns({ store, facts }, new Set())).toBe(1);
    expect(await told()).toMatchObject([
      {
        type: "turn.failed",
        data: { turnId: turn.turnId, status: "interrupted", question: "Hi", error: { code: "interrupted" } },
      },
    ]);
    expect(woken).toHaveLength(1);
    await turns.drain(0);
    expect(await told()).toHaveLength(1);
  });
});

describe("a rating", () => {
  test("is told with what it was before; the same again is not", async () => {
    const { store, turns, agent, told, facts } = await aRoomWithListener(scriptedModel(["Hi"]));
    const conversation = await aConversation(store, agent);
    const { turnId: id, ended } = await ask(turns, agent, conversation, "Hi");
    await ended;
    const rated = {
      workspaceId: agent.workspaceId,
      turn: { id, conversationId: conversation.id, agentId: agent.id },
    };
    const rate = (rating: "like" | "dislike") =>
      rateAnswer({ store, facts }, rated, { rater: "u1", rating, categories: [], comment: "" });
    for (const rating of ["like", "like", "dislike"] as const) await rate(rating);
    const ratings = (await told()).filter(({ type }) => type === "feedback.changed");
    expect(ratings.map(({ data }) => data)).toMatchObject([
      { rating: "like", ratingBefore: "none", revision: 1 },
      { rating: "dislike", ratingBefore: "like", revision: 2 },
    ]);
  });
});

describe("a conversation", () => {
  test("that is begun is told, with or without messages", async () => {
    const { store, agent, told, facts } = await aRoomWithListener(undefined);
    const made = { agent, userId: "u1", name: "Order", inputs: {}, requireInputs: false };
    const plain = await createConversation({ store, facts }, made);
    const message = { role: "user", kind: "question", text: "Hi", attachments: [], meta: {} } as const;
    const filled = await createConversation(
      { store, facts },
      { ...made, messages: [{ ...message, attachments: [] }] },
    );
    expect((await told()).map(({ data }) => data)).toEqual([
      { conversationId: plain.id, agentId: agent.id, userId: "u1", channel: "api", name: "Order" },
      { conversationId: filled.id, agentId: agent.id, userId: "u1", channel: "api", name: "Order" },
    ]);
  });

  test("that is stored with its first turn is told then", async () => {
    const { store, turns, agent, told } = await aRoomWithListener(scriptedModel(["Hi"]));
    const input = { agent, userId: "u1", name: "", inputs: {}, requireInputs: false };
    const conversation = conversationOf(store, input);
    const question = { text: "Hi", attachments: [] };
    const turn = await turns.start({ ...asker(agent), conversation, question, isNew: true });
    await turn.ended;
    expect((await told()).map(({ type }) => type)).toContain("conversation.created");
  });
});
