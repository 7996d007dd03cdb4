import { isDeepStrictEqual } from "node:util";
import type { AccessKeyEntry } from "../config/file.ts";
import type { SecretKey } from "../config/secrets.ts";
import { ACCESS_SCOPES, type AccessKey } from "../domain/access-key.ts";
import { DomainError } from "../domain/errors.ts";
import type { AccessKeyId, AgentId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";
import { type AccessKeyServices, disabled, readSettings } from "./access-keys.ts";
import { hashFileSecrets } from "./file-hashes.ts";

/** What became of every key the file names. `removed` are disabled: the file no longer names them. */
type Outcome = "created" | "updated" | "unchanged" | "removed";

/**
 * Makes these access keys exist. Keys that an earlier file named for this workspace and this one does not are disabled;
 * those made otherwise are left alone. A secret is hashed anew only when it is another, and tokens of the one before are
 * void. Rejects with `request_invalid` naming the key when its id belongs to one that no file made.
 */
export async function applyAccessKeys(
  services: AccessKeyServices & { secretKey: SecretKey },
  { workspaceId, accessKeys }: { workspaceId: WorkspaceId; accessKeys: AccessKeyEntry[] },
): Promise<Outcome[]> {
  const { store } = services;
  const secrets = accessKeys.map(async ({ id, secret }) => {
    return { secret, hash: (await store.accessKeys.findByKeyId(id))?.secretHash };
  });
  const hashes = await hashFileSecrets(services, `access-keys/${workspaceId}`, await Promise.all(secrets));
  return store.transaction(async (repositories) => {
    const outcomes: Outcome[] = [];
    for (const [index, entry] of accessKeys.entries()) {
      const around = { workspaceId, secretHash: hashes.changed[index] };
      outcomes.push(await applyKey(services, repositories, entry, around));
    }
    const named = new Set(accessKeys.map(({ id }) => id));
    for (const key of await repositories.accessKeys.list(workspaceId)) {
      if (!key.isFromFile || key.disabledAt !== undefined || named.has(key.keyId)) continue;
      await repositories.accessKeys.save(disabled(key, services.now()));
      outcomes.push("removed");
    }
    await hashes.remember(repositories);
    return outcomes;
  });
}

/** A key that somebody disabled is enabled again as long as the file names it. */
async function applyKey(
  { store, now }: AccessKeyServices,
  repositories: Repositories,
  entry: AccessKeyEntry,
  { workspaceId, secretHash }: { workspaceId: WorkspaceId; secretHash: string | undefined },
): Promise<Outcome> {
  const before = await repositories.accessKeys.findToChange(entry.id);
  if (before?.isFromFile === false) throw refusal(entry, "id: belongs to a key that was made otherwise");
  const agentIds = await agentIdsOf(repositories, workspaceId, entry);
  const { scopes, networks, origins } = entry;
  const key: AccessKey = {
    id: before?.id ?? store.newId<AccessKeyId>(),
    keyId: entry.id,
    workspaceId,
    secretHash: secretHash ?? before?.secretHash ?? "",
    ...readSettings({
      name: entry.name ?? entry.id,
      scopes: scopes.includes("all")
        ? [...ACCESS_SCOPES]
        : ACCESS_SCOPES.filter((scope) => scopes.includes(scope)),
      ...(agentIds !== undefined && { agentIds }),
      ...(networks !== undefined && { networks }),
      ...(origins !== undefined && { origins }),
    }),
    version: versionOf(before, secretHash),
    isFromFile: true,
    createdAt: before?.createdAt ?? now(),
    ...(before?.lastUsedAt !== undefined && { lastUsedAt: before.lastUsedAt }),
  };
  if (before === undefined) {
    await repositories.accessKeys.insert(key);
    return "created";
  }
  if (isDeepStrictEqual(before, key)) return "unchanged";
  await repositories.accessKeys.save(key);
  return "updated";
}

function versionOf(before: AccessKey | undefined, newHash: string | undefined): number {
  if (before === undefined) return 1;
  return newHash === undefined ? before.version : before.version + 1;
}

/** Agents are named by their slugs. */
async function agentIdsOf(
  { agents }: Repositories,
  workspaceId: WorkspaceId,
  entry: AccessKeyEntry,
): Promise<AgentId[] | undefined> {
  if (entry.agents === undefined) return undefined;
  const ids: AgentId[] = [];
  for (const slug of entry.agents) {
    const agent = await agents.findBySlug(workspaceId, slug);
    if (agent === undefined) throw refusal(entry, `agents: there is no agent ${slug}`);
    ids.push(agent.id);
  }
  return ids;
}

function refusal({ id }: AccessKeyEntry, problem: string): DomainError {
  return new DomainError("request_invalid", `insight.accessKeys, ${id}: ${problem}`, {
    field: "insight.accessKeys",
  });
}
