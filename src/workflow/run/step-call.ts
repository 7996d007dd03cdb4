import type { GraphNode, InputValue, WorkflowTool } from "../../domain/workflow.ts";
import type { RunUsage, WorkflowRun } from "../../domain/workflow-run.ts";
import { compileGraph } from "../graph/compiled-graph.ts";
import { Effort } from "../language/effort.ts";
import { evaluateInput } from "../language/evaluate.ts";
import { evaluateExpression } from "../language/expression.ts";
import { Scope } from "../language/scope.ts";
import { renderTemplate } from "../language/template.ts";
import { NodeError } from "../node-error.ts";
import type {
  FrameRunner,
  InterruptAnswer,
  NodeCall,
  NodeServices,
  RunHost,
  RunVariables,
} from "../node-kind.ts";
import { Frame } from "./frame.ts";
import { pastLimit } from "./run-failure.ts";
import type { StepRun } from "./step-run.ts";
import { streamTemplate } from "./streaming.ts";

/** One attempt of a step, as its kind sees it. What is not asked for costs nothing. */
export class StepCall implements NodeCall {
  readonly node: GraphNode;
  readonly inputs: Record<string, unknown>;
  readonly answer: InterruptAnswer | undefined;
  readonly attempt: number;
  readonly #step: StepRun;
  #controller: AbortController | undefined;
  #ended: { reason: unknown } | undefined;
  #hasTold = false;
  /** What is left of it until something else runs. */
  #effort = new Effort();

  constructor(step: StepRun, answer: InterruptAnswer | undefined) {
    this.#step = step;
    this.node = step.node;
    this.inputs = step.inputs;
    this.answer = answer;
    this.attempt = step.record.attempts;
  }

  get run(): WorkflowRun {
    return this.#step.work.run;
  }

  get idempotencyKey(): string {
    return this.#step.idempotencyKey;
  }

  get services(): NodeServices {
    return this.#step.work.services;
  }

  get tools(): readonly WorkflowTool[] {
    return this.#step.frame.setup.tools;
  }

  get host(): RunHost {
    return this.#step.work.host;
  }

  get variables(): RunVariables {
    const { work, memo } = this.#step;
    return {
      get: (name) => (Object.hasOwn(work.variables, name) ? work.variables[name] : undefined),
      set: (name, value) => {
        if (this.#ended !== undefined) return;
        memo.variables = { ...memo.variables, [name]: value };
        work.setVariable(name, value);
      },
    };
  }

  get memo(): unknown {
    return this.#step.memo.kept;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#ended !== undefined) this.#controller.abort(this.#ended.reason);
    }
    return this.#controller.signal;
  }

  /** The caller has heard something of it, by itself or through those who tell its text. */
  get hasTold(): boolean {
    return this.#step.stream?.isRead ?? this.#hasTold;
  }

  get frames(): FrameRunner {
    return { run: (frame) => this.#runFrame(frame) };
  }

  /** Nothing it does counts from now on. With a reason it is aborted, too. */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    if (reason !== undefined) this.#controller?.abort(reason);
  }

  render(template: string): string {
    return renderTemplate(template, this.#step.frame.setup.scope, this.#effort);
  }

  evaluate(expression: string, names?: Readonly<Record<string, unknown>>): unknown {
    const { scope } = this.#step.frame.setup;
    return evaluateExpression(
      expression,
      names === undefined ? scope : new Scope(scope, names),
      this.#effort,
    );
  }

  value(input: InputValue): unknown {
    return evaluateInput(input, this.#step.frame.setup.scope, this.#effort);
  }

  say(text: string): void {
    if (text === "" || this.#ended !== undefined) return;
    this.#hasTold = true;
    const { stream, frame, work } = this.#step;
    if (stream === undefined) work.tell(this.#step, text);
    else {
      stream.append(text);
      frame.hasText();
    }
  }

  stream(template: string): AsyncIterable<string> {
    return streamTemplate(template, this.#step.frame);
  }

  count(usage: RunUsage): void {
    if (this.#ended === undefined) this.#step.count(usage);
  }

  async remember(memo: unknown): Promise<void> {
    this.#requireOpen();
    this.#step.memo.kept = memo;
    this.#step.keep();
    await this.#step.work.journal.flush();
    this.#requireOpen();
  }

  #requireOpen(): void {
    if (this.#ended !== undefined)
      throw this.#ended.reason ?? new NodeError("node_failed", "the attempt is over");
  }

  async #runFrame(asked: Parameters<FrameRunner["run"]>[0]) {
    this.#requireOpen();
    this.#effort = new Effort();
    const { key, nodes, values, input = {}, collect, isClosed = false } = asked;
    const step = this.#step;
    const { setup } = step.frame;
    const depth = setup.depth + (isClosed ? 1 : 0);
    if (depth > step.work.limits.depth) {
      throw pastLimit(`more than ${step.work.limits.depth} workflows are inside one another`);
    }
    const isNew = isClosed && step.record.subRunId === undefined;
    if (isClosed) step.openSubRun();
    if (isNew || step.record.sequence === 0) step.keep();
    const round = this.attempt > 1 ? `!${this.attempt}` : "";
    const tools = asked.tools ?? setup.tools;
    const graph = compileGraph(nodes, tools);
    const frame = new Frame(step.work, {
      graph,
      tools,
      scope: new Scope(isClosed ? step.work.words : setup.scope, values),
      prefix: `${step.record.path}${round}${key}/`,
      entries: graph.nodes.flatMap(({ node, kind }) => (kind.type === "start" ? [node.id] : [])),
      given: input,
      depth,
      collect,
    });
    step.frames.add(frame);
    try {
      return await frame.run();
    } finally {
      step.frames.delete(frame);
    }
  }
}
