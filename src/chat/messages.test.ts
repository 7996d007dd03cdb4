import { expect, test } from "vitest";
import type { TokenCaller } from "../domain/access.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { AccessTokenId, ConversationId, MessageId, UserId, WorkspaceId } from "../domain/ids.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import type { Store } from "../storage/store.ts";
import { createConversation, newSection, visibleConversation } from "./conversations.ts";
import { SILENT_FACTS } from "./facts.ts";
import {
  deleteMessage,
  editMessage,
  type FoundMessage,
  findMessage,
  insertMessage,
  listMessages,
  type MessageQuery,
  rateMessage,
} from "./messages.ts";
import { aChatRoom, aConversation, anAgent, ask, eventsOf } from "./testing/fixtures.ts";

function userSays(text: string) {
  return { role: "user" as const, kind: "question" as const, text, attachments: [], meta: {} };
}

/** Inserted "hi", then "q1" with "a1", then "q2" with "a2". */
async function aTalk() {
  const { store, turns } = await aChatRoom(scriptedModel((_, call) => [`a${call + 1}`]));
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  await insertMessage(store, conversation, userSays("hi"));
  for (const question of ["q1", "q2"]) await eventsOf(await ask(turns, agent, conversation, question));
  return { store, turns, agent, conversation };
}

function textOf({ exchange, answer }: FoundMessage): string {
  return answer?.text ?? exchange.question.text;
}

function idOf({ exchange, answer }: FoundMessage): MessageId {
  return answer?.messageId ?? exchange.question.messageId;
}

async function pageOf(store: Store, query: MessageQuery) {
  const { messages, hasMore } = await listMessages(store, query);
  return { texts: messages.map(textOf), ids: messages.map(idOf), hasMore };
}

test("a list is read page by page in either direction, also between a question and its answer", async () => {
  const { store, conversation } = await aTalk();
  for (const order of ["asc", "desc"] as const) {
    const whole = ["hi", "q1", "a1", "q2", "a2"];
    if (order === "desc") whole.reverse();
    for (let limit = 1; limit <= 6; limit += 1) {
      const seen: string[] = [];
      let afterMessage: MessageId | undefined;
      for (let hasMore = true; hasMore; ) {
        const page = await pageOf(store, { conversation, order, limit, afterMessage });
        seen.push(...page.texts);
        afterMessage = page.ids.at(-1);
        hasMore = page.hasMore;
      }
      expect(seen).toEqual(whole);
      let beforeMessage: MessageId | undefined = afterMessage;
      const back: string[] = whole.slice(-1);
      for (let hasMore = true; hasMore; ) {
        const page = await pageOf(store, { conversation, order, limit, beforeMessage });
        back.unshift(...page.texts);
        beforeMessage = page.ids[0];
        hasMore = page.hasMore;
      }
      expect(back).toEqual(whole);
    }
  }
});

test("a list can hold one turn's messages only, and refuses a place that is not in the conversation", async () => {
  const { store, turns, agent, conversation } = await aTalk();
  const { ids } = await pageOf(store, { conversation, order: "asc", limit: 9 });
  const { answer } = await findMessage(store, conversation, ids[2] as MessageId);
  const turnId = answer?.turn.id;
  const ofTurn = { conversation, limit: 9, turnId };
  expect(await pageOf(store, { ...ofTurn, order: "desc" })).toMatchObject({
    texts: ["a1", "q1"],
    hasMore: false,
  });
  expect(await pageOf(store, { ...ofTurn, order: "desc", limit: 1 })).toMatchObject({
    texts: ["a1"],
    hasMore: true,
  });
  expect(await pageOf(store, { ...ofTurn, order: "asc", afterMessage: ids[1] })).toMatchObject({
    texts: ["a1"],
  });
  const other = await aConversation(store, agent);
  await eventsOf(await ask(turns, agent, other, "elsewhere"));
  const elsewhere = await listMessages(store, { conversation: other, order: "asc", limit: 1 });
  const stray = elsewhere.messages.map(idOf)[0];
  await expect(
    listMessages(store, { conversation, order: "asc", limit: 1, afterMessage: stray }),
  ).rejects.toMatchObject({ code: "request_invalid", field: "afterMessage" });
  expect(await pageOf(store, { ...ofTurn, conversation: other, order: "asc" })).toMatchObject({ texts: [] });
});

test("a deleted answer leaves its question and a deleted question its answer", async () => {
  const { store, conversation } = await aTalk();
  const { ids } = await pageOf(store, { conversation, order: "asc", limit: 9 });
  const [hi, , a1, q2] = ids as [MessageId, MessageId, MessageId, MessageId];
  expect(textOf(await deleteMessage(store, conversation, a1))).toBe("a1");
  expect(textOf(await deleteMessage(store, conversation, q2))).toBe("q2");
  await deleteMessage(store, conversation, hi);
  const { texts } = await pageOf(store, { conversation, order: "asc", limit: 9 });
  expect(texts).toEqual(["q1", "a2"]);
  await expect(deleteMessage(store, conversation, a1)).rejects.toMatchObject({ code: "message_not_found" });
  await expect(findMessage(store, conversation, q2)).rejects.toMatchObject({ code: "message_not_found" });
});

