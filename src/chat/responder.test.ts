import { expect, test } from "vitest";
import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import type { VersionId } from "../domain/ids.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import type { Store } from "../storage/store.ts";
import { aConversation, anAgent, ask, asker, eventsOf, historyOf } from "./testing/fixtures.ts";
import { aWorkflowAgent, aWorkflowRoom, type GraphFile } from "./testing/workflow-room.ts";

function saying(text: string, more: object = {}): GraphFile {
  return {
    mode: "chatflow",
    nodes: [
      { id: "start", type: "start", next: "end", ...more },
      { id: "end", type: "end", answer: text },
    ],
  };
}

/** Makes a version of the agent as it is now, live on the API channel. */
async function publish(store: Store, agent: Agent): Promise<Agent> {
  const versionId = store.newId<VersionId>();
  const { id: agentId, name, settings } = agent;
  const createdAt = new Date();
  await store.versions.insert({
    ...{ id: versionId, agentId, number: versionId, name, settings, changelog: "", createdAt },
  });
  await store.versions.release({ agentId, channel: API_CHANNEL, versionId, since: createdAt });
  return { ...agent, versionId };
}

test("a published agent is answered for by what is published of its workflow, a draft by the draft", async () => {
  const room = await aWorkflowRoom(saying("published"));
  const { store, turns, conversation, agent } = room;
  const live = await publish(store, agent);
  const refused = ask(turns, live, conversation, "Hi");
  await expect(refused).rejects.toMatchObject({ code: "agent_not_published" });
  expect(await historyOf(store, conversation)).toEqual([]);
  await publish(store, room.workflow);
  const draft = await aWorkflowAgent(store, saying("draft"));
  const { graph } = draft.settings;
  if (graph === undefined) throw new Error("nothing was drawn");
  await store.agents.save({ ...room.workflow, settings: { ...room.workflow.settings, graph } });
  const answered = await ask(turns, live, conversation, "Hi");
  await answered.ended;
  expect([answered.log.text, (await room.say("Hi")).log.text]).toEqual(["published", "draft"]);
  await store.close();
});

test("its start node is given the question and what it asks for by name of what is kept or sent", async () => {
  const room = await aWorkflowRoom(
    saying("{{ start.query }} {{ start.name }} {{ start.amount + 1 }} {{ start.plan }}", {
      inputs: [
        { name: "name", type: "string", required: true },
        { name: "amount", type: "integer", required: true },
        { name: "plan", type: "string", required: false, default: "free" },
      ],
    }),
  );
  const { store, turns, agent } = room;
  const conversation = await aConversation(store, agent, { name: "Ann", amount: "4" });
  const [kept, sent] = [
    await ask(turns, agent, conversation, "Hi"),
    await ask(turns, agent, conversation, "Hi", {
      variables: { name: "Bo" },
      workflowInput: { amount: 9, plan: "gold" },
    }),
  ];
  await Promise.all([kept.ended, sent.ended]);
  expect([kept.log.text, sent.log.text]).toEqual(["Hi Ann 5 free", "Hi Bo 10 gold"]);
  const wrong = ask(turns, agent, conversation, "Hi", { workflowInput: { amount: "many" } });
  await expect(wrong).rejects.toMatchObject({ code: "request_invalid", field: "input.amount" });
  expect(await historyOf(store, conversation)).toHaveLength(2);
  await store.close();
});

test("a chatflow answers for itself, and a workflow that is none does not", async () => {
  const room = await aWorkflowRoom(saying("I am {{ run.workflowId }}"));
  const { store, turns, workflow } = room;
  const conversation = await aConversation(store, workflow);
  const turn = await ask(turns, workflow, conversation, "Hi");
  await turn.ended;
  expect(turn.log.text).toBe(`I am ${workflow.id}`);
  const plain = await aWorkflowAgent(store, { ...saying("no"), mode: "workflow" });
  const refused = ask(turns, plain, await aConversation(store, plain), "Hi");
  await expect(refused).rejects.toMatchObject({ code: "agent_not_chat" });
  const given = await ask(turns, room.agent, room.conversation, "Hi", { workflow: plain });
  await given.ended;
  expect(given.log.text).toBe("no");
  await store.close();
});

