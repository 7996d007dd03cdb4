import type { Agent } from "../domain/agent.ts";
import type { Attachment, Conversation, Exchange } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";
import type { Passage } from "../domain/knowledge.ts";
import type { TurnEvent } from "../domain/turn-event.ts";
import type { Outbound } from "../http/outbound.ts";
import { searchPairs, searchPassages } from "../knowledge/knowledge.ts";
import { chatLog } from "../log/logger.ts";
import type { ChatMessage, ChatModel, ModelCatalog, ToolCall } from "../models/chat-model.ts";
import type { Store } from "../storage/store.ts";
import { EventBlocks } from "./event-blocks.ts";
import { callHttpTool } from "./http-tool.ts";
import { buildMessages } from "./prompt.ts";
import { estimateTokens } from "./token-estimate.ts";
import { describePassages, describeTools, readToolCall, type ToolRequest } from "./tools.ts";

/** What generation needs of the rest of the server. */
export interface GenerationServices {
  store: Store;
  models: ModelCatalog;
  outbound: Pick<Outbound, "request">;
}

export interface GenerationInput {
  agent: Agent;
  conversation: Conversation;
  question: { text: string; attachments: Attachment[] };
  /** Oldest first, without the exchange being answered. */
  history: Exchange[];
}

/** What generation used, also when it failed or was stopped half-way. */
export interface GenerationTally {
  inputTokens: number;
  outputTokens: number;
  cost: number;
  currency: string;
  /** Milliseconds since the Unix epoch; undefined before the first text. */
  firstTextAtMs: number | undefined;
  /** The model that answered last; undefined when none was asked. */
  model: ChatModel | undefined;
  /** The messages and the answering agent, for proposing follow-up questions. */
  messages: ChatMessage[];
  agent: Agent;
}

/** Hands over between agents at most this often within one turn. */
const HANDOFF_LIMIT = 5;

/**
 * Produces the answer to one question as events: pairs that answer directly, knowledge, then the model with its
 * tools until it has nothing more to call. Blocks are closed when it resolves or rejects; beginning and end of
 * the turn are the caller's. `tally` is kept up to date throughout.
 *
 * Rejects with what the model throws (`ModelError`), with the reason of `signal`, or with a `DomainError`.
 */
export async function generate(
  services: GenerationServices,
  input: GenerationInput,
  emit: (event: TurnEvent) => void,
  tally: GenerationTally,
  signal: AbortSignal,
): Promise<void> {
  const run = new Generation(services, input, emit, tally, signal);
  try {
    await run.answer();
  } finally {
    run.blocks.close();
  }
}

/** A fresh tally for a turn of this agent. */
export function newTally(agent: Agent): GenerationTally {
  return {
    inputTokens: 0,
    outputTokens: 0,
    cost: 0,
    currency: "",
    firstTextAtMs: undefined,
    model: undefined,
    messages: [],
    agent,
  };
}

class Generation {
  readonly blocks: EventBlocks;
  readonly #services: GenerationServices;
  readonly #input: GenerationInput;
  readonly #tally: GenerationTally;
  readonly #signal: AbortSignal;
  #agent: Agent;
  #targets: ReadonlyMap<AgentId, Agent> = new Map();
  #passages: Passage[] = [];
  #messages: ChatMessage[] = [];
  #position = 0;
  #handoffs = 0;
  /** Milliseconds the model took for the step that is being worked off. */
  #thinkingMs = 0;

  constructor(
    services: GenerationServices,
    input: GenerationInput,
    emit: (event: TurnEvent) => void,
    tally: GenerationTally,
    signal: AbortSignal,
  ) {
    this.#services = services;
    this.#input = input;
    this.#tally = tally;
    this.#signal = signal;
    this.#agent = input.agent;
    this.blocks = new EventBlocks((event) => {
      if (event.type === "text-delta") tally.firstTextAtMs ??= Date.now();
      emit(event);
    });
  }

