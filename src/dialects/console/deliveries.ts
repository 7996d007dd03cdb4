import { z } from "zod";
import { curlCommand } from "../../callbacks/curl.ts";
import { resendDeliveries, resendDelivery } from "../../callbacks/resending.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DELIVERY_STATES, type Delivery } from "../../domain/endpoint.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AttemptId, DeliveryId, EndpointId, EventId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { AttemptTail } from "./attempt-tail.ts";
import { attemptAnswer, attemptLineAnswer, deliveryAnswer, resentAnswer } from "./callback-answers.ts";
import { wireEventType } from "./endpoints.ts";
import { EventStream, type Operation, operation } from "./operation.ts";
import { presentAttempt, presentAttemptLine, presentDelivery } from "./present.ts";
import { keptDelivery, keptEndpoint, requireKeeper } from "./reach.ts";
import { formatId, idOf, pageOf, pageOfSchema, paging, wireId, wireTime } from "./wire.ts";

/** Most deliveries that one call sends once more; a replay sends any number, at a rate. */
const RESEND_LIMIT = 100;

const place = {
  endpointId: wireId<EndpointId>("Only to this endpoint.").optional(),
  workspaceId: wireId<WorkspaceId>(
    "The workspace, where no endpoint is named. Absent: the caller's oldest.",
  ).optional(),
};
const filter = {
  ...place,
  eventId: wireId<EventId>("Only of this event.").optional(),
  state: z
    .enum(DELIVERY_STATES, { error: `must be one of ${DELIVERY_STATES.join(", ")}` })
    .describe(`Only in this state: ${DELIVERY_STATES.join(", ")}.`)
    .optional(),
  type: wireEventType.describe("Only of events of this type.").optional(),
  since: wireTime.describe("Only made at this time or later.").optional(),
  until: wireTime.describe("Only made before.").optional(),
};
type Filter = z.output<z.ZodObject<typeof filter>>;

export const deliveryOperations: Operation[] = [
  operation({
    route: "GET /deliveries",
    permission: "viewCallbacks",
    role: "admin",
    summary: "deliveries of a workspace or of one endpoint, newest first",
    query: { ...filter, ...paging },
    answer: pageOfSchema(deliveryAnswer),
    async run({ services: { store }, caller, query }) {
      const found = await deliveriesOf(store, caller, { ...query, limit: query.limit + 1 });
      return pageOf(found, query.limit, presentDelivery);
    },
  }),
  operation({
    route: "GET /attempts",
    permission: "viewCallbacks",
    role: "admin",
    summary: "attempts to deliver of a workspace or of one endpoint, newest first",
    query: { ...place, ...paging },
    answer: pageOfSchema(attemptLineAnswer),
    async run({ services: { store }, caller, query: { cursor, limit, ...named } }) {
      const found = await store.outbox.listAttempts({
        of: await scopeOf(store, caller, named),
        limit: limit + 1,
        ...(cursor !== undefined && { before: cursor as AttemptId }),
      });
      return pageOf(found, limit, presentAttemptLine);
    },
  }),
  operation({
    route: "GET /deliveries/tail",
    permission: "viewCallbacks",
    role: "admin",
    summary:
      "attempts to deliver as they end, on all nodes: server-sent events `attempt` with a line of `GET /attempts`",
    query: {
      ...place,
      after: wireId<AttemptId>(
        "An attempt: those that ended after it come first, also some that ended shortly before it. The header `Last-Event-ID` says the same. Absent: only what ends from now on.",
      ).optional(),
    },
    async run({ services: { store }, caller, query, lastEventId, again }) {
      const of = await scopeOf(store, caller, query);
      const mayRead = async () => {
        try {
          await scopeOf(store, await again(), query);
          return true;
        } catch (error) {
          if (error instanceof DomainError && error.code !== "storage_failed") return false;
          throw error;
        }
      };
      const seen = lastEventId === undefined ? query.after : idOf<AttemptId>(lastEventId);
      const tail = new AttemptTail({ outbox: store.outbox, of, after: seen, mayRead });
      return new EventStream(await tail.begin());
    },
  }),
  operation({
    route: "POST /deliveries/resend",
    permission: "manageCallbacks",
    role: "admin",
    summary: `send up to ${RESEND_LIMIT} deliveries once more: those that are named, or those that a filter finds, newest first`,
    body: {
      ids: z
        .array(wireId<DeliveryId>("A delivery."))
        .min(1)
        .max(RESEND_LIMIT)
        .describe("Which. Absent: those of the filter, which without a `state` are those given up.")
        .optional(),
      ...filter,
      cursor: paging.cursor,
    },
    answer: z.object({
      items: z.array(resentAnswer),
      refused: z.array(z.object({ id: z.string(), reason: z.string() })),
      nextCursor: z.string().nullable(),
    }),
    async run({ services, caller, body: { ids, cursor, ...wanted } }) {
      const { store } = services;
      const query = { state: "exhausted" as const, ...definedOnly(wanted), cursor, limit: RESEND_LIMIT + 1 };
      const found =
        ids === undefined
          ? await deliveriesOf(store, caller, query)
          : await namedDeliveries(store, caller, ids);
      const { items: meant, nextCursor } = pageOf(found, RESEND_LIMIT, (delivery) => delivery);
      const { kept, others } = await apart(store, caller, meant);
      const { resent, refused } = await resendDeliveries(services, kept);
      return {
        items: resent.map(({ from, again }) => ({
          ...presentDelivery(again),
          resentFrom: formatId(from.id),
        })),
        refused: [...refused, ...others].map(({ from, reason }) => ({ id: formatId(from.id), reason })),
        nextCursor,
      };
    },
  }),
  operation({
    route: "GET /deliveries/:deliveryId",
    permission: "viewCallbacks",
    role: "admin",
    summary: "one delivery: exactly what is sent, and every attempt",
    answer: deliveryAnswer.extend({ body: z.string().nullable(), attempts: z.array(attemptAnswer) }),
    async run({ services: { store }, caller, params }) {
      const { delivery } = await keptDelivery(store, caller, params["deliveryId"]);
      const body = await store.outbox.body(delivery.bodyId);
      const attempts = await store.outbox.attempts(delivery.id);
      return { ...presentDelivery(delivery), body: body ?? null, attempts: attempts.map(presentAttempt) };
    },
  }),
  operation({
    route: "GET /deliveries/:deliveryId/curl",
    permission: "manageCallbacks",
    role: "admin",
    summary: "a command that sends it as it would be sent now, freshly signed",
    answer: z.object({ command: z.string() }),
    async run({ services, caller, params }) {
      const { delivery, endpoint } = await keptDelivery(services.store, caller, params["deliveryId"]);
      return { command: await curlCommand(services, delivery, endpoint) };
    },
  }),
  operation({
    route: "POST /deliveries/:deliveryId/resend",
    permission: "manageCallbacks",
    role: "admin",
    summary: "send it once more, whatever became of it: the same bytes, the same id",
    answer: resentAnswer,
    async run({ services, caller, params }) {
      const { delivery } = await keptDelivery(services.store, caller, params["deliveryId"]);
      const again = await resendDelivery(services, delivery.id);
      return { ...presentDelivery(again), resentFrom: formatId(delivery.id) };
    },
  }),
];

