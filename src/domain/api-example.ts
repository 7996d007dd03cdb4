import type { Agent } from "./agent.ts";
import type { Conversation, HistoryItem, Question } from "./conversation.ts";

/** A question that was asked, with all that asking it again takes. */
export interface AskedQuestion {
  /** Scheme, host and port under which callers reach the server. */
  serverUrl: string;
  agent: Pick<Agent, "id" | "slug" | "kind">;
  conversation: Conversation;
  /** Whose question it is. */
  userId: string;
  question: Pick<Question, "text" | "attachments">;
  /** What was said just before it, oldest first: for families that keep no conversations. */
  history: HistoryItem[];
}

/** A program that asks a question over one family of the API. Credentials are variables of the environment. */
export interface ApiExample {
  family: string;
  /** What it is written with, such as `curl` or the name of an SDK. */
  label: string;
  language: "sh" | "ts" | "python";
  code: string;
}
