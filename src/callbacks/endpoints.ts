import type { SecretKey } from "../config/secrets.ts";
import type { Endpoint, EndpointKind } from "../domain/endpoint.ts";
import { DomainError } from "../domain/errors.ts";
import type { EventType } from "../domain/event.ts";
import type { EndpointId, UserId, WorkspaceId } from "../domain/ids.ts";
import type { Emission, Repositories, Store } from "../storage/store.ts";
import {
  type ClientCertificate,
  checkClientCertificate,
  checkNeedsTls,
  sealClientCertificate,
} from "./client-certificate.ts";
import { Emitter, forOthers } from "./emit.ts";
import {
  checkSecret,
  hasVerifyToken,
  newSecret,
  sealed,
  sealHeaders,
  validSecrets,
} from "./endpoint-secrets.ts";
import { checkAgents, checkSettings, checkUrl, defaultsOf, type GivenSettings } from "./endpoint-settings.ts";
import { DEFAULT_FEEDBACK_OPTIONS, feedbackCountProblem, withFeedbackOptions } from "./feedback-options.ts";
import type { EndpointFormats } from "./formats.ts";
import { type HandshakeOutbound, shakeHands } from "./handshake.ts";
import { givenTime } from "./health.ts";
import { invalid } from "./invalid-setting.ts";
import { openSigningKeys } from "./signing-keys.ts";

/** What managing endpoints needs of the rest of the server. */
export interface EndpointServices {
  store: Store;
  secretKey: SecretKey;
  outbound: HandshakeOutbound;
  formats: EndpointFormats;
  /** Tells those who send that something about the endpoint has changed. Nobody else may be there: they look anew. */
  endpointChanged(id: EndpointId): void | Promise<void>;
}

/** What a new endpoint is made of. */
export interface NewEndpoint extends GivenSettings {
  kind: EndpointKind;
  name: string;
  ownerId?: UserId | undefined;
  /** Only of `standard` and `insight` ones, which need it. */
  workspaceId?: WorkspaceId | undefined;
  /** Only of `coze-channel` ones, which need it. */
  channel?: string | undefined;
  slug?: string | undefined;
  /** Absent: nothing is sent yet. */
  url?: string | undefined;
  /** `whsec_…`, or the verify token of a Coze kind. Absent: a new one is made. */
  secret?: string | undefined;
  clientCertificate?: ClientCertificate | undefined;
}

/** What of an endpoint is to be changed; null takes away what may be absent, and brings back the value of its kind. */
export type EndpointChange = Omit<
  GivenSettings,
  "timeoutMs" | "maxInFlight" | "ratePerSecond" | "retryDelaysMs"
> & {
  url?: string | undefined;
  timeoutMs?: number | null | undefined;
  maxInFlight?: number | null | undefined;
  ratePerSecond?: number | null | undefined;
  retryDelaysMs?: number[] | null | undefined;
  clientCertificate?: ClientCertificate | null | undefined;
};

/** Secrets that receivers may check with at once. */
const SECRET_LIMIT = 5;
const HOUR_MS = 3_600_000;
const DEFAULT_OVERLAP_HOURS = 24;
const LONGEST_OVERLAP_HOURS = 168;

/**
 * Makes an endpoint. Where its kind wants that, its address is asked first whether it wants events. It would survive a
 * power cut when this resolves, with the secret in the clear. Rejects with `request_invalid` naming what does not fit.
 */
