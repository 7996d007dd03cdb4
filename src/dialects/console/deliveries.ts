import { z } from "zod";
import { curlCommand } from "../../callbacks/curl.ts";
import { resendDelivery } from "../../callbacks/replays.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { DeliveryState } from "../../domain/endpoint.ts";
import type { DeliveryId, EndpointId, EventId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { wireEventType } from "./endpoints.ts";
import { type Operation, operation } from "./operation.ts";
import { presentAttempt, presentDelivery } from "./present.ts";
import { keptDelivery, keptEndpoint, requireKeeper } from "./reach.ts";
import { formatId, pageOf, paging, wireId, wireTime } from "./wire.ts";

const STATES = [
  "pending",
  "leased",
  "held",
  "delivered",
  "exhausted",
  "dropped",
  "superseded",
] as const satisfies DeliveryState[];

export const deliveryOperations: Operation[] = [
  operation({
    route: "GET /deliveries",
    permission: "viewCallbacks",
    summary: "deliveries of a workspace or of one endpoint, newest first",
    query: {
      endpointId: wireId<EndpointId>("Only to this endpoint.").optional(),
      workspaceId: wireId<WorkspaceId>(
        "The workspace, where no endpoint is named. Absent: the caller's oldest.",
      ).optional(),
      eventId: wireId<EventId>("Only of this event.").optional(),
      state: z
        .enum(STATES, { error: `must be one of ${STATES.join(", ")}` })
        .describe(`Only in this state: ${STATES.join(", ")}.`)
        .optional(),
      type: wireEventType.describe("Only of events of this type.").optional(),
      since: wireTime.describe("Only made at this time or later.").optional(),
      until: wireTime.describe("Only made before.").optional(),
      ...paging,
    },
    async run({ services: { store }, caller, query }) {
      const { limit, cursor, eventId, state, type, since, until } = query;
      const found = await store.outbox.listDeliveries({
        ...(await scopeOf(store, caller, query)),
        ...(eventId !== undefined && { eventId }),
        ...(state !== undefined && { states: [state] }),
        ...(type !== undefined && { types: [type] }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
        ...(cursor !== undefined && { before: cursor as DeliveryId }),
        limit: limit + 1,
      });
      return pageOf(found, limit, presentDelivery);
    },
  }),
  operation({
    route: "GET /deliveries/:deliveryId",
    permission: "viewCallbacks",
    summary: "one delivery: exactly what is sent, and every attempt",
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
    summary: "a command that sends it as it would be sent now, freshly signed",
    async run({ services, caller, params }) {
      const { delivery, endpoint } = await keptDelivery(services.store, caller, params["deliveryId"]);
      return { command: await curlCommand(services, delivery, endpoint) };
    },
  }),
  operation({
    route: "POST /deliveries/:deliveryId/resend",
    permission: "manageCallbacks",
    summary: "send it once more, whatever became of it: the same bytes, the same id",
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
