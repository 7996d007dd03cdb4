import type { AgentEvent, AgentSettings } from "../../domain/agent.ts";
import type { TriggerId } from "../../domain/ids.ts";
import { actionsOf } from "../../domain/run.ts";
import type { Trigger, TriggerRecord } from "../../domain/trigger.ts";
import type { ChatRequest } from "../../models/chat-model.ts";
import { type ScriptedStep, scriptedModel } from "../../models/scripted/scripted-model.ts";
import type { Store } from "../../storage/store.ts";
import { aConversation, ask, eventsOf } from "./fixtures.ts";
import { aRoomWithListener } from "./listener.ts";

export function call(name: string, input: unknown = {}, id = `call-${name}`): ScriptedStep {
  return { type: "tool-call", id, name, arguments: JSON.stringify(input) };
}

/** A model that calls these tools one step after the other, and then says so. */
export function acting(steps: ScriptedStep[][], words: ScriptedStep[] = ["Done."]) {
  return scriptedModel((_, count) => steps[count] ?? words);
}

/** What the model heard of the tools it called, in order. */
export function observations({ calls }: { calls: readonly { request: ChatRequest }[] }): string[] {
  const messages = calls.at(-1)?.request.messages ?? [];
  return messages.flatMap((message) => (message.role === "tool" ? [message.text] : []));
}

/** A room whose agent may do more than answer, and a conversation in it. */
export async function aRoom(
  model: ReturnType<typeof acting>,
  settings: Partial<AgentSettings>,
  types: Parameters<typeof aRoomWithListener>[1] = {},
) {
  const room = await aRoomWithListener(model, { types: ["turn.completed"], ...types, settings });
  const conversation = await aConversation(room.store, room.agent);
  const run = async (text = "Hi", more = {}) => {
    const turn = await ask(room.turns, room.agent, conversation, text, more);
    const events = await eventsOf(turn);
    await turn.ended;
    const stored = await room.store.runs.find(turn.turnId);
    if (stored === undefined) throw new Error("the turn is not stored");
    return { turn, events, run: stored, actions: actionsOf(stored) };
  };
  const current = () => room.store.conversations.get(conversation.id);
  return { ...room, model, conversation, run, current };
}

/** What starts a turn of the room; due now. */
export async function aTrigger(
  store: Store,
  { conversation, agent }: Pick<Awaited<ReturnType<typeof aRoom>>, "conversation" | "agent">,
  overrides: Partial<TriggerRecord> = {},
): Promise<TriggerRecord> {
  const trigger: Trigger = {
    type: "receive-text-message",
    payload: { text: "hello", contactId: "c-1", receiverId: "im-7" },
  };
  const at = new Date();
  return {
    id: store.newId<TriggerId>(),
    workspaceId: agent.workspaceId,
    agentId: agent.id,
    conversationId: conversation.id,
    trigger,
    source: "api",
    state: "due",
    reason: "",
    dueAt: at,
    cancelOnMessage: false,
    depth: 0,
    createdAt: at,
    ...overrides,
  };
}

export const followUp: AgentEvent = {
  id: "6a0c5c0e-3a3e-4f0f-8f37-6f3f1f8a1b22",
  name: "follow up",
  description: "",
  variables: [{ name: "topic", type: "string" }],
};
