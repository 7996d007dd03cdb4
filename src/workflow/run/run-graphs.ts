import type { Agent } from "../../domain/agent.ts";
import type { WorkflowGraph } from "../../domain/workflow.ts";
import type { WorkflowRun } from "../../domain/workflow-run.ts";
import type { Store } from "../../storage/store.ts";
import { NodeError } from "../node-error.ts";

/** Graphs of versions that are kept at hand, with what they compile to. */
const KEPT = 500;

/** The graphs of runs: one object for each version, so that it is compiled once. */
export class RunGraphs {
  readonly #store: Pick<Store, "agents" | "versions">;
  readonly #kept = new Map<number, WorkflowGraph>();

  constructor(store: Pick<Store, "agents" | "versions">) {
    this.#store = store;
  }

  /** Of a workflow as a caller has read it. Undefined: nothing was drawn. */
  of({ versionId, settings }: Agent): WorkflowGraph | undefined {
    const { graph } = settings;
    return versionId === undefined || graph === undefined ? graph : this.#keep(versionId, graph);
  }

  /** The graph that a run began with. Rejects with a `NodeError` when that is no longer there. */
  async ofRun({
    agentId,
    versionId,
    createdAt,
  }: Pick<WorkflowRun, "agentId" | "versionId" | "createdAt">): Promise<WorkflowGraph> {
    if (versionId !== undefined) {
      const kept = this.#kept.get(versionId);
      if (kept !== undefined) return kept;
      const graph = (await this.#store.versions.get(versionId))?.settings.graph;
      if (graph !== undefined) return this.#keep(versionId, graph);
    } else {
      const agent = await this.#store.agents.find(agentId);
      const graph = agent?.settings.graph;
      if (agent !== undefined && agent.updatedAt > createdAt) {
        throw new NodeError("workflow_not_found", "the draft was changed since the run began");
      }
      if (graph !== undefined) return graph;
    }
    throw new NodeError("workflow_not_found", "the workflow is no longer there");
  }

  #keep(versionId: number, graph: WorkflowGraph): WorkflowGraph {
    const kept = this.#kept.get(versionId);
    if (kept !== undefined) return kept;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < KEPT) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(versionId, graph);
    return graph;
  }
}
