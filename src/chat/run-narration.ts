import type { WorkflowStepId } from "../domain/ids.ts";
import { isWords, type OutputAction, wordsAction } from "../domain/output-action.ts";
import type { TraceEvent, TurnEvent } from "../domain/turn-event.ts";
import type { RunEvent, StepPlace, WorkflowStep } from "../domain/workflow-run.ts";
import { readSearch } from "../workflow/node-parts/passages.ts";
import { EventBlocks } from "./event-blocks.ts";

/** Between what different nodes say. */
const BREAK = "\n\n";
/** Nodes of a turn that are told as thoughts, and longest input or output of one, in UTF-16 units. */
const THOUGHT_LIMIT = 100;
const THOUGHT_LENGTH = 2_000;
/** Kinds that do something worth telling beside what they say. */
const TOLD_KINDS: ReadonlySet<string> = new Set(["llm", "intent", "code", "http", "tool", "workflow"]);

/** What is told in one piece: a node's words, or what it did. */
type Part =
  | { kind: "words"; stepId: WorkflowStepId; nodeId: string; text: string; isWhole: boolean }
  | { kind: "events"; events: TurnEvent[] };

/** What had been told before the turn waited, or while another process had it. */
export interface ToldBefore {
  hasSpoken: boolean;
  thoughts: number;
  /** Thoughts that have not ended, by their steps. */
  open?: ReadonlyMap<WorkflowStepId, number>;
}

/**
 * Tells a run as the answer of a turn. Nodes that run at the same time speak one after the other, in the order in which
 * they begin; what others say or do meanwhile is told when the one before has finished.
 */
export class RunNarration {
  readonly #blocks: EventBlocks;
  readonly #emit: (event: TurnEvent) => void;
  readonly #parts: Part[] = [];
  /** Who speaks now, and how much of it was told. */
  #speaker: { stepId: WorkflowStepId; nodeId: string; length: number } | undefined;
  /** What was told since somebody else spoke. */
  #words: { text: string; nodeId?: string } = { text: "" };
  #hasSpoken: boolean;
  #isBreakDue = false;
  readonly #open: Map<WorkflowStepId, number>;
  #thoughts: number;

  constructor(emit: (event: TurnEvent) => void, told: ToldBefore = { hasSpoken: false, thoughts: 0 }) {
    this.#emit = emit;
    this.#blocks = new EventBlocks(emit);
    this.#hasSpoken = told.hasSpoken;
    this.#isBreakDue = this.#hasSpoken;
    this.#thoughts = told.thoughts;
    this.#open = new Map(told.open);
  }

  /** Thoughts so far. */
  get thoughts(): number {
    return this.#thoughts;
  }

  /** Something was said. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  of(event: RunEvent): void {
    switch (event.type) {
      case "message-start":
        this.#begin(event.step);
        break;
      case "message-delta":
        this.#hear(event.step.stepId, event.text);
        break;
      case "message-end":
        this.#finish(event.step.stepId, event.text);
        break;
      case "node-end":
        this.#finish(event.step.stepId);
        this.#add({ kind: "events", events: this.#thoughtsOf({ ...event, ...event.step }) });
        break;
      case "action":
        this.#act(event);
        break;
      case "run-start":
      case "node-start":
      case "interrupted":
      case "run-end":
      case "run-error":
        break;
    }
  }

  /** Says something after everything else: for a node, or for the workflow itself. */
  say(text: string, nodeId?: string): void {
    this.close();
    if (text === "") return;
    this.#tell(text, nodeId);
    this.#breakOff();
  }

  /** Tells what was done elsewhere, after everything else. */
  tell(action: OutputAction): void {
    if (isWords(action)) this.say(action.payload.text, action.nodeId);
    else this.#add({ kind: "events", events: [{ type: "action", action }] });
  }

  /** Begins the thought of a tool that the caller runs; it ends with its step. Returns its position. */
  callTool(tool: string, input: string): number {
    this.close();
    this.#thoughts += 1;
    const position = this.#thoughts;
    this.#emit({ type: "thought-start", position, thought: "", skill: "tool", tool, input });
    return position;
  }

  /** Tells what is still held back, as far as it was said. */
  close(): void {
    this.#speaker = undefined;
    this.#breakOff();
    for (const part of this.#parts.splice(0)) {
      if (part.kind === "words") this.#tell(part.text, part.nodeId);
      else this.#tellEvents(part.events);
      this.#breakOff();
    }
  }

