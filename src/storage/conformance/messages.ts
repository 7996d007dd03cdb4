import { expect, it } from "vitest";
import type { Exchange } from "../../domain/conversation.ts";
import type { ConversationId, ExchangeId, MessageId, SectionId, TurnId, UserId } from "../../domain/ids.ts";
import type { InsertedMessage, Store } from "../store.ts";
import {
  anotherAnswer,
  answer,
  aTurn,
  begin,
  history,
  later,
  NOW,
  type OwnedConversation,
} from "./factories.ts";

/** Messages that callers put into conversations, edit and delete, and conversations of callers with tokens. */
export function messageConformance(shared: () => Store): void {
  it("messages put into a conversation are exchanges without answers, in order", async () => {
    const store = shared();
    const conversation = await begin(store);
    const attachments = [
      { kind: "image", url: "https://example.com/a.png", path: "", name: "", sizeBytes: 0 },
    ];
    const first = aMessage(store, conversation, { text: "你好" });
    const second = aMessage(store, conversation, {
      role: "assistant",
      kind: "function-call",
      text: "{}",
      attachments: attachments as InsertedMessage["attachments"],
      meta: { a: "b" },
    });
    await store.exchanges.insert([first, second]);
    const found = await history(store, conversation);
    expect(found.map((one) => [one.id, one.answers, one.chosenTurnId])).toEqual([
      [first.exchangeId, [], undefined],
      [second.exchangeId, [], undefined],
    ]);
    expect(found[1]).toMatchObject({
      conversationId: conversation.id,
      sectionId: conversation.sectionId,
      question: {
        messageId: second.messageId,
        role: "assistant",
        kind: "function-call",
        text: "{}",
        attachments,
        meta: { a: "b" },
        createdAt: NOW,
        updatedAt: NOW,
        isDeleted: false,
      },
    });
    await answer(store, aTurn(store, conversation));
    const all = { conversationId: conversation.id, rater: "u-1", limit: 9 };
    expect(await store.exchanges.latest(all)).toHaveLength(3);
    expect(await store.exchanges.latest({ ...all, isAnswered: true })).toHaveLength(1);
    const { sectionId } = conversation;
    expect(await store.exchanges.latest({ ...all, sectionId, isAnswered: true })).toHaveLength(1);
  });

  it("of messages for a conversation that is gone none is stored", async () => {
    const store = shared();
    const conversation = await begin(store);
    await store.conversations.delete(conversation.id, NOW);
    const messages = [aMessage(store, conversation), aMessage(store, conversation)];
    await expect(store.exchanges.insert(messages)).rejects.toMatchObject({ code: "conversation_not_found" });
    expect(await history(store, conversation)).toEqual([]);
    await store.exchanges.insert([]);
  });

  it("ids that exchanges have are known as taken, of deleted ones too", async () => {
    const store = shared();
    const conversation = await begin(store);
    const [kept, deleted] = [aMessage(store, conversation), aMessage(store, conversation)];
    await store.exchanges.insert([kept, deleted]);
    await store.exchanges.delete(deleted.exchangeId, NOW);
    const free = store.newId<ExchangeId>();
    const taken = await store.exchanges.taken([free, kept.exchangeId, deleted.exchangeId]);
    expect(taken).toEqual(new Set([kept.exchangeId, deleted.exchangeId]));
    expect(await store.exchanges.taken([])).toEqual(new Set());
  });

  it("a message with an id of long ago belongs to the first section of its conversation", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = await answer(store, aTurn(store, conversation));
    const exchangeId = (17 * 8_192 + (conversation.id % 8_192)) as ExchangeId;
    await store.exchanges.insert([{ ...aMessage(store, conversation), exchangeId }]);
    const { id: conversationId, sectionId } = conversation;
    const told = await store.exchanges.latest({ conversationId, sectionId, rater: "", limit: 10 });
    expect(told.map(({ id }) => id)).toEqual([exchangeId, turn.exchangeId]);
  });

  it("a page goes on from an exchange in either direction and leaves out what is deleted", async () => {
    const store = shared();
    const conversation = await begin(store);
    const ids: ExchangeId[] = [];
    for (let count = 0; count < 3; count += 1) {
      const message = aMessage(store, conversation);
      await store.exchanges.insert([message]);
      const turn = await answer(store, aTurn(store, conversation));
      ids.push(message.exchangeId, turn.exchangeId);
    }
    await store.exchanges.delete(ids[3] as ExchangeId, NOW);
    const page = async (order: "asc" | "desc", limit: number, from?: ExchangeId) => {
      const query = { conversationId: conversation.id, rater: "u-1", order, limit };
      const found = await store.exchanges.page({ ...query, ...(from !== undefined && { from }) });
      return found.map((one) => ids.indexOf(one.id));
    };
    expect(await page("asc", 2)).toEqual([0, 1]);
    expect(await page("asc", 9, ids[2])).toEqual([2, 4, 5]);
    expect(await page("desc", 9)).toEqual([5, 4, 2, 1, 0]);
    expect(await page("desc", 2, ids[2])).toEqual([2, 1]);
    expect(await page("desc", 2, ids[3])).toEqual([2, 1]);
  });

  it("an exchange is found by its turns and messages in its own conversation, unless they are deleted", async () => {
    const store = shared();
    const [conversation, other] = [await begin(store), await begin(store)];
    const first = await answer(store, aTurn(store, conversation));
    const second = await answer(store, anotherAnswer(store, first));
    const questionId = first.question?.messageId as MessageId;
    const byTurn = async (turnId: TurnId, id = conversation.id) =>
      (await store.exchanges.ofTurn(id, "u-1", turnId))?.id;
    const byMessage = async (messageId: MessageId, id = conversation.id) =>
      (await store.exchanges.ofMessage(id, "u-1", messageId))?.id;
    expect(await byTurn(first.turnId)).toBe(first.exchangeId);
    expect(await byTurn(first.turnId, other.id)).toBeUndefined();
    expect(await byTurn(store.newId<TurnId>())).toBeUndefined();
    expect(await byMessage(questionId)).toBe(first.exchangeId);
    expect(await byMessage(second.answerMessageId)).toBe(first.exchangeId);
    expect(await byMessage(second.answerMessageId, other.id)).toBeUndefined();
    await store.exchanges.deleteAnswer(second.turnId, NOW, { keepQuestion: true });
    expect(await byTurn(second.turnId)).toBeUndefined();
    expect(await byMessage(second.answerMessageId)).toBeUndefined();
    await store.exchanges.deleteQuestion(first.exchangeId, NOW);
    expect(await byMessage(questionId)).toBeUndefined();
    expect(await byMessage(first.answerMessageId)).toBe(first.exchangeId);
  });

  it("an edit changes what is given of a question or an answer, and says when", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = await answer(store, aTurn(store, conversation));
    const attachments = [{ url: "", path: "p", name: "n", sizeBytes: 1 }];
    const questionId = turn.question?.messageId as MessageId;
    await store.exchanges.editMessage(questionId, { attachments, meta: { k: "v" } }, later(4));
    await store.exchanges.editMessage(turn.answerMessageId, { text: "改过" }, later(5));
    const [exchange] = await history(store, conversation);
    expect(exchange?.question).toMatchObject({
      text: "怎么退货？",
      attachments,
      meta: { k: "v" },
      createdAt: NOW,
      updatedAt: later(4),
    });
    expect(exchange?.answers[0]).toMatchObject({ text: "改过", meta: {}, updatedAt: later(5) });
  });

  it("a deleted question leaves its answers, and goes with the last of them", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = await answer(store, aTurn(store, conversation));
    const alone = aMessage(store, conversation);
    await store.exchanges.insert([alone]);
    await store.exchanges.deleteQuestion(turn.exchangeId, later(1));
    await store.exchanges.deleteQuestion(alone.exchangeId, later(1));
    const [exchange, ...others] = await history(store, conversation);
    expect(others).toEqual([]);
    expect(exchange?.question).toMatchObject({ text: "", isDeleted: true });
    expect(exchange?.answers).toHaveLength(1);
    await store.exchanges.deleteAnswer(turn.turnId, later(2), { keepQuestion: true });
    expect(await history(store, conversation)).toEqual([]);
  });

  it("a question may stay when its last answer is deleted, and be answered again", async () => {
    const store = shared();
    const conversation = await begin(store);
    const first = await answer(store, aTurn(store, conversation));
    await store.exchanges.deleteAnswer(first.turnId, later(1), { keepQuestion: true });
    const [kept] = await history(store, conversation);
    expect(kept).toMatchObject({ answers: [], question: { text: "怎么退货？" } });
    expect(kept?.chosenTurnId).toBeUndefined();
    const second = await answer(store, anotherAnswer(store, first));
    expect((await history(store, conversation))[0]?.chosenTurnId).toBe(second.turnId);
  });

  it("a conversation is read by its id alone, whoever's it is, until it is deleted", async () => {
    const store = shared();
    const { agentId: _, ...unbound } = await begin(store);
    const creatorId = store.newId<UserId>();
    const made = {
      ...unbound,
      id: store.newId<ConversationId>(),
      userId: "",
      creatorId,
      sessionName: "s-1",
      channel: "web",
      meta: { a: "b" },
      updatedAt: later(3),
    };
    await store.conversations.insert(made);
    expect(await store.conversations.get(made.id)).toEqual(made);
    const sectionId = store.newId<SectionId>();
    const changed = { ...made, meta: {}, name: "n", sectionId, updatedAt: later(9) };
    await store.conversations.update(changed);
    expect(await store.conversations.get(made.id)).toEqual(changed);
    await store.conversations.delete(made.id, NOW);
    expect(await store.conversations.get(made.id)).toBeUndefined();
  });

  it("the first turn gives a conversation its agent and user, later ones change neither", async () => {
    const store = shared();
    const { agentId, ...unbound } = await begin(store);
    const bare = { ...unbound, id: store.newId<ConversationId>(), userId: "" };
    await store.conversations.insert(bare);
    const message = aMessage(store, bare);
    await store.exchanges.insert([message]);
    const answering = aTurn(store, { ...bare, agentId }, { userId: "u-1", exchangeId: message.exchangeId });
    const { question: _, ...first } = answering;
    await answer(store, first);
    expect(await store.conversations.get(bare.id)).toMatchObject({ agentId, userId: "u-1" });
    const stranger = { ...bare, agentId: agentId + 1 } as OwnedConversation;
    await answer(store, aTurn(store, stranger, { userId: "u-2" }));
    expect(await store.conversations.get(bare.id)).toMatchObject({ agentId, userId: "u-1" });
    await store.conversations.update({ ...bare, name: "read before the turn" });
    expect(await store.conversations.get(bare.id)).toMatchObject({ agentId, userId: "u-1" });
  });

  it("a creator's list holds its own conversations with the agent on the channel, and app keys' if asked", async () => {
    const store = shared();
    const { agentId } = await begin(store);
    const [creatorId, otherId] = [store.newId<UserId>(), store.newId<UserId>()];
    const own = await begin(store, { agentId, creatorId });
    const session = await begin(store, { agentId, creatorId, sessionName: "s-1" });
    const byKey = await begin(store, { agentId, channel: "web" });
    const onWeb = await begin(store, { agentId, creatorId, channel: "web" });
    await begin(store, { agentId, creatorId: otherId });
    await begin(store, { creatorId });
    const gone = await begin(store, { agentId, creatorId });
    await store.conversations.delete(gone.id, NOW);
    const list = async (more: Partial<Parameters<typeof store.conversations.listOfCreator>[0]> = {}) => {
      const query = { agentId, channel: "api", creatorId, withAppKeys: false, offset: 0, limit: 10 };
      const found = await store.conversations.listOfCreator({ ...query, order: "asc", ...more });
      return found.map((one) => one.id);
    };
    expect(await list()).toEqual([own.id, session.id]);
    expect(await list({ order: "desc", limit: 1 })).toEqual([session.id]);
    expect(await list({ offset: 1 })).toEqual([session.id]);
    expect(await list({ sessionName: "s-1" })).toEqual([session.id]);
    expect(await list({ channel: "web", withAppKeys: true })).toEqual([byKey.id, onWeb.id]);
  });
}

function aMessage(
  store: Store,
  conversation: Pick<Exchange, "sectionId"> & { id: ConversationId },
  overrides: Partial<InsertedMessage> = {},
): InsertedMessage {
  return {
    exchangeId: store.newId<ExchangeId>(),
    messageId: store.newId<MessageId>(),
    conversationId: conversation.id,
    sectionId: conversation.sectionId,
    role: "user",
    kind: "question",
    text: "在吗？",
    attachments: [],
    meta: {},
    createdAt: NOW,
    ...overrides,
  };
}
