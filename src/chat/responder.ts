import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import type { Attachment, Conversation } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { WorkflowRunId } from "../domain/ids.ts";
import { isMessage, type Trigger, textTrigger } from "../domain/trigger.ts";
import type { WorkflowGraph } from "../domain/workflow.ts";
import { NO_RUN_USAGE, type RunUsage, type WorkflowRun } from "../domain/workflow-run.ts";
import type { Store } from "../storage/store.ts";
import { newRun } from "../workflow/run/new-run.ts";
import { inputsOf } from "../workflow/run/run-input.ts";
import type { WorkflowEngine } from "../workflow/workflow-engine.ts";
import type { Asking, Assignment, Caller } from "./asking.ts";
import type { QuestionContent } from "./dialogue.ts";
import { withoutEmpty } from "./prompt.ts";
import type { RunHosts } from "./run-hosts.ts";
import { type AgentReference, referTo } from "./suspended-turn.ts";
import { namedTrigger } from "./trigger-names.ts";

/** Who runs the workflows that answer turns. */
export interface ResponderServices {
  engine: WorkflowEngine;
  hosts: RunHosts;
}

/** How a workflow answers a turn: with a new run, or by going on with one that waits for the user. Plain data. */
export interface ResponsePlan {
  /** The version that runs. */
  workflow: AgentReference;
  runId: WorkflowRunId;
  /** Absent: a new run begins. */
  resumes?: {
    /** What the user says to it. */
    text: string;
    /** Its steps up to this one belong to earlier turns, and so does what they used. */
    afterSequence: number;
    usage: RunUsage;
  };
  /** A run that waits for an answer to a question which is being asked otherwise now. */
  cancels?: WorkflowRunId;
  input: Record<string, unknown>;
  /** Absent: it is started as by a call. */
  trigger?: Trigger;
  isTest: boolean;
  /** The caller can be told that the turn waits. */
  canWait: boolean;
}

/** A plan with the workflow itself. */
export interface Response {
  plan: ResponsePlan;
  workflow: Agent;
}

/** Whether a workflow answers in place of a model. */
export function isAnsweredByWorkflow({ agent, workflow }: Pick<Caller, "agent" | "workflow">): boolean {
  return workflow !== undefined || agent.kind === "workflow" || agent.settings.responder !== undefined;
}

/**
 * The workflow that answers, as live as its agent. Rejects with `agent_not_published` or `not_found` where there is none
 * to run, with `agent_not_chat` for a workflow that answers no messages, with `not_supported` while nothing is drawn.
 */
export async function findWorkflow(
  store: Pick<Store, "agents">,
  { agent, workflow: given }: Pick<Caller, "agent" | "workflow">,
): Promise<Agent & { settings: { graph: WorkflowGraph } }> {
  const workflow = given ?? (agent.kind === "workflow" ? agent : await responderOf(store, agent));
  const { settings } = workflow;
  const { graph } = settings;
  if (graph === undefined) throw new DomainError("not_supported", "nothing was drawn of this workflow yet");
  if (workflow.id === agent.id && graph.mode !== "chatflow") {
    throw new DomainError("agent_not_chat", "this workflow answers no messages: it is no chatflow");
  }
  return { ...workflow, settings: { ...settings, graph } };
}

async function responderOf(
  { agents }: Pick<Store, "agents">,
  { versionId, workspaceId, settings }: Agent,
): Promise<Agent> {
  const { responder: id } = settings;
  if (id === undefined) throw new Error("the agent has no responder");
  const isLive = versionId !== undefined;
  const found = isLive ? await agents.findLive(id, API_CHANNEL) : await agents.find(id);
  if (found?.workspaceId === workspaceId && found.kind === "workflow") return found;
  throw isLive
    ? new DomainError("agent_not_published", "the workflow that answers for this agent is not published")
    : new DomainError("not_found", "the workflow that answers for this agent is gone");
}

/**
 * Decides how a workflow answers what is asked in a conversation. Nothing is changed yet. Rejects like `findWorkflow`,
 * with `trigger_not_subscribed` when the workflow does not wait for this, and with `request_invalid` naming the input
 * that is wrong.
 */
