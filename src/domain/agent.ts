import type { AgentId, FileId, FolderId, KnowledgeBaseId, UserId, VersionId, WorkspaceId } from "./ids.ts";
import type { ActionType } from "./output-action.ts";
import type { TriggerType } from "./trigger.ts";
import type { WorkflowGraph } from "./workflow.ts";

/** The tenant boundary: everything belongs to exactly one. */
export interface Workspace {
  id: WorkspaceId;
  name: string;
  description: string;
  /** Address of a picture; empty: none. */
  icon: string;
  kind: "personal" | "team";
  createdAt: Date;
}

/**
 * What callers talk to: a prompt, a model, knowledge, tools. As it is kept, `name` and `settings` are the draft;
 * an agent read for a channel (`findLive`) carries those of the version that is live there, and its `versionId`.
 */
export interface Agent {
  id: AgentId;
  workspaceId: WorkspaceId;
  /** Stable name inside the installation's configuration file; unique in the workspace. */
  slug: string;
  name: string;
  kind: "chat" | "workflow";
  /** The version that `name` and `settings` belong to. Absent: the draft. */
  versionId?: VersionId;
  /** Who made it. Absent: the configuration file. */
  ownerId?: UserId;
  folderId?: FolderId;
  /** Whether others than the owner may be made collaborators. */
  collaboration: "single" | "collaboration";
  /** May be duplicated into other workspaces by everyone. */
  isTemplate: boolean;
  /** False: every call with a key of this agent is refused with `access_disabled`. */
  apiEnabled: boolean;
  settings: AgentSettings;
  /** Grows by one with every change of the agent; lets caches notice. */
  revision: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Channels that are always there; custom ones are named by their id. */
export const API_CHANNEL = "api";

/** An immutable snapshot of an agent, made by publishing. */
export interface AgentVersion {
  id: VersionId;
  agentId: AgentId;
  /** Milliseconds since the Unix epoch, unique for the agent; what callers know it by. */
  number: number;
  name: string;
  settings: AgentSettings;
  changelog: string;
  /** Absent: the configuration file. */
  creatorId?: UserId;
  createdAt: Date;
}

/** Which version is live on a channel. Without a release nothing is. */
export interface Release {
  agentId: AgentId;
  channel: string;
  versionId: VersionId;
  since: Date;
}

/** Everything about an agent that its maker decides. Stored as one JSON document. */
export interface AgentSettings {
  description: string;
  /** Name of a configured model. Absent: the installation's first model. */
  model?: string;
  modelParameters: ModelParameters;
  /** Jinja template of the system prompt; sees the conversation's variables. */
  prompt: string;
  /** Put before `prompt`, in two parts as its maker wrote them. Absent: none. */
  promptPrefix?: { fixed: string; dynamic: string };
  opening: { message: string; questions: string[] };
  variables: Variable[];
  /** True: after an answer the model proposes at most three follow-up questions. */
  suggestions: boolean;
  /** How to propose them, told to the model; absent or empty: our own words. */
  suggestionPrompt?: string;
  knowledge: AgentKnowledge;
  tools: HttpTool[];
  /** Tools that the caller runs itself, where its API has a way to do so. Absent: none. */
  callerTools?: CallerTool[];
  /** Tools of plugins, by the ids its maker gave. Kept and shown; there are no plugins to run yet. */
  plugins?: { pluginId: string; toolId: string }[];
  /** Workflows by the ids its maker gave; the model may run those of its workspace, each as a tool. */
  workflows?: string[];
  /** Ready-made questions that clients offer as buttons. */
  shortcuts?: Shortcut[];
  /** Agents this one may hand the question to. */
  handoffs: Handoff[];
  /** What the model may do beside answering, each as a tool. Absent: nothing. */
  actions?: ActionTool[];
  /** How a conversation goes to a person and comes back; looked at where `actions` has `handover`, or a person holds. */
  handover?: HandoverSettings;
  /** What starts a turn when an adapter sends it. Absent: `DEFAULT_TRIGGERS`. */
  triggers?: TriggerType[];
  /** Events that callers can trigger. Absent: none. */
  events?: AgentEvent[];
  /** What it does, of an agent of kind `workflow`. Absent: nothing was drawn yet; it cannot run. */
  graph?: WorkflowGraph;
  /** Of an agent of kind `chat`: the workflow of its workspace that answers in place of prompt and model. */
  responder?: AgentId;
  /** Messages of one user that come within so many milliseconds are answered as one. Absent: each for itself. */
  mergeWindowMs?: number;
  /** True: a dislike over the Insight family needs a comment. */
  needsDislikeComment?: boolean;
  /** Tokens of earlier exchanges sent to the model, newest kept. 0: no history. */
  historyLimitTokens: number;
  /** Earlier exchanges sent to the model, newest kept. Absent: only the tokens count. */
  historyLimitExchanges?: number;
  /** Model calls allowed within one turn before tools are withheld. At least 1. */
  stepLimit: number;
  /** Addresses of pictures that clients show; empty: none. */
  icon: string;
  /** An uploaded picture that takes the place of `icon`. Kept; nothing shows uploads yet. */
  iconFileId?: FileId;
  background: string;
}

/** Actions that can be given to a model as tools. */
export const ACTION_TOOLS = [
  "handover",
  "tag-user",
  "invite-room",
  "update-data",
  "canvas-event-action",
  "send-image-message",
  "send-file-message",
  "send-audio-message",
  "send-post-message",
] as const satisfies readonly ActionType[];

export type ActionTool = (typeof ACTION_TOOLS)[number];

export interface HandoverSettings {
  /** Told to the user when a person takes over. Absent: what the model says. */
  message?: string;
  /** Back to the agent after so long without a message; 0: never. Absent: the server's. */
  idleMinutes?: number;
  /** A message of exactly these words gives the conversation back to the agent. Absent: none does. */
  releaseCommand?: string;
}

/** One of the agent's own events. */
export interface AgentEvent {
  /** UUID; what callers know it by. */
  id: string;
  /** Unique for the agent. */
  name: string;
  description: string;
  /** What its data must have. */
  variables: { name: string; type: EventVariableType }[];
  /** Times it may be triggered in one conversation. Absent: as often as one likes. */
  limit?: number;
}

export type EventVariableType =
  | "string"
  | "number"
  | "boolean"
  | "datetime"
  | "date"
  | "time"
  | "array"
  | "object";

export interface ModelParameters {
  temperature?: number;
  topP?: number;
  topK?: number;
  maxOutputTokens?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  responseFormat?: "text" | "markdown" | "json";
  /** Tell the model the current time. */
  currentTime?: boolean;
  /** Tell the model to keep its prompt to itself. */
  guardPrompt?: boolean;
  /** Kept and shown; nothing here depends on them. */
  cache?: "closed" | "prefix";
  api?: "chat" | "responses";
  extra?: Record<string, string>;
}

/** A button of the client that asks a prepared question. Clients read it as it was written. */
export interface Shortcut {
  id: string;
  name: string;
  /** What the user types to call it; begins with a slash. */
  command: string;
  description: string;
  /** The question, with `{{name}}` places for the components' values. */
  template: string;
  icon: string;
  components: ShortcutComponent[];
}

/** One value that a shortcut asks the user for. */
export interface ShortcutComponent {
  name: string;
  description: string;
  type: "text" | "select" | "file";
  defaultValue: string;
  isHidden: boolean;
  options: string[];
}

/** A value the end user or the embedding application supplies, visible to the prompt. */
export interface Variable {
  key: string;
  /** Display name. */
  name: string;
  description: string;
  required: boolean;
  type: "text" | "paragraph" | "enum";
  /** Choices of an `enum`; empty otherwise. */
  choices: string[];
  /** Longest accepted value in code points, for `text`. */
  maxLength?: number;
  /** Used where no value was given. */
  defaultValue?: string;
}

export interface AgentKnowledge {
  baseIds: KnowledgeBaseId[];
  /** `automatic`: searched with every question. `tool`: the model decides when to search. */
  mode: "automatic" | "tool";
  /** Kept and shown; every search looks at words and at meaning in one way. Absent: hybrid. */
  strategy?: "semantic" | "hybrid" | "full-text";
  topK: number;
  /** Passages scoring below are dropped. Scores are 0 to 1. */
  scoreThreshold: number;
  /** A question–answer pair scoring at least this answers directly, without the model. */
  pairThreshold: number;
}

/** A tool that the caller runs: the turn waits for what it says. */
export interface CallerTool {
  /** Name the model calls: letters, digits, `_` and `-`, at most 64. */
  name: string;
  description: string;
  /** JSON Schema (object) of the arguments. */
  parameters: Record<string, unknown>;
}

/** A tool that is an HTTP call, described in configuration. */
export interface HttpTool {
  /** Name the model calls: letters, digits, `_` and `-`, at most 64. */
  name: string;
  /** Display name. */
  title: string;
  description: string;
  /** JSON Schema (object) of the arguments. */
  parameters: Record<string, unknown>;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Address with `{argument}` places; values are URL-encoded. Arguments not placed go to query or body. */
  url: string;
  /** May hold secrets; never logged. */
  headers: Record<string, string>;
  timeoutMs: number;
}

/** Another agent of the same workspace that may take over a question. */
export interface Handoff {
  agentId: AgentId;
  /** When to hand over, told to the model. */
  description: string;
}
