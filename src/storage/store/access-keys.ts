import type { AccessKey } from "../../domain/access-key.ts";
import type { AccessKeyId, WorkspaceId } from "../../domain/ids.ts";

export interface AccessKeyStore {
  /** False, and nothing is stored, when there is one with this key id. */
  insert(key: AccessKey): Promise<boolean>;
  get(id: AccessKeyId): Promise<AccessKey | undefined>;
  findByKeyId(keyId: string): Promise<AccessKey | undefined>;
  /** The same inside a transaction: others who want to change it wait until it ends. */
  findToChange(keyId: string): Promise<AccessKey | undefined>;
  /** Oldest first. Without a workspace those of all. */
  list(workspaceId?: WorkspaceId): Promise<AccessKey[]>;
  /** Writes everything but `keyId`, `createdAt` and `lastUsedAt` of an existing one. */
  save(key: AccessKey): Promise<void>;
  /** Notes that a token was got with it. */
  touch(id: AccessKeyId, now: Date): Promise<void>;
}
