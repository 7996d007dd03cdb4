import { isAtLeast } from "../domain/access.ts";
import type { Endpoint, Replay } from "../domain/endpoint.ts";
import { DomainError } from "../domain/errors.ts";
import type { EventType, ProductEvent } from "../domain/event.ts";
import type { ChannelId, EndpointId, EventId, ReplayId, UserId, WorkspaceId } from "../domain/ids.ts";
import { callbackLog } from "../log/logger.ts";
import type { Emission, NewDelivery, Repositories, Store } from "../storage/store.ts";
import { agentsWithOwnFeedback, concerns, type Emitter, isForAllAgents } from "./emit.ts";
import { requireEndpoint } from "./endpoints.ts";
import { invalid } from "./invalid-setting.ts";
import { isTestEvent } from "./test-event.ts";

const DEFAULT_RATE = 10;
const HIGHEST_RATE = 1_000;
/** How often running replays go on; a second's share at a time. */
export const REPLAY_STEP_MS = 1_000;
const NOTHING_YET = 0 as EventId;

/** Which events to send once more. */
export interface ReplayRequest {
  endpointId: EndpointId;
  since: Date;
  /** Absent: now. */
  until?: Date | undefined;
  /** Absent or empty: all that the endpoint gets. */
  eventTypes?: EventType[] | undefined;
  /** Absent: true, only events that were not delivered to it. */
  isOnlyFailed?: boolean | undefined;
  /** Absent: 10. */
  ratePerSecond?: number | undefined;
  createdBy?: UserId | undefined;
}

/**
 * Begins to send past events to an endpoint once more, at a rate. The server that looks after the endpoint does the
 * work, whoever asked for it. Rejects with `request_invalid` naming what does not fit; with `not_found`.
 */
export async function startReplay(
  { store }: { store: Store },
  { endpointId, since, until, eventTypes = [], ...request }: ReplayRequest,
): Promise<Replay> {
  const endpoint = await requireEndpoint(store, endpointId);
  const createdAt = new Date();
  const end = until ?? createdAt;
  if (!(since < end)) throw invalid("since", "must be before the end");
  const ratePerSecond = request.ratePerSecond ?? DEFAULT_RATE;
  if (!Number.isInteger(ratePerSecond) || ratePerSecond < 1 || ratePerSecond > HIGHEST_RATE) {
    throw invalid("ratePerSecond", `must be a whole number from 1 to ${HIGHEST_RATE}`);
  }
  const foreign = eventTypes.find((type) => !endpoint.eventTypes.includes(type));
  if (foreign !== undefined) throw invalid("eventTypes", `the endpoint does not get ${foreign}`);
  const replay: Replay = {
    id: store.newId<ReplayId>(),
    endpointId,
    since,
    until: end,
    eventTypes,
    isOnlyFailed: request.isOnlyFailed ?? true,
    ratePerSecond,
    state: "running",
    cursor: NOTHING_YET,
    sentCount: 0,
    ...(request.createdBy !== undefined && { createdBy: request.createdBy }),
    createdAt,
  };
  await store.replays.insert(replay);
  await store.flushed();
  return replay;
}

/** Pauses, resumes or cancels. Rejects with `not_found`; with `already_decided` when it is done or cancelled. */
export async function changeReplay(
  { store }: { store: Store },
  id: ReplayId,
  state: "running" | "paused" | "cancelled",
): Promise<Replay> {
  const isChanged = await store.replays.setState(id, state, new Date());
  const replay = await store.replays.find(id);
  if (replay === undefined) throw new DomainError("not_found", "replay not found");
  if (!isChanged)
    throw new DomainError("already_decided", `the replay is ${replay.state}`, { field: "state" });
  await store.flushed();
  return replay;
}

export interface ReplayServices {
  store: Pick<Store, "replays" | "endpoints" | "outbox" | "users" | "workspaces" | "channels">;
  emitter: Emitter;
}

/**
 * Makes a second's worth of deliveries of every running replay whose endpoint is this node's. What fails with one is
 * logged; it keeps no other waiting. Resolves with the endpoints that have something to send now.
 */
