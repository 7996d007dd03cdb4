import { expect, it } from "vitest";
import type { AgentId, MessageId, TurnId, VersionId } from "../../domain/ids.ts";
import type { OutputAction } from "../../domain/output-action.ts";
import type { OpenTurn, Store } from "../store.ts";
import {
  anotherAnswer,
  answer,
  aTurn,
  begin,
  later,
  NOW,
  type OwnedConversation,
  SETTINGS,
} from "./factories.ts";
import { anEvent, anOpinion, aTrigger } from "./insight-factories.ts";

const ANSWER_AND_TAG: OutputAction[] = [
  { type: "tag-user", status: "send", payload: { operation: "ADD", tags: [{ tagName: "意向" }] } },
  { type: "send-text-message", status: "send", payload: { text: "7 天无理由退货。" } },
];

const UNTIL = new Date("2059-01-01T00:00:00Z");

/** An agent with one conversation, and ways to ask for its runs. */
async function aDesk(store: Store) {
  const conversation = await begin(store);
  const { agentId } = conversation;
  const search = (query: Partial<Parameters<Store["runs"]["list"]>[0]> = {}) =>
    store.runs.list({ agentId, since: new Date(0), until: UNTIL, offset: 0, limit: 100, ...query });
  const found = async (query: Parameters<typeof search>[0] = {}) => {
    const { items, total } = await search(query);
    return { ids: items.map(({ turn }) => turn.id), total };
  };
  const ask = async (text: string, change: Partial<OpenTurn> = {}, to: OwnedConversation = conversation) => {
    const turn = aTurn(store, to, change);
    if (turn.question !== undefined) turn.question = { ...turn.question, text };
    return turn;
  };
  return { conversation, agentId, search, found, ask };
}

