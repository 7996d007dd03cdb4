import { describe, expect, test } from "vitest";
import type { TriggerRecord } from "../domain/trigger.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { insertMessage } from "./messages.ts";
import { findRun } from "./runs.ts";
import { aChatRoom, aConversation, anAgent, ask, historyOf } from "./testing/fixtures.ts";

async function aRoom() {
  const { store, turns } = await aChatRoom(scriptedModel(["fine"]));
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  const asked = async (text: string) => {
    const turn = await ask(turns, agent, conversation, text);
    await turn.ended;
    return turn.turnId;
  };
  const said = async (turnId: Awaited<ReturnType<typeof asked>>) => {
    const found = await findRun(store, turnId);
    return found?.run.history.map(({ role, text }) => `${role}: ${text}`);
  };
  return { store, turns, agent, conversation, asked, said };
}

function inserted(text: string) {
  return {
    role: "assistant" as const,
    kind: "answer" as const,
    text,
    attachments: [],
    meta: {},
    createdAt: new Date(),
  };
}

describe("a turn, as events tell it", () => {
  test("is its question's words, its answer's words, and what was said up to the question", async () => {
    const { store, conversation, asked, said } = await aRoom();
    await asked("one");
    await insertMessage(store, conversation, inserted("by the way"));
    const turnId = await asked("two");
    await asked("three");
    const found = await findRun(store, turnId);
    expect(found).toMatchObject({
      messageId: (await historyOf(store, conversation)).at(-2)?.answers[0]?.messageId,
      run: {
        sessionId: "",
        source: "api",
        trigger: { type: "receive-text-message", payload: { text: "two", role: "user" } },
        actions: [{ type: "send-text-message", status: "send", payload: { text: "fine" } }],
      },
    });
    expect(await said(turnId)).toEqual([
      "user: one",
      "assistant: fine",
      "assistant: by the way",
      "user: two",
    ]);
  });

  test("knows nothing of what was said before the conversation was cleared", async () => {
    const { store, conversation, asked, said } = await aRoom();
    await asked("one");
    await store.conversations.clear(conversation.id, store.newId(), new Date());
    expect(await said(await asked("two"))).toEqual(["user: two"]);
  });

  test("brings the newest of a long conversation, up to 200 messages", async () => {
    const { store, conversation, asked, said } = await aRoom();
    const messages = Array.from({ length: 230 }, (_, index) => inserted(`message ${index}`));
    for (const message of messages) await insertMessage(store, conversation, message);
    const history = await said(await asked("last"));
    expect(history).toHaveLength(200);
    expect([history?.[0], history?.at(-2), history?.at(-1)]).toEqual([
      "assistant: message 31",
      "assistant: message 229",
      "user: last",
    ]);
  });

  test("brings no more than fits into a body", async () => {
    const { store, conversation, asked, said } = await aRoom();
    for (const letter of "abcd") {
      await insertMessage(store, conversation, inserted(letter.repeat(100_000)));
    }
    const history = await said(await asked("last"));
    expect(history?.map((text) => text.slice(0, 12))).toEqual(["assistant: c", "assistant: d", "user: last"]);
  });

  test("brings no more files than have room in a body", async () => {
    const { store, conversation, asked, said } = await aRoom();
    const url = `https://a.example/${"x".repeat(7_900)}`;
    const file = { url, path: "", name: "f.pdf", sizeBytes: 1 };
    const attachments = Array.from({ length: 20 }, () => file);
    for (const text of ["one", "two", "three"]) {
      await insertMessage(store, conversation, {
        ...inserted(text),
        role: "user",
        kind: "question",
        attachments,
      });
    }
    expect(await said(await asked("four"))).toEqual(["user: three", "user: four"]);
  });

  test("brings what its trigger brought, in the place of what is stored", async () => {
    const { store, agent, conversation, turns } = await aRoom();
    const createdAt = new Date();
    const said = (role: "user" | "assistant", text: string) => ({ role, text, attachments: [] });
    const trigger: TriggerRecord = {
      ...{ id: store.newId(), workspaceId: agent.workspaceId, agentId: agent.id },
      ...{ conversationId: conversation.id, source: "adapter", state: "due", reason: "", depth: 0 },
      trigger: { type: "receive-image-message", payload: { imageUrl: "https://a.example/1.png" } },
      history: [said("user", "before"), said("assistant", "yes?"), said("user", "a picture")],
      ...{ dueAt: createdAt, cancelOnMessage: false, createdAt },
    };
    const turn = await ask(turns, agent, conversation, "a picture", { trigger });
    await turn.ended;
    expect((await findRun(store, turn.turnId))?.run).toMatchObject({
      source: "adapter",
      trigger: trigger.trigger,
      history: trigger.history,
    });
  });

  test("is unknown when it is deleted", async () => {
    const { store, asked } = await aRoom();
    const turnId = await asked("one");
    await store.exchanges.deleteAnswer(turnId, new Date());
    expect(await findRun(store, turnId)).toBeUndefined();
  });
});
