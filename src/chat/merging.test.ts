import { afterEach, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import type { VersionId } from "../domain/ids.ts";
import { type Trigger, triggerRecord } from "../domain/trigger.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import type { Store } from "../storage/store.ts";
import { holdConversation } from "./handover.ts";
import { gatherMessages } from "./merging.ts";
import { aChatRoom, aConversation, anAgent, ask, historyOf } from "./testing/fixtures.ts";
import { aWorkflowRoom } from "./testing/workflow-room.ts";
import { type NewTrigger, Triggers } from "./triggers.ts";

const WINDOW_MS = 150;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function live(store: Store, agent: Agent): Promise<Agent> {
  const versionId = store.newId<VersionId>();
  const { id: agentId, name } = agent;
  await store.versions.insert({
    ...{ id: versionId, agentId, number: Date.now(), name, settings: agent.settings },
    ...{ changelog: "", createdAt: new Date() },
  });
  await store.versions.release({ agentId, channel: API_CHANNEL, versionId, since: new Date() });
  return { ...agent, versionId };
}

function text(words: string): Trigger {
  return { type: "receive-text-message", payload: { text: words } };
}

type Room = Pick<Awaited<ReturnType<typeof aChatRoom>>, "store" | "turns">;

async function triggersOf({ store, turns }: Room): Promise<Triggers> {
  closers.push(() => store.close());
  closers.push(() => turns.drain(0));
  const triggers = new Triggers({ store, turns });
  closers.push(() => triggers.stop());
  await triggers.start();
  return triggers;
}

async function accepted(triggers: Triggers, asked: Omit<NewTrigger, "source">) {
  const acceptance = await triggers.accept({ source: "api", ...asked });
  if (!("record" in acceptance)) throw new Error("kept as a message");
  return acceptance.record;
}

const over = (triggers: Triggers, { id }: { id: Parameters<Triggers["untilOver"]>[0] }) =>
  triggers.untilOver(id, AbortSignal.timeout(20_000));

test("messages within the window are answered as one, each a question of its own", async () => {
  const model = scriptedModel(["Yes."]);
  const room = await aChatRoom(model);
  const triggers = await triggersOf(room);
  const { store } = room;
  const agent = await live(store, await anAgent(store, { mergeWindowMs: WINDOW_MS, historyLimitTokens: 0 }));
  const conversation = await aConversation(store, agent);
  const records = [];
  for (const words of ["hello", "are you there", "I want a refund"]) {
    records.push(await accepted(triggers, { agent, conversation, trigger: text(words) }));
  }
  const done = await Promise.all(records.map((record) => over(triggers, record)));
  expect(new Set(done.map(({ turnId }) => turnId)).size).toBe(3);
  const last = done.at(-1)?.turnId;
  const exchanges = await historyOf(store, conversation);
  expect(
    exchanges.map(({ question, answers }) => [question.text, answers[0]?.text, answers[0]?.turn]),
  ).toMatchObject([
    ["hello", "", { id: done[0]?.turnId, status: "merged", mergedInto: last }],
    ["are you there", "", { id: done[1]?.turnId, status: "merged", mergedInto: last }],
    ["I want a refund", "Yes.", { id: last, status: "completed" }],
  ]);
  expect(model.calls).toHaveLength(1);
  const told = model.calls[0]?.request.messages.filter(({ role }) => role === "user");
  expect(told?.map((message) => message.text)).toEqual(["hello", "are you there", "I want a refund"]);
});

test("a workflow is given all words line by line, and all files", async () => {
  const room = await aWorkflowRoom(
    {
      mode: "chatflow",
      nodes: [
        { id: "start", type: "start", next: "end" },
        { id: "end", type: "end", answer: "<{{ start.query }}> {{ start.files | length }}" },
      ],
    },
    { settings: { mergeWindowMs: WINDOW_MS } },
  );
  const triggers = await triggersOf(room);
  const { store, conversation } = room;
  await live(store, room.workflow);
  const agent = await live(store, room.agent);
  const imageUrl = "https://a.example/1.png";
  const picture: Trigger = { type: "receive-image-message", payload: { imageUrl } };
  for (const trigger of [text("one"), picture]) await accepted(triggers, { agent, conversation, trigger });
  await over(triggers, await accepted(triggers, { agent, conversation, trigger: text("two") }));
  const exchanges = await historyOf(store, conversation);
  expect(exchanges.map(({ answers }) => [answers[0]?.turn.status, answers[0]?.text])).toEqual([
    ["merged", ""],
    ["merged", ""],
    ["completed", "<one\ntwo> 1"],
  ]);
});

test("what a process accepted and did not answer the next one answers as one, once", async () => {
  const model = scriptedModel(["Yes."]);
  const room = await aChatRoom(model);
  const { store } = room;
  const agent = await live(store, await anAgent(store, { mergeWindowMs: WINDOW_MS }));
  const conversation = await aConversation(store, agent);
  for (const words of ["one", "two"]) {
    await store.triggers.insert(
      triggerRecord({
        ...{ id: store.newId(), workspaceId: agent.workspaceId, agentId: agent.id },
        ...{ conversationId: conversation.id, trigger: text(words), source: "api" },
      }),
    );
  }
  // The process before claimed the older one, and died with it.
  expect(await store.triggers.claim({ now: new Date(), limit: 1 })).toHaveLength(1);
  await triggersOf(room);
  const statuses = await eventually(async () => {
    const exchanges = await historyOf(store, conversation);
    const found = exchanges.map(({ answers }) => answers[0]?.turn.status);
    return found.at(-1) === "completed" ? found : false;
  });
  expect(statuses).toEqual(["merged", "completed"]);
  expect(model.calls).toHaveLength(1);
});

test("messages to a person are kept together, and nothing answers them", async () => {
  const room = await aChatRoom(scriptedModel(["unused"]));
  const triggers = await triggersOf(room);
  const { store } = room;
  const agent = await live(store, await anAgent(store, { mergeWindowMs: WINDOW_MS }));
  const conversation = await aConversation(store, agent);
  await ask(room.turns, agent, conversation, "hi").then(({ ended }) => ended);
  const facts = { prepare: async () => undefined, wake: () => {} };
  await holdConversation({ store, facts }, conversation);
  await accepted(triggers, { agent, conversation, trigger: text("one") });
  await over(triggers, await accepted(triggers, { agent, conversation, trigger: text("two") }));
  const [, one, two] = await historyOf(store, conversation);
  expect(one?.answers[0]).toMatchObject({ text: "", turn: { status: "merged" } });
  expect(two?.answers[0]).toMatchObject({ text: "", turn: { status: "completed", isHeld: true } });
});

test("the first waits no longer than ten windows; events, trials and other adapters' messages are for themselves", async () => {
  const { store } = await aChatRoom(scriptedModel(["unused"]));
  closers.push(() => store.close());
  const agent = await anAgent(store, { mergeWindowMs: 1_000 });
  const conversation = await aConversation(store, agent);
  const atMs = Date.now();
  const at = (seconds: number, more: object = {}) =>
    triggerRecord({
      ...{ id: store.newId(), workspaceId: agent.workspaceId, agentId: agent.id },
      ...{ conversationId: conversation.id, trigger: text(String(seconds)), source: "adapter" },
      ...{ createdAt: new Date(atMs + seconds * 1_000), dueAt: new Date(atMs + seconds * 1_000 + 1_000) },
      ...more,
    });
  const oldest = at(0);
  const others = [at(9.5), at(0.1, { source: "test" }), at(0.2, { adapterId: 4 })];
  for (const record of [oldest, ...others]) await store.triggers.insert(record);
  const gathered = (seconds: number) =>
    gatherMessages(store, agent, oldest, new Date(atMs + seconds * 1_000));
  expect(await gathered(9.6)).toEqual({ waitsUntil: new Date(atMs + 10_000) });
  expect(await gathered(10)).toMatchObject({
    newest: { id: others[0]?.id },
    merges: [{ question: { text: "0" }, trigger: { id: oldest.id } }],
  });
  const plain = { ...agent, settings: { ...agent.settings, mergeWindowMs: 0 } };
  expect(await gatherMessages(store, plain, oldest, new Date(atMs))).toMatchObject({ merges: [] });
});