/** Turns as reports see them. */
export function runConformance(shared: () => Store): void {
  it("a plain turn is a run without trigger and actions; deleted or unknown ones are none", async () => {
    const store = shared();
    const { conversation } = await aDesk(store);
    const turn = await answer(store, aTurn(store, conversation), { model: "小模型" });
    const run = await store.runs.find(turn.turnId);
    expect(run).toMatchObject({
      turn: { id: turn.turnId, status: "completed", isHeld: false },
      conversation: { id: conversation.id },
      question: { text: "怎么退货？" },
      answer: { messageId: turn.answerMessageId, text: "7 天无理由退货。", reasoning: "" },
      model: "小模型",
      feedback: [],
    });
    for (const absent of ["trigger", "actions", "versionNumber"]) expect(run).not.toHaveProperty(absent);
    expect(await store.runs.find(store.newId<TurnId>())).toBeUndefined();
    expect(await store.runs.ofAnswer(turn.answerMessageId)).toBe(turn.turnId);
    for (const messageId of [turn.question?.messageId, store.newId<MessageId>()]) {
      expect(messageId && (await store.runs.ofAnswer(messageId))).toBeUndefined();
    }
    await store.conversations.delete(conversation.id, later(9));
    expect(await store.runs.find(turn.turnId)).toBeUndefined();
  });

  it("a run tells its trigger, its actions, its version and everybody's opinions, the latest first", async () => {
    const store = shared();
    const { conversation, agentId } = await aDesk(store);
    const versionId = store.newId<VersionId>();
    const record = aTrigger(store, conversation, { trigger: anEvent("e-1") });
    await store.versions.insert({
      id: versionId,
      agentId,
      number: 1_790_000_000_000,
      name: "v",
      settings: SETTINGS,
      changelog: "",
      createdAt: NOW,
    });
    const turn = await answer(store, aTurn(store, conversation, { trigger: record, versionId }), {
      actions: ANSWER_AND_TAG,
    });
    const opinions = [
      anOpinion(turn.turnId, { rater: "a", updatedAt: later(5) }),
      anOpinion(turn.turnId, { rater: "b", rating: "dislike", comment: "太慢", updatedAt: later(6) }),
    ];
    for (const opinion of opinions) await store.feedback.save(opinion);
    expect(await store.feedback.list(turn.turnId)).toEqual(opinions.toReversed());
    expect(await store.runs.find(turn.turnId)).toMatchObject({
      trigger: { ...record, state: "started", turnId: turn.turnId },
      actions: ANSWER_AND_TAG,
      versionNumber: 1_790_000_000_000,
      feedback: opinions.toReversed(),
    });
  });

  it("runs are listed newest first, a page at a time, with how many there are", async () => {
    const store = shared();
    const { found, ask, conversation } = await aDesk(store);
    const ids: TurnId[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift((await answer(store, await ask("问"))).turnId);
    await answer(store, aTurn(store, await begin(store)));
    expect(await found()).toEqual({ ids, total: 5 });
    expect(await found({ offset: 1, limit: 2 })).toEqual({ ids: ids.slice(1, 3), total: 5 });
    expect(await found({ offset: 9 })).toEqual({ ids: [], total: 5 });
    const inside = { conversationId: conversation.id };
    expect(await found({ ...inside, offset: 1, limit: 2 })).toEqual({ ids: ids.slice(1, 3), total: 5 });
    expect(await found({ conversationId: (await begin(store)).id })).toEqual({ ids: [], total: 0 });
  });

  it("a run belongs to the time its turn began in: from the beginning on, before the end", async () => {
    const store = shared();
    const { found, ask, conversation } = await aDesk(store);
    const began = new Date();
    const turn = await answer(store, await ask("问", { createdAt: began }));
    const after = new Date(began.getTime() + 1);
    const one = { ids: [turn.turnId], total: 1 };
    const none = { ids: [], total: 0 };
    expect(await found({ since: began, until: after })).toEqual(one);
    expect(await found({ since: after })).toEqual(none);
    expect(await found({ until: began })).toEqual(none);
    expect(await found({ since: after, conversationId: conversation.id })).toEqual(none);
    expect(await found({ since: after, turnId: turn.turnId })).toEqual(none);
  });

  it("deleted answers, cleared and deleted conversations and trial runs are left out", async () => {
    const store = shared();
    const { found, ask, agentId, conversation } = await aDesk(store);
    const first = await answer(store, await ask("问"));
    const second = await answer(store, anotherAnswer(store, first));
    await store.exchanges.deleteAnswer(first.turnId, later(5));
    const test = aTrigger(store, conversation, { source: "test" });
    const trial = await answer(store, await ask("试", { trigger: test }));
    const cleared = await begin(store, { agentId });
    await answer(store, await ask("问", {}, cleared));
    await store.conversations.clear(cleared.id, store.newId(), later(5));
    const gone = await begin(store, { agentId });
    const hidden = await answer(store, await ask("问", {}, gone));
    await store.conversations.delete(gone.id, later(5));
    expect(await found()).toEqual({ ids: [second.turnId], total: 1 });
    for (const conversationId of [cleared.id, gone.id])
      expect(await found({ conversationId })).toEqual({ ids: [], total: 0 });
    for (const { turnId } of [first, trial, hidden])
      expect(await found({ turnId })).toMatchObject({ total: 0 });
    expect(await found({ turnId: second.turnId })).toEqual({ ids: [second.turnId], total: 1 });
  });

  it("runs are found by trigger, action and status", async () => {
    const store = shared();
    const { found, ask, conversation } = await aDesk(store);
    const plain = await answer(store, await ask("问"));
    const silent = await answer(store, await ask("问"), { text: "", status: "failed" });
    const record = aTrigger(store, conversation, { trigger: anEvent("e-1") });
    const event = await answer(store, await ask("", { trigger: record }), { actions: ANSWER_AND_TAG });
    const quiet = await answer(store, await ask("问"), { actions: [] });
    const ids = async (query: Parameters<typeof found>[0]) => (await found(query)).ids;
    expect(await ids({ triggerType: "canvas-event-trigger" })).toEqual([event.turnId]);
    expect(await ids({ triggerType: "receive-text-message" })).toEqual([
      quiet.turnId,
      silent.turnId,
      plain.turnId,
    ]);
    expect(await ids({ actionType: "tag-user" })).toEqual([event.turnId]);
    expect(await ids({ actionType: "handover" })).toEqual([]);
    expect(await ids({ actionType: "send-text-message" })).toEqual([event.turnId, plain.turnId]);
    expect(await ids({ statuses: ["failed", "interrupted"] })).toEqual([silent.turnId]);
    expect(await ids({ statuses: [] })).toEqual([]);
    const both = { actionType: "tag-user" as const, triggerType: "receive-text-message" as const };
    expect(await ids(both)).toEqual([]);
  });

  it("runs are found by words of question or answer in either case of letters, as they stand", async () => {
    const store = shared();
    const { found, ask } = await aDesk(store);
    const english = await answer(store, await ask("How do I RETURN it?"), { text: "Приветствую, 100%_ok" });
    const chinese = await answer(store, await ask("怎么退货"), { text: "可以的" });
    const ids = async (keyword: string) => (await found({ keyword })).ids;
    expect(await ids("return IT")).toEqual([english.turnId]);
    expect(await ids("приВЕТ")).toEqual([english.turnId]);
    expect(await ids("退货")).toEqual([chinese.turnId]);
    expect(await ids("可以")).toEqual([chinese.turnId]);
    expect(await ids("100%_OK")).toEqual([english.turnId]);
    expect(await ids("1%k")).toEqual([]);
    expect(await ids("_")).toEqual([english.turnId]);
    await store.exchanges.deleteQuestion(english.exchangeId, later(5));
    expect(await ids("return")).toEqual([]);
    expect(await ids("ok")).toEqual([english.turnId]);
  });

  it("runs are found by what was thought of them last", async () => {
    const store = shared();
    const { found, ask } = await aDesk(store);
    const [none, liked, disliked, withdrawn] = [
      await answer(store, await ask("1")),
      await answer(store, await ask("2")),
      await answer(store, await ask("3")),
      await answer(store, await ask("4")),
    ];
    await store.feedback.save(anOpinion(liked.turnId));
    await store.feedback.save(anOpinion(disliked.turnId, { rater: "a", updatedAt: later(1) }));
    const dislike = anOpinion(disliked.turnId, { rater: "b", rating: "dislike", updatedAt: later(2) });
    await store.feedback.save(dislike);
    await store.feedback.save(anOpinion(withdrawn.turnId, { rating: "none" }));
    const ids = async (rating: "like" | "dislike" | "none") => (await found({ rating })).ids;
    expect(await ids("like")).toEqual([liked.turnId]);
    expect(await ids("dislike")).toEqual([disliked.turnId]);
    expect(await ids("none")).toEqual([withdrawn.turnId, none.turnId]);
  });

  it("rated turns are listed by turn and rater, a page at a time, those of one workspace", async () => {
    const store = shared();
    const { conversation } = await aDesk(store);
    const elsewhere = await begin(store);
    const [first, second] = [
      await answer(store, aTurn(store, conversation)),
      await answer(store, aTurn(store, conversation)),
    ];
    const foreign = await answer(store, aTurn(store, elsewhere));
    const opinions = [
      anOpinion(first.turnId, { rater: "a", updatedAt: later(1) }),
      anOpinion(first.turnId, { rater: "b", rating: "none", updatedAt: later(2) }),
      anOpinion(first.turnId, { rater: "c", rating: "dislike", updatedAt: later(3), categories: ["慢"] }),
      anOpinion(second.turnId, { rater: "a", updatedAt: later(4) }),
    ];
    for (const opinion of [...opinions, anOpinion(foreign.turnId)]) await store.feedback.save(opinion);
    const [a, b, c, d] = opinions;
    const { workspaceId } = conversation;
    const rated = async (query: Partial<Parameters<Store["runs"]["listRated"]>[0]> = {}) => {
      const list = await store.runs.listRated({ workspaceId, limit: 10, ...query });
      for (const { run, opinion } of list) expect(run.turn.id).toBe(opinion.turnId);
      return list.map(({ opinion }) => opinion);
    };
    expect(await rated()).toEqual([a, c, d]);
    expect(await rated({ limit: 2 })).toEqual([a, c]);
    expect(await rated({ after: { turnId: first.turnId, rater: "a" }, limit: 1 })).toEqual([c]);
    expect(await rated({ ratings: ["none"] })).toEqual([b]);
    expect(await rated({ ratings: [] })).toEqual([]);
    expect(await rated({ since: later(3), until: later(4) })).toEqual([c]);
    expect(await rated({ agentIds: [conversation.agentId] })).toHaveLength(3);
    expect(await rated({ agentIds: [store.newId<AgentId>()] })).toEqual([]);
    await store.exchanges.deleteAnswer(second.turnId, later(9));
    expect(await rated()).toEqual([a, c]);
  });

  it("rated turns are found by rater, reason, comment, channel and family, in either order, in bounded steps", async () => {
    const store = shared();
    const { conversation } = await aDesk(store);
    const { workspaceId } = conversation;
    const [first, second] = [
      await answer(store, { ...aTurn(store, conversation), family: "coze" }),
      await answer(store, { ...aTurn(store, conversation), family: "hiagent" }),
    ];
    const [a, b] = [
      anOpinion(first.turnId, { rater: "a", categories: ["慢", "短"], comment: "" }),
      anOpinion(second.turnId, { rater: "b", rating: "dislike", categories: [], comment: "太慢" }),
    ];
    for (const opinion of [a, b]) await store.feedback.save(opinion);
    type Search = Parameters<Store["runs"]["searchRated"]>[0];
    const search = (query: Partial<Search>) =>
      store.runs.searchRated({ workspaceId, limit: 10, lookAt: 10_000, order: "oldest", ...query });
    const rated = async (query: Partial<Search>) =>
      (await search(query)).items.map(({ opinion }) => opinion.rater);
    expect(await rated({})).toEqual(["a", "b"]);
    expect(await rated({ order: "newest" })).toEqual(["b", "a"]);
    expect(await rated({ rater: "b" })).toEqual(["b"]);
    expect(await rated({ category: "短" })).toEqual(["a"]);
    expect(await rated({ category: "太慢" })).toEqual([]);
    expect(await rated({ hasComment: true })).toEqual(["b"]);
    expect(await rated({ hasComment: false })).toEqual(["a"]);
    expect(await rated({ family: "coze" })).toEqual(["a"]);
    expect(await rated({ channel: conversation.channel })).toEqual(["a", "b"]);
    expect(await rated({ channel: "elsewhere" })).toEqual([]);
    const page = await search({ limit: 1, order: "newest" });
    const after = { turnId: second.turnId, rater: "b" };
    expect(page.next).toEqual(after);
    expect(await rated({ after, order: "newest" })).toEqual(["a"]);
    expect((await search({ limit: 2 })).next).toBeUndefined();
  });
}
