import { readFile } from "node:fs/promises";
import {
  type CertificateDescription,
  type ClientCertificate,
  describeClientCertificate,
} from "../callbacks/client-certificate.ts";
import {
  fingerprintOf,
  hasVerifyToken,
  openHeaders,
  openSecrets,
  validSecrets,
} from "../callbacks/endpoint-secrets.ts";
import {
  createEndpoint,
  deleteEndpoint,
  disableEndpoint,
  enableEndpoint,
  type NewEndpoint,
  pauseEndpoint,
  resumeEndpoint,
  rotateSecret,
  updateEndpoint,
} from "../callbacks/endpoints.ts";
import { SUBSCRIBABLE_TYPES } from "../callbacks/events.ts";
import { nearestName } from "../config/nearest-name.ts";
import { CALLBACK_EVENTS } from "../dialects/coze/callback-events.ts";
import { channelNameOf } from "../domain/channel.ts";
import type { Rating } from "../domain/conversation.ts";
import type { Endpoint, EndpointKind } from "../domain/endpoint.ts";
import type { EventType } from "../domain/event.ts";
import type { AgentId, ChannelId, WorkspaceId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { atDesk, endpointNamed, idIn } from "./callback-desk.ts";
import { CommandFailure } from "./failure.ts";
import { writeTable } from "./table.ts";
import { printable, type Terminal } from "./terminal.ts";
import { userNamed, workspaceNamed } from "./user.ts";

const LIST_LIMIT = 10_000;

export interface NewCallbackEndpoint {
  url: string;
  name?: string;
  kind: EndpointKind;
  /** Names of events; none: all. */
  event: string[];
  workspace?: string;
  /** Whose a callback app is, by name. Absent: the workspace's first owner. */
  owner?: string;
  /** Id or slug; only of the callback app of a channel, which needs it. */
  channel?: string;
  /** Absent: one is made. */
  secret?: string;
  /** Seconds before each further attempt; none: the standard schedule. */
  retry: string[];
  /** Ids or slugs. */
  agent: string[];
  /** `name: value` each. */
  header: string[];
  ordered?: boolean;
  /** Only of the kind `insight`: `like`, `dislike`, `none`; none: all. */
  rating: string[];
  /** Only of the kind `insight`: newest messages that come along. Absent: 50. */
  history?: number;
  /** False: also what senders of triggers called them. Only of the kind `insight`. */
  strict: boolean;
  /** False: every change is sent, also one that was followed by another. Only of the kind `insight`. */
  coalesce: boolean;
  /** Signed with the installation's own keys too. */
  asymmetric?: boolean;
  /** Files with a client certificate and its key, PEM; both or neither. */
  certificate?: string;
  certificateKey?: string;
}

/** Prints every endpoint. */
export async function listEndpoints(terminal: Terminal): Promise<void> {
  await atDesk(terminal, async ({ store }) => {
    const endpoints = await store.endpoints.list({ limit: LIST_LIMIT });
    const health = new Map(
      (await store.endpoints.health(endpoints.map(({ id }) => id))).map((entry) => [entry.endpointId, entry]),
    );
    const rows = endpoints.map((endpoint) => [
      String(endpoint.id),
      endpoint.slug ?? "",
      endpoint.name,
      endpoint.kind,
      stateOf(endpoint, health.get(endpoint.id)?.consecutiveFailures ?? 0),
      endpoint.url ?? "",
      endpoint.eventTypes.join(","),
    ]);
    writeTable(
      terminal.out,
      ["id", "slug", "name", "kind", "state", "url", "events"],
      rows,
      "there are no endpoints",
    );
  });
}

/** Makes an endpoint. What its receiver must be told goes to standard output, a `name=value` each. */
export async function addEndpoint(terminal: Terminal, wish: NewCallbackEndpoint): Promise<void> {
  const eventTypes = eventTypesOf(wish.kind, wish.event);
  const headers = Object.fromEntries(wish.header.map(readHeader));
  const clientCertificate = await readClientCertificate(wish);
  await atDesk(terminal, async (services) => {
    const { store } = services;
    const workspace = await workspaceNamed(store, wish.workspace);
    const agentIds = await Promise.all(wish.agent.map((text) => agentNamed(store, workspace.id, text)));
    const { endpoint, secret } = await createEndpoint(services, {
      kind: wish.kind,
      name: wish.name ?? URL.parse(wish.url)?.host ?? wish.url,
      url: wish.url,
      eventTypes,
      agentIds,
      headers,
      clientCertificate,
      ...(wish.ordered === true && { isOrdered: true }),
      ...feedbackSettingsOf(wish),
      ...(wish.asymmetric === true && { isAsymmetric: true }),
      ...(wish.secret !== undefined && { secret: wish.secret }),
      ...(wish.retry.length > 0 && { retryDelaysMs: wish.retry.map((seconds) => Number(seconds) * 1_000) }),
      ...(await belongingsOf(store, workspace.id, wish)),
    });
    terminal.err.line(`endpoint ${endpoint.name} gets ${endpoint.eventTypes.join(", ")}`);
    terminal.out.line(`id=${endpoint.id}`);
    terminal.out.line(`${hasVerifyToken(wish.kind) ? "verify_token" : "secret"}=${secret}`);
  });
}

/** Prints an endpoint; its secrets only where that is asked for. */
export async function showEndpoint(
  terminal: Terminal,
  text: string,
  { withSecrets }: { withSecrets: boolean },
): Promise<void> {
  await atDesk(terminal, async ({ store, secretKey }) => {
    const endpoint = await endpointNamed(store, text);
    const [health] = await store.endpoints.health([endpoint.id]);
    const now = new Date();
    const secrets = openSecrets(secretKey, endpoint, now);
    const shown = validSecrets(endpoint, now).map(({ expiresAt }, index) => {
      const secret = secrets[index] ?? "";
      const until = expiresAt === undefined ? "" : ` until ${expiresAt.toISOString()}`;
      return `${withSecrets ? secret : `fingerprint ${fingerprintOf(secret)}`}${until}`;
    });
    const lines: [string, string][] = [
      ["id", String(endpoint.id)],
      ["name", endpoint.name],
      ["kind", endpoint.kind],
      ["state", stateOf(endpoint, health?.consecutiveFailures ?? 0)],
      ["url", endpoint.url ?? "none yet"],
      ["events", endpoint.eventTypes.join(", ")],
      ["agents", endpoint.agentIds.length === 0 ? "all" : endpoint.agentIds.join(", ")],
      ["ratings", feedbackLine(endpoint)],
      ["headers", Object.keys(openHeaders(secretKey, endpoint)).join(", ") || "none"],
      ...shown.map((secret): [string, string] => ["secret", secret]),
      ["signed with", endpoint.isAsymmetric ? "the installation's keys too" : ""],
      ["certificate", certificateLine(describeClientCertificate(secretKey, endpoint))],
      ["last success", health?.lastSuccessAt?.toISOString() ?? "never"],
      ["failing since", health?.failingSince?.toISOString() ?? ""],
    ];
    for (const [label, value] of lines) {
      if (value !== "") terminal.out.line(`${`${label}:`.padEnd(15)}${printable(value)}`);
    }
  });
}

/** Changes what is given; of a new address the receiver is asked for the challenge, where the kind wants that. */
export function changeEndpoint(
  terminal: Terminal,
  text: string,
  { event, ...given }: { url?: string; name?: string; event?: string[] },
): Promise<void> {
  return atDesk(terminal, async (services) => {
    const { id, kind, slug } = await endpointNamed(services.store, text);
    const eventTypes = event && eventTypesOf(kind, event);
    const changed = await updateEndpoint(services, id, { ...given, ...(eventTypes && { eventTypes }) });
    const types = changed.eventTypes.join(", ");
    terminal.out.line(
      `endpoint ${printable(changed.name)} gets ${types} at ${changed.url ?? "no address yet"}`,
    );
    if (slug !== undefined) terminal.err.line("antiphon.yaml names it: change it there too, or it goes back");
  });
}

/** Sends again: what is held too, unless it is to be dropped. */
export function enable(terminal: Terminal, text: string, { drop }: { drop: boolean }): Promise<void> {
  return atDesk(terminal, async (services) => {
    const { id, name, state } = await endpointNamed(services.store, text);
    if (state === "paused") await resumeEndpoint(services, id);
    else await enableEndpoint(services, id, drop ? "drop" : "deliver");
    terminal.out.line(`endpoint ${printable(name)} is active`);
  });
}

/** Sends nothing any more and holds what comes. */
export function disable(terminal: Terminal, text: string, reason: string): Promise<void> {
  return atDesk(terminal, async (services) => {
    const { id, name } = await endpointNamed(services.store, text);
    await disableEndpoint(services, id, reason);
    terminal.out.line(
      `endpoint ${printable(name)} is disabled; events for it are held until antiphon callbacks enable ${id}`,
    );
  });
}

/** Sends nothing for a while; what comes waits. */
export function pause(terminal: Terminal, text: string): Promise<void> {
  return atDesk(terminal, async (services) => {
    const { id, name } = await endpointNamed(services.store, text);
    const { state } = await pauseEndpoint(services, id);
    terminal.out.line(`endpoint ${printable(name)} is ${state}`);
  });
}

/** Deletes it for good. */
export function remove(terminal: Terminal, text: string): Promise<void> {
  return atDesk(terminal, async (services) => {
    const { id, name, slug } = await endpointNamed(services.store, text);
    await deleteEndpoint(services, id);
    terminal.out.line(`endpoint ${printable(name)} is deleted, and what was to be sent to it is dropped`);
    if (slug !== undefined)
      terminal.err.line("antiphon.yaml names it: take it out there too, or it comes back");
  });
}

/** Makes another secret; the earlier ones stay valid for a while. */
export function rotate(
  terminal: Terminal,
  text: string,
  { overlapHours }: { overlapHours: number },
): Promise<void> {
  return atDesk(terminal, async (services) => {
    const { id } = await endpointNamed(services.store, text);
    const { secret } = await rotateSecret(services, id, { overlapHours });
    terminal.err.line(`the earlier secret is valid for ${overlapHours} more hours`);
    terminal.out.line(`secret=${secret}`);
  });
}

/** What only endpoints for ratings have; other kinds refuse it. */
function feedbackSettingsOf({
  rating,
  history: historyLimit,
  strict,
  coalesce,
}: NewCallbackEndpoint): Pick<NewEndpoint, "feedback" | "isCoalescing"> {
  const feedback = {
    ...(rating.length > 0 && { ratings: rating.map(readRating) }),
    ...(historyLimit !== undefined && { historyLimit }),
    ...(!strict && { isStrict: false }),
  };
  return {
    ...(Object.keys(feedback).length > 0 && { feedback }),
    ...(!coalesce && { isCoalescing: false }),
  };
}

function readRating(text: string): Rating {
  if (text === "like" || text === "dislike" || text === "none") return text;
  throw new CommandFailure(`there is no rating ${text}`, "There are: like, dislike, none");
}

/** In our words, or for callback apps in Coze's. */
function eventTypesOf(kind: NewCallbackEndpoint["kind"], names: readonly string[]): EventType[] {
  const known = knownEvents(kind);
  if (names.length === 0) return [...known.values()];
  return names.map((name) => {
    const type = known.get(name);
    if (type !== undefined) return type;
    const nearest = nearestName(name, known.keys());
    const hint =
      nearest === undefined ? `There are: ${[...known.keys()].join(", ")}` : `Did you mean ${nearest}?`;
    throw new CommandFailure(`there is no event ${name}`, hint);
  });
}

function knownEvents(kind: EndpointKind): Map<string, EventType> {
  switch (kind) {
    case "insight":
      return new Map([["feedback.changed", "feedback.changed"]]);
    case "standard":
      return new Map(SUBSCRIBABLE_TYPES.map((type) => [type, type]));
    default:
      return new Map(
        CALLBACK_EVENTS.flatMap(({ name, tells }) =>
          tells[kind] === undefined ? [] : [[name, tells[kind]]],
        ),
      );
  }
}

async function readClientCertificate({
  certificate,
  certificateKey,
}: NewCallbackEndpoint): Promise<ClientCertificate | undefined> {
  if (certificate === undefined && certificateKey === undefined) return undefined;
  if (certificate === undefined || certificateKey === undefined) {
    throw new CommandFailure("a client certificate needs --certificate and --certificate-key", "See --help");
  }
  return { certificate: await readPem(certificate), key: await readPem(certificateKey) };
}

function readPem(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new CommandFailure(`${file} cannot be read`, "", { cause });
  });
}

