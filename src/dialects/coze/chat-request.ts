import { z } from "zod";
import type { NewMessage } from "../../chat/conversations.ts";
import { findOpenQuestion } from "../../chat/messages.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent, ShortcutComponent } from "../../domain/agent.ts";
import type { Conversation, Exchange } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { EnterMessage, readMessages } from "./enter-message.ts";
import { wireBoolean, wireId, wireIdText, wireMeta, wireText } from "./wire.ts";

/** Longest id of an end user, and most and longest values for the prompt. Unverified: the vendor documents no limit. */
const USER_ID_LIMIT = 256;
const VARIABLE_LIMIT = 100;
const VALUE_LIMIT = 10_000;

const Values = z
  .record(wireText(200), wireText(VALUE_LIMIT))
  .refine((values) => Object.keys(values).length <= VARIABLE_LIMIT, {
    error: `more than ${VARIABLE_LIMIT} values`,
  });

/** Body of `POST /v3/chat`. Source: spec page §6. */
export const chatBody = {
  bot_id: wireId<AgentId>(),
  user_id: wireText(USER_ID_LIMIT),
  additional_messages: z.array(EnterMessage).max(100, { error: "more than 100 messages" }).default([]),
  stream: wireBoolean.default(false),
  auto_save_history: wireBoolean.default(true),
  custom_variables: Values.default({}),
  meta_data: wireMeta.default({}),
  extra_params: Values.default({}),
  shortcut_command: z.object({ command_id: wireText(64), parameters: Values.default({}) }).optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  enable_card: wireBoolean.optional(),
  publish_status: z.enum(["published_online", "unpublished_draft"]).optional(),
  bot_version: wireIdText.optional(),
  connector_id: wireText(64).optional(),
};

export type ChatRequest = z.output<z.ZodObject<typeof chatBody>>;

/** What a chat is about: a new question with what comes before it, or one that is already there. */
export type Subject =
  | { kind: "new"; question: NewMessage; insertedBefore: NewMessage[]; isShortcut: boolean }
  | { kind: "open"; exchange: Exchange };

/**
 * Finds out what is asked: the shortcut, else the last additional message, else the last message of the conversation.
 * Rejects with `request_invalid` when that is no user's question. Source: spec page §6.
 */
export async function subjectOf(
  store: Pick<Store, "exchanges" | "files">,
  caller: TokenCaller,
  agent: Agent,
  conversation: Conversation | undefined,
  body: ChatRequest,
): Promise<Subject> {
  const messages = await readMessages(store, caller, body.additional_messages, "additional_messages");
  const shortcut = shortcutQuestion(agent, body);
  if (shortcut !== undefined) {
    return { kind: "new", question: shortcut, insertedBefore: messages, isShortcut: true };
  }
  const question = messages.pop();
  if (question === undefined) return { kind: "open", exchange: await lastQuestion(store, conversation) };
  if (question.role !== "user") {
    throw invalid("additional_messages", "the last message must be the user's question");
  }
  return { kind: "new", question, insertedBefore: messages, isShortcut: false };
}

/** Values for the prompt: what the caller gives, over the place of the user where the agent wants to know it. */
export function promptValues({ settings }: Agent, body: ChatRequest): Record<string, string> {
  const declared = new Set(settings.variables.map((variable) => variable.key));
  const place = Object.entries(body.extra_params).filter(([key]) => declared.has(key));
  return { ...Object.fromEntries(place), ...body.custom_variables };
}

/** The shortcut's words with the given values, or the components' own, in their places. */
function shortcutQuestion({ settings }: Agent, { shortcut_command: command }: ChatRequest) {
  if (command === undefined) return undefined;
  const shortcut = settings.shortcuts?.find((candidate) => candidate.id === command.command_id);
  if (shortcut === undefined) {
    throw invalid("shortcut_command.command_id", "the bot has no such shortcut");
  }
  const given = Object.entries(command.parameters);
  const values = new Map([...shortcut.components.map(defaultOf), ...given]);
  const text = shortcut.template.replace(
    /\{\{([^{}]*)\}\}/g,
    (place, name: string) => values.get(name.trim()) ?? place,
  );
  if (text.trim() === "") throw invalid("shortcut_command", "the shortcut asks nothing");
  return { role: "user" as const, kind: "question" as const, text, attachments: [], meta: {} };
}

function defaultOf({ name, defaultValue }: ShortcutComponent): [string, string] {
  return [name, defaultValue];
}

/** The last message of the conversation, where the model still sees it. */
async function lastQuestion(
  store: Pick<Store, "exchanges">,
  conversation: Conversation | undefined,
): Promise<Exchange> {
  const last = conversation === undefined ? undefined : await findOpenQuestion(store, conversation);
  if (last === undefined || last.sectionId !== conversation?.sectionId) {
    throw invalid("additional_messages", "there is no question to answer");
  }
  return last;
}

function invalid(field: string, problem: string): DomainError {
  return new DomainError("request_invalid", problem, { field });
}
