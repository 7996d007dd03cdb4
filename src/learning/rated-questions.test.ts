import { expect, it } from "vitest";
import { newSection } from "../chat/conversations.ts";
import { aChatRoom, aConversation, anAgent, ask } from "../chat/testing/fixtures.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { ratedQuestions } from "./trial-questions.ts";

it("a rated question is tried with what its model knew then: nothing from before the context was cleared, nothing of later", async () => {
  const { store, turns } = await aChatRoom(scriptedModel(["fine"]));
  const agent = await anAgent(store);
  const { id } = await aConversation(store, agent);
  const asked = [];
  for (const question of ["forgotten", "known", "rated", "later"]) {
    if (question === "known") await newSection(store, id);
    const conversation = await store.conversations.get(id);
    if (conversation === undefined) throw new Error("the conversation is gone");
    const turn = await ask(turns, agent, conversation, question);
    await turn.ended;
    asked.push(turn.turnId);
  }
  const run = await store.runs.find(asked[2] ?? (0 as never));
  if (run === undefined) throw new Error("the turn is not stored");
  const opinion = {
    ...{ turnId: run.turn.id, rater: "u", rating: "like" as const, categories: [], comment: "" },
    ...{ revision: 1, updatedAt: new Date() },
  };
  const [question, ...others] = ratedQuestions(store, [
    { run, opinion, passages: [] },
    { run, opinion: { ...opinion, rater: "v" }, passages: [] },
  ]);
  expect(others).toEqual([]);
  expect(question).toMatchObject({ text: "rated", recorded: { text: "fine" } });
  expect((await question?.history())?.map((exchange) => exchange.question.text)).toEqual(["known"]);
  await turns.drain(0);
  await store.close();
});