/** What the caller may see of deliveries: those of an endpoint it looks after, or of a workspace. */
async function scopeOf(
  store: Store,
  caller: TokenCaller,
  named: { endpointId?: EndpointId | undefined; workspaceId?: WorkspaceId | undefined },
): Promise<{ endpointId: EndpointId } | { workspaceId: WorkspaceId }> {
  if (named.endpointId === undefined) return { workspaceId: requireKeeper(caller, named.workspaceId) };
  const { id } = await keptEndpoint(store, caller, formatId(named.endpointId));
  return { endpointId: id };
}

/** Those of the filter that the caller may see, newest first. */
async function deliveriesOf(
  store: Store,
  caller: TokenCaller,
  query: Filter & { cursor?: number | undefined; limit: number },
): Promise<Delivery[]> {
  const { limit, cursor, eventId, state, type, since, until } = query;
  return store.outbox.listDeliveries({
    ...(await scopeOf(store, caller, query)),
    ...(eventId !== undefined && { eventId }),
    ...(state !== undefined && { states: [state] }),
    ...(type !== undefined && { types: [type] }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(cursor !== undefined && { before: cursor as DeliveryId }),
    limit,
  });
}

/** Rejects with `not_found` unless the caller looks after the endpoints of all of them. */
async function namedDeliveries(
  store: Store,
  caller: TokenCaller,
  ids: readonly DeliveryId[],
): Promise<Delivery[]> {
  const found: Delivery[] = [];
  for (const id of new Set(ids)) found.push((await keptDelivery(store, caller, formatId(id))).delivery);
  return found;
}

/** Those to endpoints that the caller looks after, and the others: workspaces have deliveries to apps of people, too. */
async function apart(store: Store, caller: TokenCaller, deliveries: readonly Delivery[]) {
  const kept: Delivery[] = [];
  const others: { from: Delivery; reason: string }[] = [];
  const isKept = new Map<EndpointId, boolean>();
  for (const from of deliveries) {
    const { endpointId } = from;
    if (!isKept.has(endpointId)) isKept.set(endpointId, await isKeptBy(store, caller, endpointId));
    if (isKept.get(endpointId) === true) kept.push(from);
    else others.push({ from, reason: "its endpoint is gone, or somebody else's" });
  }
  return { kept, others };
}

async function isKeptBy(store: Store, caller: TokenCaller, id: EndpointId): Promise<boolean> {
  try {
    await keptEndpoint(store, caller, formatId(id));
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === "not_found") return false;
    throw error;
  }
}

/** Without members that are undefined, so that they take no default's place. */
function definedOnly<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<T>;
}
