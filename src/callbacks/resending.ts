import type { Delivery } from "../domain/endpoint.ts";
import { DomainError } from "../domain/errors.ts";
import type { DeliveryId } from "../domain/ids.ts";
import type { NewDelivery } from "../storage/store.ts";
import { type EndpointServices, requireEndpoint } from "./endpoints.ts";
import { invalid } from "./invalid-setting.ts";

type ResendServices = Pick<EndpointServices, "store" | "endpointChanged">;

/** What became of a request to send several deliveries once more. */
export interface Resending {
  resent: { from: Delivery; again: NewDelivery }[];
  /** Those that cannot be sent, and why. */
  refused: { from: Delivery; reason: string }[];
}

/**
 * Sends one delivery once more, whatever became of it: the same bytes, known by the same id. Resolves with the new
 * delivery, when it would survive a power cut. Rejects with `not_found`; with `request_invalid` when its body was not
 * kept any longer, or when it was a question whose answer nobody waits for any more.
 */
export async function resendDelivery(services: ResendServices, id: DeliveryId): Promise<NewDelivery> {
  const { store } = services;
  const delivery = await store.outbox.findDelivery(id);
  if (delivery === undefined) throw new DomainError("not_found", "delivery not found");
  await requireEndpoint(store, delivery.endpointId);
  const { resent, refused } = await resendDeliveries(services, [delivery]);
  const [again] = resent;
  if (again === undefined) throw invalid("id", refused[0]?.reason ?? "cannot be sent again");
  return again.again;
}

/** The same with several, of endpoints that are there; those that cannot be sent keep no other waiting. */
export async function resendDeliveries(
  { store, endpointChanged }: ResendServices,
  deliveries: readonly Delivery[],
): Promise<Resending> {
  const resending: Resending = { resent: [], refused: [] };
  for (const from of deliveries) {
    const reason = await reasonAgainst(store, from);
    if (reason === undefined) resending.resent.push({ from, again: copyOf(from, store.newId<DeliveryId>()) });
    else resending.refused.push({ from, reason });
  }
  const made = resending.resent.map(({ again }) => again);
  if (made.length === 0) return resending;
  await store.outbox.addDeliveries([], made);
  await store.flushed();
  for (const id of new Set(made.map(({ endpointId }) => endpointId))) await endpointChanged(id);
  return resending;
}

async function reasonAgainst(
  { outbox }: ResendServices["store"],
  { trigger, bodyId }: Delivery,
): Promise<string | undefined> {
  if (trigger === "sync") return "a question to a channel is asked by submitting again";
  if ((await outbox.body(bodyId)) !== undefined) return undefined;
  return "what was sent is not kept any longer; replay the event instead";
}

function copyOf(delivery: Delivery, id: DeliveryId): NewDelivery {
  const now = new Date();
  const { eventId, endpointId, workspaceId, eventType, wireId, bodyId } = delivery;
  return {
    id,
    ...{ eventId, endpointId, workspaceId, eventType, wireId, bodyId },
    trigger: "manual",
    dueAt: now,
    orderKey: "",
    state: "pending",
    createdAt: now,
  };
}
