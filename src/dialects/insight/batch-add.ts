import { z } from "zod";
import { addPastMessages, type PastMessage } from "../../chat/past-messages.ts";
import type { Agent } from "../../domain/agent.ts";
import type { ConversationId } from "../../domain/ids.ts";
import { callableAgent } from "./callable-agent.ts";
import { type Endpoint, endpoint, type InsightServices } from "./endpoint.ts";
import { formatUuid } from "./ids.ts";
import { wireContent } from "./read-content.ts";
import { openSession } from "./sessions.ts";
import { InputError, type InputProblem, wireBotId, wireName, wireSessionId, wireTime } from "./wire.ts";

/** Source: spec page of Insight §12.3. */
const ITEM_LIMIT = 100;
/** Clocks differ: what is at most so much ahead of ours was said now. */
const CLOCK_ROOM_MS = 60_000;

const item = z.object({
  sessionId: wireSessionId.nullish(),
  role: z.enum(["user", "assistant"], { error: "must be user or assistant" }).nullish(),
  isSelf: z.boolean({ error: "must be true or false" }).nullish(),
  content: wireContent.nullish(),
  text: wireContent.nullish(),
  timestamp: wireTime.nullish(),
  messageId: wireName(128).nullish(),
});

type Item = z.output<typeof item>;

const items = z
  .array(item, { error: "must be a list of messages" })
  .min(1, { error: "must not be empty" })
  .max(ITEM_LIMIT, { error: `more than ${ITEM_LIMIT} messages` });

export const batchAddEndpoints: Endpoint[] = [
  endpoint({
    route: "POST /workflow/history/batch-add",
    section: "§12.3",
    scope: "workflow",
    summary: "Messages that were exchanged elsewhere become part of their sessions; nothing runs.",
    body: {
      botId: wireBotId,
      sessionId: wireSessionId.describe("Of the messages that name none.").optional(),
      history: items
        .describe(
          "1 to 100 messages: `role` (`user`, `assistant`) or `isSelf`; `content` (a text, or parts) or `text`; " +
            "`timestamp` in milliseconds, now when absent; `messageId`: a second one of a session is left out; " +
            "`sessionId`.",
        )
        .optional(),
      messages: items.describe("Another name of `history`.").optional(),
    },
    async run({ services, key, body }) {
      const agent = await callableAgent(services.store, key, body.botId);
      const name = body.history === undefined ? "messages" : "history";
      const given = body.history ?? body.messages;
      if (given === undefined) throw problem("history", "required", "is required");
      const read = readItems(given, name, body.sessionId, new Date());
      const conversations = await openSessions(services, agent, read);
      const messages = read.map(({ sessionId, message }): PastMessage => {
        const conversationId = conversations.get(sessionId);
        if (conversationId === undefined) throw new Error(`the session ${sessionId} was not opened`);
        return { ...message, conversationId };
      });
      const results = await addPastMessages(services.store, messages);
      const added = results.filter(({ isAdded }) => isAdded).length;
      return {
        data: {
          added,
          skipped: results.length - added,
          items: results.map(({ isAdded, messageId }, index) => ({
            index,
            messageId: messages[index]?.key ?? formatUuid("message", messageId),
            status: isAdded ? "added" : "duplicate",
          })),
        },
      };
    },
  }),
];

interface ReadItem {
  sessionId: string;
  message: Omit<PastMessage, "conversationId">;
}

/** All of them, or the refusal that names everything wrong with any. */
function readItems(given: Item[], name: string, common: string | undefined, now: Date): ReadItem[] {
  const problems: InputProblem[] = [];
  const read = given.map((one, index) =>
    readItem(one, common, now, (member, rule, message) => {
      problems.push({ field: `${name}.${index}.${member}`, rule, message });
    }),
  );
  if (problems.length > 0) throw new InputError(problems);
  return read;
}

function readItem(
  { sessionId, role, isSelf, content, text, timestamp, messageId }: Item,
  common: string | undefined,
  now: Date,
  refuse: (member: string, rule: string, message: string) => void,
): ReadItem {
  const session = sessionId ?? common;
  if (session === undefined) refuse("sessionId", "required", "is required, here or beside the list");
  const said = content ?? text ?? undefined;
  if (said === undefined) refuse("content", "required", "is required");
  else if (said.text.trim() === "" && said.attachments.length === 0) {
    refuse("content", "not_empty", "must say something");
  }
  const speaker = role ?? speakerOf(isSelf);
  if (speaker === undefined) refuse("role", "required", "is required: user or assistant");
  const isFuture = timestamp != null && timestamp.getTime() > now.getTime() + CLOCK_ROOM_MS;
  if (isFuture) refuse("timestamp", "not_future", "lies in the future");
  const isPast = timestamp != null && timestamp.getTime() < now.getTime();
  return {
    sessionId: session ?? "",
    message: {
      role: speaker ?? "user",
      ...(said ?? { text: "", attachments: [] }),
      ...(isPast && { at: timestamp }),
      ...(messageId != null && { key: messageId }),
    },
  };
}

/** `isSelf`: the bot said it. Source: spec page of Insight §10, `history`. */
function speakerOf(isSelf: boolean | null | undefined): "user" | "assistant" | undefined {
  if (isSelf === true) return "assistant";
  return isSelf === false ? "user" : undefined;
}

async function openSessions(
  services: InsightServices,
  agent: Agent,
  read: ReadItem[],
): Promise<Map<string, ConversationId>> {
  const conversations = new Map<string, ConversationId>();
  for (const { sessionId } of read) {
    if (conversations.has(sessionId)) continue;
    const { id } = await openSession(services, agent, { sessionId });
    conversations.set(sessionId, id);
  }
  return conversations;
}

function problem(field: string, rule: string, message: string): InputError {
  return new InputError([{ field, rule, message }]);
}
