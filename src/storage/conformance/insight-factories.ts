import type { AccessKey } from "../../domain/access-key.ts";
import type { Feedback } from "../../domain/conversation.ts";
import type { AccessKeyId, TriggerId, TurnId, WorkspaceId } from "../../domain/ids.ts";
import { type TriggerRecord, textTrigger } from "../../domain/trigger.ts";
import type { Store } from "../store.ts";
import { NOW, type OwnedConversation } from "./factories.ts";

/** Due at `NOW`, sent by a program. */
export function aTrigger(
  store: Store,
  conversation: OwnedConversation,
  overrides: Partial<TriggerRecord> = {},
): TriggerRecord {
  return {
    id: store.newId<TriggerId>(),
    workspaceId: conversation.workspaceId,
    agentId: conversation.agentId,
    conversationId: conversation.id,
    trigger: textTrigger("在吗？"),
    source: "adapter",
    state: "due",
    reason: "",
    dueAt: NOW,
    cancelOnMessage: false,
    depth: 0,
    createdAt: NOW,
    ...overrides,
  };
}

/** A stored one. */
export async function trigger(
  store: Store,
  conversation: OwnedConversation,
  overrides: Partial<TriggerRecord> = {},
): Promise<TriggerRecord> {
  const record = aTrigger(store, conversation, overrides);
  await store.triggers.insert(record);
  return record;
}

export function anEvent(eventId: string): TriggerRecord["trigger"] {
  return { type: "canvas-event-trigger", payload: { eventId, data: { 金额: 12 } } };
}

export function anAccessKey(store: Store, overrides: Partial<AccessKey> = {}): AccessKey {
  const id = store.newId<AccessKeyId>();
  return {
    id,
    keyId: `key-${id}`,
    workspaceId: store.newId<WorkspaceId>(),
    name: "客服网页",
    secretHash: "scrypt$…",
    scopes: ["chat", "feedback"],
    version: 1,
    isFromFile: false,
    createdAt: NOW,
    ...overrides,
  };
}

/** A first opinion. */
export function anOpinion(turnId: TurnId, overrides: Partial<Feedback> = {}): Feedback {
  return {
    turnId,
    rater: "u-1",
    rating: "like",
    categories: [],
    comment: "",
    revision: 1,
    updatedAt: NOW,
    ...overrides,
  };
}