export async function createEndpoint(
  services: EndpointServices,
  input: NewEndpoint,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const { store, secretKey } = services;
  checkSettings(input, input);
  if (input.secret !== undefined) checkSecret(input.kind, input.secret);
  if (input.clientCertificate !== undefined) checkClientCertificate(input.clientCertificate);
  if (input.workspaceId !== undefined) await checkAgents(store, input.workspaceId, input.agentIds ?? []);
  if (input.kind === "insight" && input.workspaceId !== undefined) {
    const problem = await feedbackCountProblem(store, input.workspaceId);
    if (problem !== undefined) throw invalid("kind", problem);
  }
  const secret = input.secret ?? newSecret(input.kind);
  const createdAt = new Date();
  const url = input.url === undefined ? undefined : checkUrl(input.kind, input.url);
  const { kind, name, ownerId, workspaceId, channel, slug, ratePerSecond, retryDelaysMs } = input;
  const { clientCertificate: certificate } = input;
  const defaults = defaultsOf(kind);
  const endpoint: Endpoint = {
    id: store.newId<EndpointId>(),
    kind,
    name,
    ...(ownerId !== undefined && { ownerId }),
    ...(workspaceId !== undefined && { workspaceId }),
    ...(channel !== undefined && { channel }),
    ...(slug !== undefined && { slug }),
    ...(url !== undefined && { url }),
    eventTypes: unique(input.eventTypes ?? defaults.eventTypes),
    agentIds: unique(input.agentIds ?? []),
    encryptedHeaders: sealHeaders(secretKey, input.headers ?? {}),
    secrets: [sealed(secretKey, secret, createdAt)],
    timeoutMs: input.timeoutMs ?? defaults.timeoutMs,
    maxInFlight: input.maxInFlight ?? defaults.maxInFlight,
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    isOrdered: input.isOrdered ?? defaults.isOrdered,
    isCoalescing: input.isCoalescing ?? defaults.isCoalescing,
    ...(kind === "insight" && {
      feedback: withFeedbackOptions(DEFAULT_FEEDBACK_OPTIONS, input.feedback ?? {}),
    }),
    isAsymmetric: input.isAsymmetric ?? false,
    ...(certificate && { encryptedClientCertificate: sealClientCertificate(secretKey, certificate) }),
    ...(retryDelaysMs !== undefined && { retryDelaysMs }),
    state: "active",
    stateReason: "",
    createdAt,
    updatedAt: createdAt,
  };
  checkNeedsTls(endpoint);
  if (url !== undefined) await shakeHands(services, { ...endpoint, url });
  if (endpoint.isAsymmetric) await openSigningKeys(store, secretKey);
  await store.endpoints.save(endpoint);
  await store.flushed();
  await services.endpointChanged(endpoint.id);
  return { endpoint, secret };
}

/**
 * Changes what is given. An address, the one it has too, is asked first whether it wants events, where the kind wants
 * that; when it does not, nothing is changed. Rejects with `request_invalid` naming what does not fit, with `not_found`.
 */
export async function updateEndpoint(
  services: EndpointServices,
  id: EndpointId,
  change: EndpointChange,
): Promise<Endpoint> {
  const { store, secretKey } = services;
  const { url: address, headers, clientCertificate, ratePerSecond, retryDelaysMs, ...settings } = change;
  const { feedback } = settings;
  const before = await requireEndpoint(store, id);
  checkSettings(before, {
    ...settings,
    headers,
    timeoutMs: settings.timeoutMs ?? undefined,
    maxInFlight: settings.maxInFlight ?? undefined,
    ratePerSecond: ratePerSecond ?? undefined,
    retryDelaysMs: retryDelaysMs ?? undefined,
  });
  if (clientCertificate) checkClientCertificate(clientCertificate);
  if (before.workspaceId !== undefined) await checkAgents(store, before.workspaceId, change.agentIds ?? []);
  const url = address === undefined ? undefined : checkUrl(before.kind, address);
  const certificate = clientCertificate && sealClientCertificate(secretKey, clientCertificate);
  const changed = (current: Endpoint): Endpoint => {
    const {
      ratePerSecond: rate,
      retryDelaysMs: delays,
      encryptedClientCertificate: shown,
      ...rest
    } = current;
    const next = {
      ...rest,
      ...withoutAbsent(settings, current.kind),
      ...(feedback && {
        feedback: withFeedbackOptions(current.feedback ?? DEFAULT_FEEDBACK_OPTIONS, feedback),
      }),
      ...(url !== undefined && { url }),
      ...(headers !== undefined && { encryptedHeaders: sealHeaders(secretKey, headers) }),
      ...present("ratePerSecond", ratePerSecond, rate),
      ...present("retryDelaysMs", retryDelaysMs, delays),
      ...present("encryptedClientCertificate", certificate, shown),
    };
    checkNeedsTls(next);
    return next;
  };
  const wanted = changed(before);
  if (url !== undefined) await shakeHands(services, { ...wanted, url });
  return changeEndpoint(services, id, async (current, inside) => {
    const next = changed(current);
    if (next.isAsymmetric) await openSigningKeys(inside, secretKey);
    return next;
  });
}

