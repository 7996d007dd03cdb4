import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Agent } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { ConversationId, ExchangeId, MessageId } from "../domain/ids.ts";
import { ENGINES } from "../knowledge/testing/engines.ts";
import { type ScriptedModel, scriptedModel } from "../models/scripted/scripted-model.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { newSection } from "./conversations.ts";
import { addPastMessages, type PastMessage } from "./past-messages.ts";
import { aChatRoomOn, aConversation, anAgent, ask, eventsOf } from "./testing/fixtures.ts";
import type { Turns } from "./turns.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let store: Store;
let turns: Turns;
let model: ScriptedModel;
let agent: Agent;
let conversation: Conversation;

/** Said so long ago. */
function said(text: string, agoMs: number, more: Partial<PastMessage> = {}): PastMessage {
  const at = new Date(Date.now() - agoMs);
  return { conversationId: conversation.id, role: "user", text, attachments: [], at, ...more };
}

async function textsOf({ id: conversationId }: Pick<Conversation, "id"> = conversation): Promise<string[]> {
  const exchanges = await store.exchanges.page({ conversationId, rater: "", order: "asc", limit: 1_000 });
  return exchanges.flatMap(({ question, answers }) => [question.text, ...answers.map(({ text }) => text)]);
}

/** What the model was told the last time, without its orders. */
function told(): string[] {
  const messages = model.calls.at(-1)?.request.messages ?? [];
  return messages.flatMap(({ role, text }) => (role === "system" ? [] : [text]));
}

async function asks(question: string): Promise<void> {
  await eventsOf(await ask(turns, agent, conversation, question));
}

