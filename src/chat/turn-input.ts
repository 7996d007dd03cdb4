import { type Agent, API_CHANNEL, type ModelParameters } from "../domain/agent.ts";
import type { Conversation, Exchange } from "../domain/conversation.ts";
import type { ChatMessage } from "../models/chat-model.ts";
import type { Store } from "../storage/store.ts";
import type { Caller } from "./asking.ts";
import type { GenerationInput } from "./generate.ts";
import { withoutEmpty } from "./prompt.ts";
import type { TurnStanding } from "./suspended-turn.ts";
import { readUserVariables } from "./user-variables.ts";

/** Earlier exchanges looked at for the history; the token budget usually ends it sooner. */
const HISTORY_LIMIT_EXCHANGES = 50;

/** What a turn of a conversation answers. */
export function conversationInput(
  store: Store,
  agent: Agent,
  { channel, userId: rater }: Conversation,
  standing: TurnStanding,
): GenerationInput {
  const { conversationId, sectionId, historyBefore: before, userId } = standing;
  let history: Promise<Exchange[]> | undefined;
  return {
    agent,
    dialogue: {
      kind: "conversation",
      history: () => {
        history ??= store.exchanges.latest({
          conversationId,
          sectionId,
          before,
          rater,
          limit: HISTORY_LIMIT_EXCHANGES,
        });
        return history;
      },
      given: standing.history,
      inserted: standing.inserted,
      question: standing.question,
    },
    values: standing.values,
    userValues: () => userValues(store, agent, channel, userId),
    callerTools: standing.callerTools,
    parameters: {},
  };
}

/** What is answered outside any conversation. */
export function looseInput(
  store: Store,
  { agent, variables = {}, callerTools = [], dialect, requestId }: Caller,
  asked: { userId: string; messages: ChatMessage[]; parameters: ModelParameters },
): GenerationInput {
  return {
    agent,
    dialogue: { kind: "given", messages: asked.messages },
    values: withoutEmpty(variables),
    userValues: () => userValues(store, agent, API_CHANNEL, asked.userId),
    callerTools,
    parameters: asked.parameters,
    asker: { dialect, requestId, userId: asked.userId },
  };
}

async function userValues(
  store: Store,
  agent: Agent,
  channel: string,
  userId: string,
): Promise<Record<string, string>> {
  if (userId === "") return {};
  return withoutEmpty(await readUserVariables(store, { agentId: agent.id, channel, userId }));
}
