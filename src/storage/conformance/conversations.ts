import { expect, it } from "vitest";
import {
  type AgentId,
  type ConversationId,
  type ExchangeId,
  idSource,
  type SectionId,
  type TurnId,
  type UserId,
} from "../../domain/ids.ts";
import type { Store } from "../store.ts";
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
} from "./factories.ts";

/** Conversations and what their owners see of them. */
export function conversationConformance(shared: () => Store): void {
  it("a conversation comes back as it was stored, to its owner only", async () => {
    const store = shared();
    const conversation = await begin(store, {
      name: "退货",
      inputs: { name: "小王", "": "空" },
      pinnedAt: NOW,
    });
    const { id, agentId, userId } = conversation;
    expect(await store.conversations.find(agentId, userId, id)).toEqual(conversation);
    expect(await store.conversations.find(agentId, "u-2", id)).toBeUndefined();
    expect(await store.conversations.find(store.newId<AgentId>(), userId, id)).toBeUndefined();
    expect(await store.conversations.find(agentId, userId, store.newId<ConversationId>())).toBeUndefined();
  });

  it("the list shows pins first, newest pin first, then newest activity, and no stranger's", async () => {
    const store = shared();
    const agentId = store.newId<AgentId>();
    const quiet = await begin(store, { agentId, createdAt: later(1) });
    const active = await begin(store, { agentId, createdAt: NOW });
    const pinned = await begin(store, { agentId, pinnedAt: later(1) });
    const pinnedLater = await begin(store, { agentId, pinnedAt: later(2) });
    await begin(store, { agentId, userId: "u-2" });
    await begin(store);
    await answer(store, aTurn(store, active, { createdAt: later(9) }));
    const list = await store.conversations.list(agentId, "u-1", 10);
    expect(list.map((one) => one.id)).toEqual([pinnedLater.id, pinned.id, active.id, quiet.id]);
    expect(list[2]?.lastTurnAt).toEqual(later(9));
    expect(await store.conversations.list(agentId, "u-1", 2)).toHaveLength(2);
  });

  it("a conversation is found by its name, the newest of its creator's with the agent, and of a session", async () => {
    const store = shared();
    const agentId = store.newId<AgentId>();
    const creatorId = store.newId<UserId>();
    const made = { agentId, creatorId, name: "默认" };
    await begin(store, made);
    const inSession = await begin(store, { ...made, sessionName: "s" });
    const newest = await begin(store, made);
    await begin(store, { ...made, name: "默认 2" });
    await begin(store, { ...made, creatorId: store.newId<UserId>() });
    await begin(store, { ...made, agentId: store.newId<AgentId>() });
    expect(await store.conversations.findNamed(made)).toEqual(newest);
    expect(await store.conversations.findNamed({ ...made, sessionName: "s" })).toEqual(inSession);
    expect(await store.conversations.findNamed({ ...made, name: "别的" })).toBeUndefined();
    expect(await store.conversations.findNamed({ ...made, name: "" })).toBeUndefined();
    await store.conversations.delete(newest.id, NOW);
    expect(await store.conversations.findNamed(made)).toEqual(inSession);
  });

  it("an update writes name, inputs, section and pin and keeps the activity", async () => {
    const store = shared();
    const conversation = await begin(store);
    await answer(store, aTurn(store, conversation, { createdAt: later(3) }));
    const changed = {
      ...conversation,
      name: "新名",
      inputs: { a: "b" },
      sectionId: store.newId<SectionId>(),
    };
    await store.conversations.update({ ...changed, pinnedAt: later(4) });
    const found = await store.conversations.find(conversation.agentId, "u-1", conversation.id);
    expect(found).toEqual({ ...changed, pinnedAt: later(4), lastTurnAt: later(3) });
    await store.conversations.update(changed);
    const unpinned = await store.conversations.find(conversation.agentId, "u-1", conversation.id);
    expect(unpinned?.pinnedAt).toBeUndefined();
  });

  it("a deleted conversation is gone for everybody, and its running turn still ends normally", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    await store.conversations.delete(conversation.id, later(1));
    expect(await store.conversations.find(conversation.agentId, "u-1", conversation.id)).toBeUndefined();
    expect(await store.conversations.list(conversation.agentId, "u-1", 10)).toEqual([]);
    expect(await store.exchanges.find(conversation.agentId, "u-1", turn.exchangeId)).toBeUndefined();
    expect(await store.exchanges.findByTurn(conversation.agentId, "u-1", turn.turnId)).toBeUndefined();
    expect(await store.turns.close(anEnd(turn))).toBe(true);
    const [kept] = await history(store, conversation);
    expect(kept?.answers[0]).toMatchObject({ text: "7 天无理由退货。", turn: { status: "completed" } });
    await expect(store.turns.open(aTurn(store, conversation))).rejects.toMatchObject({
      code: "conversation_not_found",
    });
  });

  it("clearing deletes the exchanges and begins a new section", async () => {
    const store = shared();
    const conversation = await begin(store);
    await answer(store, aTurn(store, conversation));
    const sectionId = store.newId<SectionId>();
    await store.conversations.clear(conversation.id, sectionId, later(5));
    expect(await history(store, conversation)).toEqual([]);
    const found = await store.conversations.find(conversation.agentId, "u-1", conversation.id);
    expect(found?.sectionId).toBe(sectionId);
  });

  it("an exchange comes back with its question, its answers and their ratings by the asking rater", async () => {
    const store = shared();
    const conversation = await begin(store);
    const attachments = [{ url: "https://example.com/a.png", path: "", name: "图.png", sizeBytes: 12 }];
    const first = aTurn(store, conversation);
    const question = { ...first.question, text: "这是什么？\n😀", attachments };
    await answer(store, { ...first, question: { ...anyQuestion(first), ...question } });
    const second = await answer(store, anotherAnswer(store, first), { text: "第二个", reasoning: "想一想" });
    await store.feedback.save({
      turnId: second.turnId,
      rater: "u-1",
      rating: "like",
      categories: [],
      comment: "",
      revision: 1,
      updatedAt: NOW,
    });
    const [exchange] = await history(store, conversation);
    expect(exchange).toMatchObject({
      id: first.exchangeId,
      conversationId: conversation.id,
      sectionId: conversation.sectionId,
      chosenTurnId: second.turnId,
      createdAt: NOW,
      question: { text: "这是什么？\n😀", attachments, createdAt: NOW },
    });
    expect(exchange?.answers.map(({ turn, rating }) => [turn.id, rating])).toEqual([
      [first.turnId, "none"],
      [second.turnId, "like"],
    ]);
    expect(exchange?.answers[1]).toMatchObject({ text: "第二个", reasoning: "想一想" });
    const own = await store.exchanges.find(conversation.agentId, "u-1", first.exchangeId);
    expect(own).toEqual(exchange);
    expect(await store.exchanges.findByTurn(conversation.agentId, "u-1", first.turnId)).toEqual(exchange);
    expect(await store.exchanges.find(conversation.agentId, "u-2", first.exchangeId)).toBeUndefined();
    expect(await store.exchanges.findByTurn(conversation.agentId, "u-2", first.turnId)).toBeUndefined();
    const byStranger = await store.exchanges.latest({
      conversationId: conversation.id,
      rater: "u-2",
      limit: 1,
    });
    expect(byStranger[0]?.answers.map((one) => one.rating)).toEqual(["none", "none"]);
  });

  it("the latest exchanges come oldest first, limited, before one, and of one section", async () => {
    const store = shared();
    const conversation = await begin(store);
    const ids: ExchangeId[] = [];
    for (let round = 0; round < 4; round += 1) {
      ids.push((await answer(store, aTurn(store, conversation))).exchangeId);
    }
    const sectionId = store.newId<SectionId>();
    const later = await answer(store, aTurn(store, { ...conversation, sectionId }));
    const latest = (query: { limit: number; before?: ExchangeId; sectionId?: SectionId }) =>
      store.exchanges
        .latest({ conversationId: conversation.id, rater: "u-1", ...query })
        .then((found) => found.map((one) => one.id));
    expect(await latest({ limit: 2 })).toEqual([ids[3], later.exchangeId]);
    expect(await latest({ limit: 10, sectionId })).toEqual([later.exchangeId]);
    expect(await latest({ limit: 2, before: later.exchangeId })).toEqual([ids[2], ids[3]]);
    expect(await latest({ limit: 9, sectionId, before: later.exchangeId })).toEqual([]);
  });

  it("changes made at once to what a conversation holds are all kept", async () => {
    const store = shared();
    const { id } = await begin(store);
    const keys = Array.from({ length: 10 }, (_, index) => `key-${index}`);
    const add = (key: string) =>
      store.transaction(async ({ conversations }) => {
        const current = await conversations.getToChange(id);
        if (current === undefined) throw new Error("the conversation is gone");
        await conversations.update({ ...current, inputs: { ...current.inputs, [key]: "value" } });
      });
    await Promise.all(keys.map(add));
    expect(Object.keys((await store.conversations.get(id))?.inputs ?? {}).sort()).toEqual(keys);
  });

  it("a section is looked for among its own time, with room for clocks that differ", async () => {
    const store = shared();
    const hoursAgo = (hours: number) => idSource(7, () => Date.now() - hours * 3_600_000)<number>();
    const conversation = await begin(store, { id: hoursAgo(26) as ConversationId });
    const slow = aTurn(store, conversation, { exchangeId: hoursAgo(23) as ExchangeId });
    const ancient = aTurn(store, conversation, { exchangeId: hoursAgo(25) as ExchangeId });
    await answer(store, ancient);
    await answer(store, slow);
    const { id: conversationId, sectionId } = conversation;
    const found = await store.exchanges.latest({ conversationId, sectionId, rater: "u-1", limit: 10 });
    expect(found.map(({ id }) => id)).toEqual([slow.exchangeId]);
  });

  it("choosing an answer changes what is shown", async () => {
    const store = shared();
    const conversation = await begin(store);
    const first = await answer(store, aTurn(store, conversation));
    await answer(store, anotherAnswer(store, first));
    await store.exchanges.choose(first.exchangeId, first.turnId);
    expect((await history(store, conversation))[0]?.chosenTurnId).toBe(first.turnId);
  });

  it("a deleted answer disappears; the newest remaining one is chosen; the last one takes the exchange along", async () => {
    const store = shared();
    const conversation = await begin(store);
    const first = await answer(store, aTurn(store, conversation));
    const second = await answer(store, anotherAnswer(store, first));
    const third = await answer(store, anotherAnswer(store, first));
    await store.exchanges.deleteAnswer(third.turnId, later(1));
    expect((await history(store, conversation))[0]).toMatchObject({ chosenTurnId: second.turnId });
    expect(await store.exchanges.findByTurn(conversation.agentId, "u-1", third.turnId)).toBeUndefined();
    await store.exchanges.deleteAnswer(first.turnId, later(1));
    const [exchange] = await history(store, conversation);
    expect(exchange?.chosenTurnId).toBe(second.turnId);
    expect(exchange?.answers).toHaveLength(1);
    await store.exchanges.deleteAnswer(second.turnId, later(1));
    expect(await history(store, conversation)).toEqual([]);
    await store.exchanges.deleteAnswer(store.newId<TurnId>(), later(1));
  });

  it("a deleted exchange is gone and takes no more answers", async () => {
    const store = shared();
    const conversation = await begin(store);
    const first = await answer(store, aTurn(store, conversation));
    await store.exchanges.delete(first.exchangeId, later(1));
    expect(await history(store, conversation)).toEqual([]);
    await expect(store.turns.open(anotherAnswer(store, first))).rejects.toMatchObject({
      code: "message_not_found",
    });
  });

  it("a transaction shows its own writes inside, all of them afterwards, none when it fails", async () => {
    const store = shared();
    const [kept, lost] = [aConversation(store), aConversation(store)];
    await store.transaction(async (inside) => {
      await inside.conversations.insert(kept);
      await inside.turns.open(aTurn(store, kept));
      expect(await inside.conversations.find(kept.agentId, "u-1", kept.id)).toBeDefined();
    });
    const failing = store.transaction(async (inside) => {
      await inside.conversations.insert(lost);
      await inside.turns.open(aTurn(store, lost));
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await history(store, kept)).toHaveLength(1);
    expect(await store.conversations.find(lost.agentId, "u-1", lost.id)).toBeUndefined();
  });

  it("writes beside an open transaction wait for it and are not rolled back with it", async () => {
    const store = shared();
    const conversation = aConversation(store);
    let beside: Promise<void> | undefined;
    const failing = store.transaction(async (inside) => {
      beside = store.conversations.insert(conversation);
      await inside.settings.set(`key-${conversation.id}`, "lost");
      await inside.settings.get("anything");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await beside;
    expect(await store.conversations.find(conversation.agentId, "u-1", conversation.id)).toBeDefined();
    expect(await store.settings.get(`key-${conversation.id}`)).toBeUndefined();
  });

  it("text of every kind comes back as it was", async () => {
    const store = shared();
    const name = `'); drop table turns; -- "引号" \\ 😀 ﷽ \u200b\u0007 ${"长".repeat(10_000)}`;
    const conversation = await begin(store, { name, userId: name, inputs: { [name]: name } });
    expect(await store.conversations.find(conversation.agentId, name, conversation.id)).toEqual(conversation);
  });
}

function anyQuestion(turn: ReturnType<typeof aTurn>): NonNullable<ReturnType<typeof aTurn>["question"]> {
  if (turn.question === undefined) throw new Error("no question");
  return turn.question;
}
