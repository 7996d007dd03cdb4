import type { AgentId, WorkflowRunId, WorkspaceId } from "../../domain/ids.ts";
import type { ActionDecision, OutputAction } from "../../domain/output-action.ts";
import type { GraphNode, InputValue, WorkflowTool } from "../../domain/workflow.ts";
import { NO_RUN_USAGE, type RunUsage, type WorkflowRun } from "../../domain/workflow-run.ts";
import type { ChatModel, ModelCatalog } from "../../models/chat-model.ts";
import type { Store } from "../../storage/store.ts";
import { evaluateInput, evaluateInputs } from "../language/evaluate.ts";
import { evaluateExpression } from "../language/expression.ts";
import { Scope } from "../language/scope.ts";
import { renderTemplate } from "../language/template.ts";
import type {
  FrameRunner,
  InterruptAnswer,
  NodeCall,
  NodeDescription,
  NodeOutcome,
  NodeServices,
  RunHost,
  RunVariables,
  ValueScope,
} from "../node-kind.ts";
import { nodeKind } from "../nodes/index.ts";

/** What a node is run with in a test; what is not given is not there, and fails when it is asked for. */
export interface CallOptions {
  /** What earlier nodes gave. */
  scope?: Record<string, unknown>;
  services?: Partial<NodeServices>;
  host?: RunHost;
  answer?: InterruptAnswer;
  memo?: unknown;
  tools?: WorkflowTool[];
  run?: Partial<WorkflowRun>;
  /** Variables of the run. */
  variables?: Record<string, unknown>;
  signal?: AbortSignal;
}

/** An attempt of one node, and what it told. */
export class TestCall implements NodeCall {
  readonly node: GraphNode;
  readonly inputs: Record<string, unknown>;
  readonly description: NodeDescription;
  readonly run: WorkflowRun;
  readonly idempotencyKey = "17:call";
  readonly attempt = 1;
  readonly services: NodeServices;
  readonly tools: readonly WorkflowTool[];
  readonly host: RunHost;
  readonly signal: AbortSignal;
  readonly answer: InterruptAnswer | undefined;
  readonly memo: unknown;
  readonly kept: Map<string, unknown>;
  readonly variables: RunVariables;
  readonly said: string[] = [];
  readonly used: RunUsage[] = [];
  readonly #scope: Scope;

  constructor(node: GraphNode, options: CallOptions = {}) {
    const { tools = [] } = options;
    this.node = node;
    this.tools = tools;
    this.#scope = new Scope(undefined, options.scope);
    this.description = describeNode(node, tools);
    this.inputs = evaluateInputs({ node, description: this.description }, this.#scope);
    this.run = { ...someRun(), ...options.run };
    this.services = servicesOf(options.services);
    this.host = options.host ?? new TestHost();
    this.signal = options.signal ?? new AbortController().signal;
    this.answer = options.answer;
    this.memo = options.memo;
    const kept = new Map(Object.entries(options.variables ?? {}));
    this.kept = kept;
    this.variables = { get: (name) => kept.get(name), set: (name, value) => kept.set(name, value) };
  }

  render(template: string): string {
    return renderTemplate(template, this.#scope);
  }

  evaluate(expression: string, names: Readonly<Record<string, unknown>> = {}): unknown {
    return evaluateExpression(expression, new Scope(this.#scope, names));
  }

  value(input: InputValue): unknown {
    return evaluateInput(input, this.#scope);
  }

  say(text: string): void {
    this.said.push(text);
  }

  async *stream(template: string): AsyncIterable<string> {
    yield this.render(template);
  }

  count(usage: RunUsage): void {
    this.used.push(usage);
  }

  async remember(): Promise<void> {}

  /** Bodies run until they are stopped. */
  get frames(): FrameRunner {
    const { signal } = this;
    return {
      run: () =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    };
  }
}

/** What its kind says of a node, whose members must be right. */
export function describeNode(node: GraphNode, tools: WorkflowTool[] = []): NodeDescription {
  const kind = nodeKind(node.type);
  if (kind === undefined) throw new Error(`there is no kind "${node.type}"`);
  return kind.describe(node, { tools, typeOf: () => ({ type: "any" }) });
}

/** Runs one node as the engine does. */
export function runNode(
  node: GraphNode,
  options: CallOptions = {},
): { call: TestCall; outcome: Promise<NodeOutcome> } {
  const call = new TestCall(node, options);
  const kind = nodeKind(node.type);
  if (kind === undefined) throw new Error(`there is no kind "${node.type}"`);
  return { call, outcome: kind.run(call) };
}

/** What a node gives that comes to its end. */
export async function outputsOf(
  node: GraphNode,
  options: CallOptions = {},
): Promise<Record<string, unknown>> {
  const outcome = await runNode(node, options).outcome;
  if (outcome.kind === "done") return outcome.outputs;
  throw new Error(`the node did not come to its end: ${outcome.kind}`);
}

/** Surroundings that keep values, and do what is decided. */
export class TestHost implements RunHost {
  readonly decided: ActionDecision[] = [];
  readonly kept: Record<ValueScope, Record<string, string>> = { conversation: {}, user: {} };
  said: Awaited<ReturnType<RunHost["history"]>> = [];

  async act(decision: ActionDecision, nodeId: string): Promise<OutputAction> {
    this.decided.push(decision);
    const { cancelOnMessage: _, ...action } = decision;
    return { ...action, status: "send", nodeId };
  }

  async values(scope: ValueScope): Promise<Record<string, string>> {
    return this.kept[scope];
  }

  async setValues(scope: ValueScope, values: Record<string, string>): Promise<void> {
    this.kept[scope] = { ...this.kept[scope], ...values };
  }

  async history(limit: number): ReturnType<RunHost["history"]> {
    return this.said.slice(-limit);
  }
}

/** Models by name; the first is the default. */
export function someModels(...models: ChatModel[]): ModelCatalog {
  return {
    names: models.map(({ name }) => name),
    find: (name) => (name === undefined ? models[0] : models.find((model) => model.name === name)),
  };
}

function servicesOf(given: Partial<NodeServices> = {}): NodeServices {
  const missing = (what: string) => () => Promise.reject(new Error(`this test has no ${what}`));
  return {
    models: someModels(),
    outbound: { request: missing("network") },
    sandbox: { run: missing("sandbox"), close: async () => {} },
    ...given,
    get store(): Store {
      if (given.store === undefined) throw new Error("this test has no store");
      return given.store;
    },
  };
}

function someRun(): WorkflowRun {
  const createdAt = new Date();
  return {
    id: 17 as WorkflowRunId,
    workspaceId: 1 as WorkspaceId,
    agentId: 2 as AgentId,
    status: "running",
    how: "sync",
    isTest: false,
    dialect: "test",
    requestId: "r1",
    userId: "u1",
    input: {},
    entries: [],
    interrupts: [],
    resumeCount: 0,
    usage: NO_RUN_USAGE,
    stepCount: 0,
    createdAt,
    updatedAt: createdAt,
    activeMs: 0,
  };
}
