import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EndpointHealth } from "../domain/endpoint.ts";
import type { EndpointId } from "../domain/ids.ts";
import { breakerPosition } from "./breaker.ts";
import { newHealth } from "./health.ts";
import { type LaneSettings, Lanes, type LaneVerdict } from "./lanes.ts";

const LIMITS = { fast: 6, slow: 4, slowAfterMs: 2_000, pressedAfterMs: 250, tenant: 4 };
const MAX_IN_FLIGHT = 3;
const START = Date.UTC(2026, 0, 5, 12);

/** Lanes, and what is known of them without looking inside: what waits, what runs, since when. */
class World {
  now = START;
  lanes = this.#open();
  readonly pending = new Map<EndpointId, number>();
  readonly disabled = new Set<EndpointId>();
  readonly healths = new Map<EndpointId, EndpointHealth>();
  readonly running = new Map<number, { id: EndpointId; startedAt: number }>();
  emitted = 0;
  delivered = 0;
  readonly ids: EndpointId[];

  constructor(count: number) {
    this.ids = Array.from({ length: count }, (_, index) => (index + 1) as EndpointId);
    for (const id of this.ids) this.lanes.set(this.settings(id), newHealth(id));
  }

  #open(): Lanes {
    const clock = { now: () => this.now, steady: () => this.now - START, scale: 1 };
    return new Lanes({ clock, limits: LIMITS, random: () => 0 });
  }

  settings(id: EndpointId): LaneSettings {
    const isActive = !this.disabled.has(id);
    return { id, tenant: `tenant ${id % 2}`, maxInFlight: MAX_IN_FLIGHT, isActive };
  }

  of(id: EndpointId) {
    return [...this.running.values()].filter((running) => running.id === id);
  }

  emit(id: EndpointId): void {
    this.emitted += 1;
    this.pending.set(id, (this.pending.get(id) ?? 0) + 1);
    this.lanes.due(id, this.now);
    this.pump();
  }

  /** As the dispatcher does it: claims what is granted, tells of what is left. */
  pump(): void {
    for (const key of this.lanes.age()) this.finish(key, "fault", { isAlone: true });
    for (let grants = this.lanes.grants(2); grants.length > 0; grants = this.lanes.grants(2)) {
      for (const { endpointId, room } of grants) {
        expect(room).toBeGreaterThan(0);
        const waiting = this.pending.get(endpointId) ?? 0;
        const count = Math.min(room, waiting);
        for (let index = 0; index < count; index++) this.#start(endpointId);
        this.pending.set(endpointId, waiting - count);
        if (waiting > count) this.lanes.due(endpointId, this.now);
      }
    }
    this.#check();
  }

  #start(id: EndpointId): void {
    const { breaker } = this.healths.get(id) ?? {};
    expect(this.disabled.has(id)).toBe(false);
    expect(breakerPosition(breaker, this.now)).not.toBe("open");
    if (breaker !== undefined) expect(this.of(id)).toEqual([]);
    const key = this.lanes.start(id);
    if (key === undefined) throw new Error("the lane is not there");
    this.running.set(key, { id, startedAt: this.now });
  }

  finish(key: number, verdict: LaneVerdict, { isAlone = false } = {}): void {
    const running = this.running.get(key);
    if (running === undefined) return;
    const { id } = running;
    this.running.delete(key);
    const learned = this.lanes.end(key, verdict);
    if (learned !== undefined) this.healths.set(id, learned.health);
    if (verdict === "ok") this.delivered += 1;
    else {
      this.pending.set(id, (this.pending.get(id) ?? 0) + 1);
      this.lanes.due(id, this.now + (verdict === "none" ? 0 : 5_000));
    }
    if (!isAlone) this.pump();
  }

  wait(milliseconds: number): void {
    const until = this.now + milliseconds;
    for (;;) {
      const wakeMs = this.lanes.nextWakeMs();
      if (wakeMs === undefined || this.now + wakeMs > until) break;
      this.now += Math.max(1, wakeMs);
      this.pump();
    }
    this.now = Math.max(this.now, until);
    this.pump();
  }

  setDisabled(id: EndpointId, isDisabled: boolean): void {
    if (isDisabled) this.disabled.add(id);
    else this.disabled.delete(id);
    this.lanes.set(this.settings(id), newHealth(id));
    if (!isDisabled) this.lanes.due(id, this.now);
    this.pump();
  }

  /** The process dies: what was under way is due again, health is as it was stored. */
  restart(): void {
    for (const { id } of this.running.values()) this.pending.set(id, (this.pending.get(id) ?? 0) + 1);
    this.running.clear();
    this.lanes = this.#open();
    for (const id of this.ids) {
      this.lanes.set(this.settings(id), this.healths.get(id) ?? newHealth(id));
      if ((this.pending.get(id) ?? 0) > 0) this.lanes.due(id, this.now);
    }
    this.pump();
  }

  #check(): void {
    const waiting = [...this.pending.values()].reduce((sum, count) => sum + count, 0);
    expect(this.delivered + waiting + this.running.size).toBe(this.emitted);
    const { fast, slow } = this.lanes.counts;
    expect(fast + slow).toBe(this.running.size);
    expect(fast).toBeLessThanOrEqual(LIMITS.fast);
    expect(slow).toBeLessThanOrEqual(LIMITS.slow);
    for (const id of this.ids) {
      expect(this.of(id).length).toBeLessThanOrEqual(MAX_IN_FLIGHT);
      if ((this.healths.get(id)?.lastSuccessAt ?? 0) === 0) expect(this.of(id).length).toBeLessThanOrEqual(1);
    }
  }
}