  async answer(): Promise<void> {
    if (await this.#prepare()) return;
    for (let step = 1; ; step++) {
      const calls = await this.#askModel(step < this.#agent.settings.stepLimit);
      if (calls.length === 0) return;
      const successor = await this.#runTools(calls);
      if (successor !== undefined) {
        await this.#takeOver(successor);
        if (await this.#prepare()) return;
      }
    }
  }

  /** Gathers what the current agent needs before its model is asked. True when a pair has already answered. */
  async #prepare(): Promise<boolean> {
    const { store } = this.#services;
    const { settings } = this.#agent;
    this.#passages = [];
    if (settings.knowledge.baseIds.length > 0) {
      if (await this.#answerFromPairs()) return true;
      if (settings.knowledge.mode === "automatic") {
        const announce = (event: TurnEvent) => this.blocks.between(event);
        this.#passages = await this.#searchKnowledge(this.#input.question.text, announce);
      }
    }
    const targets = new Map<AgentId, Agent>();
    for (const handoff of settings.handoffs) {
      const target = await store.agents.find(handoff.agentId);
      if (target?.workspaceId === this.#agent.workspaceId) targets.set(target.id, target);
    }
    this.#targets = targets;
    this.#messages = buildMessages({
      agent: this.#agent,
      inputs: this.#input.conversation.inputs,
      passages: this.#passages,
      history: this.#input.history,
      question: this.#input.question,
    });
    this.#tally.messages = this.#messages;
    this.#tally.agent = this.#agent;
    this.#signal.throwIfAborted();
    return false;
  }

  async #answerFromPairs(): Promise<boolean> {
    const { baseIds, pairThreshold } = this.#agent.settings.knowledge;
    const query = this.#input.question.text;
    const startedAt = performance.now();
    const pairs = await searchPairs(this.#services, {
      baseIds,
      query,
      topK: 3,
      scoreThreshold: pairThreshold,
    });
    const best = pairs[0];
    if (best === undefined) return false;
    this.blocks.between({ type: "qa-search-start", query, knowledgeBaseIds: baseIds });
    this.blocks.between({
      type: "qa-search-end",
      query,
      knowledgeBaseIds: baseIds,
      passages: pairs,
      latencyMs: performance.now() - startedAt,
    });
    this.blocks.text(best.text);
    return true;
  }

  async #searchKnowledge(query: string, announce: (event: TurnEvent) => void): Promise<Passage[]> {
    const { baseIds, topK, scoreThreshold } = this.#agent.settings.knowledge;
    const startedAt = performance.now();
    announce({
      type: "knowledge-search-start",
      query,
      knowledgeBaseIds: baseIds,
      topK,
      scoreThreshold,
    });
    const passages = await searchPassages(this.#services, { baseIds, query, topK, scoreThreshold });
    announce({
      type: "knowledge-search-end",
      passages,
      latencyMs: performance.now() - startedAt,
    });
    return passages;
  }

  /** Streams one completion. Resolves with the tool calls the model made, in order. */
  async #askModel(mayCallTools: boolean): Promise<ToolCall[]> {
    const model = this.#services.models.find(this.#agent.settings.model);
    if (model === undefined) {
      throw new DomainError(
        "model_unknown",
        `no model "${this.#agent.settings.model ?? "(default)"}" is configured`,
      );
    }
    this.#tally.model = model;
    const calls: ToolCall[] = [];
    let text = "";
    let inputTokens: number | undefined;
    let outputTokens: number | undefined;
    let reasoning = "";
    let hasAnswered = false;
    const startedAt = performance.now();
    const request = {
      messages: this.#messages,
      tools: mayCallTools ? describeTools(this.#agent, this.#targets) : [],
      parameters: this.#agent.settings.modelParameters,
      passages: this.#passages,
    };
    try {
      for await (const part of model.stream(request, this.#signal)) {
        hasAnswered = true;
        if (part.type === "text-delta") {
          text += part.text;
          this.blocks.text(part.text);
        } else if (part.type === "reasoning-delta") {
          reasoning += part.text;
          this.blocks.reasoning(part.text);
        } else if (part.type === "tool-call") {
          calls.push({ id: part.id, name: part.name, arguments: part.arguments });
        } else if (part.type === "usage") {
          inputTokens = part.inputTokens;
          outputTokens = part.outputTokens;
        }
      }
    } finally {
      if (hasAnswered) {
        this.#count(
          model,
          inputTokens ?? this.#estimateInput(),
          outputTokens ?? estimateTokens(text) + estimateTokens(reasoning),
        );
      }
    }
    this.blocks.close();
    this.#thinkingMs = performance.now() - startedAt;
    const accepted = mayCallTools ? calls : [];
    if (accepted.length > 0) this.#messages.push({ role: "assistant", text, toolCalls: accepted });
    return accepted;
  }

  #estimateInput(): number {
    return this.#messages.reduce((sum, message) => sum + estimateTokens(message.text), 0);
  }

  #count(model: ChatModel, inputTokens: number, outputTokens: number): void {
    this.#tally.inputTokens += inputTokens;
    this.#tally.outputTokens += outputTokens;
    if (model.prices === undefined) return;
    const { input, output, currency } = model.prices;
    this.#tally.cost += (inputTokens * input + outputTokens * output) / 1_000_000;
    this.#tally.currency = currency;
  }

  /** Runs the calls one after another. Resolves with the agent to hand over to, if one was asked for. */
  async #runTools(calls: ToolCall[]): Promise<{ agent: Agent; reason: string } | undefined> {
    for (const call of calls) {
      const request = readToolCall(this.#agent, this.#targets, call);
      if (request.kind === "handoff" && this.#handoffs < HANDOFF_LIMIT) {
        return { agent: request.agent, reason: request.reason };
      }
      const observation = await this.#think(call, request);
      this.#messages.push({ role: "tool", toolCallId: call.id, toolName: call.name, text: observation });
    }
    return undefined;
  }

  /**
   * Runs one call as a thought, which ends whatever happens. A search is told after its thought, because blocks do
   * not nest and clients look for the passages in the last event of the trace.
   */
  async #think(call: ToolCall, request: ToolRequest): Promise<string> {
    const thoughtLatencyMs = this.#thinkingMs;
    this.#thinkingMs = 0;
    this.#position += 1;
    const position = this.#position;
    this.blocks.between({
      type: "thought-start",
      position,
      thought: "",
      skill: request.kind === "knowledge" ? "knowledge" : "tool",
      tool: call.name,
      input: call.arguments === "" ? "{}" : call.arguments,
    });
    const searches: TurnEvent[] = [];
    const toolStartedAt = performance.now();
    let observation = "";
    try {
      observation = await this.#observe(request, (event) => searches.push(event));
    } finally {
      const toolLatencyMs = performance.now() - toolStartedAt;
      const latencyMs = thoughtLatencyMs + toolLatencyMs;
      this.blocks.between({
        type: "thought-end",
        position,
        observation,
        latencyMs,
        toolLatencyMs,
        thoughtLatencyMs,
      });
    }
    for (const event of searches) this.blocks.between(event);
    return observation;
  }

  /** The text the model gets to see. A failing tool is the model's problem, not the user's. */
  async #observe(request: ToolRequest, announce: (event: TurnEvent) => void): Promise<string> {
    switch (request.kind) {
      case "mistake":
        return request.message;
      case "handoff":
        return "No further handover is possible. Answer yourself.";
      case "knowledge": {
        const passages = await this.#searchKnowledge(request.query, announce);
        this.#passages = [...this.#passages, ...passages];
        return describePassages(passages);
      }
      case "http":
        try {
          return await callHttpTool(this.#services.outbound, request.tool, request.input, this.#signal);
        } catch (error) {
          this.#signal.throwIfAborted();
          chatLog.warn({ tool: request.tool.name, err: error }, "tool call failed");
          return `The tool failed: ${error instanceof Error ? error.message : "unknown error"}`;
        }
    }
  }

  async #takeOver(successor: { agent: Agent; reason: string }): Promise<void> {
    this.#handoffs += 1;
    this.blocks.between({
      type: "agent-jump",
      to: successor.agent.name,
      reason: successor.reason,
      latencyMs: this.#thinkingMs,
    });
    this.#agent = successor.agent;
    this.blocks.between({ type: "agent-take-over", agent: successor.agent.name, reason: successor.reason });
  }
}