  /** What is said next is said by somebody else. */
  #breakOff(): void {
    this.#blocks.close(this.#words);
    this.#words = { text: "" };
    this.#isBreakDue = this.#hasSpoken;
  }

  #begin({ stepId, nodeId }: Pick<StepPlace, "stepId" | "nodeId">): void {
    if (this.#speaker !== undefined || this.#parts.length > 0) {
      this.#parts.push({ kind: "words", stepId, nodeId, text: "", isWhole: false });
    } else this.#speaker = { stepId, nodeId, length: 0 };
  }

  #hear(stepId: WorkflowStepId, text: string): void {
    if (this.#speaker?.stepId === stepId) {
      this.#speaker.length += text.length;
      this.#tell(text, this.#speaker.nodeId);
      return;
    }
    const part = this.#wordsOf(stepId);
    if (part !== undefined) part.text += text;
  }

  #finish(stepId: WorkflowStepId, whole?: string): void {
    if (this.#speaker?.stepId === stepId) {
      if (whole !== undefined) this.#tell(whole.slice(this.#speaker.length), this.#speaker.nodeId);
      this.#speaker = undefined;
      this.#breakOff();
      this.#goOn();
      return;
    }
    const part = this.#wordsOf(stepId);
    if (part === undefined) return;
    part.text = whole ?? part.text;
    part.isWhole = true;
  }

  #wordsOf(stepId: WorkflowStepId): Extract<Part, { kind: "words" }> | undefined {
    return this.#parts.find((part) => part.kind === "words" && part.stepId === stepId && !part.isWhole) as
      | Extract<Part, { kind: "words" }>
      | undefined;
  }

  #add(part: Extract<Part, { kind: "events" }>): void {
    if (part.events.length === 0) return;
    if (this.#speaker === undefined && this.#parts.length === 0) this.#tellEvents(part.events);
    else this.#parts.push(part);
  }

  /** Tells what was held back until somebody is still speaking. */
  #goOn(): void {
    for (let part = this.#parts.shift(); part !== undefined; part = this.#parts.shift()) {
      if (part.kind === "events") {
        this.#tellEvents(part.events);
        continue;
      }
      this.#tell(part.text, part.nodeId);
      if (!part.isWhole) {
        this.#speaker = { stepId: part.stepId, nodeId: part.nodeId, length: part.text.length };
        return;
      }
      this.#breakOff();
    }
  }

  #tell(text: string, nodeId: string | undefined): void {
    if (text === "") return;
    this.#words = {
      text: this.#words.text + text.replaceAll("\0", ""),
      ...(nodeId !== undefined && { nodeId }),
    };
    this.#blocks.text(this.#isBreakDue ? `${BREAK}${text}` : text);
    this.#isBreakDue = false;
    this.#hasSpoken = true;
  }

  #tellEvents(events: TurnEvent[]): void {
    this.#breakOff();
    for (const event of events) this.#emit(event);
  }

  /** Plain texts are words of the answer, like those of messages. */
  #act({ step, action }: Extract<RunEvent, { type: "action" }>): void {
    if (action.status !== "send" || !isWords(action)) {
      this.#add({ kind: "events", events: [{ type: "action", action }] });
      return;
    }
    this.#begin(step);
    this.#finish(step.stepId, action.payload.text);
  }

  #thoughtsOf(step: DoneStep & { stepId: WorkflowStepId }): TraceEvent[] {
    const position = this.#open.get(step.stepId);
    if (position !== undefined) {
      this.#open.delete(step.stepId);
      return thoughtOf(step, position).filter(({ type }) => type === "thought-end");
    }
    const events = this.#thoughts < THOUGHT_LIMIT ? thoughtOf(step, this.#thoughts + 1) : [];
    if (events.some(({ type }) => type === "thought-start")) this.#thoughts += 1;
    return events;
  }
}

/** What a run said and did, as far as it is stored: as it would have been told while it ran. */
export function narrateSteps(steps: readonly WorkflowStep[]): {
  text: string;
  trace: TraceEvent[];
  /** Its words among them, in order. */
  actions: OutputAction[];
} {
  const trace: TraceEvent[] = [];
  const actions: OutputAction[] = [];
  let thoughts = 0;
  for (const step of steps) {
    if (step.status !== "completed" && step.status !== "failed") continue;
    actions.push(...toldBy(step));
    if (thoughts === THOUGHT_LIMIT) continue;
    const latencyMs = (step.endedAt?.getTime() ?? step.startedAt.getTime()) - step.startedAt.getTime();
    const events = thoughtOf({ ...step, latencyMs }, thoughts + 1);
    if (events.some(({ type }) => type === "thought-start")) thoughts += 1;
    trace.push(...events);
  }
  const said = actions.flatMap((action) =>
    action.status === "send" && isWords(action) ? [action.payload.text] : [],
  );
  return { text: said.join(BREAK), trace, actions };
}

/** What a step said and decided, in order. */
export function toldBy({ said = "", actions, nodeId }: WorkflowStep): OutputAction[] {
  const told = said === "" ? actions : [wordsAction({ text: said, nodeId }), ...actions];
  return told.filter((action) => !isWords(action) || action.payload.text !== "");
}

type DoneStep = Pick<WorkflowStep, "kind" | "title" | "input" | "output" | "error"> & { latencyMs: number };

/** What one node did, as turns tell it: as a search, as a thought, or not at all. */
function thoughtOf(
  { kind, title, input, output, error, latencyMs }: DoneStep,
  position: number,
): TraceEvent[] {
  if (kind === "knowledge") return searchOf(input, output, latencyMs);
  if (!TOLD_KINDS.has(kind)) return [];
  const observation = error === undefined ? shortJson(output ?? {}) : error.message;
  return [
    {
      type: "thought-start",
      position,
      thought: "",
      skill: "workflow",
      tool: title,
      input: shortJson(input ?? {}),
    },
    {
      type: "thought-end",
      position,
      observation,
      latencyMs,
      toolLatencyMs: latencyMs,
      thoughtLatencyMs: 0,
    },
  ];
}

function searchOf(
  input: unknown,
  output: Record<string, unknown> | undefined,
  latencyMs: number,
): TraceEvent[] {
  const query = isRecord(input) && typeof input["query"] === "string" ? input["query"] : "";
  const { baseIds: knowledgeBaseIds, topK, scoreThreshold, passages, pair } = readSearch(output);
  const place = { query, knowledgeBaseIds };
  const answered: TraceEvent[] =
    pair === undefined
      ? []
      : [
          { type: "qa-search-start", ...place },
          { type: "qa-search-end", ...place, passages: [pair], latencyMs },
        ];
  return [
    ...answered,
    { type: "knowledge-search-start", ...place, topK, scoreThreshold },
    { type: "knowledge-search-end", passages, latencyMs },
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** JSON text, also of what is cut: readers parse it. */
function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  if (text.length <= THOUGHT_LENGTH) return text;
  return JSON.stringify({ cut: `${text.slice(0, THOUGHT_LENGTH).toWellFormed()}…` });
}