const laneIndex = fc.nat({ max: 4 });
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("emit" as const), lane: laneIndex }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("complete" as const), which: fc.nat({ max: 8 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("fail" as const),
      which: fc.nat({ max: 8 }),
      verdict: fc.constantFrom<LaneVerdict>("fault", "fault", "refusal", "none"),
    }),
  },
  // Nothing ends in the meantime: everything under way hangs.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("hang" as const), ms: fc.nat({ max: 40_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("break" as const), lane: laneIndex }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("disable" as const), lane: laneIndex }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("enable" as const), lane: laneIndex }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

function obey(world: World, step: Command): void {
  switch (step.kind) {
    case "emit":
      world.emit(laneOf(world, step.lane));
      break;
    case "complete":
      world.finish([...world.running.keys()][step.which] ?? 0, "ok");
      break;
    case "fail":
      world.finish([...world.running.keys()][step.which] ?? 0, step.verdict);
      break;
    case "hang":
      world.wait(step.ms);
      break;
    case "break":
      breakDown(world, laneOf(world, step.lane));
      break;
    case "disable":
      world.setDisabled(laneOf(world, step.lane), true);
      break;
    case "enable":
      world.setDisabled(laneOf(world, step.lane), false);
      break;
    case "restart":
      world.restart();
      break;
    default:
      step satisfies never;
  }
}

/** Fails as often as it takes to open the breaker. */
function breakDown(world: World, id: EndpointId): void {
  for (let round = 0; round < 6; round++) {
    world.emit(id);
    for (const [key, running] of [...world.running]) if (running.id === id) world.finish(key, "fault");
  }
}

function laneOf(world: World, index: number): EndpointId {
  const id = world.ids[index];
  if (id === undefined) throw new Error("no such lane");
  return id;
}

