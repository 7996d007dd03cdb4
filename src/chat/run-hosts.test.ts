import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../domain/agent.ts";
import { historyOf } from "./testing/fixtures.ts";
import { aWorkflowRoom } from "./testing/workflow-room.ts";

const moved: AgentEvent = {
  id: "6a0c5c0e-3a3e-4f0f-8f37-6f3f1f8a1b22",
  name: "moved",
  description: "",
  variables: [{ name: "where", type: "string" }],
};

/** Nodes one after the other between a start and an end that says what `answer` comes to. */
function chain(nodes: Record<string, unknown>[], answer: string) {
  const ids = [...nodes.map(({ id }) => id), "end"];
  return {
    mode: "chatflow",
    nodes: [
      { id: "start", type: "start", next: ids[0] },
      ...nodes.map((node, index) => ({ ...node, next: ids[index + 1] })),
      { id: "end", type: "end", answer },
    ],
  };
}

async function actionsOfTurn({ store }: Awaited<ReturnType<typeof aWorkflowRoom>>, turnId: number) {
  return (await store.runs.find(turnId as never))?.actions;
}

describe("nodes of a workflow that answers a turn", () => {
  test("keep values with the conversation and its user, where later turns find them", async () => {
    const room = await aWorkflowRoom(
      chain(
        [
          { id: "had", type: "variable-get", scope: "conversation", names: ["plan"] },
          {
            id: "data",
            type: "update-data",
            inputs: { operations: [{ fieldId: "visits", updateOperation: "increment" }] },
          },
          {
            id: "keep",
            type: "variable-set",
            scope: "conversation",
            inputs: { plan: { ref: "start.query" } },
          },
          { id: "mine", type: "variable-set", scope: "user", inputs: { name: "Ann" } },
          { id: "now", type: "variable-get", scope: "conversation", names: ["plan", "visits"] },
          { id: "whose", type: "variable-get", scope: "user", names: ["name"] },
        ],
        "{{ had.plan }}>{{ now.plan }} {{ now.visits }} {{ whose.name }}",
      ),
    );
    const { store, conversation, agent } = room;
    const first = await room.say("gold");
    const kept = await store.conversations.get(conversation.id);
    expect(kept?.inputs).toEqual({ visits: "1", plan: "gold" });
    const owner = { agentId: agent.id, channel: "api", userId: "u1" };
    expect(await store.userVariables.list(owner)).toMatchObject([{ key: "name", value: "Ann" }]);
    const second = await room.say("silver", { conversation: kept ?? conversation });
    expect([first.log.text, second.log.text]).toEqual([">gold 1 Ann", "gold>silver 2 Ann"]);
    await store.close();
  });

  test("act as the turn does, in order: texts are its words, the rest is left to who can", async () => {
    const room = await aWorkflowRoom(
      chain(
        [
          { id: "say", type: "send-text-message", inputs: { text: "Sent." } },
          { id: "picture", type: "send-image-message", inputs: { imageUrl: "https://a.example/1.png" } },
          { id: "tag", type: "tag-user", inputs: { operation: "ADD", tags: [{ tagName: "vip" }] } },
        ],
        "{{ picture.status }} {{ tag.status }}",
      ),
    );
    const turn = await room.say("Hi", { isToldActions: true });
    expect(turn.log.text).toBe("Sent.\n\nsend skip");
    expect(await actionsOfTurn(room, turn.turnId)).toMatchObject([
      { type: "send-text-message", status: "send", nodeId: "say", payload: { text: "Sent." } },
      { type: "send-image-message", status: "send", nodeId: "picture" },
      { type: "tag-user", status: "skip", nodeId: "tag" },
      { type: "send-text-message", status: "send", nodeId: "end", payload: { text: "send skip" } },
    ]);
    await room.store.close();
  });

  test("emit the agent's events, by id or name, with data that fits", async () => {
    const emit = (id: string, event: string, params: object) => ({
      ...{ id, type: "emit-event", event, mode: "delayed" },
      inputs: { params, delaySeconds: 60 },
    });
    const room = await aWorkflowRoom(
      chain([emit("a", moved.id, { where: "home" }), emit("b", "moved", { where: "away" })], "done"),
      { settings: { events: [moved] } },
    );
    const turn = await room.say("Hi");
    expect(await actionsOfTurn(room, turn.turnId)).toMatchObject([
      { payload: { eventId: moved.id, eventName: "moved", params: { where: "home" } }, nodeId: "a" },
      { payload: { eventId: moved.id, eventName: "moved", params: { where: "away" } }, nodeId: "b" },
      { type: "send-text-message" },
    ]);
    expect(await room.store.triggers.countDue(room.conversation.id, 9)).toBe(2);
    for (const node of [emit("a", "unknown", {}), emit("a", "moved", { where: 4 })]) {
      const wrong = await aWorkflowRoom(chain([node], "done"), { settings: { events: [moved] } });
      const failed = await wrong.say("Hi");
      const [exchange] = await historyOf(wrong.store, wrong.conversation);
      expect(exchange?.answers[0]?.turn).toMatchObject({
        status: "failed",
        error: { code: "workflow_failed" },
      });
      expect(await wrong.store.triggers.countDue(wrong.conversation.id, 9)).toBe(0);
      expect(failed.log.text).toBe("");
      await wrong.store.close();
    }
    await room.store.close();
  });

  test("give the conversation to a person, with the words they have for it, and the rest of the turn is said", async () => {
    const room = await aWorkflowRoom(
      chain([{ id: "give", type: "handover", inputs: { handoverMessage: "A person comes." } }], "Goodbye."),
    );
    const { store, conversation } = room;
    const turn = await room.say("Hi");
    expect(turn.log.text).toBe("Goodbye.\n\nA person comes.");
    expect((await store.conversations.get(conversation.id))?.heldAt).toBeDefined();
    const held = await room.say("Hello?", {
      conversation: (await store.conversations.get(conversation.id)) ?? conversation,
    });
    expect([held.isHeld, held.log.text]).toEqual([true, ""]);
    expect(await store.workflowRuns.ofTurn(held.turnId)).toBeUndefined();
    await store.close();
  });

  test("change nothing in a trial", async () => {
    const room = await aWorkflowRoom(
      chain(
        [
          { id: "give", type: "handover", inputs: {} },
          { id: "emit", type: "emit-event", event: "moved", inputs: { params: { where: "x" } } },
          {
            id: "data",
            type: "update-data",
            inputs: { operations: [{ fieldId: "visits", updateOperation: "increment" }] },
          },
        ],
        "{{ give.status }}",
      ),
      { settings: { events: [moved] } },
    );
    const { store, conversation, agent } = room;
    const at = new Date();
    const turn = await room.say("Hi", {
      trigger: {
        ...{ id: store.newId(), workspaceId: agent.workspaceId, agentId: agent.id },
        conversationId: conversation.id,
        trigger: { type: "receive-text-message", payload: { text: "Hi" } },
        ...{
          source: "test",
          state: "due",
          reason: "",
          dueAt: at,
          cancelOnMessage: false,
          depth: 0,
          createdAt: at,
        },
      },
    });
    expect(turn.log.text).toBe("skip");
    const actions = await actionsOfTurn(room, turn.turnId);
    expect(actions?.slice(0, 3).map(({ type, status }) => [type, status])).toEqual([
      ["handover", "skip"],
      ["canvas-event-action", "skip"],
      ["update-data", "skip"],
    ]);
    expect(await store.triggers.countDue(conversation.id, 9)).toBe(0);
    expect(await store.conversations.get(conversation.id)).toMatchObject({ inputs: {} });
    expect((await store.conversations.get(conversation.id))?.heldAt).toBeUndefined();
    await store.close();
  });
});