export async function stepReplays(
  services: ReplayServices,
  isOwn: (id: EndpointId) => boolean,
): Promise<EndpointId[]> {
  const reached: EndpointId[] = [];
  for (const replay of await services.store.replays.listRunning()) {
    if (!isOwn(replay.endpointId)) continue;
    try {
      if (await stepReplay(services, replay)) reached.push(replay.endpointId);
    } catch (error) {
      callbackLog.error({ replayId: replay.id, err: error }, "a replay does not go on");
    }
  }
  return reached;
}

/** Resolves with whether there is something to send now. */
async function stepReplay({ store, emitter }: ReplayServices, replay: Replay): Promise<boolean> {
  const endpoint = await store.endpoints.find(replay.endpointId);
  if (endpoint === undefined) return false;
  const { since, until, cursor: after, isOnlyFailed, ratePerSecond: limit } = replay;
  const types = typesOf(replay, endpoint);
  const workspaceIds = await workspacesOf(store, endpoint);
  const query = { endpointId: endpoint.id, workspaceIds, types, since, until, after, isOnlyFailed, limit };
  const isEmpty = types.length === 0 || workspaceIds.length === 0;
  const events = isEmpty ? [] : await store.outbox.eventsToReplay(query);
  const told = await withoutShadowed(store, events, endpoint);
  const made = deliveriesOf(emitter, told, endpoint, replay);
  const isAdvanced = await store.replays.advance({
    id: replay.id,
    cursor: events.at(-1)?.id ?? after,
    ...made,
    isDone: events.length < limit,
    now: new Date(),
  });
  return isAdvanced && made.deliveries.length > 0;
}

/** Questions of audits are never asked again this way. */
function typesOf({ eventTypes }: Replay, endpoint: Endpoint): EventType[] {
  const wanted = eventTypes.length === 0 ? endpoint.eventTypes : eventTypes;
  return wanted.filter((type) => type !== "agent.submitted" && endpoint.eventTypes.includes(type));
}

/** Without what an endpoint of an agent's own is told in the place of this one. */
async function withoutShadowed(
  store: Pick<Repositories, "endpoints">,
  events: ProductEvent[],
  endpoint: Endpoint,
): Promise<ProductEvent[]> {
  if (!isForAllAgents(endpoint) || endpoint.workspaceId === undefined) return events;
  const shadowed = await agentsWithOwnFeedback(store, endpoint.workspaceId);
  return events.filter(({ data }) => !("agentId" in data && data.agentId && shadowed.has(data.agentId)));
}

function deliveriesOf(
  emitter: Emitter,
  events: readonly ProductEvent[],
  endpoint: Endpoint,
  { id: replayId }: Replay,
): { bodies: (Emission["bodies"][number] & { eventId: EventId })[]; deliveries: NewDelivery[] } {
  const bodies = [];
  const deliveries = [];
  for (const event of events) {
    if (isTestEvent(event) || !concerns(event, endpoint)) continue;
    const made = emitter.deliveries(event, [endpoint], { trigger: "replay", replayId });
    bodies.push(...made.bodies.map((body) => ({ ...body, eventId: event.id })));
    deliveries.push(...made.deliveries);
  }
  return { bodies, deliveries };
}

/** Whose events an endpoint gets. */
async function workspacesOf(
  { users, workspaces, channels }: Pick<Repositories, "users" | "workspaces" | "channels">,
  { kind, workspaceId, ownerId, channel }: Endpoint,
): Promise<WorkspaceId[]> {
  if (workspaceId !== undefined) return [workspaceId];
  if (kind === "coze") {
    const memberships = ownerId === undefined ? [] : await users.memberships(ownerId);
    return memberships
      .filter(({ role }) => isAtLeast(role, "admin"))
      .map((membership) => membership.workspaceId);
  }
  const channelId = Number(channel) as ChannelId;
  const installed = [];
  for (const { id } of await workspaces.list()) {
    if (await channels.isInstalled(channelId, id)) installed.push(id);
  }
  return installed;
}
