import type { AgentId, KnowledgeBaseId, WorkspaceId } from "./ids.ts";

/** The tenant boundary: everything belongs to exactly one. */
export interface Workspace {
  id: WorkspaceId;
  name: string;
  createdAt: Date;
}

/** What callers talk to: a prompt, a model, knowledge, tools. */
export interface Agent {
  id: AgentId;
  workspaceId: WorkspaceId;
  /** Stable name inside the installation's configuration file; unique in the workspace. */
  slug: string;
  name: string;
  kind: "chat" | "workflow";
  /** False: every call with a key of this agent is refused with `access_disabled`. */
  apiEnabled: boolean;
  settings: AgentSettings;
  /** Grows by one with every change of the agent; lets caches notice. */
  revision: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Everything about an agent that its maker decides. Stored as one JSON document. */
export interface AgentSettings {
  description: string;
  /** Name of a configured model. Absent: the installation's first model. */
  model?: string;
  modelParameters: ModelParameters;
  /** Jinja template of the system prompt; sees the conversation's variables. */
  prompt: string;
  opening: { message: string; questions: string[] };
  variables: Variable[];
  /** True: after an answer the model proposes at most three follow-up questions. */
  suggestions: boolean;
  knowledge: AgentKnowledge;
  tools: HttpTool[];
  /** Agents this one may hand the question to. */
  handoffs: Handoff[];
  /** Tokens of earlier exchanges sent to the model, newest kept. 0: no history. */
  historyLimitTokens: number;
  /** Model calls allowed within one turn before tools are withheld. At least 1. */
  stepLimit: number;
  /** Addresses of pictures that clients show; empty: none. */
  icon: string;
  background: string;
}

export interface ModelParameters {
  temperature?: number;
  topP?: number;
  maxOutputTokens?: number;
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
  topK: number;
  /** Passages scoring below are dropped. Scores are 0 to 1. */
  scoreThreshold: number;
  /** A question–answer pair scoring at least this answers directly, without the model. */
  pairThreshold: number;
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
