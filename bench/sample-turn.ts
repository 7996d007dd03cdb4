import type { Conversation } from "../src/domain/conversation.ts";
import { NO_USAGE } from "../src/domain/conversation.ts";
import type {
  AgentId,
  ConversationId,
  ExchangeId,
  MessageId,
  NewId,
  SectionId,
  TurnId,
  WorkspaceId,
} from "../src/domain/ids.ts";
import type { ClosedTurn, OpenTurn } from "../src/storage/store.ts";

/** A conversation that has an agent. */
export type OwnedConversation = Conversation & { agentId: AgentId };

/** A new conversation of a user. */
export function sampleConversation(
  newId: NewId,
  owner: { workspaceId: number; agentId: number },
): OwnedConversation {
  const now = new Date();
  return {
    id: newId<ConversationId>(),
    workspaceId: owner.workspaceId as WorkspaceId,
    agentId: owner.agentId as AgentId,
    userId: "u1",
    sessionName: "",
    channel: "api",
    meta: {},
    name: "",
    inputs: {},
    sectionId: newId<SectionId>(),
    createdAt: now,
    updatedAt: now,
  };
}

/** A turn with a question, about to run. */
export function sampleOpenTurn(newId: NewId, conversation: OwnedConversation, text: string): OpenTurn {
  const { id, agentId, userId, sectionId } = conversation;
  return {
    turnId: newId<TurnId>(),
    answerMessageId: newId<MessageId>(),
    exchangeId: newId<ExchangeId>(),
    conversationId: id,
    agentId,
    userId,
    createdAt: new Date(),
    question: { messageId: newId<MessageId>(), sectionId, text, attachments: [] },
  };
}

/** The same turn, completed. */
export function sampleClosedTurn(turnId: TurnId, text: string): ClosedTurn {
  return {
    turnId,
    status: "completed",
    endedAt: new Date(),
    text,
    reasoning: "",
    usage: NO_USAGE,
    usedKnowledge: false,
    suggestions: [],
    trace: [],
  };
}
