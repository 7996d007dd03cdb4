import type { AgentId, CopyTaskId, FolderId, UserId, WorkspaceId } from "./ids.ts";

/** A place for agents in a workspace's lists. */
export interface Folder {
  id: FolderId;
  workspaceId: WorkspaceId;
  /** Absent: at the root. */
  parentId?: FolderId;
  name: string;
  description: string;
  kind: "development" | "library";
  /** Absent: the configuration file. */
  creatorId?: UserId;
  createdAt: Date;
}

/** The making of a copy in another workspace. */
export interface CopyTask {
  id: CopyTaskId;
  /** Who asked for it; only this user may look at it. */
  userId: UserId;
  /** `workflow`: an agent of that kind. */
  entityKind: "agent" | "workflow";
  sourceId: AgentId;
  /** Absent until it is made. */
  targetId?: AgentId;
  targetWorkspaceId: WorkspaceId;
  status: "running" | "succeeded" | "failed";
  failures: string[];
  createdAt: Date;
}