export async function planResponse(
  { store, workflows }: { store: Store; workflows?: ResponderServices | undefined },
  asking: Asking,
  assignment: Assignment,
): Promise<Response> {
  if (workflows === undefined) throw new DomainError("not_supported", "no workflows run here");
  const { isStored = true, canWait = false, trigger } = asking;
  const workflow = await findWorkflow(store, asking);
  const waiting = isStored ? await waitingRun(store, waitingFor(asking)) : undefined;
  const plan: ResponsePlan = {
    workflow: referTo(workflow),
    runId: store.newId<WorkflowRunId>(),
    input: inputOf(workflow.settings.graph, asking, assignment.question),
    isTest: trigger?.source === "test",
    canWait: canWait && isStored,
  };
  if (waiting !== undefined && mayAnswer(asking, assignment)) {
    const steps = await store.workflowRuns.steps(waiting.id);
    const afterSequence = Math.max(0, ...steps.map(({ sequence }) => sequence));
    const { text } = assignment.question;
    return {
      plan: { ...plan, runId: waiting.id, resumes: { text, afterSequence, usage: waiting.usage } },
      workflow,
    };
  }
  const isReplaced = waiting?.turnId !== undefined && assignment.replaces?.includes(waiting.turnId) === true;
  const started: ResponsePlan = {
    ...plan,
    trigger: namedTrigger(asking.agent, triggerFor(asking, assignment)),
    ...(isReplaced && { cancels: waiting.id }),
  };
  checkStart(store, workflow, started);
  return { plan: started, workflow };
}

/** Of several messages that are answered together the newest, with the words of all. */
function triggerFor({ trigger }: Asking, { question: { text }, isMerged = false }: Assignment): Trigger {
  if (trigger === undefined) return textTrigger(text);
  const said = trigger.trigger;
  if (!isMerged || (said.type !== "receive-text-message" && said.type !== "bot-receive-text-message")) {
    return said;
  }
  return { ...said, payload: { ...said.payload, text } };
}

/** The same for messages outside conversations. */
export async function planLooseResponse(store: Store, caller: Caller, text: string): Promise<Response> {
  const workflow = await findWorkflow(store, caller);
  const question = { text, attachments: [] };
  const plan: ResponsePlan = {
    workflow: referTo(workflow),
    runId: store.newId<WorkflowRunId>(),
    input: inputOf(workflow.settings.graph, { ...caller, conversation: { inputs: {} } }, question),
    trigger: textTrigger(text),
    isTest: false,
    canWait: false,
  };
  checkStart(store, workflow, plan);
  return { plan, workflow };
}

/** The run of the agent that waits for the user in the conversation. */
export function waitingRun(
  { workflowRuns }: Pick<Store, "workflowRuns">,
  { agent, conversation }: { agent: Pick<Agent, "id">; conversation: Pick<Conversation, "id"> },
): Promise<WorkflowRun | undefined> {
  return workflowRuns.waitingIn({ conversationId: conversation.id, agentId: agent.id });
}

/** Who names a workflow answers only what that has asked. */
function waitingFor({ agent, workflow = agent, conversation }: Asking): Parameters<typeof waitingRun>[1] {
  return { agent: workflow, conversation };
}

/** Only what the user says anew is an answer: not what merely happened, and not an old question that is asked again. */
function mayAnswer({ trigger }: Asking, { replaces }: Assignment): boolean {
  return replaces === undefined && (trigger === undefined || isMessage(trigger.trigger));
}

/** Throws what starting it would reject with. */
function checkStart(
  { newId }: Pick<Store, "newId">,
  workflow: Agent,
  { input, trigger }: ResponsePlan,
): void {
  newRun(
    { workflow, input, ...(trigger !== undefined && { trigger }), how: "stream", dialect: "", requestId: "" },
    newId,
    new Date(),
  );
}

/**
 * What the start node is given: the question as `query` and its files as `files`, and of the values that it asks for by
 * name those that came with the question or are kept with the conversation.
 */
function inputOf(
  { nodes }: WorkflowGraph,
  asking: Pick<Asking, "variables" | "workflowInput"> & {
    conversation: Pick<Asking["conversation"], "inputs">;
  },
  { text, attachments }: QuestionContent,
): Record<string, unknown> {
  const { conversation, variables = {}, workflowInput = {} } = asking;
  const texts = new Map(Object.entries({ ...withoutEmpty(conversation.inputs), ...withoutEmpty(variables) }));
  const start = nodes.find(({ type }) => type === "start");
  const asked = start === undefined ? [] : inputsOf(start);
  const kept = asked.flatMap(({ name, type }) => {
    const value = texts.get(name);
    return value === undefined ? [] : [[name, type === "string" ? value : dataIn(value)] as const];
  });
  return { query: text, files: attachments.map(fileOf), ...Object.fromEntries(kept), ...workflowInput };
}

/** Values of conversations are texts; those of other types are written in JSON. */
function dataIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function fileOf({ kind = "file", url, path, name, sizeBytes }: Attachment) {
  return { kind, url: url === "" ? path : url, name, sizeBytes };
}

/** What a run used since then. */
export function usedSince(
  usage: RunUsage,
  { inputTokens, outputTokens, cost }: RunUsage = NO_RUN_USAGE,
): RunUsage {
  return {
    inputTokens: usage.inputTokens - inputTokens,
    outputTokens: usage.outputTokens - outputTokens,
    cost: usage.cost - cost,
    currency: usage.currency,
  };
}
