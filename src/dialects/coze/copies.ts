import { z } from "zod";
import { DomainError } from "../../domain/errors.ts";
import type { CopyTask } from "../../domain/folder.ts";
import type { AgentId, CopyTaskId, WorkspaceId } from "../../domain/ids.ts";
import { agentToView } from "../../publish/agents.ts";
import { copyAgent, copyAgentTo, findCopyTask } from "../../publish/copies.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { formatId } from "./ids.ts";
import { optionalId } from "./present-bot.ts";
import { idOf, wireId } from "./wire.ts";

const section = "§15";

const copy = endpoint({
  route: "POST /v1/entities/copy_tasks",
  section,
  permission: "copyEntity",
  summary: "Copy the draft of an agent or a workflow, at once in its workspace, as a task into another",
  body: {
    entity_id: wireId<AgentId>(),
    entity_type: z.enum(["app", "bot", "workflow"]),
    to_workspace_id: wireId<WorkspaceId>().optional(),
  },
  async run({ services, caller, body: { entity_id: agentId, entity_type, to_workspace_id } }) {
    if (entity_type === "app") throw new DomainError("not_supported", "there are no apps on this server");
    const { workspaceId: home, kind } = await agentToView(services.store, caller, agentId);
    if ((kind === "workflow") !== (entity_type === "workflow")) {
      throw new DomainError("not_found", `no such ${entity_type}`);
    }
    if (to_workspace_id === undefined || to_workspace_id === home) {
      const copied = await copyAgent(services, caller, agentId, new Date());
      return { data: { copied_entity_id: formatId(copied) } };
    }
    const wanted = { agentId, workspaceId: to_workspace_id };
    const task = await copyAgentTo(services, caller, wanted, new Date());
    return { data: { task_id: formatId(task.id) } };
  },
});

const retrieveTask = endpoint({
  route: "GET /v1/entities/copy_tasks/:task_id",
  section,
  permission: "copyEntity",
  summary: "How far a copy is, for whoever asked for it",
  async run({ services, caller, params }) {
    const task = await findCopyTask(services, caller, idOf<CopyTaskId>(params["task_id"] ?? ""));
    return { data: presentTask(task) };
  },
});

export const copyEndpoints: Endpoint[] = [copy, retrieveTask];

const STATUSES = { running: "in_progress", succeeded: "successful", failed: "failed" } as const;

/** A successful copy may also have reasons: what it had to leave behind. Source: spec page §15. */
function presentTask(task: CopyTask) {
  return {
    task_id: formatId(task.id),
    entity_type: task.entityKind === "workflow" ? "workflow" : "bot",
    task_status: STATUSES[task.status],
    source_entity_id: formatId(task.sourceId),
    target_entity_id: optionalId(task.targetId),
    target_workspace_id: formatId(task.targetWorkspaceId),
    ...(task.failures.length === 0 ? {} : { failed_reasons: task.failures }),
  };
}