/** Adds types to those the endpoint gets and takes others away. Rejects with `request_invalid` or `not_found`. */
export async function changeSubscription(
  services: EndpointServices,
  id: EndpointId,
  { add = [], remove = [] }: { add?: readonly EventType[]; remove?: readonly EventType[] },
): Promise<Endpoint> {
  return changeEndpoint(services, id, (current) => {
    checkSettings(current, { eventTypes: [...add] });
    const kept = current.eventTypes.filter((type) => !remove.includes(type));
    return { ...current, eventTypes: unique([...kept, ...add]) };
  });
}

/**
 * Signs with another secret from now on, and for `overlapHours` (24 when absent, 0 to 168) with the earlier ones too.
 * Resolves with the new one in the clear. Rejects with `request_invalid` when five would be valid at once, or when the
 * kind has one secret for good; with `not_found`.
 */
export async function rotateSecret(
  services: EndpointServices,
  id: EndpointId,
  { secret: given, overlapHours = DEFAULT_OVERLAP_HOURS }: { secret?: string; overlapHours?: number } = {},
): Promise<{ endpoint: Endpoint; secret: string }> {
  if (!Number.isInteger(overlapHours) || overlapHours < 0 || overlapHours > LONGEST_OVERLAP_HOURS) {
    throw invalid("overlapHours", `must be a whole number from 0 to ${LONGEST_OVERLAP_HOURS}`);
  }
  if (given !== undefined) checkSecret("standard", given);
  const secret = given ?? newSecret("standard");
  const now = new Date();
  const expiry = new Date(now.getTime() + overlapHours * HOUR_MS);
  const endpoint = await changeEndpoint(services, id, (current) => {
    if (hasVerifyToken(current.kind))
      throw invalid("secret", "the verify token of a callback app never changes");
    const earlier = current.secrets.map((old) =>
      old.expiresAt === undefined || old.expiresAt > expiry ? { ...old, expiresAt: expiry } : old,
    );
    const secrets = [sealed(services.secretKey, secret, now), ...validSecrets({ secrets: earlier }, now)];
    if (secrets.length > SECRET_LIMIT) {
      throw invalid("secret", `more than ${SECRET_LIMIT} would be valid at once; choose a shorter overlap`);
    }
    return { ...current, secrets };
  });
  return { endpoint, secret };
}

/** Sends nothing until `resumeEndpoint`; events wait. Changes nothing of a disabled one. */
export function pauseEndpoint(services: EndpointServices, id: EndpointId): Promise<Endpoint> {
  return changeEndpoint(services, id, (current) =>
    current.state === "active" ? { ...current, state: "paused" } : current,
  );
}

/** Ends a pause. Rejects with `request_invalid` naming `state` when it is disabled: somebody has to decide first. */
export function resumeEndpoint(services: EndpointServices, id: EndpointId): Promise<Endpoint> {
  return changeEndpoint(services, id, (current) => {
    if (current.state === "disabled") throw invalid("state", "is disabled: say what becomes of what is held");
    return { ...current, state: "active", stateReason: "" };
  });
}

/** Sends nothing and holds what comes until `enableEndpoint`. The others of its workspace are told. */
export async function disableEndpoint(
  services: EndpointServices,
  id: EndpointId,
  reason: string,
): Promise<Endpoint> {
  let news: Emission | undefined;
  const disabled = await changeEndpoint(services, id, async (current, inside) => {
    if (current.state === "disabled") return current;
    await inside.outbox.hold(id);
    news = await disabling(services, inside, current, reason);
    if (news !== undefined) await inside.outbox.add(news);
    return { ...current, state: "disabled", stateReason: reason };
  });
  for (const { endpointId } of news?.deliveries ?? []) await services.endpointChanged(endpointId);
  return disabled;
}

