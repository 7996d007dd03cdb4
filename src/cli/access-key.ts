import {
  type AccessKeyServices,
  changeAccessKey,
  createAccessKey,
  disableAccessKey,
  enableAccessKey,
  type KnownAccessKey,
  rotateAccessKey,
} from "../access/access-keys.ts";
import { type Config, readConfig } from "../config/config.ts";
import { nearestName } from "../config/nearest-name.ts";
import { ACCESS_SCOPES, type AccessKey, type AccessScope } from "../domain/access-key.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { type CommandWork, recordWork } from "./audit.ts";
import { CommandFailure } from "./failure.ts";
import { agentNamed } from "./publishing.ts";
import { serverUrl } from "./server-url.ts";
import { writeTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { workspaceNamed } from "./user.ts";
import { withGuestStore } from "./with-store.ts";

/** What the options of a command say. */
export interface AccessKeyOptions {
  name?: string;
  scopes?: string[];
  /** By slug or id. */
  agents?: string[];
  networks?: string[];
  origins?: string[];
}

export interface NewAccessKey extends AccessKeyOptions {
  name: string;
  /** By name. Absent: the oldest. */
  workspace?: string;
}

/** Makes a key. What a program needs goes to standard output, all else to standard error. */
export async function createKey(terminal: Terminal, wish: NewAccessKey): Promise<void> {
  await withKeys(terminal, async (services, config) => {
    const { store } = services;
    const workspace = await workspaceNamed(store, wish.workspace);
    const made = await createAccessKey(services, {
      workspaceId: workspace.id,
      name: wish.name,
      scopes: scopesOf(wish.scopes) ?? [...ACCESS_SCOPES],
      ...(await limitsOf(store, wish)),
    });
    const { workspace: _, ...given } = wish;
    await recordKey(services, "access-key create", made.key, given);
    terminal.err.line(`access key ${made.key.name} of the workspace ${workspace.name}`);
    printSecret(terminal, made, config);
  });
}

/** Prints every key without its secret. */
export async function listKeys(terminal: Terminal): Promise<void> {
  await withKeys(terminal, async ({ store }) => {
    const workspaces = new Map((await store.workspaces.list()).map(({ id, name }) => [id, name]));
    const rows: string[][] = [];
    for (const key of await store.accessKeys.list()) {
      rows.push([
        key.keyId,
        key.name,
        workspaces.get(key.workspaceId) ?? "",
        key.scopes.length === ACCESS_SCOPES.length ? "all" : key.scopes.join(","),
        await limitsText(store, key),
        key.lastUsedAt === undefined ? "never used" : `used ${key.lastUsedAt.toISOString()}`,
        stateOf(key),
      ]);
    }
    const heads = ["id", "name", "workspace", "scopes", "only", "last use", "state"];
    writeTable(terminal.out, heads, rows, "there are no access keys");
  });
}

/** Changes what is given. */
export async function changeKey(terminal: Terminal, id: string, wish: AccessKeyOptions): Promise<void> {
  await withKeys(terminal, async (services) => {
    const scopes = scopesOf(wish.scopes);
    const isAny = (list: string[] | undefined) => list?.length === 1 && list[0] === "any";
    const change = {
      ...(wish.name !== undefined && { name: wish.name }),
      ...(scopes !== undefined && { scopes }),
      ...(await limitsOf(services.store, {
        ...(wish.agents !== undefined && !isAny(wish.agents) && { agents: wish.agents }),
      })),
      ...(isAny(wish.agents) && { agentIds: null }),
      ...(wish.networks !== undefined && { networks: isAny(wish.networks) ? null : wish.networks }),
      ...(wish.origins !== undefined && { origins: isAny(wish.origins) ? null : wish.origins }),
    };
    const key = await changeAccessKey(services, id, change);
    await recordKey(services, "access-key change", key, wish);
    terminal.out.line(`access key ${key.keyId} is changed; its tokens follow at once`);
  });
}

/** Gives a key another secret and prints it. */
export async function rotateKey(terminal: Terminal, id: string): Promise<void> {
  await withKeys(terminal, async (services, config) => {
    const made = await rotateAccessKey(services, id);
    await recordKey(services, "access-key rotate", made.key);
    terminal.err.line(`access key ${made.key.name}: the secret before and every token got with it are void`);
    printSecret(terminal, made, config);
  });
}

/** Shuts a key out. */
export async function disableKey(terminal: Terminal, id: string): Promise<void> {
  await withKeys(terminal, async (services) => {
    const key = await disableAccessKey(services, id);
    await recordKey(services, "access-key disable", key);
    const { keyId, isFromFile } = key;
    const advice = isFromFile ? "; take it out of antiphon.yaml too, or it comes back" : "";
    terminal.out.line(`access key ${keyId} is disabled and its tokens are void${advice}`);
  });
}

/** Lets a key in again. */
export async function enableKey(terminal: Terminal, id: string): Promise<void> {
  await withKeys(terminal, async (services) => {
    const key = await enableAccessKey(services, id);
    await recordKey(services, "access-key enable", key);
    terminal.out.line(`access key ${key.keyId} is enabled; tokens got before stay void`);
  });
}

async function withKeys(
  { environment }: Terminal,
  work: (services: AccessKeyServices, config: Config) => Promise<void>,
): Promise<void> {
  const loaded = readConfig(environment);
  await withGuestStore(loaded, (store) => work({ store, now: () => new Date() }, loaded.config)).catch(
    asCommandFailure,
  );
}

async function recordKey(
  { store }: AccessKeyServices,
  command: CommandWork["command"],
  { keyId, workspaceId }: AccessKey,
  wish: object = {},
): Promise<void> {
  await recordWork(store, { command, subject: `access-keys/${keyId}`, wish, workspaceId });
}

function printSecret({ out, err }: Terminal, { key, secret }: KnownAccessKey, config: Config): void {
  const { keyId } = key;
  const url = config.http.publicUrl ?? serverUrl(config);
  const body = JSON.stringify({ accessKeyId: keyId, accessKeySecret: secret });
  err.line("the secret is shown only now:");
  out.line(`access_key_id=${keyId}`);
  out.line(`access_key_secret=${secret}`);
  err.line("a token for two hours:");
  err.line(`  curl -s ${url}/openapi/get-access-token -H 'content-type: application/json' -d '${body}'`);
  err.line("what to send as botId: antiphon agent list");
}

/** Undefined without any; `all` is every one. */
function scopesOf(words: string[] | undefined): AccessScope[] | undefined {
  if (words === undefined) return undefined;
  return words.flatMap((word) => {
    if (word === "all") return ACCESS_SCOPES;
    const scope = ACCESS_SCOPES.find((candidate) => candidate === word);
    if (scope !== undefined) return [scope];
    const nearest = nearestName(word, ACCESS_SCOPES);
    const hint =
      nearest === undefined ? `There are: ${ACCESS_SCOPES.join(", ")}` : `Did you mean ${nearest}?`;
    throw new CommandFailure(`there is no scope ${word}`, hint);
  });
}

async function limitsOf(
  store: Store,
  { agents, networks, origins }: AccessKeyOptions,
): Promise<{ agentIds?: AgentId[]; networks?: string[]; origins?: string[] }> {
  const found = agents && (await Promise.all(agents.map((name) => agentNamed(store, name))));
  return {
    ...(found !== undefined && { agentIds: found.map(({ id }) => id) }),
    ...(networks !== undefined && { networks }),
    ...(origins !== undefined && { origins }),
  };
}

async function limitsText(store: Store, { agentIds = [], networks = [], origins = [] }: AccessKey) {
  const agents = await Promise.all(agentIds.map((id) => store.agents.find(id)));
  const slugs = agents.map((agent, index) => agent?.slug ?? String(agentIds[index]));
  return [...slugs, ...networks, ...origins].join(" ");
}

function stateOf({ disabledAt, isFromFile }: AccessKey): string {
  const place = isFromFile ? "antiphon.yaml" : "";
  return disabledAt === undefined ? place : `disabled ${disabledAt.toISOString()} ${place}`.trimEnd();
}

const OPTION_NAMES: Record<string, string> = { agentIds: "agents" };

function asCommandFailure(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  if (error.code === "not_found") throw new CommandFailure(error.message, "See antiphon access-key list");
  if (error.code === "permission_denied") throw new CommandFailure(error.message);
  if (error.code !== "request_invalid" || error.field === undefined) throw error;
  throw new CommandFailure(`--${OPTION_NAMES[error.field] ?? error.field}: ${error.message}`);
}
