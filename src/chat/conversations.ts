import type { Agent, Variable } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { ConversationId, SectionId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { codePoints } from "./code-points.ts";

/** Longest name, in code points. */
const NAME_LIMIT = 200;
/** Values a conversation may hold, and the longest of any kind, in code points. */
const INPUT_LIMIT = 100;
const VALUE_LIMIT = 10_000;

/**
 * Begins a conversation. The values are checked against the agent's variables; keys the agent does not know are
 * kept. It is stored, and would survive a power cut, when this resolves.
 * Rejects with `request_invalid` naming the value that does not fit.
 */
export async function createConversation(
  store: Store,
  input: {
    agent: Agent;
    userId: string;
    name: string;
    inputs: Record<string, string>;
    /** True: required variables must have a value now. */
    requireInputs: boolean;
  },
): Promise<Conversation> {
  checkName(input.name);
  checkInputs(input.agent, input.inputs, input.requireInputs);
  const conversation: Conversation = {
    id: store.newId<ConversationId>(),
    workspaceId: input.agent.workspaceId,
    agentId: input.agent.id,
    userId: input.userId,
    name: input.name,
    inputs: input.inputs,
    sectionId: store.newId<SectionId>(),
    createdAt: new Date(),
  };
  await store.conversations.insert(conversation);
  await store.flushed();
  return conversation;
}

/** The user's conversation with this agent. Rejects with `conversation_not_found`. */
export async function findConversation(
  store: Store,
  agent: Agent,
  userId: string,
  id: ConversationId,
): Promise<Conversation> {
  const conversation = await store.conversations.find(agent.id, userId, id);
  if (conversation === undefined) throw conversationNotFound();
  return conversation;
}

/** The refusal that tells nothing about other users' conversations. */
export function conversationNotFound(): DomainError {
  return new DomainError("conversation_not_found", "conversation not found");
}

/**
 * Renames a conversation and lays values over those it holds. An absent or empty name and absent values change
 * nothing. Rejects with `request_invalid` naming the value that does not fit, with `conversation_not_found` when it is
 * gone.
 */
export async function updateConversation(
  store: Store,
  agent: Agent,
  conversation: Conversation,
  change: { name?: string | undefined; inputs?: Record<string, string> | undefined },
): Promise<void> {
  const { name = "", inputs = {} } = change;
  checkName(name);
  checkInputs(agent, inputs, false);
  await changeConversation(store, conversation, (current) => {
    const merged = { ...current.inputs, ...inputs };
    checkCount(merged);
    return { ...current, name: name === "" ? current.name : name, inputs: merged };
  });
}

/** Pins a conversation to the top of the user's list, or lets it go. */
export async function pinConversation(
  store: Store,
  conversation: Conversation,
  isPinned: boolean,
): Promise<void> {
  await changeConversation(store, conversation, ({ pinnedAt: _, ...unpinned }) =>
    isPinned ? { ...unpinned, pinnedAt: new Date() } : unpinned,
  );
}

/** Changes the conversation as it is now, which others may have changed since it was found. */
async function changeConversation(
  store: Store,
  { agentId, userId, id }: Conversation,
  change: (current: Conversation) => Conversation,
): Promise<void> {
  await store.transaction(async ({ conversations }) => {
    const current = await conversations.find(agentId, userId, id);
    if (current === undefined) throw conversationNotFound();
    await conversations.update(change(current));
  });
  await store.flushed();
}

/** Hides a conversation for good. A turn that runs in it goes on to its end. */
export async function deleteConversation(store: Store, id: ConversationId): Promise<void> {
  await store.conversations.delete(id, new Date());
  await store.flushed();
}

/** Deletes all exchanges of a conversation; it keeps its name and values. */
export async function clearConversation(store: Store, id: ConversationId): Promise<void> {
  await store.conversations.clear(id, store.newId<SectionId>(), new Date());
  await store.flushed();
}

function checkName(name: string): void {
  if (codePoints(name) > NAME_LIMIT) {
    throw new DomainError("request_invalid", `longer than ${NAME_LIMIT} characters`, { field: "name" });
  }
}

function checkCount(inputs: Record<string, string>): void {
  if (Object.keys(inputs).length <= INPUT_LIMIT) return;
  throw new DomainError("request_invalid", `more than ${INPUT_LIMIT} values`, { field: "inputs" });
}

function checkInputs(agent: Agent, inputs: Record<string, string>, requireAll: boolean): void {
  checkCount(inputs);
  for (const [key, value] of Object.entries(inputs)) {
    if (codePoints(key) > NAME_LIMIT || codePoints(value) > VALUE_LIMIT) {
      throw new DomainError("request_invalid", `longer than ${VALUE_LIMIT} characters`, {
        field: `inputs.${key.slice(0, NAME_LIMIT)}`,
      });
    }
  }
  const given = new Map(Object.entries(inputs));
  for (const variable of agent.settings.variables) {
    const problem = checkValue(variable, given.get(variable.key) ?? "", requireAll);
    if (problem === undefined) continue;
    throw new DomainError("request_invalid", problem, { field: `inputs.${variable.key}` });
  }
}

function checkValue(variable: Variable, value: string, requireAll: boolean): string | undefined {
  if (value === "") {
    const isMissing = requireAll && variable.required && variable.defaultValue === undefined;
    return isMissing ? "required variable is missing" : undefined;
  }
  if (variable.maxLength !== undefined && codePoints(value) > variable.maxLength) {
    return `longer than ${variable.maxLength} characters`;
  }
  if (variable.type === "enum" && !variable.choices.includes(value)) {
    return `must be one of ${variable.choices.join(", ")}`;
  }
  return undefined;
}
