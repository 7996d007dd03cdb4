import { expect } from "vitest";
import type { Arrival, CallbackReceiver } from "../support/callback-receiver.ts";
import type { StoredAttempt, StoredCallbacks, StoredDelivery } from "./stored-callbacks.ts";

/** What the server has acknowledged: something that an endpoint must hear of. */
export interface Acknowledged {
  endpointId: number;
  /** Stands in the body of its event and in that of no other. */
  mark: string;
}

export interface OracleScene {
  receiver: CallbackReceiver;
  stored: StoredCallbacks;
  /** Paths of the receiver, by endpoint. */
  paths: ReadonlyMap<number, string>;
}

/** A question about an address stands in no table. */
const CHALLENGE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEPT = ["pending", "leased", "held", "delivered", "exhausted"];

/**
 * What must hold whatever has happened: everything that was acknowledged is delivered or kept; what has arrived is what
 * is stored, byte for byte, under one id; no signature fails; the log of attempts has no gap; nothing arrived that was
 * never stored. `dropped`: endpoints whose deliveries somebody has dropped. `coalescing`: endpoints where a delivery may have
 * given way to a later one. `hasZombies`: nodes were taken for dead and came
 * back; what they tell of deliveries that others had taken over is only logged.
 */
export async function checkCallbacks(
  scene: OracleScene,
  acknowledged: readonly Acknowledged[],
  options: { dropped?: readonly number[]; coalescing?: readonly number[]; hasZombies?: boolean } = {},
): Promise<void> {
  const { dropped = [], coalescing = [], hasZombies = false } = options;
  const endpointIds = [...scene.paths.keys()];
  const mine = <Row extends { endpointId: number }>(row: Row) => scene.paths.has(row.endpointId);
  const [only] = endpointIds.length === 1 ? endpointIds : [];
  const deliveries = (await scene.stored.deliveries(only)).filter(mine);
  const told = await scene.stored.attempts(only);
  // Where nothing was to be sent, nothing can be lost.
  const heard = new Set(deliveries.map(({ endpointId }) => endpointId));
  expect(endpointIds.filter((endpointId) => !heard.has(endpointId))).toEqual([]);
  const attempts = hasZombies ? withoutZombies(told) : told;
  const statesOf = (endpointId: number) => [
    ...KEPT,
    ...(dropped.includes(endpointId) ? ["dropped"] : []),
    ...(coalescing.includes(endpointId) ? ["superseded"] : []),
  ];
  checkKept(deliveries, acknowledged, statesOf);
  checkArrivals(scene, deliveries);
  checkAttempts(deliveries, attempts);
  const paths = new Set(scene.paths.values());
  expect(scene.receiver.badSignatures().filter(({ path }) => paths.has(path))).toEqual([]);
}

function checkKept(
  deliveries: readonly StoredDelivery[],
  acknowledged: readonly Acknowledged[],
  statesOf: (endpointId: number) => string[],
): void {
  const byEndpoint = Map.groupBy(deliveries, ({ endpointId }) => endpointId);
  for (const [endpointId, own] of byEndpoint) {
    const allowed = statesOf(endpointId);
    const others = own.filter(({ state }) => !allowed.includes(state));
    expect(others).toEqual([]);
    const once = own.filter(({ trigger }) => trigger === "event" || trigger === "sync");
    expect(new Set(once.map(({ eventId }) => eventId)).size).toBe(once.length);
    const replayed = own.filter(({ trigger }) => trigger === "replay");
    expect(new Set(replayed.map(({ eventId, replayId }) => `${eventId} ${replayId}`)).size).toBe(
      replayed.length,
    );
  }
  const lost = acknowledged.filter(({ endpointId, mark }) => {
    const own = byEndpoint.get(endpointId) ?? [];
    return !own.some(({ body }) => body?.includes(mark));
  });
  expect(lost).toEqual([]);
}

function checkArrivals({ receiver, paths }: OracleScene, deliveries: readonly StoredDelivery[]): void {
  const byEndpoint = Map.groupBy(deliveries, ({ endpointId }) => endpointId);
  for (const [endpointId, path] of paths) {
    const own = byEndpoint.get(endpointId) ?? [];
    const bodies = new Map(own.map(({ wireId, body }) => [wireId, body]));
    const arrivals = receiver.at(path).filter(({ id }) => id !== "" && !CHALLENGE_ID.test(id));
    const phantoms = arrivals.filter(({ id }) => !bodies.has(id));
    expect(phantoms.map(({ id }) => id)).toEqual([]);
    for (const { id, body } of arrivals) {
      const kept = bodies.get(id);
      if (typeof kept === "string" && kept !== body.toString("utf8")) {
        expect(body.toString("utf8")).toBe(kept);
      }
    }
    const answered = new Set(arrivals.filter(isTaken).map(({ id }) => id));
    const missing = own.filter(({ state, wireId }) => state === "delivered" && !answered.has(wireId));
    expect(missing).toEqual([]);
  }
}

/** Of an attempt that somebody took over, only that. */
function withoutZombies(attempts: readonly StoredAttempt[]): StoredAttempt[] {
  const key = ({ deliveryId, number }: StoredAttempt) => `${deliveryId} ${number}`;
  const takenOver = new Set(attempts.filter(({ outcome }) => outcome === "unknown").map(key));
  return attempts.filter((attempt) => attempt.outcome === "unknown" || !takenOver.has(key(attempt)));
}

function isTaken({ status }: Arrival): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function checkAttempts(deliveries: readonly StoredDelivery[], attempts: readonly StoredAttempt[]): void {
  const byDelivery = Map.groupBy(attempts, ({ deliveryId }) => deliveryId);
  for (const delivery of deliveries) {
    const own = byDelivery.get(delivery.id) ?? [];
    const numbers = own.map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    if (delivery.state !== "leased" && delivery.state !== "dropped")
      expect(numbers.length).toBe(delivery.attemptCount);
    const good = own.filter(({ outcome }) => outcome === "ok").length;
    expect([delivery.id, good]).toEqual([delivery.id, delivery.state === "delivered" ? 1 : 0]);
    if (delivery.state === "delivered") expect(own.at(-1)?.outcome).toBe("ok");
  }
}
