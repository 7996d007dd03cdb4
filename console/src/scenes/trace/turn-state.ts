import type { paths } from "../../api/schema.d.ts";

/** How an answer came to be. */
export type Trace =
  paths["/api/turns/{turnId}/trace"]["get"]["responses"][200]["content"]["application/json"];
export type TraceStep = Trace["steps"][number];
/** What is told while it comes to be. */
export type TurnEvent =
  paths["/api/turns/{turnId}/events"]["get"]["responses"][200]["content"]["text/event-stream"];

/** An answer as far as it has been told. */
export interface TurnState {
  turnId: string | undefined;
  conversationId: string | undefined;
  exchangeId: string | undefined;
  text: string;
  reasoning: string;
  steps: TraceStep[];
  /** What it decided, and what went wrong without ending it. */
  notices: { kind: "action" | "problem" | "waiting"; text: string }[];
  usage: { inputTokens: number; outputTokens: number; firstTokenMs: number; latencyMs: number } | undefined;
  suggestions: string[];
  failure: { code: string; message: string } | undefined;
  /** `running` until its last event. */
  status: string;
}

export const NOTHING_TOLD: TurnState = {
  turnId: undefined,
  conversationId: undefined,
  exchangeId: undefined,
  text: "",
  reasoning: "",
  steps: [],
  notices: [],
  usage: undefined,
  suggestions: [],
  failure: undefined,
  status: "running",
};

/** The answer once this has been told too. */
export function afterEvent(state: TurnState, event: TurnEvent): TurnState {
  switch (event.type) {
    case "turn": {
      const { turnId, conversationId, exchangeId } = event;
      const place = { turnId, conversationId, exchangeId };
      return event.isRestart ? { ...NOTHING_TOLD, ...place } : { ...state, ...place };
    }
    case "text-delta":
      return { ...state, text: state.text + event.text };
    case "text-replace":
      return { ...state, text: event.text };
    case "reasoning-delta":
      return { ...state, reasoning: state.reasoning + event.text };
    case "action":
      return noticed(state, "action", event.action.type);
    case "agent-error":
      return noticed(state, "problem", event.message);
    case "interrupted":
      return noticed(state, "waiting", event.message);
    case "usage": {
      const { inputTokens, outputTokens, firstTokenMs, latencyMs } = event;
      return { ...state, usage: { inputTokens, outputTokens, firstTokenMs, latencyMs } };
    }
    case "suggestions":
      return { ...state, suggestions: event.questions };
    case "turn-end":
      return { ...state, status: event.status };
    case "turn-error":
      return { ...state, status: "failed", failure: { code: event.code, message: event.message } };
    default:
      return { ...state, steps: stepsAfter(state.steps, event) };
  }
}

function noticed(state: TurnState, kind: TurnState["notices"][number]["kind"], text: string): TurnState {
  return { ...state, notices: [...state.notices, { kind, text }] };
}

function stepsAfter(steps: TraceStep[], event: TurnEvent): TraceStep[] {
  switch (event.type) {
    case "qa-search-start":
    case "knowledge-search-start": {
      const kind = event.type === "qa-search-start" ? "qa" : "retrieval";
      return [...steps, { kind, title: "", latencyMs: null, input: { query: event.query }, output: null }];
    }
    case "qa-search-end":
    case "knowledge-search-end": {
      const { passages, latencyMs } = event;
      const wanted = event.type === "qa-search-end" ? "qa" : "retrieval";
      return ended(steps, (step) =>
        step.kind === wanted ? { ...step, latencyMs, output: { passages } } : undefined,
      );
    }
    case "model-call-start": {
      const { type: _, position: __, ...input } = event;
      return [...steps, { kind: "model", title: event.model, latencyMs: null, input, output: null }];
    }
    case "model-call-end": {
      const { type: _, position: __, ...output } = event;
      return ended(steps, (step) =>
        step.kind === "model" ? { ...step, latencyMs: event.latencyMs, output } : undefined,
      );
    }
    case "thought-start": {
      const kind = event.skill === "workflow" || event.skill === "knowledge" ? event.skill : "tool";
      const input = parsed(event.input);
      return [...steps, { kind, title: event.tool, latencyMs: null, input, output: null }];
    }
    case "thought-end":
      return ended(steps, (step) =>
        step.kind === "tool" || step.kind === "workflow" || step.kind === "knowledge"
          ? { ...step, latencyMs: event.toolLatencyMs, output: parsed(event.observation) }
          : undefined,
      );
    case "agent-jump": {
      const { to: title, latencyMs, reason } = event;
      return [...steps, { kind: "handoff", title, latencyMs, input: { reason } }];
    }
    default:
      return steps;
  }
}

/** With the newest open step that `end` knows how to end. */
function ended(steps: TraceStep[], end: (step: TraceStep) => TraceStep | undefined): TraceStep[] {
  const index = steps.findLastIndex((step) => step.latencyMs === null && end(step) !== undefined);
  const open = steps[index];
  const done = open === undefined ? undefined : end(open);
  return done === undefined ? steps : steps.with(index, done);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
