import { z } from "zod";
import { homeMembership, requireAgentAccess, requireMembership } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import { agentToView, createAgent, updateAgent } from "../../publish/agents.ts";
import {
  graphProblems,
  refuseProblems,
  requireSoundWorkflow,
  workflowProblems,
} from "../../publish/workflow-check.ts";
import type { Store } from "../../storage/store.ts";
import { mermaidOf } from "../../workflow/graph/mermaid.ts";
import { readGraph } from "../../workflow/graph/read-graph.ts";
import { hideHeaders, restoreHeaders } from "./hidden-headers.ts";
import { type Operation, operation } from "./operation.ts";
import { formatId, idOf, pageOf, paging, wireId, wireText } from "./wire.ts";
import { presentProblems, requireGraph } from "./workflow-graph.ts";
import { settledRun, waitSeconds } from "./workflow-runs.ts";

const graphBody = z
  .record(z.string(), z.unknown())
  .describe(
    "The graph, as in a file: `antiphon-workflow.schema.json`. Values of headers are shown as `(hidden)`; put back like that they stay as they are, for the same host.",
  );

/** Workflows: looking is for members of the workspace, changing as with all agents. Publishing is that of agents. */
export const workflowOperations: Operation[] = [
  operation({
    route: "GET /workflows",
    permission: "viewWorkflows",
    role: "viewer",
    summary: "workflows of a workspace without their graphs, oldest first",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      ...paging,
    },
    async run({ services, caller, query: { workspaceId, cursor, limit } }) {
      const place = requireMembership(caller, workspaceId ?? homeMembership(caller).workspaceId, "viewer");
      const found = await services.store.agents.page({
        workspaceId: place.workspaceId,
        kind: "workflow",
        order: "oldest",
        limit,
        ...(cursor !== undefined && { after: cursor as AgentId }),
      });
      return pageOf(found, limit, present);
    },
  }),
  operation({
    route: "POST /workflows",
    permission: "manageWorkflows",
    role: "member",
    summary: "make a workflow of the caller's, with a draft and no version",
    body: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      name: wireText(100)
        .refine((name) => name.trim() !== "", { error: "must not be empty" })
        .describe("For people, 1 to 100 characters."),
      description: wireText(2_000).default("").describe("What it does."),
      graph: graphBody.optional(),
    },
    async run({ services: { store }, caller, body }) {
      const { name, description } = body;
      const graph =
        body.graph === undefined ? undefined : restoreHeaders(requireGraph(body.graph), undefined);
      const wanted = body.workspaceId ?? homeMembership(caller).workspaceId;
      const { workspaceId } = requireMembership(caller, wanted, "member");
      if (graph !== undefined) refuseProblems(await graphProblems(store, graph, { workspaceId }));
      const settings = (before: Agent["settings"]) => ({
        ...before,
        description,
        ...(graph !== undefined && { graph }),
      });
      const made = { workspaceId, name, kind: "workflow" as const, settings };
      return presentDraft(store, await createAgent({ store }, caller, made, new Date()));
    },
  }),
  operation({
    route: "GET /workflows/:workflowId",
    permission: "viewWorkflows",
    role: "viewer",
    summary: "one workflow with the graph of its draft, headers hidden, and what is wrong with that",
    run: async ({ services: { store }, caller, params }) =>
      presentDraft(store, await seenWorkflow(store, caller, params["workflowId"])),
  }),
  operation({
    route: "PUT /workflows/:workflowId/graph",
    permission: "manageWorkflows",
    role: "member",
    summary: "put another graph into the draft; one that cannot run is refused",
    body: {
      graph: graphBody,
      revision: z
        .int()
        .describe(
          "`revision` of the draft that the graph was made from: refused when it changed since. Absent: not looked at.",
        )
        .optional(),
    },
    async run({ services: { store }, caller, params, body }) {
      const workflow = await seenWorkflow(store, caller, params["workflowId"]);
      const { id } = workflow;
      const graph = restoreHeaders(requireGraph(body.graph), workflow.settings.graph);
      await requireSoundWorkflow(store, { ...workflow, settings: { ...workflow.settings, graph } });
      const change = {
        agentId: id,
        ...(body.revision !== undefined && { revision: body.revision }),
        settings: (before: Agent["settings"]) => ({ ...before, graph }),
      };
      await updateAgent({ store }, caller, change, new Date());
      return presentDraft(store, await seenWorkflow(store, caller, formatId(id)));
    },
  }),
  operation({
    route: "GET /workflows/:workflowId/picture",
    permission: "viewWorkflows",
    role: "viewer",
    summary: "the graph of the draft as a Mermaid flowchart",
    async run({ services: { store }, caller, params }) {
      const { settings } = await seenWorkflow(store, caller, params["workflowId"]);
      return { mermaid: settings.graph === undefined ? null : mermaidOf(settings.graph) };
    },
  }),
  operation({
    route: "POST /workflow-graphs/validate",
    permission: "viewWorkflows",
    role: "viewer",
    summary: "what is wrong with a graph, and a picture of one that may run; nothing is stored",
    body: {
      graph: graphBody,
      workflowId: wireText(16)
        .describe("The workflow that it is for. Absent: one that is not made yet.")
        .optional(),
      workspaceId: wireId<WorkspaceId>(
        "Without `workflowId`: where others that it runs are looked for. Absent: the caller's oldest.",
      ).optional(),
    },
    async run({ services: { store }, caller, body }) {
      const { graph, problems } = readGraph(body.graph);
      if (graph === undefined) return { problems: presentProblems(problems), mermaid: null };
      const mermaid = mermaidOf(graph);
      const place =
        body.workflowId === undefined
          ? requireMembership(caller, body.workspaceId ?? homeMembership(caller).workspaceId, "viewer")
          : await seenWorkflow(store, caller, body.workflowId);
      const { workspaceId } = place;
      const own = "id" in place ? { id: place.id, workspaceId } : { workspaceId };
      return { problems: presentProblems(await graphProblems(store, graph, own)), mermaid };
    },
  }),
  operation({
    route: "POST /workflows/:workflowId/test-runs",
    permission: "manageWorkflows",
    role: "member",
    summary:
      "try the draft: nodes that would change something elsewhere are left out; answers when the run has ended, asks something, or the time is up",
    body: {
      input: z.record(z.string(), z.unknown()).default({}).describe("Parameters of the start node."),
      waitSeconds,
    },
    async run({ services, caller, params, body, requestId, signal }) {
      const workflow = await seenWorkflow(services.store, caller, params["workflowId"]);
      const collaborators = await services.store.versions.collaborators(workflow.id);
      requireAgentAccess(caller, workflow, "change", collaborators);
      const { run } = await services.workflows.start({
        workflow,
        input: body.input,
        how: "async",
        dialect: "console",
        requestId,
        callerId: caller.user.id,
        isTest: true,
      });
      return settledRun(services, run.id, body.waitSeconds, signal);
    },
  }),
];

/** A workflow of a workspace of the caller. Rejects with `not_found`. */
async function seenWorkflow(
  store: Pick<Store, "agents">,
  caller: TokenCaller,
  text: string | undefined,
): Promise<Agent> {
  const agent = await agentToView(store, caller, idOf<AgentId>(text));
  if (agent.kind !== "workflow") throw new DomainError("not_found", "no such workflow");
  return agent;
}

async function presentDraft(store: Pick<Store, "agents">, agent: Agent) {
  return {
    ...present(agent),
    graph: agent.settings.graph === undefined ? null : hideHeaders(agent.settings.graph),
    problems: presentProblems(await workflowProblems(store, agent)),
  };
}

function present(agent: Agent) {
  const { id, workspaceId, slug, name, settings, revision, apiEnabled, createdAt, updatedAt } = agent;
  return {
    id: formatId(id),
    workspaceId: formatId(workspaceId),
    slug,
    name,
    description: settings.description,
    mode: settings.graph?.mode ?? null,
    apiEnabled,
    revision,
    createdAt,
    updatedAt,
  };
}
