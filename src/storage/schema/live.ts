import type { Generated } from "kysely";

/** Something of a workspace changed; 0: of all. Written by the tables themselves, see migration 0006. */
export interface LiveChangeRow {
  id: Generated<number>;
  workspace_id: number;
  topic: string;
  at: number;
}
