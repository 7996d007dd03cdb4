import { isDeepStrictEqual } from "node:util";
import { type CallbackEntry, eventsOfKind } from "../config/file.ts";
import { decryptSecret, type SecretKey, SecretKeyError } from "../config/secrets.ts";
import type { Endpoint, EndpointSecret } from "../domain/endpoint.ts";
import { DomainError } from "../domain/errors.ts";
import type { EventType } from "../domain/event.ts";
import type { AgentId, ChannelId, EndpointId, UserId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import {
  checkClientCertificate,
  checkNeedsTls,
  openClientCertificate,
  sealClientCertificate,
} from "./client-certificate.ts";
import {
  checkSecret,
  hasVerifyToken,
  newSecret,
  openHeaders,
  sealed,
  sealHeaders,
  validSecrets,
} from "./endpoint-secrets.ts";
import { checkSettings, checkUrl, defaultsOf } from "./endpoint-settings.ts";
import { readEventType } from "./events.ts";
import { DEFAULT_FEEDBACK_OPTIONS, feedbackCountProblem, withFeedbackOptions } from "./feedback-options.ts";
import { openSigningKeys } from "./signing-keys.ts";

interface Services {
  store: Pick<Store, "newId">;
  secretKey: SecretKey;
  now: () => Date;
}

/** What the file's slugs stand for. */
interface Surroundings {
  workspaceId: WorkspaceId;
  /** Names of channels by their slugs. */
  channels: ReadonlyMap<string, string>;
}

/** Secrets that receivers may check with at once. */
const SECRET_LIMIT = 5;
/** How long receivers may check with the secret before. */
const OVERLAP_MS = 24 * 3_600_000;

/**
 * Makes these endpoints exist, each the same one as when its slug stood in a file before; whether it is paused or
 * disabled stays as it is. Endpoints that the file does not name are left alone. A secret that the file does not name
 * is made once and kept. Inside a transaction. Rejects with `request_invalid` naming the endpoint.
 */
export async function applyEndpoints(
  services: Services,
  inside: Repositories,
  entries: readonly CallbackEntry[],
  surroundings: Surroundings,
): Promise<("created" | "updated" | "unchanged")[]> {
  const outcomes: ("created" | "updated" | "unchanged")[] = [];
  for (const entry of entries) {
    outcomes.push(await applyEndpoint(services, inside, entry, surroundings));
  }
  return outcomes;
}

async function applyEndpoint(
  services: Services,
  inside: Repositories,
  entry: CallbackEntry,
  surroundings: Surroundings,
): Promise<"created" | "updated" | "unchanged"> {
  const known = await inside.endpoints.findBySlug(entry.slug);
  const before = known && (await inside.endpoints.findToChange(known.id));
  if (before !== undefined && before.kind !== entry.kind) {
    throw refusal(entry, `kind: is ${before.kind} already; choose another slug`);
  }
  const now = services.now();
  const wanted = await wantedEndpoint(services, inside, { entry, before, surroundings, now });
  if (before !== undefined && isDeepStrictEqual(before, { ...wanted, updatedAt: before.updatedAt })) {
    return "unchanged";
  }
  checked(entry, () => checkNeedsTls(wanted));
  if (wanted.isAsymmetric) await openSigningKeys(inside, services.secretKey);
  await inside.endpoints.save(wanted);
  return before === undefined ? "created" : "updated";
}

async function wantedEndpoint(
  { store, secretKey }: Services,
  inside: Repositories,
  wish: { entry: CallbackEntry; before: Endpoint | undefined; surroundings: Surroundings; now: Date },
): Promise<Endpoint> {
  const { entry, before, surroundings, now } = wish;
  const {
    slug,
    kind,
    name = slug,
    headers,
    ratePerSecond,
    retryDelaysSeconds,
    strictEnums: isStrict,
  } = entry;
  const defaults = defaultsOf(kind);
  const { maxInFlight = defaults.maxInFlight } = entry;
  const retryDelaysMs = retryDelaysSeconds?.map((seconds) => seconds * 1_000);
  const eventTypes = typesOf(entry);
  const { asymmetric: isAsymmetric } = entry;
  const timeoutMs = entry.timeoutSeconds === undefined ? defaults.timeoutMs : entry.timeoutSeconds * 1_000;
  checked(entry, () => {
    checkSettings(
      { kind },
      { name, headers, timeoutMs, eventTypes, maxInFlight, ratePerSecond, retryDelaysMs, isAsymmetric },
    );
    if (entry.secret !== undefined) checkSecret(kind, entry.secret);
    if (entry.clientCertificate !== undefined) checkClientCertificate(entry.clientCertificate);
  });
  if (kind === "insight" && before === undefined) {
    const problem = await feedbackCountProblem(inside, surroundings.workspaceId);
    if (problem !== undefined) throw refusal(entry, `kind: ${problem}`);
  }
  return {
    id: before?.id ?? store.newId<EndpointId>(),
    kind,
    name,
    ...(await belongingsOf(inside, entry, surroundings)),
    slug,
    url: checked(entry, () => checkUrl(kind, entry.url)),
    eventTypes,
    agentIds: await agentsOf(inside, entry, surroundings.workspaceId),
    encryptedHeaders: sealedHeaders(secretKey, headers, before),
    secrets: secretsOf(secretKey, entry, before, now),
    timeoutMs,
    maxInFlight,
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    isOrdered: entry.ordered ?? defaults.isOrdered,
    isCoalescing: entry.coalesce ?? defaults.isCoalescing,
    ...(kind === "insight" && {
      feedback: withFeedbackOptions(DEFAULT_FEEDBACK_OPTIONS, { ...entry, isStrict }),
    }),
    isAsymmetric,
    ...sealedCertificate(secretKey, entry, before),
    ...(retryDelaysMs !== undefined && { retryDelaysMs }),
    state: before?.state ?? "active",
    stateReason: before?.stateReason ?? "",
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

/** A channel's app is asked before something is published there, not told afterwards. */
function typesOf(entry: CallbackEntry): EventType[] {
  const names: readonly string[] = entry.events ?? eventsOfKind(entry.kind);
  return [...new Set(names)].map((name) => {
    const type = readEventType(name);
    if (type === undefined) throw refusal(entry, `events: there is no event ${name}`);
    return entry.kind === "coze-channel" && type === "agent.published" ? "agent.submitted" : type;
  });
}

async function belongingsOf(
  inside: Repositories,
  entry: CallbackEntry,
  { workspaceId, channels }: Surroundings,
): Promise<Pick<Endpoint, "workspaceId" | "ownerId" | "channel">> {
  switch (entry.kind) {
    case "standard":
    case "insight":
      return { workspaceId };
    case "coze":
      return { ownerId: await ownerOf(inside, entry, workspaceId) };
    case "coze-channel": {
      const channel = channels.get(entry.channel ?? "");
      const found = channel && (await inside.channels.find(Number(channel) as ChannelId));
      if (!found) throw refusal(entry, `channel: there is no channel ${entry.channel}`);
      return { ownerId: found.ownerId, channel };
    }
    default:
      return entry.kind satisfies never;
  }
}

async function ownerOf(
  { users, workspaces }: Repositories,
  entry: CallbackEntry,
  workspaceId: WorkspaceId,
): Promise<UserId> {
  if (entry.owner !== undefined) {
    const owner = await users.findByName(entry.owner);
    if (owner === undefined) throw refusal(entry, `owner: there is no user ${entry.owner}`);
    return owner.id;
  }
  const [listing] = await workspaces.listings([workspaceId]);
  const [first] = listing?.ownerIds ?? [];
  if (first === undefined) throw refusal(entry, "owner: is needed, because the workspace has no owner");
  return first;
}

async function agentsOf(
  { agents }: Repositories,
  entry: CallbackEntry,
  workspaceId: WorkspaceId,
): Promise<AgentId[]> {
  const ids: AgentId[] = [];
  for (const slug of entry.agents) {
    const agent = await agents.findBySlug(workspaceId, slug);
    if (agent === undefined) throw refusal(entry, `agents: there is no agent ${slug}`);
    ids.push(agent.id);
  }
  return ids;
}

/** Sealing never gives the same text twice: what says the same stays as it is. */
function sealedHeaders(
  secretKey: SecretKey,
  headers: Record<string, string>,
  before: Endpoint | undefined,
): string {
  const isSame = readable(
    () => before !== undefined && isDeepStrictEqual(openHeaders(secretKey, before), headers),
  );
  return isSame && before !== undefined ? before.encryptedHeaders : sealHeaders(secretKey, headers);
}

function sealedCertificate(
  secretKey: SecretKey,
  { clientCertificate }: CallbackEntry,
  before: Endpoint | undefined,
): Pick<Endpoint, "encryptedClientCertificate"> {
  if (clientCertificate === undefined) return {};
  const kept = before?.encryptedClientCertificate;
  const isSame = readable(
    () =>
      before !== undefined && isDeepStrictEqual(openClientCertificate(secretKey, before), clientCertificate),
  );
  return {
    encryptedClientCertificate:
      isSame && kept !== undefined ? kept : sealClientCertificate(secretKey, clientCertificate),
  };
}

function secretsOf(
  secretKey: SecretKey,
  { kind, secret }: CallbackEntry,
  before: Endpoint | undefined,
  now: Date,
): EndpointSecret[] {
  if (before === undefined) return [sealed(secretKey, secret ?? newSecret(kind), now)];
  const [current] = before.secrets;
  const isSame =
    secret === undefined ||
    readable(() => current !== undefined && decryptSecret(secretKey, current.encrypted) === secret);
  if (isSame) return before.secrets;
  if (hasVerifyToken(kind)) return [sealed(secretKey, secret, now)];
  const expiresAt = new Date(now.getTime() + OVERLAP_MS);
  const earlier = validSecrets(before, now).map((old) => ({ ...old, expiresAt: old.expiresAt ?? expiresAt }));
  return [sealed(secretKey, secret, now), ...earlier].slice(0, SECRET_LIMIT);
}

/** What cannot be read with the key in use is another secret. */
export function readable(compare: () => boolean): boolean {
  try {
    return compare();
  } catch (error) {
    if (error instanceof SecretKeyError) return false;
    throw error;
  }
}

function checked<T>(entry: CallbackEntry, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw refusal(entry, error.field === undefined ? error.message : `${error.field}: ${error.message}`);
  }
}

function refusal({ slug }: CallbackEntry, problem: string): DomainError {
  return new DomainError("request_invalid", `callbacks, ${slug}: ${problem}`, { field: "callbacks" });
}
