import { type Agent, API_CHANNEL, type CallerTool } from "../domain/agent.ts";
import type { HistoryItem } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type {
  AgentId,
  ConversationId,
  ExchangeId,
  MessageId,
  SectionId,
  TurnId,
  VersionId,
} from "../domain/ids.ts";
import type { TriggerRecord } from "../domain/trigger.ts";
import type { CallerToolCall, TraceEvent } from "../domain/turn-event.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { type Decided, readDecided } from "./action-desk.ts";
import type { TurnPause } from "./answer-maker.ts";
import type { NewMessage } from "./conversations.ts";
import type { QuestionContent } from "./dialogue.ts";
import type { GenerationTally } from "./generation-state.ts";

/** An agent as it was when the turn began; without a version its draft. */
export interface AgentReference {
  id: AgentId;
  versionId?: VersionId;
}

/** Points to an agent as it is now. */
export function referTo({ id, versionId }: Agent): AgentReference {
  return { id, ...(versionId !== undefined && { versionId }) };
}

/** What a turn stands on: known from its beginning, the same until its end. */
export interface TurnStanding {
  turnId: TurnId;
  conversationId: ConversationId;
  exchangeId: ExchangeId;
  sectionId: SectionId;
  /** History is what stands before this exchange. */
  historyBefore: ExchangeId;
  questionMessageId: MessageId;
  answerMessageId: MessageId;
  insertedIds: MessageId[];
  askedAgent: AgentReference;
  userId: string;
  /** The conversation's. */
  channel: string;
  createdAtMs: number;
  meta: Record<string, string>;
  question: QuestionContent;
  inserted: NewMessage[];
  values: Record<string, string>;
  callerTools: CallerTool[];
  /** What callers of the Insight family know the conversation by; empty: they have not been there. */
  sessionId: string;
  /** Absent: a plain question. */
  origin?: TurnOrigin;
  /** Takes the place of what the conversation holds. */
  history?: HistoryItem[];
}

/** What started a turn that is no plain question. */
export type TurnOrigin = Pick<TriggerRecord, "trigger" | "source" | "adapterId" | "depth" | "rootTurnId">;

export function originOf({ trigger, source, adapterId, depth, rootTurnId }: TriggerRecord): TurnOrigin {
  return {
    trigger,
    source,
    ...(adapterId !== undefined && { adapterId }),
    depth,
    ...(rootTurnId !== undefined && { rootTurnId }),
  };
}

/** Everything a waiting turn needs to go on, in whatever process. Stored as JSON. */
export interface SuspendedTurn extends TurnStanding {
  /** The agent that answers now. */
  agent: AgentReference;
  text: string;
  reasoning: string;
  tally: Pick<GenerationTally, "inputTokens" | "outputTokens" | "cost" | "currency" | "firstTextAtMs">;
  pause: TurnPause;
  decided: Decided;
}

/** What a caller says that its tools gave. */
export interface ToolOutput {
  callId: string;
  text: string;
}

/** The calls that a waiting turn waits for, in the model's order. Empty when it does not wait. */
export async function pendingCalls(
  store: Pick<Repositories, "turns">,
  turnId: TurnId,
): Promise<CallerToolCall[]> {
  const suspended = await readSuspended(store, turnId);
  return suspended === undefined ? [] : suspended.pause.pending.map(asCall);
}

/** A call as callers know it. */
export function asCall({ id, name, arguments: input, isQuestion = false }: CallerToolCall): CallerToolCall {
  return { id, name, arguments: input, ...(isQuestion && { isQuestion }) };
}

/** Throws `turn_not_waiting` unless the turn waits in this conversation. */
export async function requireWaiting(
  store: Pick<Repositories, "turns">,
  conversationId: ConversationId,
  turnId: TurnId,
): Promise<void> {
  const suspended = await readSuspended(store, turnId);
  if (suspended?.conversationId !== conversationId) throw notWaiting();
}

async function readSuspended(
  { turns }: Pick<Repositories, "turns">,
  turnId: TurnId,
): Promise<SuspendedTurn | undefined> {
  const state = await turns.suspension(turnId);
  return state === undefined ? undefined : parseSuspended(state);
}

/**
 * Turns that waited before the channel was kept were all on the API channel, or are taken to be; those that waited
 * before there were actions had none.
 */
export function parseSuspended(state: string): SuspendedTurn {
  const { decided, ...kept } = JSON.parse(state);
  return { channel: API_CHANNEL, sessionId: "", ...kept, decided: readDecided(decided) };
}

function notWaiting(): DomainError {
  return new DomainError("turn_not_waiting", "the turn does not wait for tool outputs");
}

/** A turn that nobody else can go on with now, and what it goes on with. */
export interface ResumedTurn {
  suspended: SuspendedTurn;
  trace: TraceEvent[];
  askedAgent: Agent;
  /** The one that answers now. */
  agent: Agent;
  outputs: ReadonlyMap<string, string>;
}

/**
 * Takes a waiting turn over. When it rejects the turn still waits: with `turn_not_waiting`; with `request_invalid`
 * naming `tool_outputs` unless every pending call has exactly one output and there is no other; with
 * `conversation_busy`; with `not_found` when its agent is gone.
 */
export function takeOverTurn(store: Store, turnId: TurnId, outputs: ToolOutput[]): Promise<ResumedTurn> {
  return store.transaction(async (repositories) => {
    const state = await repositories.turns.resume(turnId);
    if (state === undefined) throw notWaiting();
    const suspended = parseSuspended(state);
    return {
      suspended,
      trace: await repositories.turns.trace(turnId),
      outputs: matchOutputs(suspended.pause.pending, outputs),
      askedAgent: await agentAsItWas(repositories, suspended.askedAgent),
      agent: await agentAsItWas(repositories, suspended.agent),
    };
  });
}

function matchOutputs(pending: CallerToolCall[], outputs: ToolOutput[]): ReadonlyMap<string, string> {
  const given = new Map(outputs.map(({ callId, text }) => [callId, text]));
  if (given.size < outputs.length) throw wrongOutputs("a tool call has two outputs");
  const missing = pending.filter(({ id }) => !given.has(id)).map(({ id }) => id);
  if (missing.length > 0) throw wrongOutputs(`outputs are missing: ${missing.join(", ")}`);
  const known = new Set(pending.map(({ id }) => id));
  const unknown = [...given.keys()].find((id) => !known.has(id));
  if (unknown !== undefined) throw wrongOutputs(`no such tool call: ${unknown.slice(0, 100)}`);
  return given;
}

function wrongOutputs(message: string): DomainError {
  return new DomainError("request_invalid", message, { field: "tool_outputs" });
}

export async function agentAsItWas(
  { agents, versions }: Pick<Repositories, "agents" | "versions">,
  { id, versionId }: AgentReference,
): Promise<Agent> {
  const draft = await agents.find(id);
  if (draft === undefined) throw new DomainError("not_found", "the agent is gone");
  if (versionId === undefined) return draft;
  const version = await versions.get(versionId);
  if (version === undefined) throw new DomainError("not_found", "the agent's version is gone");
  return { ...draft, versionId, name: version.name, settings: version.settings };
}
