import { randomBytes, randomUUID } from "node:crypto";
import { ACCESS_SCOPES, type AccessKey, type AccessScope } from "../domain/access-key.ts";
import { DomainError } from "../domain/errors.ts";
import type { AccessKeyId, AgentId, WorkspaceId } from "../domain/ids.ts";
import { readNetwork } from "../http/networks.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { hashPassword } from "./passwords.ts";

/** What managing access keys needs of the rest of the server. */
export interface AccessKeyServices {
  store: Store;
  now: () => Date;
}

/** What may be decided about a key. */
export interface AccessKeySettings {
  name: string;
  scopes: AccessScope[];
  /** Of the key's workspace. Absent: all. */
  agentIds?: AgentId[];
  /** CIDR, or single addresses. Absent: everywhere. */
  networks?: string[];
  /** Scheme, host and port. Absent: pages of other origins cannot use it. */
  origins?: string[];
}

/** A member that is null is no limit any more; one that is absent stays as it is. */
export type AccessKeyChange = {
  [Member in keyof AccessKeySettings]?: AccessKeySettings[Member] | null | undefined;
};

/** A key with the secret that nobody knows afterwards. */
export interface KnownAccessKey {
  key: AccessKey;
  secret: string;
}

const SECRET_BYTES = 32;
const NAME_LIMIT = 128;
const LIST_LIMIT = 100;

/** Makes a key. Rejects with `request_invalid` naming the setting at fault. */
export async function createAccessKey(
  { store, now }: AccessKeyServices,
  { workspaceId, ...settings }: AccessKeySettings & { workspaceId: WorkspaceId },
): Promise<KnownAccessKey> {
  const checked = readSettings(settings);
  const secret = newSecret();
  const key: AccessKey = {
    id: store.newId<AccessKeyId>(),
    keyId: randomUUID(),
    workspaceId,
    secretHash: await hashPassword(secret),
    ...checked,
    version: 1,
    isFromFile: false,
    createdAt: now(),
  };
  await store.transaction(async (repositories) => {
    await requireAgents(repositories, key);
    await repositories.accessKeys.insert(key);
  });
  await store.flushed();
  return { key, secret };
}

/**
 * Changes what is given; tokens that are out there follow at once. Rejects as `createAccessKey`, with `not_found`, and
 * with `permission_denied` for a key of `antiphon.yaml`, which the next start would change back.
 */
export function changeAccessKey(
  services: AccessKeyServices,
  keyId: string,
  change: AccessKeyChange,
): Promise<AccessKey> {
  return changeKey(services, keyId, (key) => {
    refuseFromFile(key);
    const { name, scopes } = change;
    const settings: AccessKeySettings = {
      name: name ?? key.name,
      scopes: scopes ?? key.scopes,
      ...changed("agentIds", change.agentIds, key.agentIds),
      ...changed("networks", change.networks, key.networks),
      ...changed("origins", change.origins, key.origins),
    };
    const { agentIds, networks, origins, ...rest } = key;
    return { ...rest, ...readSettings(settings) };
  });
}

/** Gives it another secret. The one before, and every token got with it, are void at once. Rejects like a change. */
export async function rotateAccessKey(services: AccessKeyServices, keyId: string): Promise<KnownAccessKey> {
  const secret = newSecret();
  const secretHash = await hashPassword(secret);
  const key = await changeKey(services, keyId, (before) => {
    refuseFromFile(before);
    return { ...before, secretHash, version: before.version + 1 };
  });
  return { key, secret };
}

/** Shuts it out with every token it got; does nothing when it is disabled. */
export function disableAccessKey(services: AccessKeyServices, keyId: string): Promise<AccessKey> {
  return changeKey(services, keyId, (key) => disabled(key, services.now()));
}

/** Lets it in again; tokens it got before stay void. */
export function enableAccessKey(services: AccessKeyServices, keyId: string): Promise<AccessKey> {
  return changeKey(services, keyId, ({ disabledAt, ...key }) => key);
}