test("an edited message is told to the model as it now stands; one that is being made is not edited", async () => {
  const gate = Promise.withResolvers<void>();
  const model = scriptedModel((_, call) =>
    call === 0 ? ["old"] : ["new", { type: "gate", until: gate.promise }],
  );
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  const first = await ask(turns, agent, conversation, "q1");
  await eventsOf(first);
  const edited = await editMessage(store, conversation, first.answerMessageId, {
    text: "better",
    meta: { a: "b" },
  });
  expect(edited.answer).toMatchObject({ text: "better", meta: { a: "b" } });
  await editMessage(store, conversation, first.questionMessageId, { text: "q1!" });
  const second = await ask(turns, agent, conversation, "q2");
  await expect(editMessage(store, conversation, second.answerMessageId, { text: "x" })).rejects.toMatchObject(
    { code: "conversation_busy" },
  );
  gate.resolve();
  await second.ended;
  expect(model.calls[1]?.request.messages.map((message) => message.text)).toEqual([
    "Be brief.",
    "q1!",
    "better",
    "q2",
  ]);
});

test("only answers can be rated", async () => {
  const { store, conversation } = await aTalk();
  const said = await insertMessage(store, conversation, {
    ...userSays("as if I had answered"),
    role: "assistant",
    kind: "answer",
  });
  const opinion = { rating: "like" as const, categories: ["clear"], comment: "" };
  const { ids } = await pageOf(store, { conversation, order: "asc", limit: 9 });
  const [, q1, a1] = ids as [MessageId, MessageId, MessageId];
  for (const id of [q1, idOf(said)]) {
    await expect(
      rateMessage({ store, facts: SILENT_FACTS }, conversation, id, opinion),
    ).rejects.toMatchObject({
      code: "request_invalid",
      field: "message_id",
    });
  }
  expect(await rateMessage({ store, facts: SILENT_FACTS }, conversation, a1, opinion)).toBe(true);
  expect((await findMessage(store, conversation, a1)).answer?.rating).toBe("like");
  const { answer } = await findMessage(store, conversation, a1);
  if (answer === undefined) throw new Error("no answer");
  expect(await store.feedback.find(answer.turn.id, "u1")).toMatchObject({ categories: ["clear"] });
});

test("a conversation can begin with messages and without an agent; the first question gives it both", async () => {
  const model = scriptedModel(["ok"]);
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store);
  const conversation = await createConversation(
    { store, facts: SILENT_FACTS },
    {
      workspaceId: agent.workspaceId,
      userId: "",
      name: "n",
      inputs: {},
      requireInputs: false,
      meta: { k: "v" },
      messages: [userSays("one"), { ...userSays("two"), role: "assistant", kind: "answer" }],
    },
  );
  expect(await store.conversations.get(conversation.id)).toEqual(conversation);
  const turn = await ask(turns, agent, conversation, "three", { userId: "u7" });
  expect(turn.conversation).toMatchObject({ agentId: agent.id, userId: "u7" });
  await turn.ended;
  expect(await store.conversations.get(conversation.id)).toMatchObject({ agentId: agent.id, userId: "u7" });
  expect(model.calls[0]?.request.messages).toMatchObject([
    { role: "system" },
    { role: "user", text: "one" },
    { role: "assistant", text: "two" },
    { role: "user", text: "three" },
  ]);
});

test("a new section keeps the messages listed and out of the model's sight", async () => {
  const model = scriptedModel(["ok"]);
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  await eventsOf(await ask(turns, agent, conversation, "before"));
  const sectionId = await newSection(store, conversation.id);
  const now = (await store.conversations.get(conversation.id)) as Conversation;
  expect(now.sectionId).toBe(sectionId);
  await eventsOf(await ask(turns, agent, now, "after"));
  expect(model.calls[1]?.request.messages.map(({ text }) => text)).toEqual(["Be brief.", "after"]);
  const { texts } = await pageOf(store, { conversation: now, order: "asc", limit: 9 });
  expect(texts).toEqual(["before", "ok", "after", "ok"]);
  await expect(newSection(store, store.newId<ConversationId>())).rejects.toMatchObject({
    code: "conversation_not_found",
  });
});

test("a token sees what its user made in its session and what app keys made, in workspaces it reaches", async () => {
  const { store } = await aChatRoom(scriptedModel([]));
  const agent = await anAgent(store);
  const [mine, other] = [store.newId<UserId>(), store.newId<UserId>()];
  const make = async (more: { creatorId?: UserId; sessionName?: string }) => {
    const common = { agent, userId: "u1", name: "", inputs: {}, requireInputs: false };
    return createConversation({ store, facts: SILENT_FACTS }, { ...common, ...more });
  };
  const conversations = {
    key: await make({}),
    own: await make({ creatorId: mine }),
    session: await make({ creatorId: mine, sessionName: "s1" }),
    otherSession: await make({ creatorId: mine, sessionName: "s2" }),
    foreign: await make({ creatorId: other }),
  };
  const seen = async (sessionName: string, workspaceId: WorkspaceId = agent.workspaceId) => {
    const caller = aCaller(mine, sessionName, workspaceId);
    const names: string[] = [];
    for (const [name, { id }] of Object.entries(conversations)) {
      const found = visibleConversation(store, caller, id, "member");
      await found.then(
        () => names.push(name),
        (error) => expect(error).toMatchObject({ code: "conversation_not_found" }),
      );
    }
    return names;
  };
  expect(await seen("")).toEqual(["key", "own", "session", "otherSession"]);
  expect(await seen("s1")).toEqual(["session"]);
  expect(await seen("", store.newId<WorkspaceId>())).toEqual([]);
});

function aCaller(userId: UserId, sessionName: string, workspaceId: WorkspaceId): TokenCaller {
  const createdAt = new Date();
  return {
    user: { id: userId, name: "n", nickname: "", avatarUrl: "", createdAt },
    token: {
      id: 1 as AccessTokenId,
      tokenHash: "",
      kind: "personal",
      userId,
      name: "",
      scope: { permissions: ["all"] },
      sessionName,
      createdAt,
    },
    memberships: [{ workspaceId, userId, role: "member", joinedAt: createdAt }],
  };
}
