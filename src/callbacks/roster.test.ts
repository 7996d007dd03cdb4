import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Endpoint } from "../domain/endpoint.ts";
import type { EndpointId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { STANDARD_LIMITS } from "./budgets.ts";
import { Lanes } from "./lanes.ts";
import { Roster } from "./roster.ts";
import { realClock } from "./schedule.ts";

const ID = 7 as EndpointId;
const endpoint = (state: Endpoint["state"]) =>
  ({ id: ID, url: "https://example.com/", state, maxInFlight: 1, updatedAt: new Date() }) as Endpoint;

test("a long look at all endpoints does not undo what one of them said meanwhile", async () => {
  const all = Promise.withResolvers<Endpoint[]>();
  const endpoints = {
    all: () => all.promise,
    find: async () => endpoint("paused"),
    health: async () => [],
  };
  const store = { endpoints, node: 0 } as unknown as Store;
  const lanes = new Lanes({ clock: realClock, limits: STANDARD_LIMITS, random: () => 0 });
  const roster = new Roster(store, lanes);
  const looking = roster.readAll();
  const reading = roster.read(ID);
  await setImmediate();
  all.resolve([endpoint("active")]);
  await Promise.all([looking, reading]);
  expect(roster.endpoint(ID)?.state).toBe("paused");
});
