import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { EndpointId } from "../domain/ids.ts";
import type { Outbox, Store } from "../storage/store.ts";
import { STANDARD_LIMITS } from "./budgets.ts";
import { Claims } from "./claims.ts";
import { Lanes } from "./lanes.ts";
import { Roster } from "./roster.ts";

const ID = 7 as EndpointId;

/** Claims on an outbox that does what it is told, at a clock that is set by hand. */
function claimsOn(outbox: Pick<Outbox, "claim" | "giveBack">) {
  const clock = { ms: 0, now: () => clock.ms, steady: () => clock.ms, scale: 1 };
  const lanes = new Lanes({ clock, limits: STANDARD_LIMITS, random: () => 0 });
  const store = { outbox: { nextDue: async () => new Map(), ...outbox } } as unknown as Store;
  return { clock, claims: new Claims({ store, clock, lanes, roster: new Roster(store, lanes) }) };
}

const GRANTS = [{ endpointId: ID, room: 1 }];

test("a claim whose answer is on its way is nobody's to give back", async () => {
  const answer = Promise.withResolvers<[]>();
  const givenBack: string[] = [];
  const { claims, clock } = claimsOn({
    claim: () => answer.promise,
    giveBack: async (tokens) => {
      givenBack.push(...tokens);
    },
  });
  const taking = claims.take(GRANTS, () => {});
  await setImmediate();
  clock.ms = 10_000;
  await claims.settleDoubts();
  answer.resolve([]);
  await taking;
  expect(givenBack).toEqual([]);
});

test("a claim whose answer was lost is given back for a minute", async () => {
  const asked: string[] = [];
  const givenBack: string[][] = [];
  const { claims, clock } = claimsOn({
    claim: async ({ token }) => {
      asked.push(token);
      throw new Error("the store says no");
    },
    giveBack: async (tokens) => {
      givenBack.push([...tokens]);
    },
  });
  await claims.take(GRANTS, () => {});
  for (const ms of [5_000, 10_000, 70_000, 75_000]) {
    clock.ms = ms;
    await claims.settleDoubts();
  }
  expect(givenBack).toEqual([asked, asked, asked]);
});

test("a store that fails for long leaves one claim in doubt, not one for each try", async () => {
  let isFailing = true;
  const givenBack: (readonly string[])[] = [];
  const { claims, clock } = claimsOn({
    claim: async () => {
      throw new Error("the store says no");
    },
    giveBack: async (tokens) => {
      if (isFailing) throw new Error("the store says no");
      givenBack.push(tokens);
    },
  });
  for (; clock.ms < 50_000; clock.ms += 500) await claims.take(GRANTS, () => {});
  isFailing = false;
  await claims.settleDoubts();
  expect(givenBack.map((tokens) => tokens.length)).toEqual([1]);
});
