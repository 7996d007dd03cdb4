import { holdConversation, releaseConversation } from "../../chat/handover.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { callableAgent } from "./callable-agent.ts";
import { type Endpoint, endpoint, type Invocation } from "./endpoint.ts";
import { requireSession, sessionIdOf } from "./sessions.ts";
import { wireBotId, wireSessionId, wireText } from "./wire.ts";

const REASON_LIMIT = 1_000;

const place = { botId: wireBotId, sessionId: wireSessionId };

interface Place {
  botId: string;
  sessionId: string;
}

/** Who has a session, and giving it to a person or back; our own, in the family's style. */
export const sessionEndpoints: Endpoint[] = [
  endpoint({
    route: "GET /bot/session/details",
    section: "§14",
    scope: "chat",
    summary: "A session: whose it is, its values, and whether the bot or a person has it.",
    query: place,
    async run(invocation) {
      const { query } = invocation;
      return { data: presentSession(query, await sessionAt(invocation, query)) };
    },
  }),
  endpoint({
    route: "POST /bot/session/handover",
    section: "§14",
    scope: "chat",
    summary: "Give a session to a person: its messages are kept and not answered.",
    body: { ...place, reason: wireText(REASON_LIMIT).describe("For people.").optional() },
    async run(invocation) {
      const { services, body } = invocation;
      const session = await sessionAt(invocation, body);
      const isChanged = await holdConversation(services, session, { reason: body.reason });
      return { data: { ...presentSession(body, await sessionAt(invocation, body)), changed: isChanged } };
    },
  }),
  endpoint({
    route: "POST /bot/session/release",
    section: "§14",
    scope: "chat",
    summary: "Give a session back to the bot, which knows everything that was said meanwhile.",
    body: place,
    async run(invocation) {
      const { services, body } = invocation;
      const session = await sessionAt(invocation, body);
      const isChanged = await releaseConversation(services, session, { by: "api" });
      return { data: { ...presentSession(body, await sessionAt(invocation, body)), changed: isChanged } };
    },
  }),
];

async function sessionAt(
  { services, key }: Pick<Invocation<unknown, unknown>, "services" | "key">,
  { botId, sessionId }: Place,
): Promise<Conversation> {
  return requireSession(services, await callableAgent(services.store, key, botId), sessionId);
}

function presentSession({ botId }: Pick<Place, "botId">, session: Conversation) {
  const { userId, inputs, heldAt, createdAt, lastTurnAt } = session;
  return {
    botId,
    sessionId: sessionIdOf(session),
    state: heldAt === undefined ? "bot" : "human",
    ...(heldAt !== undefined && { handoverAt: heldAt.toISOString() }),
    contactId: userId,
    variables: inputs,
    createdAt: createdAt.toISOString(),
    ...(lastTurnAt !== undefined && { lastMessageAt: lastTurnAt.toISOString() }),
  };
}
