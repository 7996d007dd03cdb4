import type { Conversation } from "../../domain/conversation.ts";
import type { AgentId, ConversationId, SectionId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { ConversationPage, ConversationQuery } from "./conversation-search.ts";

export interface ConversationStore {
  /** Rejects with `request_repeated` when the agent has a conversation of that session. */
  insert(conversation: Conversation): Promise<void>;
  /** Of the Insight family's callers. */
  findBySession(agentId: AgentId, sessionId: string): Promise<Conversation | undefined>;
  /** Gives it to a person. False when it is with one, or gone. */
  hold(id: ConversationId, now: Date): Promise<boolean>;
  /** Gives it back to its agent; with `idleSince` only where nothing was said or done in it since. False otherwise. */
  release(id: ConversationId, idleSince?: Date): Promise<boolean>;
  /** Those with a person that were quiet since `idleSince`, by id after `after`. `quietSince` is when it last was not. */
  listHeld(query: {
    /** Absent: those of all workspaces. */
    workspaceId?: WorkspaceId;
    /** Absent: those with all agents. */
    agentIds?: readonly AgentId[];
    idleSince: Date;
    after?: ConversationId;
    limit: number;
  }): Promise<{ conversation: Conversation; quietSince: Date }[]>;
  /** Whoever's it is: the caller checks who may see it. Undefined when unknown or deleted. */
  get(id: ConversationId): Promise<Conversation | undefined>;
  /** The same inside a transaction: others who want to change the conversation wait until it ends. */
  getToChange(id: ConversationId): Promise<Conversation | undefined>;
  /**
   * An agent's conversations on a channel by creation: those the creator made (with `sessionName` only of that
   * session), and, with `withAppKeys`, those made with app keys. One more than `limit` tells whether there are more.
   */
  listOfCreator(query: {
    agentId: AgentId;
    channel: string;
    creatorId: UserId;
    sessionName?: string;
    withAppKeys: boolean;
    order: "asc" | "desc";
    offset: number;
    limit: number;
  }): Promise<Conversation[]>;
  /** The newest of that name that the creator made with the agent, with `sessionName` only of that session. */
  findNamed(query: {
    agentId: AgentId;
    creatorId: UserId;
    sessionName?: string;
    name: string;
  }): Promise<Conversation | undefined>;
  /** Undefined when unknown, deleted, or not of this agent and user. */
  find(agentId: AgentId, userId: string, id: ConversationId): Promise<Conversation | undefined>;
  /** Pinned first (newest pin first), then by last activity (question or creation), newest first. */
  list(agentId: AgentId, userId: string, limit: number): Promise<Conversation[]>;
  /**
   * Writes name, inputs, section, pin, notes and time of change of an existing conversation; agent and user where
   * they are given.
   */
  update(conversation: Conversation): Promise<void>;
  /** Those of a workspace, newest activity first; stops looking when its time is over and says how far it came. */
  search(query: ConversationQuery): Promise<ConversationPage>;
  /** Hides it for good. Running turns go on and are stored. */
  delete(id: ConversationId, now: Date): Promise<void>;
  /** Deletes all its exchanges and begins a new section. */
  clear(id: ConversationId, newSection: SectionId, now: Date): Promise<void>;
}
