import { z } from "zod";
import { describeEvent, exampleEvent, SUBSCRIBABLE_TYPES } from "../../callbacks/events.ts";
import { standardBody } from "../../callbacks/standard-format.ts";
import { DomainError } from "../../domain/errors.ts";
import type { EventId, WorkspaceId } from "../../domain/ids.ts";
import { deliveryAnswer, eventAnswer, eventTypeAnswer } from "./callback-answers.ts";
import { wireEventType } from "./endpoints.ts";
import { type Operation, operation } from "./operation.ts";
import { presentDelivery, presentEvent } from "./present.ts";
import { requireKeeper } from "./reach.ts";
import { idOf, pageOf, pageOfSchema, paging, wireId, wireText } from "./wire.ts";

/** What examples are told of. */
export const EXAMPLE_EVENT = {
  id: 460_120_314_880_000 as EventId,
  workspaceId: 1 as WorkspaceId,
  at: new Date("2026-11-21T08:00:00Z"),
};
/** Deliveries that are shown with an event; the others are listed by `GET /deliveries`. */
const DELIVERIES_SHOWN = 100;

export const eventOperations: Operation[] = [
  operation({
    route: "GET /event-types",
    permission: "viewCallbacks",
    role: "viewer",
    summary:
      "what there is to subscribe to: when it happens, the JSON Schema of `data`, an example, what changed about it",
    answer: z.object({ items: z.array(eventTypeAnswer) }),
    async run() {
      return {
        items: SUBSCRIBABLE_TYPES.map((type) => {
          const example = exampleEvent(type, EXAMPLE_EVENT);
          return { ...describeEvent(type), example: JSON.parse(standardBody(example)) };
        }),
      };
    },
  }),
  operation({
    route: "GET /events",
    permission: "viewCallbacks",
    role: "admin",
    summary: "events of a workspace that somebody listened to, newest first",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      type: wireEventType.describe("Only of this type.").optional(),
      subject: wireText(200).describe("Only about this, such as `agent:123`.").optional(),
      ...paging,
    },
    answer: pageOfSchema(eventAnswer),
    async run({ services, caller, query }) {
      const { limit, cursor, type, subject } = query;
      const found = await services.store.outbox.listEvents({
        workspaceId: requireKeeper(caller, query.workspaceId),
        limit: limit + 1,
        ...(type !== undefined && { types: [type] }),
        ...(subject !== undefined && { subject }),
        ...(cursor !== undefined && { before: cursor as EventId }),
      });
      return pageOf(found, limit, presentEvent);
    },
  }),
  operation({
    route: "GET /events/:eventId",
    permission: "viewCallbacks",
    role: "admin",
    summary: "one event with its data and what became of it",
    answer: eventAnswer.extend({
      data: z.record(z.string(), z.unknown()),
      deliveries: z.array(deliveryAnswer),
    }),
    async run({ services: { store }, caller, params }) {
      const event = await store.outbox.findEvent(idOf<EventId>(params["eventId"]));
      const isReached =
        event !== undefined &&
        caller.memberships.some(({ workspaceId }) => workspaceId === event.workspaceId);
      if (!isReached) throw new DomainError("not_found", "event not found");
      requireKeeper(caller, event.workspaceId);
      const deliveries = await store.outbox.listDeliveries({ eventId: event.id, limit: DELIVERIES_SHOWN });
      return {
        ...presentEvent(event),
        data: JSON.parse(standardBody(event)).data,
        deliveries: deliveries.map(presentDelivery),
      };
    },
  }),
];
