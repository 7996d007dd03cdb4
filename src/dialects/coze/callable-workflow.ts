import { requireAgentAccess } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { type Agent, API_CHANNEL } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId } from "../../domain/ids.ts";
import { agentToView } from "../../publish/agents.ts";
import type { Store } from "../../storage/store.ts";

/** Which workflow is to run, and on whose account. */
export interface WorkflowChoice {
  workflowId: AgentId;
  channel: string;
  /** A version by its number, digits. Absent: the one that is live. */
  version?: string | undefined;
}

type Reading = Pick<Store, "agents" | "versions">;

/**
 * The workflow a caller may run, as the version that is live on the channel or else on the API's. Rejects with
 * `not_found` also when it was never published. Source: spec page §8, limits.
 */
export async function callableWorkflow(
  store: Reading,
  caller: TokenCaller,
  { workflowId, channel, version }: WorkflowChoice,
): Promise<Agent> {
  const onApi = await store.agents.findLive(workflowId, API_CHANNEL);
  const live =
    channel === API_CHANNEL ? onApi : ((await store.agents.findLive(workflowId, channel)) ?? onApi);
  const workflow = live ?? (await store.agents.find(workflowId));
  if (workflow?.kind !== "workflow") throw noSuchWorkflow();
  requireAgentAccess(caller, workflow, "run");
  if (live === undefined) throw new DomainError("not_found", "the workflow was never published to the API");
  if (!workflow.apiEnabled) {
    throw new DomainError("access_disabled", "the API of this workflow is switched off");
  }
  return version === undefined ? workflow : ofVersion(store, workflow, version);
}

/** The draft of a workflow for somebody who may see it. Rejects with `not_found`. */
export async function workflowToView(
  store: Pick<Store, "agents">,
  caller: TokenCaller,
  workflowId: AgentId,
): Promise<Agent> {
  const workflow = await agentToView(store, caller, workflowId);
  if (workflow.kind !== "workflow") throw noSuchWorkflow();
  return workflow;
}

/** The bot on whose account a workflow runs: one of the same workspace that the caller sees. Rejects with `not_found`. */
export async function botOf(
  store: Pick<Store, "agents">,
  caller: TokenCaller,
  workflow: Pick<Agent, "workspaceId">,
  given: { bot_id?: AgentId | undefined; app_id?: string | undefined },
): Promise<Agent | undefined> {
  if (given.bot_id !== undefined && given.app_id !== undefined) {
    throw new DomainError("request_invalid", "cannot be given together with app_id", { field: "bot_id" });
  }
  if (given.app_id !== undefined) {
    throw new DomainError("not_found", "no such app: this server has agents, no apps");
  }
  if (given.bot_id === undefined) return undefined;
  const bot = await agentToView(store, caller, given.bot_id);
  if (bot.kind !== "chat" || bot.workspaceId !== workflow.workspaceId) {
    throw new DomainError("not_found", "no such bot in the workflow's workspace");
  }
  requireAgentAccess(caller, bot, "chat");
  return bot;
}

export function noSuchWorkflow(): DomainError {
  return new DomainError("not_found", "no such workflow");
}

async function ofVersion(
  { versions }: Pick<Store, "versions">,
  workflow: Agent,
  version: string,
): Promise<Agent> {
  const number = /^\d{1,15}$/.test(version) ? Number(version) : -1;
  const found = await versions.find(workflow.id, number);
  if (found === undefined) throw new DomainError("not_found", "the workflow has no such version");
  return { ...workflow, name: found.name, settings: found.settings, versionId: found.id };
}
