import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";
import type { WorkflowRun } from "../domain/workflow-run.ts";
import type { ToolDescription } from "../models/chat-model.ts";
import type { Store } from "../storage/store.ts";
import { schemaOfFields } from "../workflow/node-parts/read-fields.ts";
import { inputsOf } from "../workflow/run/run-input.ts";
import type { WorkflowEngine } from "../workflow/workflow-engine.ts";
import type { ResponderServices } from "./responder.ts";

/** Longest a model waits for a workflow that it called. */
const LIMIT_MS = 600_000;
/** Longest name that model vendors accept. */
const NAME_LENGTH = 64;

/** A workflow as the model calls it. */
export interface WorkflowTool extends ToolDescription {
  workflow: Agent;
}

/** For whom a turn runs workflows, and in which call. */
export interface WorkflowAsker {
  dialect: string;
  requestId: string;
  userId: string;
}

/** The workflows that an agent's model may call. */
export class WorkflowTools {
  readonly #agents: Store["agents"];
  readonly #engine: WorkflowEngine | undefined;
  readonly #asker: WorkflowAsker | undefined;
  #agentId: AgentId | undefined;
  #tools: WorkflowTool[] = [];

  /** Without an asker, as in trials, there are none. */
  constructor(
    { store, workflows }: { store: Pick<Store, "agents">; workflows?: ResponderServices | undefined },
    asker: WorkflowAsker | undefined,
  ) {
    this.#agents = store.agents;
    this.#engine = workflows?.engine;
    this.#asker = asker;
  }

  get tools(): readonly WorkflowTool[] {
    return this.#tools;
  }

  /** Those of the agent's workspace, as live as the agent. Ids that are none of these are left out. */
  async find({ id, workspaceId, versionId, settings }: Agent): Promise<void> {
    const ids = this.#engine === undefined || this.#asker === undefined ? [] : (settings.workflows ?? []);
    const found: WorkflowTool[] = [];
    for (const text of ids) {
      const agentId = (/^\d{1,16}$/.test(text) ? Number(text) : 0) as AgentId;
      const workflow =
        versionId === undefined
          ? await this.#agents.find(agentId)
          : await this.#agents.findLive(agentId, API_CHANNEL);
      if (workflow?.kind === "workflow" && workflow.workspaceId === workspaceId)
        found.push(...asTool(workflow));
    }
    this.#agentId = id;
    this.#tools = found;
  }

  /** What the model is told that the workflow gave. Rejects only with the reason of `signal`; then the run has ended. */
  async run(
    { workflow }: WorkflowTool,
    input: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<string> {
    const [engine, asker, onBehalfOf] = [this.#engine, this.#asker, this.#agentId];
    if (engine === undefined || asker === undefined || onBehalfOf === undefined) return "Nothing was done.";
    try {
      const request = { workflow, input, how: "sync" as const, ...asker, onBehalfOf };
      const { run } = await engine.start(request);
      return await this.#result(engine, run, signal);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return `The workflow was not run: ${error.message}`;
    }
  }

  async #result(engine: WorkflowEngine, { id }: WorkflowRun, signal: AbortSignal): Promise<string> {
    const cancel = () => void engine.cancel(id);
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
    try {
      const run = await engine.untilSettled(id, { timeoutMs: LIMIT_MS, signal });
      const isOver = run?.status === "completed" || run?.status === "failed" || run?.status === "cancelled";
      if (!isOver) await engine.cancel(id);
      return told(run);
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }
}

function told(run: WorkflowRun | undefined): string {
  switch (run?.status) {
    case "completed":
      return run.answer ?? JSON.stringify(run.output ?? {});
    case "failed":
      return `The workflow failed: ${run.error?.message ?? "for a reason of its own"}`;
    case "waiting":
      return `The workflow was stopped: it asks a person. ${run.interrupts[0]?.text ?? ""}`.trim();
    default:
      return "The workflow was stopped: it took too long.";
  }
}

/** Nothing for what was not drawn yet, and for workflows that answer messages. */
function asTool(workflow: Agent): WorkflowTool[] {
  const { graph, description } = workflow.settings;
  const start = graph?.nodes.find(({ type }) => type === "start");
  if (graph?.mode !== "workflow" || start === undefined) return [];
  return [
    {
      name: workflow.slug.slice(0, NAME_LENGTH),
      description: description === "" ? workflow.name : `${workflow.name}: ${description}`,
      parameters: schemaOfFields(inputsOf(start)),
      workflow,
    },
  ];
}
