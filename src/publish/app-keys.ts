import { requireAgentAccess } from "../access/permissions.ts";
import { hashKey, newAppKey } from "../config/secrets.ts";
import type { TokenCaller } from "../domain/access.ts";
import { type AppKey, appKeyEnding } from "../domain/app-key.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId, AppKeyId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { agentToChange, agentToView } from "./agents.ts";

/** Keys of one agent: programs keep a few, and each is looked at by people. */
const KEYS_LIMIT = 100;

/** Oldest first; for those who may change the agent. Rejects with `not_found` or `permission_denied`. */
export async function listAppKeys(
  { store }: { store: Store },
  caller: TokenCaller,
  agentId: AgentId,
): Promise<AppKey[]> {
  const agent = await agentToView(store, caller, agentId);
  requireAgentAccess(caller, agent, "change", await store.versions.collaborators(agentId));
  return store.appKeys.list(agentId);
}

/**
 * Makes a key that opens the agent; the only time that it is told. Durable when it resolves. Rejects with `not_found`,
 * `permission_denied`, or `request_invalid` when the agent has as many as it may.
 */
export async function createAppKey(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, name }: { agentId: AgentId; name: string },
  now: Date,
): Promise<{ key: AppKey; secret: string }> {
  const secret = newAppKey();
  const key: AppKey = {
    id: store.newId<AppKeyId>(),
    agentId,
    keyHash: hashKey(secret),
    name,
    ending: appKeyEnding(secret),
    creatorId: caller.user.id,
    isFromFile: false,
    createdAt: now,
  };
  await store.transaction(async (inside) => {
    await agentToChange(inside, caller, agentId);
    const { length } = await inside.appKeys.list(agentId);
    if (length >= KEYS_LIMIT) {
      throw new DomainError("request_invalid", `an agent has at most ${KEYS_LIMIT} keys; revoke one first`);
    }
    await inside.appKeys.save(key);
  });
  await store.flushed();
  return { key, secret };
}

/** From now on the key opens nothing. Durable when it resolves. Rejects with `not_found` or `permission_denied`. */
export async function revokeAppKey(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, keyId }: { agentId: AgentId; keyId: AppKeyId },
  now: Date,
): Promise<void> {
  await store.transaction(async (inside) => {
    await agentToChange(inside, caller, agentId);
    if (await inside.appKeys.revoke(agentId, keyId, now)) return;
    throw new DomainError("not_found", "no such key");
  });
  await store.flushed();
}
