import { requireMembership } from "../access/permissions.ts";
import type { Role, TokenCaller } from "../domain/access.ts";
import { type Agent, API_CHANNEL, type Variable } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { Fact } from "../domain/event.ts";
import type { ConversationId, ExchangeId, MessageId, SectionId, UserId, WorkspaceId } from "../domain/ids.ts";
import type { InsertedMessage, Repositories, Store } from "../storage/store.ts";
import { codePoints } from "./code-points.ts";
import type { Facts } from "./facts.ts";
import { cancelWaitingIn } from "./waiting-runs.ts";

/** Longest name, in code points. */
const NAME_LIMIT = 200;
/** Values a conversation may hold. */
const INPUT_LIMIT = 100;
/** Longest value of any variable, in code points. */
export const VALUE_LIMIT = 10_000;

/** What a new conversation is made of. */
export type NewConversation = (
  | { agent: Agent }
  /** Without an agent: that of the first turn becomes its agent. */
  | { agent?: undefined; workspaceId: WorkspaceId }
) & {
  /** Empty: the first turn's user becomes its user. */
  userId: string;
  name: string;
  inputs: Record<string, string>;
  /** True: required variables must have a value now. */
  requireInputs: boolean;
  /** Whose access token makes it. Absent: an app key. */
  creatorId?: UserId;
  /** Of the token. Absent: none. */
  sessionName?: string;
  /** Absent: the API channel. */
  channel?: string;
  meta?: Record<string, string>;
  /** What its caller knows it by; unique among the agent's. Absent: nobody named it. */
  sessionId?: string;
  /** Put into it at once, in order. */
  messages?: NewMessage[];
};

/** A message as a caller puts it into a conversation. */
export type NewMessage = Pick<InsertedMessage, "role" | "kind" | "text" | "attachments" | "meta">;

/**
 * Begins a conversation. The values are checked against the agent's variables; keys the agent does not know are
 * kept. It is stored with its messages, and would survive a power cut, when this resolves.
 * Rejects with `request_invalid` naming the value that does not fit.
 */
export async function createConversation(
  { store, facts }: { store: Store; facts: Facts },
  input: NewConversation,
): Promise<Conversation> {
  const { messages = [] } = input;
  const conversation = conversationOf(store, input);
  const inserted = messages.map((message) => insertedInto(store, conversation, message));
  const insert =
    inserted.length === 0 ? undefined : (inside: Repositories) => inside.exchanges.insert(inserted);
  await storeConversation({ store, facts }, conversation, insert);
  return conversation;
}

/**
 * Stores a new conversation with what it begins with, all or nothing, and tells those who listen. Resolves when it would
 * survive a power cut.
 */
export async function storeConversation(
  { store, facts }: { store: Store; facts: Facts },
  conversation: Conversation,
  begin?: (inside: Repositories) => Promise<void>,
): Promise<void> {
  const emission = await facts.prepare(store, creationOf(conversation));
  if (begin === undefined && emission === undefined) await store.conversations.insert(conversation);
  else {
    await store.transaction(async (inside) => {
      await inside.conversations.insert(conversation);
      await begin?.(inside);
      if (emission !== undefined) await inside.outbox.add(emission);
    });
  }
  await store.flushed();
  if (emission !== undefined) facts.wake([emission]);
}

/** That a conversation was begun. */
function creationOf(conversation: Conversation): Fact<"conversation.created"> {
  const { id, workspaceId, agentId, userId, channel, name, createdAt } = conversation;
  return {
    type: "conversation.created",
    workspaceId,
    subject: `conversation:${id}`,
    at: createdAt,
    data: { conversationId: id, ...(agentId !== undefined && { agentId }), userId, channel, name },
  };
}

/** A conversation that is not stored yet. Throws like `createConversation`. */
export function conversationOf(store: Pick<Store, "newId">, input: NewConversation): Conversation {
  const { agent } = input;
  checkName(input.name);
  checkInputs(agent?.settings.variables ?? [], input.inputs, input.requireInputs);
  const createdAt = new Date();
  return {
    id: store.newId<ConversationId>(),
    workspaceId: input.agent === undefined ? input.workspaceId : input.agent.workspaceId,
    ...(agent !== undefined && { agentId: agent.id }),
    userId: input.userId,
    ...(input.creatorId !== undefined && { creatorId: input.creatorId }),
    sessionName: input.sessionName ?? "",
    channel: input.channel ?? API_CHANNEL,
    meta: input.meta ?? {},
    name: input.name,
    inputs: input.inputs,
    sectionId: store.newId<SectionId>(),
    createdAt,
    updatedAt: createdAt,
    ...(input.sessionId !== undefined && { sessionId: input.sessionId }),
  };
}

/** A caller's message as it is stored: at the end of the conversation, in its present section. */
export function insertedInto(
  { newId }: Pick<Store, "newId">,
  { id, sectionId }: Conversation,
  message: NewMessage,
): InsertedMessage {
  return {
    exchangeId: newId<ExchangeId>(),
    messageId: newId<MessageId>(),
    conversationId: id,
    sectionId,
    ...message,
    createdAt: new Date(),
  };
}

/**
 * A conversation that the caller's token may see: in a workspace it reaches, and made by the caller itself, in the
 * same session where the token has one; or made with an app key, where the token has none. Rejects with
 * `conversation_not_found`, and with `permission_denied` when it is seen with a role less than `least`.
 */