/** Empty where the endpoint is told of other things. */
function feedbackLine({ feedback, isCoalescing }: Endpoint): string {
  if (feedback === undefined) return "";
  const { ratings, historyLimit, isStrict } = feedback;
  return [
    ratings.join(", "),
    `history ${historyLimit}`,
    isStrict ? "strict" : "not strict",
    isCoalescing ? "the latest of each" : "every change",
  ].join("; ");
}

function certificateLine(certificate: CertificateDescription | undefined): string {
  if (certificate === undefined) return "";
  const { subject, expiresAt, fingerprint } = certificate;
  return `${subject} until ${expiresAt.toISOString()}, SHA-256 ${fingerprint}`;
}

function readHeader(text: string): [string, string] {
  const [, name, value] = /^([^:]+):\s*(.*)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new CommandFailure(`${text} is no header`, 'Write --header "name: value"');
}

async function agentNamed(store: Store, workspaceId: WorkspaceId, text: string): Promise<AgentId> {
  const agents = await store.agents.list(workspaceId);
  const found = agents.find(({ id, slug, name }) => [String(id), slug, name].includes(text));
  if (found === undefined)
    throw new CommandFailure(`there is no agent ${text} in the workspace`, "See its slug in antiphon.yaml");
  return found.id;
}

async function belongingsOf(
  store: Store,
  workspaceId: WorkspaceId,
  { kind, owner, channel }: NewCallbackEndpoint,
): Promise<Pick<NewEndpoint, "workspaceId" | "ownerId" | "channel">> {
  if ((channel !== undefined) !== (kind === "coze-channel")) {
    throw new CommandFailure("a channel's callback app needs --channel, and no other has one", "See --help");
  }
  if (kind === "standard" || kind === "insight") return { workspaceId };
  if (channel === undefined) return { ownerId: (await ownerOf(store, workspaceId, owner)).id };
  const found =
    (await store.channels.find(idIn<ChannelId>(channel))) ?? (await store.channels.findBySlug(channel));
  if (found === undefined || found.deletedAt !== undefined) {
    throw new CommandFailure(`there is no channel ${channel}`, "See antiphon channel list");
  }
  return { ownerId: found.ownerId, channel: channelNameOf(found.id) };
}

async function ownerOf(store: Store, workspaceId: WorkspaceId, name: string | undefined) {
  if (name !== undefined) return userNamed(store, name);
  const { items } = await store.workspaces.members(workspaceId, { offset: 0, limit: 1 });
  const [first] = items;
  if (first?.membership.role === "owner") return first.user;
  throw new CommandFailure("the workspace has no owner", "Name a user with --owner");
}

function stateOf({ state, stateReason }: Endpoint, failures: number): string {
  if (state !== "active") return stateReason === "" ? state : `${state}: ${stateReason}`;
  return failures === 0 ? "active" : `active, ${failures} failures`;
}
