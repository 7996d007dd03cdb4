import { z } from "zod";
import type { TraceEvent } from "../../domain/turn-event.ts";
import { isTraceEvent } from "../../domain/turn-event.ts";
import type { ConsoleServices } from "./operation.ts";
import { type Operation, operation } from "./operation.ts";
import { usageAnswer } from "./turn-answers.ts";
import {
  modelCallRequest,
  modelCallResult,
  passageSchema,
  presentModelRequest,
  presentModelResult,
  presentPassage,
} from "./turn-events.ts";
import { type ReachedTurn, reachedTurn } from "./turn-reach.ts";
import { formatId, wireMoment } from "./wire.ts";

const step = {
  title: z.string(),
  /** Null: it has not ended. */
  latencyMs: z.number().nullable(),
};

const traceStep = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(["qa", "retrieval"]),
    ...step,
    input: z.object({ query: z.string() }),
    output: z.object({ passages: z.array(passageSchema) }).nullable(),
  }),
  z.object({
    kind: z.literal("model"),
    ...step,
    input: modelCallRequest,
    output: modelCallResult.nullable(),
  }),
  z.object({
    kind: z.enum(["tool", "workflow", "knowledge"]),
    ...step,
    /** What it was called with; JSON where it is JSON. */
    input: z.unknown(),
    output: z.unknown(),
  }),
  z.object({
    kind: z.literal("handoff"),
    ...step,
    input: z.object({ reason: z.string() }),
  }),
]);

export type TraceStep = z.input<typeof traceStep>;

const traceAnswer = z.object({
  turn: z.object({
    id: z.string(),
    status: z.string(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: wireMoment,
    endedAt: wireMoment.nullable(),
  }),
  conversationId: z.string(),
  agent: z.object({
    id: z.string(),
    /** Empty: it is gone. */
    name: z.string(),
    /** Null: the draft ran. */
    versionId: z.string().nullable(),
  }),
  /** The one that answered last; empty: none did. */
  model: z.string(),
  usage: usageAnswer,
  /** In order. */
  steps: z.array(traceStep),
  /** The run of the workflow that answered. */
  workflowRunId: z.string().nullable(),
});

/** How answers came to be. */
export const turnTraceOperations: Operation[] = [
  operation({
    route: "GET /turns/:turnId/trace",
    permission: "viewConversations",
    role: "viewer",
    summary:
      "how an answer came to be: what was searched, asked of models, called and handed over, step by step",
    answer: traceAnswer,
    async run({ services, caller, params }) {
      const reached = await reachedTurn(services.store, caller, params["turnId"], "listen");
      return traceOf(services, reached);
    },
  }),
];

async function traceOf(
  { store, turns }: ConsoleServices,
  { run, conversation, answer }: ReachedTurn,
): Promise<z.input<typeof traceAnswer>> {
  const { turn } = answer;
  const { id, status, error, createdAt, endedAt, agentId, versionId, usage } = turn;
  const [agent, workflowRun] = await Promise.all([store.agents.find(agentId), store.workflowRuns.ofTurn(id)]);
  const log = turns.find(id)?.log;
  const trace = log === undefined ? await store.turns.trace(id) : toldIn(log);
  return {
    turn: { id: formatId(id), status, error: error ?? null, createdAt, endedAt: endedAt ?? null },
    conversationId: formatId(conversation.id),
    agent: {
      id: formatId(agentId),
      name: agent?.name ?? "",
      versionId: versionId === undefined ? null : formatId(versionId),
    },
    model: run.model,
    usage,
    steps: traceSteps(trace),
    workflowRunId: workflowRun === undefined ? null : formatId(workflowRun.id),
  };
}

function toldIn(log: NonNullable<ReturnType<ConsoleServices["turns"]["find"]>>["log"]): TraceEvent[] {
  const told = log.before.filter(isTraceEvent);
  for (let position = 0; position < log.length; position += 1) {
    const event = log.at(position);
    if (event !== undefined && isTraceEvent(event)) told.push(event);
  }
  return told;
}

/** Beginnings and ends put together. */
function traceSteps(trace: readonly TraceEvent[]): TraceStep[] {
  const steps: TraceStep[] = [];
  const open = new Map<string, TraceStep>();
  const begin = (key: string, begun: TraceStep) => {
    open.set(key, begun);
    steps.push(begun);
  };
  const end = (key: string, latencyMs: number, output: unknown) => {
    const begun = open.get(key);
    open.delete(key);
    if (begun !== undefined) Object.assign(begun, { latencyMs: Math.round(latencyMs), output });
  };
  for (const event of trace) {
    switch (event.type) {
      case "qa-search-start":
      case "knowledge-search-start": {
        const kind = event.type === "qa-search-start" ? "qa" : "retrieval";
        begin(kind, { ...BEGUN, kind, input: { query: event.query }, output: null });
        break;
      }
      case "qa-search-end":
      case "knowledge-search-end":
        end(event.type === "qa-search-end" ? "qa" : "retrieval", event.latencyMs, {
          passages: event.passages.map(presentPassage),
        });
        break;
      case "model-call-start": {
        const input = presentModelRequest(event);
        begin(`model ${event.position}`, {
          ...BEGUN,
          kind: "model",
          title: event.model,
          input,
          output: null,
        });
        break;
      }
      case "model-call-end":
        end(`model ${event.position}`, event.latencyMs, presentModelResult(event));
        break;
      case "thought-start": {
        const { skill: kind, tool: title, input } = event;
        begin(`thought ${event.position}`, { ...BEGUN, kind, title, input: jsonOr(input), output: null });
        break;
      }
      case "thought-end":
        end(`thought ${event.position}`, event.toolLatencyMs, jsonOr(event.observation));
        break;
      case "agent-jump":
        steps.push({
          kind: "handoff",
          title: event.to,
          latencyMs: Math.round(event.latencyMs),
          input: { reason: event.reason },
        });
        break;
      // It is told by the jump before it.
      case "agent-take-over":
        break;
    }
  }
  return steps;
}

const BEGUN = { title: "", latencyMs: null };

/** What the text says where it is JSON; the text otherwise. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
