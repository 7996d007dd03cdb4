import { type Agent, API_CHANNEL, type CallerTool, type ModelParameters } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";
import type { Passage } from "../domain/knowledge.ts";
import type { TurnEvent } from "../domain/turn-event.ts";
import { callHttpTool } from "../http/http-tool.ts";
import type { Outbound } from "../http/outbound.ts";
import { chatLog } from "../log/logger.ts";
import type { ChatMessage, ModelCatalog, ToolCall } from "../models/chat-model.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import type { Store } from "../storage/store.ts";
import type { ActionDesk, Done } from "./action-desk.ts";
import { streamCompletion } from "./completion.ts";
import { buildMessages, type Dialogue, queryOf } from "./dialogue.ts";
import { EventBlocks } from "./event-blocks.ts";
import type { Facts } from "./facts.ts";
import type {
  GenerationPause,
  GenerationResumption,
  GenerationTally,
  PendingCall,
} from "./generation-state.ts";
import { findPair, findPassages } from "./lookups.ts";
import { asksForMore, promptTemplate, systemPrompt } from "./prompt.ts";
import type { ResponderServices } from "./responder.ts";
import { Thoughts } from "./thoughts.ts";
import { argumentsText, describePassages, describeTools, readToolCall, type ToolRequest } from "./tools.ts";
import { type WorkflowAsker, WorkflowTools } from "./workflow-tools.ts";

/** What generation needs of the rest of the server. */
export interface GenerationServices {
  store: Store;
  models: ModelCatalog;
  outbound: Pick<Outbound, "request">;
  blobs: Pick<BlobStore, "read">;
  facts: Facts;
  /** Absent: no workflows run here, and agents that they answer for are refused. */
  workflows?: ResponderServices | undefined;
  /** Called when an ended turn has left triggers behind, which are stored then. Absent: they are found later. */
  triggersDue?: () => void;
}

export interface GenerationInput {
  agent: Agent;
  dialogue: Dialogue;
  /** Values for the prompt that came with the question or the conversation, none of them empty. */
  values: Record<string, string>;
  /** Values kept for the user, overlaid by `values`. Only asked for where a prompt may need them. */
  userValues: () => Promise<Record<string, string>>;
  /** Tools that the caller runs. */
  callerTools: CallerTool[];
  /** Overlay the agent's own. */
  parameters: ModelParameters;
  /** For whom workflows run that the model calls. Absent: it may call none. */
  asker?: WorkflowAsker | undefined;
  /** Where it is done what the model decides beside answering. Absent: nothing is. */
  desk?: Pick<ActionDesk, "carryOut"> | undefined;
}

/** Hands over between agents at most this often within one turn. */
const HANDOFF_LIMIT = 5;

/**
 * Produces the answer to one question as events: pairs that answer directly, knowledge, then the model with its
 * tools until it has nothing more to call. Blocks are closed when it resolves or rejects; beginning and end of
 * the turn are the caller's. `tally` is kept up to date throughout.
 *
 * Resolves with undefined when the answer is complete; with a pause when the caller has to run tools first: generating
 * again with it as `resumption` goes on from there.
 * Rejects with what the model throws (`ModelError`), with the reason of `signal`, or with a `DomainError`.
 */
export async function generate(
  services: GenerationServices,
  input: GenerationInput,
  emit: (event: TurnEvent) => void,
  tally: GenerationTally,
  signal: AbortSignal,
  resumption?: GenerationResumption,
): Promise<GenerationPause | undefined> {
  const run = new Generation(services, input, emit, tally, signal);
  try {
    return await (resumption === undefined ? run.begin() : run.resume(resumption));
  } finally {
    run.blocks.close();
  }
}

/** What one step's tool calls came to. */
interface StepOutcome {
  successor?: { agent: Agent; reason: string };
  pending: PendingCall[];
  /** The answer ends with these words. */
  lastWords?: string | undefined;
}