/** The key as it is disabled. */
export function disabled(key: AccessKey, now: Date): AccessKey {
  if (key.disabledAt !== undefined) return key;
  return { ...key, disabledAt: now, version: key.version + 1 };
}

/** What was asked for, as it is kept. Throws `request_invalid` naming the setting at fault. */
export function readSettings(settings: AccessKeySettings): AccessKeySettings {
  const name = settings.name.trim();
  if (name === "" || name.length > NAME_LIMIT)
    throw refusal("name", `must have 1 to ${NAME_LIMIT} characters`);
  const { agentIds, networks, origins } = settings;
  for (const [field, list] of Object.entries({ agentIds, networks, origins })) {
    if (list === undefined) continue;
    if (list.length === 0) throw refusal(field, "must name at least one, or be left out");
    if (list.length > LIST_LIMIT) throw refusal(field, `must name at most ${LIST_LIMIT}`);
  }
  return {
    name,
    scopes: readScopes(settings.scopes),
    ...(agentIds !== undefined && { agentIds: [...new Set(agentIds)] }),
    ...(networks !== undefined && { networks: [...new Set(networks.map(checkNetwork))] }),
    ...(origins !== undefined && { origins: [...new Set(origins.map(checkOrigin))] }),
  };
}

/** Each once, in the order of the list. */
function readScopes(scopes: readonly AccessScope[]): AccessScope[] {
  if (scopes.length === 0) throw refusal("scopes", "must name at least one");
  return ACCESS_SCOPES.filter((scope) => scopes.includes(scope));
}

function checkNetwork(text: string): string {
  const network = readNetwork(text);
  if (network === undefined) throw refusal("networks", `${JSON.stringify(text)} is no network or address`);
  return network;
}

/** As browsers write it. */
function checkOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : "null";
  if (!/^https?:/.test(origin) || origin !== text.replace(/\/$/, "").toLowerCase()) {
    throw refusal("origins", `${JSON.stringify(text)} is no origin such as https://shop.example`);
  }
  return origin;
}

/** Throws `request_invalid` unless every agent of the list is one of the key's workspace. */
async function requireAgents(
  { agents }: Pick<Repositories, "agents">,
  { agentIds = [], workspaceId }: AccessKey,
): Promise<void> {
  for (const id of agentIds) {
    const agent = await agents.find(id);
    if (agent?.workspaceId !== workspaceId) throw refusal("agentIds", `${id} is no agent of the workspace`);
  }
}

/** Those it was limited to before may have been deleted since: that keeps nobody from disabling it. */
function newAgentIds(before: AccessKey, { agentIds = [] }: AccessKey): AgentId[] {
  return agentIds.filter((id) => before.agentIds?.includes(id) !== true);
}

async function changeKey(
  { store }: AccessKeyServices,
  keyId: string,
  change: (key: AccessKey) => AccessKey,
): Promise<AccessKey> {
  const key = await store.transaction(async (repositories) => {
    const before = await repositories.accessKeys.findToChange(keyId);
    if (before === undefined) throw new DomainError("not_found", "there is no such access key");
    const after = change(before);
    await requireAgents(repositories, { ...after, agentIds: newAgentIds(before, after) });
    await repositories.accessKeys.save(after);
    return after;
  });
  await store.flushed();
  return key;
}

function refuseFromFile({ isFromFile, keyId }: AccessKey): void {
  if (!isFromFile) return;
  throw new DomainError(
    "permission_denied",
    `antiphon.yaml describes the access key ${keyId}; change it there`,
  );
}

function changed<Name extends string, Value>(
  name: Name,
  given: Value | null | undefined,
  before: Value | undefined,
): { [Key in Name]?: Value } {
  const value = given === undefined ? before : (given ?? undefined);
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value });
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

function refusal(field: string, problem: string): DomainError {
  return new DomainError("request_invalid", problem, { field });
}