describe.each(ENGINES)("messages exchanged elsewhere, on %s", (_name, open) => {
  beforeEach(async () => {
    store = await open();
    model = scriptedModel(["fine"]);
    turns = aChatRoomOn(store, model);
    agent = await anAgent(store);
    conversation = await aConversation(store, agent);
  });
  afterEach(async () => {
    await turns.drain(0);
    await store.close();
  });

  it("never take an id that something said elsewhere has, which nobody has reserved", async () => {
    const [mine] = await addPastMessages(store, [said("mine", HOUR_MS)]);
    const [exchange] = await store.exchanges.page({
      ...{ conversationId: conversation.id, rater: "", order: "asc", limit: 1 },
    });
    if (mine === undefined || exchange === undefined) throw new Error("nothing was added");
    const other = await aConversation(store, agent);
    await store.exchanges.insert([
      {
        ...{ messageId: store.newId<MessageId>(), exchangeId: (exchange.id + 1) as ExchangeId },
        ...{ conversationId: other.id, sectionId: other.sectionId, createdAt: exchange.createdAt },
        ...{ role: "user", kind: "question", text: "theirs", attachments: [], meta: {} },
      },
    ]);
    await addPastMessages(store, [said("mine too", 0, { at: exchange.createdAt })]);
    expect(await textsOf()).toEqual(["mine", "mine too"]);
    expect(await textsOf(other)).toEqual(["theirs"]);
  });

  it("stand at their times among what was said, whatever the order they come in", async () => {
    await asks("now");
    await addPastMessages(store, [said("late", 1_000_000), said("early", 2_000_000)]);
    await addPastMessages(store, [said("between", 1_500_000), said("long ago", 400 * DAY_MS)]);
    expect(await textsOf()).toEqual(["long ago", "early", "between", "late", "now", "fine"]);
  });

  it("are told to the model with the next question, also those from long before the conversation", async () => {
    await addPastMessages(store, [
      said("I am Ann", 40 * DAY_MS),
      said("Hello Ann", 39 * DAY_MS, { role: "assistant" }),
      said("no time", 0, { at: undefined }),
    ]);
    await asks("who am I?");
    expect(told()).toEqual(["I am Ann", "Hello Ann", "no time", "who am I?"]);
  });

  it("keep the order they came in where their times are the same, over several calls", async () => {
    const at = new Date("2026-01-01T00:00:00Z");
    const texts = Array.from({ length: 30 }, (_, index) => `m${index}`);
    for (let start = 0; start < 30; start += 10) {
      const batch = texts.slice(start, start + 10).map((text) => said(text, 0, { at }));
      await addPastMessages(store, batch);
    }
    expect(await textsOf()).toEqual(texts);
  });

  it("may be older than every id, and keep their order", async () => {
    const years = [1999, 1970, 2024, 2025].map((year) =>
      said(String(year), 0, { at: new Date(`${year}-06-01`) }),
    );
    await addPastMessages(store, years);
    expect(await textsOf()).toEqual(["1970", "1999", "2024", "2025"]);
  });

  it("never take an id that another conversation has, though all are of one moment", async () => {
    const at = new Date("2026-02-02T00:00:00Z");
    const others = await Promise.all(Array.from({ length: 20 }, () => aConversation(store, agent)));
    await Promise.all(
      others.map(({ id: conversationId }) =>
        addPastMessages(
          store,
          Array.from({ length: 20 }, (_, index) => said(`m${index}`, 0, { at, conversationId })),
        ),
      ),
    );
    for (const other of others) expect(await textsOf(other)).toHaveLength(20);
  });

  it("are left out when one of their name is there, in the same call or an earlier one", async () => {
    const [first, twin] = await addPastMessages(store, [
      said("a", 5_000, { key: "k1" }),
      said("a again", 4_000, { key: "k1" }),
    ]);
    const [again, other] = await addPastMessages(store, [
      said("a once more", 9_000, { key: "k1" }),
      said("b", 1_000, { key: "k2" }),
    ]);
    expect([first, twin, again, other].map((added) => added?.isAdded)).toEqual([true, false, false, true]);
    expect(twin?.messageId).toBe(first?.messageId);
    expect(again?.messageId).toBe(first?.messageId);
    expect(await textsOf()).toEqual(["a", "b"]);
  });

  it("have names of their own in each conversation", async () => {
    const another = await aConversation(store, agent);
    const added = await addPastMessages(store, [
      said("here", 1_000, { key: "k" }),
      said("there", 1_000, { key: "k", conversationId: another.id }),
    ]);
    expect(added.every(({ isAdded }) => isAdded)).toBe(true);
    expect(await textsOf(another)).toEqual(["there"]);
  });

  it("are all left out, names too, when one of their conversations is gone", async () => {
    const gone = 1 as ConversationId;
    const batch = [said("a", 1_000, { key: "k" }), said("b", 1_000, { conversationId: gone })];
    await expect(addPastMessages(store, batch)).rejects.toMatchObject({ code: "conversation_not_found" });
    expect(await textsOf()).toEqual([]);
    const [added] = await addPastMessages(store, [said("a", 1_000, { key: "k" })]);
    expect(added?.isAdded).toBe(true);
  });
});

it("what was exchanged elsewhere before the context was cleared is not told, what came later is", async () => {
  let clockMs = Date.now() - 3 * HOUR_MS;
  store = await openSqliteStore({ path: ":memory:", now: () => clockMs });
  onTestFinished(() => store.close());
  model = scriptedModel(["fine"]);
  turns = aChatRoomOn(store, model);
  agent = await anAgent(store);
  conversation = await aConversation(store, agent);
  await addPastMessages(store, [said("first", 2.5 * HOUR_MS)]);
  clockMs = Date.now() - HOUR_MS;
  await newSection(store, conversation.id);
  conversation = (await store.conversations.get(conversation.id)) ?? conversation;
  clockMs = Date.now();
  await addPastMessages(store, [said("before", 2 * HOUR_MS), said("after", 0.5 * HOUR_MS)]);
  await asks("now");
  expect(told()).toEqual(["after", "now"]);
  expect(await textsOf()).toEqual(["first", "before", "after", "now", "fine"]);
  const exchanges = await store.exchanges.page({
    conversationId: conversation.id,
    rater: "",
    order: "asc",
    limit: 9,
  });
  expect(new Set(exchanges.map(({ sectionId }) => sectionId)).size).toBe(2);
});
