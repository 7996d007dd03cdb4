import type { Agent, AgentVersion } from "../../domain/agent.ts";
import type { UserId } from "../../domain/ids.ts";
import { compileGraph } from "../../workflow/graph/compiled-graph.ts";
import { inputsOf } from "../../workflow/run/run-input.ts";
import { formatId } from "./ids.ts";
import { unixSeconds } from "./present.ts";
import { optionalId } from "./present-bot.ts";
import { presentValues, presentWorkflowInputs } from "./present-types.ts";

/** WorkflowBasic: the draft, or a version of it; times are digits. Source: spec page §8. */
export function presentWorkflow(
  workflow: Agent,
  version: AgentVersion | undefined,
  names: ReadonlyMap<UserId, string>,
) {
  const { name, settings } = version ?? workflow;
  return {
    workflow_id: formatId(workflow.id),
    workflow_name: name,
    description: settings.description,
    icon_url: settings.icon,
    app_id: "0",
    created_at: String(unixSeconds(workflow.createdAt)),
    updated_at: String(unixSeconds(version?.createdAt ?? workflow.updatedAt)),
    creator: creatorOf(workflow.ownerId, names),
  };
}

/** A version in a list. Source: spec page §8. */
export function presentWorkflowVersion(version: AgentVersion, names: ReadonlyMap<UserId, string>) {
  const createdAt = String(unixSeconds(version.createdAt));
  return {
    version: String(version.number),
    description: version.changelog,
    created_at: createdAt,
    updated_at: createdAt,
    workflow_id: formatId(version.agentId),
    creator: creatorOf(version.creatorId, names),
  };
}

function creatorOf(id: UserId | undefined, names: ReadonlyMap<UserId, string>) {
  return { id: optionalId(id), name: (id && names.get(id)) ?? "" };
}

/**
 * What a workflow is given and what it gives, as far as its graph says; a draft may be wrong, so of that less is known.
 * Source: spec page §8.
 */
export function presentInterface(version: AgentVersion | undefined, draft?: Agent) {
  const graph = (version ?? draft)?.settings.graph;
  const start = graph?.nodes.find(({ type }) => type === "start");
  const end = graph?.nodes.find(({ type }) => type === "end");
  const answer = end?.["answer"];
  const outputs = end?.["outputs"];
  const known = version?.settings.graph;
  const compiled = known && compileGraph(known.nodes, known.tools);
  const types = Object.entries(isRecord(outputs) ? outputs : {}).map(([name, value]) => {
    return [name, compiled?.typeOf(value) ?? { type: "any" as const }] as const;
  });
  return {
    input: { parameters: start === undefined ? {} : presentWorkflowInputs(inputsOf(start)) },
    output: {
      terminate_plan: typeof answer === "string" ? "use_answer_content" : "return_variables",
      parameters: presentValues(Object.fromEntries(types)),
      content: typeof answer === "string" ? answer : "",
    },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
