import { expect, it } from "vitest";
import type { AgentId, ExchangeId, MessageId, SectionId } from "../../domain/ids.ts";
import type { InsertedMessage, Store } from "../store.ts";
import {
  aConversation,
  anEnd,
  anotherAnswer,
  answer,
  aTurn,
  begin,
  history,
  later,
  NOW,
  type OwnedConversation,
} from "./factories.ts";

function aMessage(store: Store, to: OwnedConversation, overrides: Partial<InsertedMessage> = {}) {
  return {
    exchangeId: store.newId<ExchangeId>(),
    messageId: store.newId<MessageId>(),
    conversationId: to.id,
    sectionId: to.sectionId,
    role: "assistant" as const,
    kind: "answer" as const,
    text: "人工客服：您好",
    attachments: [],
    meta: {},
    createdAt: NOW,
    ...overrides,
  };
}

/** Conversations that callers name themselves, and those that are with a person. `openStore` makes an empty store. */
export function sessionConformance(shared: () => Store, openStore: () => Promise<Store>): void {
  it("a conversation is found by the session its caller chose, of one agent, until it is deleted", async () => {
    const store = shared();
    const conversation = await begin(store, { sessionId: "会话-1" });
    const { agentId } = conversation;
    const elsewhere = await begin(store, { sessionId: "会话-1" });
    expect(await store.conversations.findBySession(agentId, "会话-1")).toEqual(conversation);
    expect(await store.conversations.findBySession(elsewhere.agentId, "会话-1")).toEqual(elsewhere);
    expect(await store.conversations.findBySession(agentId, "会话-2")).toBeUndefined();
    await store.conversations.delete(conversation.id, later(1));
    expect(await store.conversations.findBySession(agentId, "会话-1")).toBeUndefined();
    const next = await begin(store, { agentId, sessionId: "会话-1" });
    expect(await store.conversations.findBySession(agentId, "会话-1")).toEqual(next);
  });

  it("conversations of other families have no session and are found by none", async () => {
    const store = shared();
    const agentId = store.newId<AgentId>();
    const [one, other] = [await begin(store, { agentId }), await begin(store, { agentId })];
    expect(await store.conversations.get(one.id)).toEqual(one);
    expect(await store.conversations.get(other.id)).toEqual(other);
    expect(await store.conversations.findBySession(agentId, "")).toBeUndefined();
  });

  it("an agent has one conversation of a session; a refused one does not break its transaction", async () => {
    const store = shared();
    const first = await begin(store, { sessionId: "s" });
    const second = aConversation(store, { agentId: first.agentId, sessionId: "s" });
    const refused = { code: "request_repeated" };
    await expect(store.conversations.insert(second)).rejects.toMatchObject(refused);
    const found = await store.transaction(async ({ conversations }) => {
      await expect(conversations.insert(second)).rejects.toMatchObject(refused);
      return conversations.findBySession(first.agentId, "s");
    });
    expect(found).toEqual(first);
    expect(await store.conversations.get(second.id)).toBeUndefined();
  });

  it("of many that begin one session at once one makes the conversation", async () => {
    const store = shared();
    const agentId = store.newId<AgentId>();
    const all = Array.from({ length: 8 }, () => aConversation(store, { agentId, sessionId: "s" }));
    const results = await Promise.allSettled(all.map((made) => store.conversations.insert(made)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const winner = all[results.findIndex(({ status }) => status === "fulfilled")];
    expect(await store.conversations.findBySession(agentId, "s")).toEqual(winner);
  });

  it("a conversation is given to a person once and given back once; changes leave that alone", async () => {
    const store = shared();
    const conversation = await begin(store, { sessionId: "s" });
    const { id } = conversation;
    expect(await store.conversations.release(id)).toBe(false);
    expect(await store.conversations.hold(id, later(1))).toBe(true);
    expect(await store.conversations.hold(id, later(2))).toBe(false);
    await store.conversations.update({ ...conversation, name: "新" });
    expect(await store.conversations.get(id)).toMatchObject({ heldAt: later(1), sessionId: "s", name: "新" });
    expect(await store.conversations.release(id)).toBe(true);
    expect(await store.conversations.get(id)).not.toHaveProperty("heldAt");
    await store.conversations.delete(id, later(3));
    expect(await store.conversations.hold(id, later(4))).toBe(false);
  });

  it("a held conversation goes back by itself only when nothing was said or done in it", async () => {
    const store = shared();
    const conversation = await begin(store);
    const { id } = conversation;
    await store.conversations.hold(id, later(10));
    const isReleased = (idleSince: Date) => store.conversations.release(id, idleSince);
    expect(await isReleased(later(9))).toBe(false);
    await answer(store, aTurn(store, conversation, { createdAt: later(20), isHeld: true }));
    expect(await isReleased(later(19))).toBe(false);
    await store.exchanges.insert([aMessage(store, conversation, { createdAt: later(30) })]);
    expect(await isReleased(later(29))).toBe(false);
    await store.conversations.update({ ...conversation, inputs: { k: "v" }, updatedAt: later(40) });
    expect(await isReleased(later(39))).toBe(false);
    expect(await isReleased(later(40))).toBe(true);
    expect(await isReleased(later(40))).toBe(false);
  });

  it("held conversations that are quiet are listed by id with when they last were not", async () => {
    const store = await openStore();
    const held = async (at: Date) => {
      const conversation = await begin(store);
      await store.conversations.hold(conversation.id, at);
      return { ...conversation, heldAt: at };
    };
    const [first, busy, second, gone] = [
      await held(later(1)),
      await held(later(1)),
      await held(later(3)),
      await held(later(1)),
    ];
    await begin(store);
    await store.exchanges.insert([aMessage(store, busy, { createdAt: later(50) })]);
    await store.exchanges.insert([aMessage(store, second, { createdAt: later(5) })]);
    await store.conversations.delete(gone.id, later(2));
    const idleSince = later(10);
    const list = await store.conversations.listHeld({ idleSince, limit: 10 });
    expect(list).toEqual([
      { conversation: first, quietSince: later(1) },
      { conversation: second, quietSince: later(5) },
    ]);
    expect(await store.conversations.listHeld({ idleSince, limit: 1 })).toHaveLength(1);
    const rest = await store.conversations.listHeld({ idleSince, after: first.id, limit: 10 });
    expect(rest.map(({ conversation }) => conversation.id)).toEqual([second.id]);
    const { workspaceId } = second;
    const ofWorkspace = await store.conversations.listHeld({ workspaceId, idleSince, limit: 1 });
    expect(ofWorkspace.map(({ conversation }) => conversation.id)).toEqual([second.id]);
    const { agentId } = first;
    const ofAgent = await store.conversations.listHeld({ agentIds: [agentId], idleSince, limit: 10 });
    expect(ofAgent.map(({ conversation }) => conversation.id)).toEqual([first.id]);
    await store.close();
  });

  it("a turn in a held conversation says so of itself, and so does its history", async () => {
    const store = shared();
    const conversation = await begin(store);
    await store.conversations.hold(conversation.id, later(1));
    const held = await answer(store, aTurn(store, conversation, { isHeld: true }), { text: "" });
    await answer(store, { ...anotherAnswer(store, held), isHeld: false });
    const [exchange] = await history(store, conversation);
    expect(exchange?.answers.map(({ turn }) => turn.isHeld)).toEqual([true, false]);
  });

  it("a question is refused that takes a conversation to be with somebody it is not with, and nothing is stored", async () => {
    const store = shared();
    const conversation = await begin(store);
    const hasChanged = { code: "conversation_busy" };
    await expect(store.turns.open(aTurn(store, conversation, { isHeld: true }))).rejects.toMatchObject(
      hasChanged,
    );
    await store.conversations.hold(conversation.id, later(1));
    await expect(store.turns.open(aTurn(store, conversation))).rejects.toMatchObject(hasChanged);
    expect(await history(store, conversation)).toEqual([]);
    await store.conversations.delete(conversation.id, later(2));
    const isGone = { code: "conversation_not_found" };
    await expect(store.turns.open(aTurn(store, conversation))).rejects.toMatchObject(isGone);
  });

  it("a turn that hands over gives the conversation to a person as it ends, and only then", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    expect(await store.turns.close(anEnd(turn, { handsOver: true }))).toBe(true);
    expect((await store.conversations.get(conversation.id))?.heldAt).toEqual(later(2));
    await store.conversations.release(conversation.id);
    expect(await store.turns.close(anEnd(turn, { handsOver: true, endedAt: later(8) }))).toBe(false);
    expect(await store.conversations.get(conversation.id)).not.toHaveProperty("heldAt");
  });

  it("messages are put into several conversations at once, or into none when one of them is gone", async () => {
    const store = shared();
    const [one, other] = [await begin(store), await begin(store)];
    const section = { sectionId: one.sectionId as SectionId };
    await store.exchanges.insert([
      aMessage(store, one),
      aMessage(store, other),
      aMessage(store, one, section),
    ]);
    expect(await history(store, one)).toHaveLength(2);
    expect(await history(store, other)).toHaveLength(1);
    await store.conversations.delete(other.id, later(1));
    const messages = [aMessage(store, one), aMessage(store, other)];
    const gone = { code: "conversation_not_found" };
    await expect(store.exchanges.insert(messages)).rejects.toMatchObject(gone);
    await expect(store.exchanges.insert(messages.reverse())).rejects.toMatchObject(gone);
    expect(await history(store, one)).toHaveLength(2);
  });

  it("hundreds of messages go into a conversation at once, in their order", async () => {
    const store = shared();
    const conversation = await begin(store);
    const messages = Array.from({ length: 130 }, (_, index) =>
      aMessage(store, conversation, { text: `${index}` }),
    );
    await store.exchanges.insert(messages);
    const texts = (await history(store, conversation, 200)).map(({ question }) => question.text);
    expect(texts).toEqual(messages.map(({ text }) => text));
  });

  it("a message that is put in brings its conversation to the top of the list; an older one does not", async () => {
    const store = shared();
    const first = await begin(store, { createdAt: later(1) });
    const second = await begin(store, { agentId: first.agentId, createdAt: later(2) });
    const order = async () => (await store.conversations.list(first.agentId, "u-1", 10)).map(({ id }) => id);
    await store.exchanges.insert([aMessage(store, first, { createdAt: later(1.5) })]);
    expect(await order()).toEqual([second.id, first.id]);
    await store.exchanges.insert([aMessage(store, first, { createdAt: later(3) })]);
    expect(await order()).toEqual([first.id, second.id]);
  });
}
