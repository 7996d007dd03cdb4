import type { Attempt, Delivery, Endpoint } from "../../domain/endpoint.ts";
import type { ProductEvent } from "../../domain/event.ts";
import type {
  AgentId,
  AttemptId,
  DeliveryId,
  EndpointId,
  EventBodyId,
  EventId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Claim, DeliveryResult, Emission, NewDelivery, Store } from "../store.ts";
import { later, NOW } from "./factories.ts";

export function anEndpoint(store: Store, overrides: Partial<Endpoint> = {}): Endpoint {
  return {
    id: store.newId<EndpointId>(),
    kind: "standard",
    name: "订单系统",
    workspaceId: store.newId<WorkspaceId>(),
    url: "https://example.com/hooks",
    eventTypes: ["agent.published", "agent.deleted"],
    agentIds: [],
    encryptedHeaders: "",
    secrets: [{ encrypted: "sealed", createdAt: NOW }],
    timeoutMs: 15_000,
    maxInFlight: 4,
    isOrdered: false,
    isAsymmetric: false,
    isCoalescing: false,
    state: "active",
    stateReason: "",
    createdAt: NOW,
    updatedAt: NOW,
    ...overrides,
  };
}

/** A stored endpoint. */
export async function endpoint(store: Store, overrides: Partial<Endpoint> = {}): Promise<Endpoint> {
  const made = anEndpoint(store, overrides);
  await store.endpoints.save(made);
  return made;
}

export function anEvent(
  store: Store,
  overrides: { workspaceId?: WorkspaceId; at?: Date } = {},
): ProductEvent {
  const agentId = store.newId<AgentId>();
  return {
    id: store.newId<EventId>(),
    type: "agent.published",
    workspaceId: store.newId<WorkspaceId>(),
    subject: `agent:${agentId}`,
    at: NOW,
    data: { agentId, name: "商城客服\u0000", description: "", channel: "api" },
    ...overrides,
  };
}

/** An event on its way to these endpoints, due at once. */
export function anEmission(
  store: Store,
  endpoints: readonly Pick<Endpoint, "id">[],
  overrides: Partial<NewDelivery> & { event?: ProductEvent } = {},
): Emission {
  const { event = anEvent(store), ...delivery } = overrides;
  const body = { id: store.newId<EventBodyId>(), text: `{"event":${event.id}}` };
  const deliveries = endpoints.map(
    ({ id: endpointId }): NewDelivery => ({
      id: store.newId<DeliveryId>(),
      eventId: event.id,
      endpointId,
      workspaceId: event.workspaceId,
      eventType: event.type,
      wireId: `evt_${event.id}`,
      bodyId: body.id,
      trigger: "event",
      dueAt: NOW,
      orderKey: "",
      state: "pending",
      createdAt: NOW,
      ...delivery,
    }),
  );
  const fanOutCursor = endpoints.at(-1)?.id ?? (0 as EndpointId);
  return { event, bodies: [body], deliveries, isFannedOut: true, fanOutCursor };
}

/** Events on their way to one endpoint, oldest first; resolves with their deliveries. */
export async function emit(
  store: Store,
  to: Pick<Endpoint, "id">,
  count: number,
  overrides: Partial<NewDelivery> & { event?: ProductEvent } = {},
): Promise<DeliveryId[]> {
  const ids: DeliveryId[] = [];
  for (let made = 0; made < count; made += 1) {
    const emission = anEmission(store, [to], overrides);
    await store.outbox.add(emission);
    ids.push(...emission.deliveries.map((delivery) => delivery.id));
  }
  return ids;
}

let tokens = 0;

/** Claims of one endpoint's lane, long after everything is due unless `now` says otherwise. */
export function claim(
  store: Store,
  to: Pick<Endpoint, "id">,
  options: { room?: number; now?: Date; token?: string } = {},
): Promise<Claim[]> {
  tokens += 1;
  const { room = 100, now = later(60), token = `token-${tokens}` } = options;
  return store.outbox.claim({ lanes: [{ endpointId: to.id, room }], now, token, leaseMs: 25_000 });
}

/** The first that `claim` finds. Throws where there is none. */
export async function claimFirst(store: Store, to: Pick<Endpoint, "id">): Promise<Claim> {
  const [first] = await claim(store, to);
  if (first === undefined) throw new Error("nothing was claimed");
  return first;
}

export const idsOf = (claims: readonly Claim[]): DeliveryId[] => claims.map(({ delivery }) => delivery.id);

export function anAttempt(store: Store, delivery: Delivery, overrides: Partial<Attempt> = {}): Attempt {
  return {
    id: store.newId<AttemptId>(),
    deliveryId: delivery.id,
    endpointId: delivery.endpointId,
    number: delivery.attemptCount,
    trigger: delivery.trigger,
    outcome: "ok",
    errorCode: "",
    errorMessage: "",
    url: "https://example.com/hooks",
    startedAt: later(60),
    timings: { connect: 3, total: 12 },
    remoteAddress: "192.0.2.1",
    status: 200,
    requestHeaders: { "content-type": "application/json" },
    responseHeaders: {},
    responsePrefix: "好\u0000 \ud800",
    isTruncated: false,
    ...overrides,
  };
}

/** What came of a claim: delivered, unless told otherwise. */
export function aResult(
  store: Store,
  { delivery, token }: Claim,
  overrides: Partial<DeliveryResult> = {},
): DeliveryResult {
  return {
    deliveryId: delivery.id,
    endpointId: delivery.endpointId,
    token,
    attempt: anAttempt(store, delivery),
    to: "delivered",
    isFailure: false,
    lastError: "",
    now: later(61),
    ...overrides,
  };
}

/** A failure that is tried again at `dueAt`. */
export function aFailure(store: Store, claimed: Claim, dueAt: Date): DeliveryResult {
  const attempt = anAttempt(store, claimed.delivery, { outcome: "fail", errorCode: "http_500", status: 500 });
  return aResult(store, claimed, {
    attempt,
    to: "pending",
    dueAt,
    isFailure: true,
    lastError: "http_500",
  });
}
