import { curlCommand } from "../callbacks/curl.ts";
import { readEventType } from "../callbacks/events.ts";
import { startReplay } from "../callbacks/replays.ts";
import { resendDelivery } from "../callbacks/resending.ts";
import { sendTestEvent } from "../callbacks/test-event.ts";
import type { Attempt, Delivery, DeliveryState, Endpoint } from "../domain/endpoint.ts";
import type { EventType } from "../domain/event.ts";
import type { DeliveryId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { atDesk, endpointNamed, idIn } from "./callback-desk.ts";
import { CommandFailure } from "./failure.ts";
import { writeTable } from "./table.ts";
import { printable, type Terminal } from "./terminal.ts";
import { workspaceNamed } from "./user.ts";

/** Prints the latest events of a workspace, newest first. */
export async function listEvents(
  terminal: Terminal,
  { workspace, event, limit }: { workspace?: string; event: string[]; limit: number },
): Promise<void> {
  const types = event.map(typeNamed);
  await atDesk(terminal, async ({ store }) => {
    const { id: workspaceId } = await workspaceNamed(store, workspace);
    const events = await store.outbox.listEvents({
      workspaceId,
      limit,
      ...(types.length > 0 && { types }),
    });
    const rows = events.map(({ id, at, type, subject }) => [String(id), at.toISOString(), type, subject]);
    writeTable(terminal.out, ["id", "time", "type", "about"], rows, "nobody was told of anything yet");
  });
}

/** Prints the latest deliveries, newest first. */
export async function listDeliveries(
  terminal: Terminal,
  endpointText: string | undefined,
  { state, limit }: { state?: DeliveryState; limit: number },
): Promise<void> {
  await atDesk(terminal, async ({ store }) => {
    const endpoint = endpointText === undefined ? undefined : await endpointNamed(store, endpointText);
    const deliveries = await store.outbox.listDeliveries({
      limit,
      ...(endpoint !== undefined && { endpointId: endpoint.id }),
      ...(state !== undefined && { states: [state] }),
    });
    const names = await endpointNames(store);
    const rows = deliveries.map((delivery) => [
      String(delivery.id),
      delivery.createdAt.toISOString(),
      delivery.eventType,
      names.get(delivery.endpointId) ?? String(delivery.endpointId),
      delivery.trigger,
      delivery.state,
      String(delivery.attemptCount),
      nextOf(delivery),
    ]);
    const heads = ["id", "time", "event", "endpoint", "why", "state", "attempts", "next or last error"];
    writeTable(terminal.out, heads, rows, "there are no deliveries");
  });
}

/** Prints what is sent and every attempt; with `asCurl` a command that sends it as it would be sent now. */
export async function showDelivery(
  terminal: Terminal,
  text: string,
  { asCurl }: { asCurl: boolean },
): Promise<void> {
  await atDesk(terminal, async (services) => {
    const { store } = services;
    const { out } = terminal;
    const delivery = await deliveryNamed(store, text);
    if (asCurl) {
      const endpoint = await endpointNamed(store, String(delivery.endpointId));
      out.line(await curlCommand(services, delivery, endpoint));
      return;
    }
    out.line(`${delivery.eventType} ${delivery.wireId}: ${delivery.state} ${nextOf(delivery)}`.trimEnd());
    out.line(printable((await store.outbox.body(delivery.bodyId)) ?? "(its text is not kept any longer)"));
    for (const attempt of await store.outbox.attempts(delivery.id)) {
      out.line();
      out.line(attemptLine(attempt));
      out.line(`  to ${printable(attempt.url)}${attempt.remoteAddress ? ` (${attempt.remoteAddress})` : ""}`);
      for (const [name, value] of Object.entries(attempt.requestHeaders)) {
        out.line(printable(`  > ${name}: ${value}`));
      }
      for (const [name, value] of Object.entries(attempt.responseHeaders)) {
        out.line(printable(`  < ${name}: ${value}`));
      }
      if (attempt.responsePrefix !== "") out.line(printable(`  ${attempt.responsePrefix}`));
    }
  });
}

/** Sends a delivery once more. */
export async function resend(terminal: Terminal, text: string): Promise<void> {
  await atDesk(terminal, async (services) => {
    const { id } = await deliveryNamed(services.store, text);
    const again = await resendDelivery(services, id);
    terminal.out.line(`delivery ${again.id} is ${again.state}`);
    terminal.err.line(`a running server sends it within 5 s: antiphon callbacks attempts ${again.id}`);
  });
}

/** Sends past events once more. */
export async function replay(
  terminal: Terminal,
  endpointText: string,
  wish: { since: Date; until?: Date; event: string[]; all?: boolean; rate: number },
): Promise<void> {
  const eventTypes = wish.event.map(typeNamed);
  await atDesk(terminal, async ({ store }) => {
    const { id: endpointId } = await endpointNamed(store, endpointText);
    const made = await startReplay(
      { store },
      {
        endpointId,
        since: wish.since,
        until: wish.until,
        eventTypes,
        isOnlyFailed: wish.all !== true,
        ratePerSecond: wish.rate,
      },
    );
    terminal.out.line(
      `replay ${made.id} has begun; a running server does it, at ${made.ratePerSecond} a second`,
    );
  });
}

/** Sends the example of an event to an endpoint. */
export async function test(
  terminal: Terminal,
  endpointText: string,
  { event }: { event?: string },
): Promise<void> {
  const named = event === undefined ? undefined : typeNamed(event);
  await atDesk(terminal, async (services) => {
    const endpoint = await endpointNamed(services.store, endpointText);
    const workspaceId = endpoint.workspaceId ?? (await workspaceNamed(services.store)).id;
    const type = named ?? firstTypeOf(endpoint);
    const delivery = await sendTestEvent(services, { endpointId: endpoint.id, type, workspaceId });
    terminal.out.line(`delivery ${delivery.id} of ${type} is ${delivery.state}`);
    terminal.err.line(`a running server sends it within 5 s: antiphon callbacks attempts ${delivery.id}`);
  });
}

/** One line about an attempt. */
export function attemptLine(attempt: Attempt): string {
  const { number, startedAt, outcome, status, errorCode, errorMessage, timings, trigger } = attempt;
  const answer = status === undefined ? "" : ` ${status}`;
  const problem = errorCode === "" ? "" : ` ${errorCode}${errorMessage === "" ? "" : `: ${errorMessage}`}`;
  const took = timings.total === undefined ? "" : ` in ${Math.round(timings.total)} ms`;
  return printable(
    `attempt ${number} (${trigger}) ${startedAt.toISOString()} ${outcome}${answer}${took}${problem}`,
  );
}

/** How endpoints are called, by id. */
export async function endpointNames({ endpoints }: Store): Promise<Map<Endpoint["id"], string>> {
  const all = await endpoints.list({ limit: 10_000 });
  return new Map(all.map(({ id, slug, name }) => [id, slug ?? name]));
}

async function deliveryNamed({ outbox }: Store, text: string): Promise<Delivery> {
  const delivery = await outbox.findDelivery(idIn<DeliveryId>(text));
  if (delivery === undefined) {
    throw new CommandFailure(`there is no delivery ${text}`, "See antiphon callbacks deliveries");
  }
  return delivery;
}

function nextOf({ state, dueAt, lastError }: Delivery): string {
  if (state === "pending")
    return `due ${dueAt.toISOString()}${lastError === "" ? "" : ` after ${lastError}`}`;
  return lastError;
}

function firstTypeOf({ eventTypes }: Endpoint): EventType {
  const [first] = eventTypes.filter((type) => type !== "agent.submitted");
  return first ?? "agent.published";
}

function typeNamed(text: string): EventType {
  const type = readEventType(text);
  if (type !== undefined) return type;
  throw new CommandFailure(`there is no event ${text}`, "See docs/console-api.md for all of them");
}