describe("lanes, whatever happens", () => {
  test("keep to every limit, begin nothing that is forbidden and lose nothing", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120 }), (steps) => {
        const world = new World(5);
        for (const step of steps) obey(world, step);
      }),
      { numRuns: 300 },
    );
  });

  test("send everything in the end, driven by nothing but what they say themselves", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (steps) => {
        const world = new World(5);
        for (const step of steps) obey(world, step);
        for (const id of [...world.disabled]) world.setDisabled(id, false);
        for (let round = 0; world.delivered < world.emitted; round++) {
          expect(round).toBeLessThan(5_000);
          const [key] = world.running.keys();
          if (key !== undefined) world.finish(key, "ok");
          else {
            const wakeMs = world.lanes.nextWakeMs();
            expect(wakeMs).toBeDefined();
            world.wait(Math.max(1, wakeMs ?? 1));
          }
        }
        expect(world.lanes.nextWakeMs()).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe("a lane", () => {
  const [one, two] = [1 as EndpointId, 2 as EndpointId];

  function emitMany(world: World, id: EndpointId, count: number): void {
    for (let index = 0; index < count; index++) world.emit(id);
  }

  const keyOf = (world: World, id: EndpointId) =>
    [...world.running].find(([, running]) => running.id === id)?.[0] ?? 0;

  test("begins with one attempt at a time, then two, then as many as it may", () => {
    const world = new World(1);
    emitMany(world, one, 20);
    expect(world.of(one).length).toBe(1);
    world.finish(keyOf(world, one), "ok");
    expect(world.of(one).length).toBe(2);
    world.finish(keyOf(world, one), "ok");
    expect(world.of(one).length).toBe(3);
  });

  test("that had no success for ten minutes begins anew", () => {
    const world = new World(1);
    emitMany(world, one, 1);
    world.finish(keyOf(world, one), "ok");
    world.wait(10 * 60_000 + 1);
    emitMany(world, one, 5);
    expect(world.of(one).length).toBe(1);
  });

  test("with an attempt that takes more than two seconds begins nothing until it has ended", () => {
    const world = new World(1);
    emitMany(world, one, 3);
    world.finish(keyOf(world, one), "ok");
    expect(world.of(one).length).toBe(2);
    world.wait(2_100);
    emitMany(world, one, 5);
    expect(world.of(one).length).toBe(2);
    world.finish(keyOf(world, one), "ok");
    world.finish(keyOf(world, one), "ok");
    expect(world.of(one).length).toBe(1);
  });

  test("that hangs is the one whose oldest attempt is cut when the slow budget is full", () => {
    const world = new World(5);
    for (const id of world.ids) emitMany(world, id, 1);
    expect(world.running.size).toBe(5);
    world.wait(2_000);
    expect(world.lanes.counts).toMatchObject({ fast: 0, slow: 4 });
    expect(world.of(one).length).toBe(0);
  });

  test("waits its turn: none is passed over while others of its tenant have much to send", () => {
    const world = new World(5);
    for (const id of world.ids) emitMany(world, id, 1);
    for (const id of world.ids) world.finish(keyOf(world, id), "ok");
    emitMany(world, one, 30);
    world.emit(3 as EndpointId);
    world.emit(5 as EndpointId);
    for (let round = 0; round < 8; round++) world.finish(keyOf(world, one), "ok");
    expect(world.pending.get(3 as EndpointId)).toBe(0);
    expect(world.pending.get(5 as EndpointId)).toBe(0);
  });

  test("takes no more than the share of its tenant", () => {
    const world = new World(9);
    for (const id of world.ids.filter((id) => id % 2 === 1)) emitMany(world, id, 1);
    expect(world.running.size).toBe(LIMITS.tenant);
    world.emit(two);
    expect(world.of(two).length).toBe(1);
  });

  test("of a tenant whose attempts hang gets its turn after a quarter of a second", () => {
    const world = new World(9);
    for (const id of world.ids.filter((id) => id % 2 === 1)) emitMany(world, id, 1);
    const last = 9 as EndpointId;
    expect(world.of(last).length).toBe(0);
    world.wait(250);
    expect(world.of(last).length).toBe(1);
  });

  test("opens its breaker after five faults, and then lets one try", () => {
    const world = new World(1);
    emitMany(world, one, 8);
    for (let round = 0; round < 5; round++) world.finish(keyOf(world, one), "fault");
    expect(world.running.size).toBe(0);
    world.wait(29_000);
    expect(world.running.size).toBe(0);
    world.wait(1_000);
    expect(world.running.size).toBe(1);
    world.finish(keyOf(world, one), "fault");
    world.wait(59_000);
    expect(world.running.size).toBe(0);
    world.wait(1_000);
    expect(world.running.size).toBe(1);
    world.finish(keyOf(world, one), "ok");
    expect(world.healths.get(one)?.breaker).toBeUndefined();
    expect(world.of(one).length).toBe(2);
  });

  test("with a server that refuses is not broken: its breaker closes, and never opens", () => {
    const world = new World(1);
    emitMany(world, one, 20);
    for (let round = 0; round < 12; round++) world.finish(keyOf(world, one), "refusal");
    expect(world.healths.get(one)?.breaker).toBeUndefined();
  });

  test("sends no more a second than its endpoint allows", () => {
    const world = new World(0);
    world.lanes.set({ ...world.settings(one), ratePerSecond: 5 }, newHealth(one));
    const starts: number[] = [];
    while (world.now < START + 4_000) {
      world.lanes.due(one, world.now);
      for (const { room } of world.lanes.grants(1)) {
        for (let index = 0; index < room; index++) {
          starts.push(world.now);
          world.lanes.end(world.lanes.start(one) ?? 0, "ok");
        }
      }
      world.now += 1;
    }
    for (const from of starts) {
      expect(starts.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(6);
    }
    expect(starts.length).toBeGreaterThanOrEqual(20);
  });

  test("counts what other nodes still send, and what it sent itself before it came back", () => {
    const world = new World(1);
    world.lanes.setElsewhere(new Map([[one, 1]]));
    emitMany(world, one, 3);
    expect(world.running.size).toBe(0);
    world.lanes.setElsewhere(new Map());
    world.pump();
    expect(world.running.size).toBe(1);
    world.lanes.delete(one);
    world.lanes.set(world.settings(one), newHealth(one));
    world.lanes.due(one, world.now);
    world.pump();
    expect(world.running.size).toBe(1);
  });

  test("that was another node's begins when the other has surely noticed", () => {
    const world = new World(0);
    world.lanes.set(world.settings(one), newHealth(one), 2_500);
    emitMany(world, one, 1);
    world.wait(2_400);
    expect(world.running.size).toBe(0);
    world.wait(200);
    expect(world.running.size).toBe(1);
  });
});
