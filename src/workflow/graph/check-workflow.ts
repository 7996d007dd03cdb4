import type { WorkflowGraph } from "../../domain/workflow.ts";
import type { GraphSetting, KnownWorkflows, ReadNode } from "./check-graph.ts";
import type { Tell } from "./check-node.ts";

/** Names of the workflows that nodes run, those in bodies among them, each once. */
export function workflowsIn(nodes: WorkflowGraph["nodes"]): string[] {
  const names = nodes.flatMap((node) => [
    ...(node.type === "workflow" && typeof node["workflow"] === "string" ? [node["workflow"]] : []),
    ...workflowsIn(node.body ?? []),
  ]);
  return [...new Set(names)];
}

/** Tells that another workflow is not there, or would run this one again. */
export function checkWorkflow({ node }: ReadNode, { workflows }: GraphSetting, tell: Tell): void {
  const name = node["workflow"];
  if (node.type !== "workflow" || typeof name !== "string") return;
  const { self, find } = workflows;
  if (name === self) tell(["workflow"], "is the workflow itself; it cannot run itself");
  if (find === undefined) return;
  const found = find(name);
  if (found === undefined) tell(["workflow"], "is no workflow");
  else if (found.name === self) tell(["workflow"], "is the workflow itself; it cannot run itself");
  else if (self !== undefined && leadsTo(self, found, find)) {
    tell(["workflow"], "runs this workflow again");
  }
}

function leadsTo(
  self: string,
  from: { name: string; graph?: WorkflowGraph },
  find: NonNullable<KnownWorkflows["find"]>,
): boolean {
  const seen = new Set([from.name]);
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const name of workflowsIn(at.graph?.nodes ?? [])) {
      const next = find(name);
      if (name === self || next?.name === self) return true;
      if (next === undefined || seen.has(next.name)) continue;
      seen.add(next.name);
      open.push(next);
    }
  }
  return false;
}
