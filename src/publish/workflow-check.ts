import type { Agent } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId, WorkspaceId } from "../domain/ids.ts";
import type { GraphProblem, WorkflowGraph } from "../domain/workflow.ts";
import type { Repositories } from "../storage/store.ts";
import { workflowsIn } from "../workflow/graph/check-workflow.ts";
import { checkGraph } from "../workflow/graph/read-graph.ts";

/** Other workflows that are looked at, one inside the other, whether they lead back. */
const MAX_LOOKED_AT = 200;

/**
 * Rejects with `request_invalid`, naming the node and the field of the first problem and telling all, when an agent is a
 * workflow that could not run as it is drawn.
 */
export async function requireSoundWorkflow(
  repositories: Pick<Repositories, "agents">,
  agent: Agent,
): Promise<void> {
  refuseProblems(await workflowProblems(repositories, agent));
}

/** What is wrong with the graph of a workflow, the others that it runs looked for; empty: it may run, or has no graph. */
export async function workflowProblems(
  repositories: Pick<Repositories, "agents">,
  { kind, id, workspaceId, settings: { graph } }: Agent,
): Promise<readonly GraphProblem[]> {
  if (kind !== "workflow" || graph === undefined) return [];
  return graphProblems(repositories, graph, { id, workspaceId });
}

/** The same for a graph of a workspace; without an id it is of no workflow yet. */
export async function graphProblems(
  { agents }: Pick<Repositories, "agents">,
  graph: WorkflowGraph,
  { id, workspaceId }: { id?: AgentId; workspaceId: WorkspaceId },
): Promise<readonly GraphProblem[]> {
  const others = await innerWorkflows(agents, workspaceId, graph);
  return checkGraph(graph, {
    ...(id !== undefined && { self: String(id) }),
    find: (name) => others.get(name),
  });
}

/** Throws `request_invalid` where there are problems, naming `graph.nodes.<id>.<field>` of the first and telling all. */
export function refuseProblems(problems: readonly GraphProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const message = problems.map((problem) => `${graphField(problem)}: ${problem.message}`).join("; ");
  throw new DomainError("request_invalid", message, { field: graphField(first) });
}

/** Where a problem is: `graph.nodes.<id>.<field>`, or `graph.<field>`. */
export function graphField({ nodeId, field }: GraphProblem): string {
  return ["graph", ...(nodeId === undefined ? [] : ["nodes", nodeId]), field].filter(Boolean).join(".");
}

/** The drafts of the workflows that this one names, and of those that they name, by the names they are called. */
async function innerWorkflows(
  agents: Repositories["agents"],
  workspaceId: WorkspaceId,
  graph: WorkflowGraph,
): Promise<Map<string, { name: string; graph?: WorkflowGraph }>> {
  const found = new Map<string, { name: string; graph?: WorkflowGraph }>();
  const open = workflowsIn(graph.nodes);
  const asked = new Set<string>();
  for (let name = open.pop(); name !== undefined && asked.size < MAX_LOOKED_AT; name = open.pop()) {
    if (asked.has(name)) continue;
    asked.add(name);
    const inner =
      (await agents.findBySlug(workspaceId, name)) ??
      (/^\d{1,16}$/.test(name) ? await agents.find(Number(name) as AgentId) : undefined);
    if (inner?.workspaceId !== workspaceId || inner.kind !== "workflow") continue;
    const own = inner.settings.graph;
    found.set(name, { name: String(inner.id), ...(own === undefined ? {} : { graph: own }) });
    open.push(...workflowsIn(own?.nodes ?? []));
  }
  return found;
}