test("a workflow that is named answers only what it has asked itself", async () => {
  const asking = (text: string): GraphFile => ({
    mode: "chatflow",
    nodes: [
      { id: "start", type: "start", next: "ask" },
      { id: "ask", type: "question", text, next: "end" },
      { id: "end", type: "end", answer: `${text} {{ ask.answer }}` },
    ],
  });
  const room = await aWorkflowRoom(saying("unused"));
  const [one, other] = [
    await aWorkflowAgent(room.store, asking("One?")),
    await aWorkflowAgent(room.store, asking("Other?")),
  ];
  const said = async (text: string, workflow: Agent) => (await room.say(text, { workflow })).log.text;
  expect(await said("Hi", one)).toBe("One?");
  expect(await said("Hi", other)).toBe("Other?");
  expect(await said("1", one)).toBe("One? 1");
  expect(await said("2", other)).toBe("Other? 2");
  await room.store.close();
});

test("what does not wait for messages, is not drawn or is gone answers none, and nothing is stored", async () => {
  const room = await aWorkflowRoom({
    nodes: [
      { id: "tagged", type: "trigger", on: ["tag-event"], next: "end" },
      { id: "end", type: "end", answer: "tagged" },
    ],
  });
  const { store, turns, conversation } = room;
  await expect(room.say("Hi")).rejects.toMatchObject({ code: "trigger_not_subscribed" });
  const empty = await anAgent(store, {}, { kind: "workflow" });
  for (const [responder, code] of [
    [empty.id, "not_supported"],
    [room.agent.id, "not_found"],
    [store.newId(), "not_found"],
  ] as const) {
    const agent = await anAgent(store, { responder: responder as Agent["id"] });
    const asked = ask(turns, agent, await aConversation(store, agent), "Hi");
    await expect(asked).rejects.toMatchObject({ code });
  }
  expect(await historyOf(store, conversation)).toEqual([]);
  await store.close();
});

test("a workflow that gives one text and says nothing answers with that", async () => {
  const room = await aWorkflowRoom({
    nodes: [
      { id: "start", type: "start", next: "end" },
      { id: "end", type: "end", outputs: { reply: "only this" } },
    ],
  });
  expect((await room.say("Hi")).log.text).toBe("only this");
  await room.store.close();
});

test("follow-up questions are proposed where the agent wants them", async () => {
  const model = scriptedModel(['["What next?"]']);
  const room = await aWorkflowRoom(saying("Fine."), { model, settings: { suggestions: true } });
  const events = await eventsOf(await room.say("Hi"));
  expect(events).toContainEqual(expect.objectContaining({ type: "suggestions", questions: ["What next?"] }));
  const plain = await aWorkflowRoom(saying("Fine."), { model });
  await plain.say("Hi");
  expect(model.calls).toHaveLength(1);
  await Promise.all([room.store.close(), plain.store.close()]);
});

test("messages outside conversations are answered too, and a question ends with them", async () => {
  const room = await aWorkflowRoom({
    mode: "chatflow",
    nodes: [
      { id: "start", type: "start", next: "ask" },
      { id: "ask", type: "question", text: "{{ start.query }}?", next: "end" },
      { id: "end", type: "end", answer: "done" },
    ],
  });
  const answer = await room.turns.runOnce({
    ...asker(room.agent),
    userId: "u1",
    messages: [{ role: "user", text: "What", imageUrls: [] }],
  });
  await answer.ended;
  expect(answer.log.text).toBe("What?");
  expect(await room.store.workflowRuns.claimWoken({ now: new Date(), limit: 1 })).toEqual([]);
  const { items } = await room.store.workflowRuns.list({
    workspaceId: room.agent.workspaceId,
    offset: 0,
    limit: 9,
  });
  expect(items.map(({ status }) => status)).toEqual(["cancelled"]);
  await room.store.close();
});
