import type { Agent, AgentSettings } from "../../domain/agent.ts";
import type { AppKey } from "../../domain/app-key.ts";
import { type Conversation, type Exchange, NO_USAGE } from "../../domain/conversation.ts";
import type { StoredFile } from "../../domain/file.ts";
import type {
  AgentId,
  AppKeyId,
  ChunkId,
  ConversationId,
  DocumentId,
  ExchangeId,
  FileId,
  KnowledgeBaseId,
  MessageId,
  SectionId,
  TurnId,
  UserId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Chunk, KnowledgeBase, KnowledgeDocument } from "../../domain/knowledge.ts";
import type { ClosedTurn, OpenTurn, Store } from "../store.ts";

/** Any fixed moment. */
export const NOW = new Date("2026-03-01T08:00:00.123Z");

/** `NOW` plus seconds. */
export function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

export const SETTINGS: AgentSettings = {
  description: "",
  modelParameters: {},
  prompt: "你是客服，称呼用户为 {{ name }}。",
  opening: { message: "您好！", questions: ["怎么退货？"] },
  variables: [],
  suggestions: true,
  knowledge: { baseIds: [], mode: "automatic", topK: 3, scoreThreshold: 0.2, pairThreshold: 0.9 },
  tools: [],
  handoffs: [],
  historyLimitTokens: 4000,
  stepLimit: 5,
  icon: "",
  background: "",
};

export function anAgent(store: Store, overrides: Partial<Agent> = {}): Agent {
  const id = store.newId<AgentId>();
  return {
    id,
    workspaceId: store.newId<WorkspaceId>(),
    slug: `agent-${id}`,
    name: "商城客服",
    kind: "chat",
    collaboration: "single",
    isTemplate: false,
    apiEnabled: true,
    settings: SETTINGS,
    revision: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...overrides,
  };
}

/** A key of the configuration file. */
export function anAppKey(
  store: Store,
  { id: agentId }: Agent,
  keyHash: string,
  overrides: Partial<AppKey> = {},
): AppKey {
  const id = store.newId<AppKeyId>();
  return { id, agentId, keyHash, name: "", ending: "", isFromFile: true, createdAt: NOW, ...overrides };
}

/** A conversation that has an agent. */
export type OwnedConversation = Conversation & { agentId: AgentId };

export function aConversation(store: Store, overrides: Partial<OwnedConversation> = {}): OwnedConversation {
  return {
    id: store.newId<ConversationId>(),
    workspaceId: store.newId<WorkspaceId>(),
    agentId: store.newId<AgentId>(),
    userId: "u-1",
    sessionName: "",
    channel: "api",
    meta: {},
    name: "",
    inputs: {},
    sectionId: store.newId<SectionId>(),
    createdAt: NOW,
    updatedAt: overrides.createdAt ?? NOW,
    ...overrides,
  };
}

/** A stored conversation. */
export async function begin(
  store: Store,
  overrides: Partial<OwnedConversation> = {},
): Promise<OwnedConversation> {
  const conversation = aConversation(store, overrides);
  await store.conversations.insert(conversation);
  return conversation;
}

export function aTurn(
  store: Store,
  conversation: OwnedConversation,
  overrides: Partial<OpenTurn> = {},
): OpenTurn {
  const messageId = store.newId<MessageId>();
  return {
    turnId: store.newId<TurnId>(),
    answerMessageId: store.newId<MessageId>(),
    exchangeId: store.newId<ExchangeId>(),
    conversationId: conversation.id,
    agentId: conversation.agentId,
    userId: conversation.userId,
    createdAt: NOW,
    question: { messageId, sectionId: conversation.sectionId, text: "怎么退货？", attachments: [] },
    ...overrides,
  };
}

/** One more answer to the exchange of `first`. */
export function anotherAnswer(store: Store, first: OpenTurn, answerLimit?: number): OpenTurn {
  const { question: _, ...same } = first;
  return {
    ...same,
    turnId: store.newId<TurnId>(),
    answerMessageId: store.newId<MessageId>(),
    ...(answerLimit !== undefined && { answerLimit }),
  };
}

export function anEnd(turn: OpenTurn, overrides: Partial<ClosedTurn> = {}): ClosedTurn {
  return {
    turnId: turn.turnId,
    status: "completed",
    endedAt: later(2),
    text: "7 天无理由退货。",
    reasoning: "",
    usage: NO_USAGE,
    usedKnowledge: false,
    suggestions: [],
    trace: [],
    ...overrides,
  };
}

/** Opens and closes a turn. */
export async function answer(
  store: Store,
  turn: OpenTurn,
  overrides: Partial<ClosedTurn> = {},
): Promise<OpenTurn> {
  await store.turns.open(turn);
  await store.turns.close(anEnd(turn, overrides));
  return turn;
}

/** The latest exchanges as the end user sees them. */
export function history(store: Store, conversation: Conversation, limit = 100): Promise<Exchange[]> {
  return store.exchanges.latest({ conversationId: conversation.id, rater: conversation.userId, limit });
}

export async function aBase(store: Store): Promise<KnowledgeBase> {
  const id = store.newId<KnowledgeBaseId>();
  const base = { id, workspaceId: store.newId<WorkspaceId>(), slug: `base-${id}`, name: "商城 FAQ" };
  await store.knowledge.saveBase(base);
  return base;
}

export function aDocument(store: Store, base: KnowledgeBase): KnowledgeDocument {
  return {
    id: store.newId<DocumentId>(),
    knowledgeBaseId: base.id,
    name: "faq.md",
    url: "https://example.com/faq",
    contentHash: "0".repeat(64),
  };
}

export function aChunk(
  store: Store,
  base: KnowledgeBase,
  terms: string[],
  overrides: Partial<Chunk> = {},
): Chunk {
  return {
    id: store.newId<ChunkId>(),
    knowledgeBaseId: base.id,
    kind: "passage",
    position: 0,
    headings: ["售后", "退货"],
    text: terms.join(""),
    question: "",
    terms,
    ...overrides,
  };
}

export function aFile(store: Store, overrides: Partial<StoredFile> = {}): StoredFile {
  return {
    id: store.newId<FileId>(),
    workspaceId: store.newId<WorkspaceId>(),
    ownerId: store.newId<UserId>(),
    name: "合同.pdf",
    mediaType: "application/pdf",
    sizeBytes: 12_345,
    createdAt: NOW,
    ...overrides,
  };
}
