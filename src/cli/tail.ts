import { setTimeout as delay } from "node:timers/promises";
import { readConfig } from "../config/config.ts";
import type { Delivery, DeliveryState } from "../domain/endpoint.ts";
import type { DeliveryId, EndpointId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { endpointNamed } from "./callback-desk.ts";
import { attemptLine, endpointNames } from "./deliveries.ts";
import { printable, type Terminal } from "./terminal.ts";
import { withGuestStore } from "./with-store.ts";

/** Looking is reading; a running server waits for none of it. */
const POLL_MS = 1_000;
/** Latest deliveries that are looked at each time. */
const WINDOW = 200;

interface Seen {
  state: DeliveryState;
  attemptCount: number;
}

/** Prints what happens to deliveries, from now on, until the terminal is told to end. */
export async function tail(terminal: Terminal, endpointText: string | undefined): Promise<void> {
  const ending = new AbortController();
  const leave = terminal.onSignal(() => ending.abort());
  const seen = new Map<DeliveryId, Seen>();
  const loaded = readConfig(terminal.environment);
  const id = await withGuestStore(loaded, async (store) => {
    const endpoint = endpointText === undefined ? undefined : await endpointNamed(store, endpointText);
    for (const delivery of await latest(store, endpoint?.id)) seen.set(delivery.id, delivery);
    return endpoint?.id;
  });
  terminal.err.line("waiting for deliveries; Ctrl-C ends this");
  while (!ending.signal.aborted) {
    await withGuestStore(loaded, (store) => look(terminal, store, seen, id));
    await delay(POLL_MS, undefined, { signal: ending.signal }).catch(() => {});
  }
  leave();
}

async function look(
  { out }: Terminal,
  store: Store,
  seen: Map<DeliveryId, Seen>,
  endpointId: EndpointId | undefined,
): Promise<void> {
  const deliveries = await latest(store, endpointId);
  const changed = deliveries.reverse().filter((delivery) => !isSame(delivery, seen.get(delivery.id)));
  if (changed.length === 0) return;
  const names = await endpointNames(store);
  for (const delivery of changed) {
    const before = seen.get(delivery.id)?.attemptCount ?? 0;
    const to = names.get(delivery.endpointId) ?? String(delivery.endpointId);
    const { eventType, state, trigger } = delivery;
    out.line(
      printable(`${delivery.id} ${eventType} → ${to}: ${state}${trigger === "event" ? "" : ` (${trigger})`}`),
    );
    for (const attempt of await store.outbox.attempts(delivery.id)) {
      if (attempt.number > before) out.line(`  ${attemptLine(attempt)}`);
    }
    seen.set(delivery.id, delivery);
  }
}

function latest({ outbox }: Store, endpointId: EndpointId | undefined): Promise<Delivery[]> {
  return outbox.listDeliveries({ limit: WINDOW, ...(endpointId !== undefined && { endpointId }) });
}

/** A delivery that is being sent has an attempt that is not in the log yet. */
function isSame({ state, attemptCount }: Delivery, before: Seen | undefined): boolean {
  return state === "leased" || (before?.state === state && before.attemptCount === attemptCount);
}