/** Callback apps belong to no workspace: nobody is told of theirs. */
async function disabling(
  { store: { newId }, formats }: EndpointServices,
  inside: Repositories,
  { id, workspaceId, name, url = "" }: Endpoint,
  reason: string,
): Promise<Emission | undefined> {
  if (workspaceId === undefined) return undefined;
  const news = await new Emitter({ newId, formats }).prepare(inside, {
    type: "endpoint.disabled",
    workspaceId,
    subject: `endpoint:${id}`,
    at: new Date(),
    data: { endpointId: id, name, url, reason },
  });
  return news && forOthers(news, id);
}

/** Sends again: also what is held (`deliver`), or only what comes from now on (`drop`). */
export function enableEndpoint(
  services: EndpointServices,
  id: EndpointId,
  held: "deliver" | "drop",
): Promise<Endpoint> {
  return changeEndpoint(services, id, async (current, { endpoints, outbox }) => {
    if (current.state === "disabled") {
      await outbox.release(id, held === "deliver" ? "pending" : "dropped", new Date());
      await outbox.record([], (await endpoints.health([id])).map(givenTime));
    }
    return { ...current, state: "active", stateReason: "" };
  });
}

/** Deletes it; what was to be sent to it is dropped. Rejects with `not_found`. */
export async function deleteEndpoint(services: EndpointServices, id: EndpointId): Promise<void> {
  const { store } = services;
  if (!(await store.endpoints.delete(id, new Date()))) throw endpointNotFound();
  await store.flushed();
  await services.endpointChanged(id);
}

/** Rejects with `not_found`. */
export async function requireEndpoint(
  { endpoints }: Pick<Repositories, "endpoints">,
  id: EndpointId,
): Promise<Endpoint> {
  const endpoint = await endpoints.find(id);
  if (endpoint === undefined) throw endpointNotFound();
  return endpoint;
}

/** The refusal that tells nothing about other people's endpoints. */
export function endpointNotFound(): DomainError {
  return new DomainError("not_found", "callback endpoint not found");
}

/** Changes the endpoint as it is now, which others may have changed since it was found. */
async function changeEndpoint(
  services: EndpointServices,
  id: EndpointId,
  change: (current: Endpoint, repositories: Repositories) => Endpoint | Promise<Endpoint>,
): Promise<Endpoint> {
  const { store } = services;
  const changed = await store.transaction(async (repositories) => {
    const current = await repositories.endpoints.findToChange(id);
    if (current === undefined) throw endpointNotFound();
    const next = await change(current, repositories);
    if (next === current) return current;
    const saved = { ...next, updatedAt: new Date() };
    await repositories.endpoints.save(saved);
    return saved;
  });
  await store.flushed();
  await services.endpointChanged(id);
  return changed;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

type PresentSettings = Partial<
  Pick<
    Endpoint,
    | "name"
    | "eventTypes"
    | "agentIds"
    | "timeoutMs"
    | "maxInFlight"
    | "isOrdered"
    | "isCoalescing"
    | "isAsymmetric"
  >
>;

function withoutAbsent(change: EndpointChange, kind: EndpointKind): PresentSettings {
  const { name, eventTypes, agentIds, timeoutMs, maxInFlight, isOrdered, isCoalescing, isAsymmetric } =
    change;
  const defaults = defaultsOf(kind);
  return {
    ...(name !== undefined && { name }),
    ...(eventTypes !== undefined && { eventTypes: unique(eventTypes) }),
    ...(agentIds !== undefined && { agentIds: unique(agentIds) }),
    ...(timeoutMs !== undefined && { timeoutMs: timeoutMs ?? defaults.timeoutMs }),
    ...(maxInFlight !== undefined && { maxInFlight: maxInFlight ?? defaults.maxInFlight }),
    ...(isOrdered !== undefined && { isOrdered }),
    ...(isCoalescing !== undefined && { isCoalescing }),
    ...(isAsymmetric !== undefined && { isAsymmetric }),
  };
}

/** The new value, nothing for null, the old one where nothing was said. */
function present<Name extends string, Value>(
  name: Name,
  next: Value | null | undefined,
  before: Value | undefined,
): Partial<Record<Name, Value>> {
  const value = next === undefined ? before : next;
  return value === undefined || value === null ? {} : ({ [name]: value } as Record<Name, Value>);
}
