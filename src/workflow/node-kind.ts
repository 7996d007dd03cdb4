import type { z } from "zod";
import type { ActionDecision, OutputAction } from "../domain/output-action.ts";
import type { GraphNode, InputValue, ValueType, WorkflowGraph, WorkflowTool } from "../domain/workflow.ts";
import type { Interrupt, RunUsage, WorkflowRun } from "../domain/workflow-run.ts";
import type { Outbound } from "../http/outbound.ts";
import type { ModelCatalog } from "../models/chat-model.ts";
import type { Store } from "../storage/store.ts";
import type { CodeSandbox } from "./sandbox/code-sandbox.ts";

/**
 * A kind of node: one file in `nodes/`, one line in `nodes/index.ts`. Everything else, from the JSON Schema to
 * validation, traces and pictures, is made of this.
 */
export interface NodeKind {
  /** Name in graphs, such as `llm`. */
  readonly type: string;
  /**
   * `entry`: a run begins there; nothing leads to it. `action`: it decides something beside speaking. `comment`: it never runs.
   */
  readonly category: "entry" | "calculation" | "action" | "output" | "comment";
  /** What it does, in one sentence, for people. */
  readonly summary: string;
  /** A node of it as a file writes it, without `id` and `type`; what it refers to may be anything. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Its own members, beside those that every node has. */
  readonly members: z.ZodObject;
  /** Most seconds of one attempt where the node does not say. */
  readonly timeoutSeconds: number;
  /** Reads its own members; only called for nodes that `members` accepts. */
  describe(node: GraphNode, graph: GraphSurroundings): NodeDescription;
  /** Runs it once. Rejects with a `NodeError`, or with what `call.signal` aborts with. */
  run(call: NodeCall): Promise<NodeOutcome>;
}

/** What a node is within its graph. */
export interface NodeDescription {
  /** Ports it may leave through, beside `error`; the first is where it usually leaves. Empty: nothing follows. */
  ports: string[];
  /** What its inputs must be. Inputs that are not here are accepted as they are when `hasOpenInputs`. */
  inputs: Record<string, ValueType & { required: boolean }>;
  hasOpenInputs: boolean;
  /** What later nodes may refer to. */
  outputs: Record<string, ValueType>;
  /** Templates and expressions among its members, which may refer to earlier outputs. */
  sources: Source[];
  /** It does something outside that must not happen twice. `idempotent` on the node overrules this. */
  hasEffects: boolean;
  /** It writes text as it goes, as the output of this name; nodes that only tell it may begin with it. */
  streams?: string;
  /** Something is wrong with its members that their schema cannot say. */
  problems: { field: string; message: string }[];
}

/** Text in a node that is evaluated. `field` is its path below the node. */
export interface Source {
  field: string;
  language: "template" | "expression";
  text: string;
  /** What an expression must come to. Absent: anything. */
  type?: ValueType;
  /** True: it is evaluated inside, so that it may refer to the nodes of the body and to the word that they know. */
  isInside?: boolean;
}

/** What a kind may look at beside its node. */
export interface GraphSurroundings {
  /** Absent: what is only there in one of them is there. */
  mode?: WorkflowGraph["mode"] | undefined;
  tools: readonly WorkflowTool[];
  /** Type of an input value as far as it is known. */
  typeOf(value: unknown): ValueType;
}

/** What nodes work with. */
export interface NodeServices {
  store: Store;
  models: ModelCatalog;
  outbound: Pick<Outbound, "request">;
  sandbox: CodeSandbox;
}

/**
 * One attempt of a node. All that it is given was evaluated once and is plain JSON data; nothing in it is ever parsed as
 * a template or an expression.
 */
