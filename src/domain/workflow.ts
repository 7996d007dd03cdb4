import type { HttpTool } from "./agent.ts";

/** The format that graphs are written in. Raised when what an older program reads would mean something else. */
export const GRAPH_VERSION = 1;

/**
 * What a workflow does, as its maker wrote it: checked, with defaults filled in, everything kind-specific still as data.
 * Stored inside the settings of its agent. The format and its JSON Schema belong to the workflow room.
 */
export interface WorkflowGraph {
  version: typeof GRAPH_VERSION;
  /** `chatflow`: runs for messages of a conversation, and answers them. */
  mode: "workflow" | "chatflow";
  nodes: GraphNode[];
  /** What nodes call by name. */
  tools: WorkflowTool[];
  limits: RunLimits;
  /** What becomes of a run whose process died while a node that must not run twice was running. */
  afterCrash: "fail" | "pause";
}

/** What every node has, whatever its kind; the rest of its members belong to its kind. */
export interface GraphNode {
  /** Letters, digits and `_`, no digit first; unique in the graph, bodies of loops among it. */
  id: string;
  /** Name of its kind, such as `llm`. */
  type: string;
  /** For people. Absent: its id. */
  title?: string;
  /** What it works on, by name. */
  inputs?: Record<string, InputValue>;
  /** Who comes after it, by the port that it leaves through; a bare list is the port `next`. */
  next?: string | string[] | Record<string, string | string[]>;
  retry?: RetryRule;
  /** How long one attempt may take, in seconds. Absent: as its kind says. */
  timeoutSeconds?: number;
  /** `fail`: the run fails. `branch`: it leaves through its port `error`. An object: these are its outputs instead. */
  onError?: "fail" | "branch" | { outputs: Record<string, unknown> };
  /** It may be run again after a crash though it has effects outside. Absent: as its kind says. */
  idempotent?: boolean;
  /** It runs in trials though it has effects outside. Absent: trials leave it out. */
  allowInTests?: boolean;
  /** What a loop or a batch does each time. */
  body?: GraphNode[];
  [member: string]: unknown;
}

/** Attempts after the first; each pause is `factor` times the one before. */
export interface RetryRule {
  times: number;
  delaySeconds: number;
  factor: number;
}

/**
 * What an input is: plain data as it is, or an object with one of these members. `ref` is a path such as
 * `start.items[0].name`; `cel` an expression; `template` Jinja; `value` data that looks like one of the others.
 */
export type InputValue = unknown;

/** What a value is, as far as a graph says. */
export interface ValueType {
  type: "any" | "string" | "integer" | "number" | "boolean" | "object" | "array" | "file" | "datetime";
  description?: string;
  /** Of an `array`. Absent: anything. */
  items?: ValueType;
  /** Of an `object`. Absent: anything; those named may be missing unless they are required. */
  properties?: Record<string, ValueType & { required?: boolean }>;
}

/** One value that a run of the workflow is given. */
export interface WorkflowInput extends ValueType {
  name: string;
  required: boolean;
  /** Used where none was given. */
  default?: unknown;
  /** Of a `string`: the only ones accepted. */
  choices?: string[];
}

/** Something that nodes may call: over HTTP, or run by the caller of the workflow, for which the run waits. */
export type WorkflowTool =
  | ({ runBy: "server" } & HttpTool)
  | ({ runBy: "caller" } & Pick<HttpTool, "name" | "title" | "description" | "parameters">);

/** Past any of them a run fails with `run_limit`. */
export interface RunLimits {
  /** Nodes run altogether, those in bodies and inner workflows counted each time. */
  steps: number;
  /** From the beginning to the end, without the time the run waits. */
  seconds: number;
  /** Workflows inside one another. */
  depth: number;
}

/** What a graph has where it does not say. */
export const DEFAULT_LIMITS: RunLimits = { steps: 1_000, seconds: 600, depth: 5 };

/** Something wrong with a graph, told so that its maker finds it. */
export interface GraphProblem {
  /** Absent: the graph as a whole. */
  nodeId?: string;
  /** Path below the node, or below the graph, such as `inputs.query`. Empty: all of it. */
  field: string;
  message: string;
}
