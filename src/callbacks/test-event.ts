import type { Endpoint } from "../domain/endpoint.ts";
import type { EventType, ProductEvent } from "../domain/event.ts";
import type { EndpointId, EventId, WorkspaceId } from "../domain/ids.ts";
import type { NewDelivery, Store } from "../storage/store.ts";
import { Emitter } from "./emit.ts";
import { type EndpointServices, requireEndpoint } from "./endpoints.ts";
import { exampleEvent } from "./events.ts";
import { DEFAULT_FEEDBACK_OPTIONS } from "./feedback-options.ts";
import { invalid } from "./invalid-setting.ts";

const SUBJECT_PREFIX = "test:";

/** Whether it never happened: it was sent to try an endpoint. */
export function isTestEvent({ subject }: Pick<ProductEvent, "subject">): boolean {
  return subject.startsWith(SUBJECT_PREFIX);
}

/**
 * Sends the example of an event to one endpoint, whether or not it subscribes to such events. How that goes is in the
 * log of attempts and says nothing about the endpoint's health. Resolves with the delivery, when it would survive a
 * power cut. Rejects with `request_invalid` when the endpoint sends nothing now or its kind knows no such event; with
 * `not_found`.
 */
export async function sendTestEvent(
  services: Pick<EndpointServices, "formats" | "endpointChanged"> & { store: Store },
  { endpointId, type, workspaceId }: { endpointId: EndpointId; type: EventType; workspaceId: WorkspaceId },
): Promise<NewDelivery> {
  const { store, formats } = services;
  const endpoint = await requireEndpoint(store, endpointId);
  if (endpoint.url === undefined) throw invalid("url", "the endpoint has no address yet");
  if (endpoint.state !== "active") throw invalid("state", `the endpoint is ${endpoint.state}`);
  // The app of a channel is told of its channel only.
  const place = { workspaceId, ...(endpoint.channel !== undefined && { channel: endpoint.channel }) };
  const example = exampleEvent(type, { id: store.newId<EventId>(), at: new Date(), ...place });
  const event = { ...example, subject: `${SUBJECT_PREFIX}${endpointId}` };
  const emitter = new Emitter({ newId: store.newId, formats });
  const { bodies, deliveries } = emitter.deliveries(event, [withEveryRating(endpoint)], { trigger: "test" });
  const [delivery] = deliveries;
  if (delivery === undefined) throw invalid("type", `endpoints of this kind are not told of ${type}`);
  const unordered = { ...delivery, orderKey: "" };
  await store.outbox.add({
    event,
    bodies,
    deliveries: [unordered],
    isFannedOut: true,
    fanOutCursor: endpointId,
  });
  await store.flushed();
  await services.endpointChanged(endpointId);
  return unordered;
}

/** The example is one change of a rating, which the endpoint may not care for. */
function withEveryRating(endpoint: Endpoint): Endpoint {
  if (endpoint.feedback === undefined) return endpoint;
  return { ...endpoint, feedback: { ...endpoint.feedback, ratings: DEFAULT_FEEDBACK_OPTIONS.ratings } };
}
