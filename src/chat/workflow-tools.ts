import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";
import type { RunUsage, WorkflowRun } from "../domain/workflow-run.ts";
import { clipObservation } from "../http/http-tool.ts";
import { chatLog } from "../log/logger.ts";
import type { ToolDescription } from "../models/chat-model.ts";
import type { Store } from "../storage/store.ts";
import { schemaOfFields } from "../workflow/node-parts/read-fields.ts";
import { inputsOf } from "../workflow/run/run-input.ts";
import { addUsage } from "../workflow/run/usage.ts";
import type { WorkflowEngine } from "../workflow/workflow-engine.ts";
import { isCut } from "./answer-maker.ts";
import type { GenerationTally } from "./generation-state.ts";
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

  /**
   * What the model is told that the workflow gave; what it used is counted in `tally`. Rejects only with the reason of
   * `signal`; then the run has ended, or does so while the process ends.
   */
  async run(
    { workflow }: WorkflowTool,
    input: Record<string, unknown>,
    tally: Pick<GenerationTally, keyof RunUsage>,
    signal: AbortSignal,
  ): Promise<string> {
    const [engine, asker, onBehalfOf] = [this.#engine, this.#asker, this.#agentId];
    if (engine === undefined || asker === undefined || onBehalfOf === undefined) return "Nothing was done.";
    try {
      const request = { workflow, input, how: "sync" as const, ...asker, onBehalfOf };
      const { run } = await engine.start(request);
      const settled = await settle(engine, run, signal);
      if (settled.ended !== undefined) Object.assign(tally, addUsage(tally, settled.ended.usage));
      signal.throwIfAborted();
      return clipObservation(told(settled.run));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return `The workflow was not run: ${error.message}`;
    }
  }
}

/** `run`: what it is when it has settled, or nobody waits any longer; `ended`: what it is in the end, if that is known. */
async function settle(
  engine: WorkflowEngine,
  { id }: WorkflowRun,
  signal: AbortSignal,
): Promise<{ run?: WorkflowRun | undefined; ended?: WorkflowRun | undefined }> {
  const waiting = engine.untilSettled(id, { timeoutMs: LIMIT_MS, signal });
  const run = await waiting.catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return undefined;
  });
  if (run?.status === "completed" || run?.status === "failed" || run?.status === "cancelled") {
    return { run, ended: run };
  }
  const cancelling = engine.cancel(id);
  if (!isCut(signal)) return { run, ended: await cancelling };
  cancelling.catch((error: unknown) => chatLog.warn({ err: error, runId: id }, "a run was not cancelled"));
  return {};
}

function told(run: WorkflowRun | undefined): string {
  switch (run?.status) {
    case "completed":
      return run.answer ?? JSON.stringify(run.output ?? {});
    case "failed":
      return `The workflow failed: ${run.error?.message ?? "for a reason of its own"}`;
    case "waiting": {
      const asked = run.interrupts.find(({ kind }) => kind !== "delay");
      if (asked === undefined) return "The workflow was stopped: it took too long.";
      return `The workflow was stopped: it asks a person. ${asked.text}`.trim();
    }
    case "cancelled":
      return "The workflow was stopped.";
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