export interface NodeCall {
  node: GraphNode;
  /** Evaluated, checked against the description, with missing optional ones left out. */
  inputs: Record<string, unknown>;
  run: WorkflowRun;
  /** The same for every attempt of this step, and after a crash; for the other side to know it by. */
  idempotencyKey: string;
  /** From 1. */
  attempt: number;
  services: NodeServices;
  tools: readonly WorkflowTool[];
  /** What the node's surroundings outside the workflow can do for it. */
  host: RunHost;
  /** Aborts when the run is cancelled, the time is up, or the process ends. */
  signal: AbortSignal;
  /** Renders a template of the node with what earlier nodes gave. */
  render(template: string): string;
  /** Evaluates an expression of the node, with more names where given. Throws a `NodeError` with `expression_failed`. */
  evaluate(expression: string, names?: Readonly<Record<string, unknown>>): unknown;
  /** Evaluates an input value that stands among the node's own members. Undefined: it is missing. */
  value(input: InputValue): unknown;
  /** Variables of the run itself, shared by all its nodes and kept with it. */
  variables: RunVariables;
  /**
   * Tells the caller text. Begins with the first call; ended by whoever called the node. A kind that `streams` writes its
   * output with it instead, and whoever waits for that tells it. Once the caller heard something there are no more attempts.
   */
  say(text: string): void;
  /**
   * What a template comes to, piece by piece, where it waits for the text of a node that still writes. Without such a
   * node all of it at once.
   */
  stream(template: string): AsyncIterable<string>;
  /** Counts what a model used; may be called several times. */
  count(usage: RunUsage): void;
  /** Keeps something for after an interrupt or a crash, before the next thing is done. Durable when it resolves. */
  remember(memo: unknown): Promise<void>;
  /** What was kept. */
  memo: unknown;
  /** What somebody answered to the interrupt that the node asked for. Absent: it has not asked. */
  answer: InterruptAnswer | undefined;
  /** Runs the node's `body`, or the nodes of another workflow, inside the step. Only for kinds made of others. */
  frames: FrameRunner;
}

/** What came of an interrupt. */
export type InterruptAnswer = { kind: "answer"; data: unknown } | { kind: "due" };

export interface RunVariables {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
}

/** Runs nodes inside a step. */
export interface FrameRunner {
  /**
   * Runs nodes with these values beside what is known outside, under the name of the step and `key`. What has run before
   * a crash or an interrupt is not run again. Rejects with the first failure that no node of it caught.
   */
  run(frame: {
    /** Unique in the step, such as `#3`. */
    key: string;
    nodes: readonly GraphNode[];
    /** By the word that expressions know them by, such as `loop`. */
    values: Record<string, unknown>;
    /** What its start node is given. */
    input?: Record<string, unknown>;
    /** Evaluated with what its nodes gave, when it is over; the result has them as `collected`. */
    collect?: Record<string, InputValue>;
    /** True: it is another workflow, with a run id of its own; nothing from outside but `values` is known. */
    isClosed?: boolean;
    tools?: readonly WorkflowTool[];
  }): Promise<FrameResult>;
}

/**
 * How a frame ended: always when nothing in it can run any more, so that the result is the same however its branches
 * overtake one another. `end`: a node of kind `end` ran, and this is what the first of them in the graph gave.
 * `break`: a node ran that ends the loop around it. `waiting`: some node waits; so does the step around it.
 */
export type FrameResult =
  | { kind: "done"; collected: Record<string, unknown> }
  | { kind: "end"; output: unknown; answer?: string; collected: Record<string, unknown> }
  | { kind: "break"; collected: Record<string, unknown> }
  | { kind: "waiting" };

/**
 * What came of one attempt. `done`: through `port`, or through the first of its ports. `end`: what the frame gives.
 * `wait`: for what the interrupt says. `waiting`: something inside it waits.
 */
export type NodeOutcome =
  | { kind: "done"; outputs: Record<string, unknown>; port?: string; actions?: OutputAction[] }
  | { kind: "end"; output: unknown; answer?: string }
  | { kind: "break" }
  | { kind: "wait"; interrupt: NewInterrupt; memo?: unknown }
  | { kind: "waiting" };

export type NewInterrupt = Omit<Interrupt, "stepId" | "nodeId" | "title">;

/** What the surroundings of a run can do for its nodes. Without a conversation there is little. */
export interface RunHost {
  /** Carries out a decision, or leaves it to who can; `skip` when nobody can. Rejects with a `NodeError`. */
  act(decision: ActionDecision, nodeId: string): Promise<OutputAction>;
  /** Values kept for the conversation or for its user, all of them. */
  values(scope: ValueScope): Promise<Record<string, string>>;
  setValues(scope: ValueScope, values: Record<string, string>): Promise<void>;
  /** What was said before, oldest first, at most so many messages. */
  history(limit: number): Promise<{ role: "user" | "assistant"; text: string }[]>;
}

export type ValueScope = "conversation" | "user";