class Generation {
  readonly blocks: EventBlocks;
  readonly #services: GenerationServices;
  readonly #input: GenerationInput;
  readonly #tally: GenerationTally;
  readonly #signal: AbortSignal;
  readonly #workflows: WorkflowTools;
  readonly #thoughts: Thoughts;
  #agent: Agent;
  #targets: ReadonlyMap<AgentId, Agent> = new Map();
  #passages: Passage[] = [];
  #messages: ChatMessage[] = [];
  /** How many of them the trace has told. */
  #told = 0;
  #step = 0;
  #handoffs = 0;

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
    this.#workflows = new WorkflowTools(services, input.asker);
    this.blocks = new EventBlocks((event) => {
      if (event.type === "text-delta") tally.firstTextAtMs ??= Date.now();
      emit(event);
    });
    this.#thoughts = new Thoughts(this.blocks);
  }

  async begin(): Promise<GenerationPause | undefined> {
    return (await this.#prepare()) ? undefined : this.#answer();
  }

  async resume({ pause, agent, outputs }: GenerationResumption): Promise<GenerationPause | undefined> {
    this.#agent = agent;
    this.#passages = pause.passages;
    this.#messages = pause.messages;
    this.#told = pause.messages.length;
    this.#step = pause.step;
    this.#thoughts.position = pause.position;
    this.#handoffs = pause.handoffs;
    this.#tally.messages = this.#messages;
    this.#tally.agent = agent;
    for (const call of pause.pending) this.#receive(call, outputs.get(call.id) ?? "");
    await this.#findTargets();
    return this.#answer();
  }

  async #answer(): Promise<GenerationPause | undefined> {
    for (;;) {
      this.#step += 1;
      const calls = await this.#askModel(this.#step < this.#agent.settings.stepLimit);
      if (calls.length === 0) return undefined;
      const { successor, pending, lastWords } = await this.#runTools(calls);
      if (lastWords !== undefined) {
        this.blocks.text(this.#tally.firstTextAtMs === undefined ? lastWords : `\n\n${lastWords}`);
        return undefined;
      }
      if (successor !== undefined) {
        await this.#takeOver(successor);
        if (await this.#prepare()) return undefined;
      } else if (pending.length > 0) return this.#pause(pending);
    }
  }

  /** Gathers what the current agent needs before its model is asked. True when a pair has already answered. */
  async #prepare(): Promise<boolean> {
    const { dialogue } = this.#input;
    const { knowledge } = this.#agent.settings;
    const query = queryOf(dialogue);
    const announce = (event: TurnEvent) => this.blocks.between(event);
    this.#passages = [];
    if (knowledge.baseIds.length > 0) {
      const pair = await findPair(this.#services, this.#agent, query, announce);
      if (pair !== undefined) {
        this.blocks.text(pair.text);
        return true;
      }
      if (knowledge.mode === "automatic") {
        this.#passages = await findPassages(this.#services, this.#agent, query, announce);
      }
    }
    await this.#findTargets();
    const prompt = systemPrompt({
      agent: this.#agent,
      values: await this.#values(),
      parameters: this.#parameters(),
      passages: this.#passages,
      now: new Date(),
    });
    this.#messages = await buildMessages(this.#services, this.#agent, prompt, dialogue);
    this.#told = 0;
    this.#tally.messages = this.#messages;
    this.#tally.agent = this.#agent;
    this.#signal.throwIfAborted();
    return false;
  }

  /** Agents to hand over to are as live as the one that does. */
  async #findTargets(): Promise<void> {
    const { agents } = this.#services.store;
    const isLive = this.#agent.versionId !== undefined;
    const targets = new Map<AgentId, Agent>();
    for (const { agentId } of this.#agent.settings.handoffs) {
      const target = isLive ? await agents.findLive(agentId, API_CHANNEL) : await agents.find(agentId);
      if (target?.workspaceId === this.#agent.workspaceId) targets.set(target.id, target);
    }
    this.#targets = targets;
    await this.#workflows.find(this.#agent);
  }

  async #values(): Promise<Record<string, string>> {
    const { values, userValues } = this.#input;
    const isEnough = !asksForMore(promptTemplate(this.#agent.settings), values);
    return isEnough ? values : { ...(await userValues()), ...values };
  }

  #parameters(): ModelParameters {
    return { ...this.#agent.settings.modelParameters, ...this.#input.parameters };
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
    const startedAt = performance.now();
    const request = {
      messages: this.#messages,
      tools: mayCallTools ? describeTools(this.#toolbox()) : [],
      parameters: this.#parameters(),
      passages: this.#passages,
    };
    const { text, calls } = await streamCompletion(model, request, {
      blocks: this.blocks,
      tally: this.#tally,
      position: this.#step,
      told: this.#told,
      signal: this.#signal,
    });
    this.#told = this.#messages.length;
    this.#thoughts.thinkingMs = performance.now() - startedAt;
    const accepted = mayCallTools ? calls : [];
    if (accepted.length > 0) this.#messages.push({ role: "assistant", text, toolCalls: accepted });
    return accepted;
  }

  #toolbox() {
    const { callerTools, desk } = this.#input;
    const { tools: workflows } = this.#workflows;
    return { agent: this.#agent, targets: this.#targets, workflows, callerTools, mayAct: desk !== undefined };
  }

  /**
   * Runs the calls one after another; those that the caller has to run are left pending, unless the answer ends here.
   * Handing over to another agent drops what is called after it, and is dropped where the answer ends here.
   */
  async #runTools(calls: ToolCall[]): Promise<StepOutcome> {
    const left: ToolCall[] = [];
    let lastWords: string | undefined;
    for (const call of calls) {
      const request = readToolCall(this.#toolbox(), call);
      if (request.kind === "handoff" && this.#handoffs < HANDOFF_LIMIT) {
        return lastWords === undefined ? { successor: request, pending: [] } : { lastWords, pending: [] };
      }
      if (request.kind === "caller") {
        left.push(call);
        continue;
      }
      const done = await this.#think(call, request);
      lastWords ??= done.lastWords;
      this.#messages.push({ role: "tool", toolCallId: call.id, toolName: call.name, text: done.observation });
    }
    if (lastWords !== undefined) return { pending: [], lastWords };
    return { pending: left.map((call) => this.#leaveToCaller(call)) };
  }

  /**
   * Runs one call as a thought, which ends whatever happens. A search is told after its thought, because blocks do
   * not nest and clients look for the passages in the last event of the trace; and so is an action.
   */
  async #think(call: ToolCall, request: Exclude<ToolRequest, { kind: "caller" }>): Promise<Done> {
    const thought = this.#thoughts.begin(call, request.kind);
    const later: TurnEvent[] = [];
    const toolStartedAt = performance.now();
    let done: Done = { observation: "" };
    try {
      done = await this.#do(request, (event) => later.push(event));
    } finally {
      this.#thoughts.end(thought, done.observation, performance.now() - toolStartedAt);
    }
    if (done.action !== undefined) later.push({ type: "action", action: done.action });
    for (const event of later) this.blocks.between(event);
    return done;
  }

  async #do(
    request: Exclude<ToolRequest, { kind: "caller" }>,
    announce: (event: TurnEvent) => void,
  ): Promise<Done> {
    const { desk } = this.#input;
    if (request.kind !== "action") return { observation: await this.#observe(request, announce) };
    if (desk === undefined) return { observation: "Nothing was done: nothing can be done here." };
    return desk.carryOut(this.#agent, request.decision);
  }

  /** Begins the thought of a call that the caller runs; it ends when the turn goes on. */
  #leaveToCaller(call: ToolCall): PendingCall {
    const thought = this.#thoughts.begin(call, "caller");
    const { id, name } = call;
    return { id, name, arguments: argumentsText(call), ...thought, askedAtMs: Date.now() };
  }

  #receive(call: PendingCall, output: string): void {
    this.#thoughts.end(call, output, Math.max(0, Date.now() - call.askedAtMs));
    this.#messages.push({ role: "tool", toolCallId: call.id, toolName: call.name, text: output });
  }

  #pause(pending: PendingCall[]): GenerationPause {
    return {
      pending,
      messages: this.#messages,
      passages: this.#passages,
      step: this.#step,
      position: this.#thoughts.position,
      handoffs: this.#handoffs,
    };
  }

  /** The text the model gets to see. A failing tool is the model's problem, not the user's. */
  async #observe(
    request: Exclude<ToolRequest, { kind: "caller" | "action" }>,
    announce: (event: TurnEvent) => void,
  ): Promise<string> {
    switch (request.kind) {
      case "mistake":
        return request.message;
      case "handoff":
        return "No further handover is possible. Answer yourself.";
      case "knowledge": {
        const passages = await findPassages(this.#services, this.#agent, request.query, announce);
        this.#passages = [...this.#passages, ...passages];
        return describePassages(passages);
      }
      case "workflow":
        return this.#workflows.run(request.tool, request.input, this.#tally, this.#signal);
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
      latencyMs: this.#thoughts.thinkingMs,
    });
    this.#agent = successor.agent;
    this.blocks.between({ type: "agent-take-over", agent: successor.agent.name, reason: successor.reason });
  }
}
