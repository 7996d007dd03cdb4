import type { Agent, AgentSettings } from "../../domain/agent.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import type { TurnEvent } from "../../domain/turn-event.ts";
import type { ChatModel } from "../../models/chat-model.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { Store } from "../../storage/store.ts";
import { createConversation } from "../conversations.ts";
import { SILENT_FACTS } from "../facts.ts";
import type { GenerationServices } from "../generate.ts";
import { followTurn, readUntil } from "../turn-log.ts";
import { type RunningTurn, type TurnOptions, Turns } from "../turns.ts";

export function someSettings(overrides: Partial<AgentSettings> = {}): AgentSettings {
  return {
    description: "",
    modelParameters: {},
    prompt: "Be brief.",
    opening: { message: "", questions: [] },
    variables: [],
    suggestions: false,
    knowledge: { baseIds: [], mode: "automatic", topK: 5, scoreThreshold: 0.2, pairThreshold: 0.8 },
    tools: [],
    handoffs: [],
    historyLimitTokens: 8_000,
    stepLimit: 5,
    icon: "",
    background: "",
    ...overrides,
  };
}

/** A stored agent; every call makes another. */
export async function anAgent(
  store: Store,
  settings: Partial<AgentSettings> = {},
  overrides: Partial<Agent> = {},
): Promise<Agent> {
  const existing = await store.workspaces.findByName("test");
  const workspaceId = existing?.id ?? store.newId<WorkspaceId>();
  const createdAt = new Date();
  if (existing === undefined) {
    await store.workspaces.save({
      id: workspaceId,
      name: "test",
      description: "",
      icon: "",
      kind: "team",
      createdAt,
    });
  }
  const id = store.newId<AgentId>();
  const agent: Agent = {
    id,
    workspaceId,
    slug: `agent-${id}`,
    name: `Agent ${id}`,
    kind: "chat",
    collaboration: "single",
    isTemplate: false,
    apiEnabled: true,
    settings: someSettings(settings),
    revision: 1,
    createdAt,
    updatedAt: createdAt,
    ...overrides,
  };
  await store.agents.save(agent);
  return agent;
}

export function aConversation(
  store: Store,
  agent: Agent,
  inputs: Record<string, string> = {},
): Promise<Conversation> {
  return createConversation(
    { store, facts: SILENT_FACTS },
    { agent, userId: "u1", name: "", inputs, requireInputs: false },
  );
}

const OPTIONS: TurnOptions = {
  busy: "queue",
  queueTimeoutMs: 5_000,
  queueLimit: 3,
  turnsPerMinutePerKey: 0,
  turnsPerMinutePerUser: 0,
  concurrentTurnsPerKey: 0,
  concurrentTurnsPerUser: 0,
};

/** A chat room on a store that ends with the test. */
export async function aChatRoom(model: ChatModel | undefined, options: RoomOptions = {}) {
  const store = await openSqliteStore({ path: ":memory:", durability: "full" });
  return { store, turns: aChatRoomOn(store, model, options) };
}

export type RoomOptions = Partial<TurnOptions> &
  Partial<Pick<GenerationServices, "outbound" | "blobs" | "facts" | "workflows" | "triggersDue">>;

/** A chat room on a store of the caller's own. */
export function aChatRoomOn(store: Store, model: ChatModel | undefined, options: RoomOptions = {}): Turns {
  const outbound = options.outbound ?? {
    request: () => Promise.reject(new Error("no tool was expected to be called")),
  };
  const blobs = options.blobs ?? {
    read: () => Promise.reject(new Error("no file was expected to be read")),
  };
  const models = { names: model === undefined ? [] : [model.name], find: () => model };
  const facts = options.facts ?? SILENT_FACTS;
  const { workflows, triggersDue } = options;
  const services = { store, models, outbound, blobs, facts, workflows, ...(triggersDue && { triggersDue }) };
  return new Turns(services, { ...OPTIONS, ...options });
}

/** Asks and does not wait. */
export function ask(
  turns: Turns,
  agent: Agent,
  conversation: Conversation,
  text: string,
  more: Partial<Parameters<Turns["start"]>[0]> = {},
): Promise<RunningTurn> {
  return turns.start({ ...asker(agent), conversation, question: { text, attachments: [] }, ...more });
}

/** What every asking holds. */
export function asker(agent: Agent) {
  return { agent, dialect: "test", requestId: "r1", signal: new AbortController().signal };
}

/** All events of a turn. */
export async function eventsOf(turn: Pick<RunningTurn, "log">): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  const keep = (event: TurnEvent) => {
    events.push(event);
    return false;
  };
  await readUntil(followTurn(turn.log), keep, new AbortController().signal);
  return events;
}

/** The types of events, adjacent deltas told once; calls of models, of which every answer has some, left out. */
export function outline(events: TurnEvent[]): string[] {
  const types = events.map((event) => event.type).filter((type) => !type.startsWith("model-call"));
  return types.filter((type, index) => !type.endsWith("-delta") || type !== types[index - 1]);
}

/** The latest exchanges as the user sees them. */
export function historyOf(store: Store, conversation: Conversation) {
  return store.exchanges.latest({ conversationId: conversation.id, rater: "u1", limit: 100 });
}
