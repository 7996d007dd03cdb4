import type { AgentId, UserId, WorkspaceId } from "../../domain/ids.ts";

/** A model as it is kept: what is secret of it is encrypted. */
export interface KeptModel {
  /** Unique in the store; never changes. */
  name: string;
  /** JSON of a model definition, without its secrets. */
  definition: string;
  /** As `encryptSecret` made it. Empty: nothing is secret. */
  secrets: string;
  /** At most one is. */
  isDefault: boolean;
  creatorId?: UserId;
  createdAt: Date;
  updatedAt: Date;
}

/** An agent that names a model, in its draft or in a version that is live somewhere. */
export interface ModelUser {
  agentId: AgentId;
  workspaceId: WorkspaceId;
  name: string;
  where: "draft" | "live";
}

/** Models that people have connected. They belong to the installation. */
export interface ModelStore {
  /** Oldest first. */
  list(): Promise<KeptModel[]>;
  find(name: string): Promise<KeptModel | undefined>;
  /** False, and nothing is stored, when the name is taken. A default takes the place of the one before. */
  insert(model: KeptModel): Promise<boolean>;
  /** In the place of the one with this name. A default takes the place of the one before. */
  save(model: KeptModel): Promise<void>;
  /** False when there was none. */
  delete(name: string): Promise<boolean>;
  /** Agents that name the model, drafts first; at most `limit`. */
  usersOf(name: string, limit: number): Promise<ModelUser[]>;
}
