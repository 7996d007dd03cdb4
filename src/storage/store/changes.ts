import type { WorkspaceId } from "../../domain/ids.ts";

/** A kind of thing the console's pages are told of when it changes. */
export type ChangeTopic = string;

/**
 * How things of one kind stood in one workspace. A mark that is other than it was before, or was not there before, says
 * that something changed; one that is gone says nothing.
 */
export interface ChangeMark {
  /** Absent: a matter of all workspaces. */
  workspaceId?: WorkspaceId;
  topic: ChangeTopic;
  /** The span of time it is of. */
  span: string;
  mark: string;
}

/** What changed lately, for pages that show it as it is. */
export interface ChangeStore {
  /**
   * Marks of the last minute or so: of every change, however it came to be and on whatever node, committed less than
   * half a minute after its time was taken. Cheap enough to be asked once a second.
   */
  marks(workspaceIds: readonly WorkspaceId[], now: Date): Promise<ChangeMark[]>;
  /** Removes what tells of changes before this time. Resolves with how many rows went. */
  forget(before: Date): Promise<number>;
}