export async function visibleConversation(
  store: Store,
  caller: TokenCaller,
  id: ConversationId,
  least: Role,
): Promise<Conversation> {
  const conversation = await store.conversations.get(id);
  if (conversation === undefined) throw conversationNotFound();
  const { workspaceId, creatorId, sessionName } = conversation;
  const { user, token, memberships } = caller;
  const isReached = memberships.some((membership) => membership.workspaceId === workspaceId);
  const hasSession = token.sessionName !== "";
  const isOwn = creatorId === user.id && (!hasSession || sessionName === token.sessionName);
  const isKeyMade = creatorId === undefined && !hasSession;
  if (!isReached || !(isOwn || isKeyMade)) throw conversationNotFound();
  requireMembership(caller, workspaceId, least);
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
  checkInputs(agent.settings.variables, inputs, false);
  await changeConversation(store, conversation.id, (current) => {
    const merged = { ...current.inputs, ...inputs };
    checkCount(merged);
    const changed = { name: name === "" ? current.name : name, inputs: merged };
    return { ...current, ...changed, updatedAt: new Date() };
  });
}

/**
 * Changes the values of a conversation as it is now; those that differ afterwards are checked. Rejects like
 * `updateConversation`.
 */
export async function changeInputs(
  store: Store,
  { settings }: Agent,
  id: ConversationId,
  change: (inputs: ReadonlyMap<string, string>) => ReadonlyMap<string, string>,
): Promise<Conversation> {
  return changeConversation(store, id, (current) => {
    const before = new Map(Object.entries(current.inputs));
    const inputs = change(before);
    const changed = [...inputs].filter(([key, value]) => before.get(key) !== value);
    checkInputs(settings.variables, Object.fromEntries(changed), false);
    checkCount(Object.fromEntries(inputs));
    return { ...current, inputs: Object.fromEntries(inputs), updatedAt: new Date() };
  });
}

/** Gives a conversation another name. Rejects like `updateConversation`. */
export async function renameConversation(
  store: Store,
  id: ConversationId,
  name: string,
): Promise<Conversation> {
  checkName(name);
  return changeConversation(store, id, (current) => ({ ...current, name, updatedAt: new Date() }));
}

/**
 * Begins a new section: what was said before stays listed and is no longer sent to the model. Rejects with
 * `conversation_not_found`.
 */
export async function newSection(store: Store, id: ConversationId): Promise<SectionId> {
  const sectionId = store.newId<SectionId>();
  const changed = await changeConversation(store, id, (current) => ({ ...current, sectionId }));
  await forgetWaiting(store, changed);
  return sectionId;
}

/** Pins a conversation to the top of the user's list, or lets it go. */
export async function pinConversation(
  store: Store,
  conversation: Conversation,
  isPinned: boolean,
): Promise<void> {
  await changeConversation(store, conversation.id, ({ pinnedAt: _, ...unpinned }) =>
    isPinned ? { ...unpinned, pinnedAt: new Date() } : unpinned,
  );
}

/** Changes the conversation as it is now, which others may have changed since it was found. */
async function changeConversation(
  store: Store,
  id: ConversationId,
  change: (current: Conversation) => Conversation,
): Promise<Conversation> {
  const changed = await store.transaction(async ({ conversations }) => {
    const current = await conversations.getToChange(id);
    if (current === undefined) throw conversationNotFound();
    const next = change(current);
    await conversations.update(next);
    return next;
  });
  await store.flushed();
  return changed;
}

/** Hides a conversation for good. A turn that runs in it goes on to its end. */
export async function deleteConversation(store: Store, id: ConversationId): Promise<void> {
  const conversation = await store.conversations.get(id);
  await store.conversations.delete(id, new Date());
  await forgetWaiting(store, conversation);
}

/** Deletes all exchanges of a conversation; it keeps its name and values. */
export async function clearConversation(store: Store, id: ConversationId): Promise<void> {
  await store.conversations.clear(id, store.newId<SectionId>(), new Date());
  await forgetWaiting(store, await store.conversations.get(id));
}

/** Durable when it resolves, with what was done before. */
async function forgetWaiting(store: Store, conversation: Conversation | undefined): Promise<void> {
  if (conversation !== undefined) await cancelWaitingIn(store, conversation);
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

function checkInputs(variables: Variable[], inputs: Record<string, string>, requireAll: boolean): void {
  checkCount(inputs);
  for (const [key, value] of Object.entries(inputs)) {
    if (codePoints(key) > NAME_LIMIT || codePoints(value) > VALUE_LIMIT) {
      throw new DomainError("request_invalid", `longer than ${VALUE_LIMIT} characters`, {
        field: `inputs.${key.slice(0, NAME_LIMIT)}`,
      });
    }
  }
  const given = new Map(Object.entries(inputs));
  for (const variable of variables) {
    const problem = checkValue(variable, given.get(variable.key) ?? "", requireAll);
    if (problem === undefined) continue;
    throw new DomainError("request_invalid", problem, { field: `inputs.${variable.key}` });
  }
}

/** Whether a conversation that has to have all it needs must be given a value: nothing stands in for it. */
export function needsValue({ required, defaultValue }: Variable): boolean {
  return required && defaultValue === undefined;
}

function checkValue(variable: Variable, value: string, requireAll: boolean): string | undefined {
  if (value === "") {
    return requireAll && needsValue(variable) ? "required variable is missing" : undefined;
  }
  if (variable.maxLength !== undefined && codePoints(value) > variable.maxLength) {
    return `longer than ${variable.maxLength} characters`;
  }
  if (variable.type === "enum" && !variable.choices.includes(value)) {
    return `must be one of ${variable.choices.join(", ")}`;
  }
  return undefined;
}
