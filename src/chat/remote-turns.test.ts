import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { seededRandom } from "../../test/support/random.ts";
import type { TurnEvent } from "../domain/turn-event.ts";
import { type ScriptedStep, scriptedModel } from "../models/scripted/scripted-model.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { ClosedTurn, Store } from "../storage/store.ts";
import { FOLLOWED } from "./followers.ts";
import { wordsOf } from "./log-words.ts";
import { aChatRoomOn, aConversation, anAgent, ask, eventsOf, historyOf } from "./testing/fixtures.ts";
import { aNodeNetwork, type NodeNetwork } from "./testing/node-network.ts";
import type { TurnLog } from "./turn-log.ts";
import type { RunningTurn, Turns } from "./turns.ts";

vi.setConfig({ testTimeout: 90_000 });

const stores: Store[] = [];

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

interface World {
  store: Store;
  network: NodeNetwork;
  /** The node that answers. */
  owner: Turns;
  /** Another one. */
  other: Turns;
  turn: RunningTurn;
  outcome: () => string | undefined;
  history: () => ReturnType<typeof historyOf>;
  follow(signal?: AbortSignal): Promise<TurnLog | undefined>;
}

/** A question that the owner answers with these steps. */
async function asked(steps: ScriptedStep[]): Promise<World> {
  const store = await openSqliteStore({ path: ":memory:", durability: "full" });
  stores.push(store);
  const network = aNodeNetwork(store);
  const model = scriptedModel(steps);
  const owner = aChatRoomOn(network.node(1), model);
  const other = aChatRoomOn(network.node(2), model);
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  const turn = await ask(owner, agent, conversation, "Hi");
  const stored = { turnId: turn.turnId, conversationId: conversation.id, userId: conversation.userId };
  return {
    store,
    network,
    owner,
    other,
    turn,
    outcome: () => model.calls[0]?.outcome,
    history: () => historyOf(store, conversation),
    follow: (signal = new AbortController().signal) => other.follow(stored, signal),
  };
}

/** A model that goes on when it is told to. */
function gated(before: string[], after: ScriptedStep[]) {
  const gate = Promise.withResolvers<void>();
  return { steps: [...before, { type: "gate" as const, until: gate.promise }, ...after], open: gate.resolve };
}

function never(before: string[]): ScriptedStep[] {
  return gated(before, []).steps;
}

function copied(log: TurnLog): TurnEvent[] {
  return Array.from({ length: log.length }, (_, position) => log.at(position)).filter(
    (event) => event !== undefined,
  );
}

/** A difference would be megabytes: only its place is shown. */
function expectSame(log: TurnLog | undefined, { turn }: World): void {
  const events = log === undefined ? [] : copied(log).map((event) => JSON.stringify(event));
  const expected = copied(turn.log).map((event) => JSON.stringify(event));
  expect(events.findIndex((event, place) => event !== expected[place])).toBe(-1);
  expect(events.length).toBe(expected.length);
}

function interrupted({ turn }: World): ClosedTurn {
  return {
    turnId: turn.turnId,
    status: "interrupted",
    endedAt: new Date(),
    text: "so far and further",
    reasoning: "",
    error: { code: "interrupted", message: "the node is dead" },
    usage: { inputTokens: 0, outputTokens: 0, cost: 0, currency: "", firstTokenMs: 0, latencyMs: 0 },
    usedKnowledge: false,
    suggestions: [],
    trace: [],
  };
}

test("another node stops a turn: the model is left at once and the text so far is kept", async () => {
  const world = await asked(never(["so ", "far"]));
  await eventually(() => world.turn.log.text === "so far");
  await world.other.stop(world.turn.turnId);
  expect(world.outcome()).toBe("aborted");
  expect(await world.history()).toMatchObject([
    { answers: [{ text: "so far", turn: { status: "stopped" } }] },
  ]);
});

test("a stop whose word is lost is said again", async () => {
  const world = await asked(never(["so far"]));
  await eventually(() => world.turn.log.text === "so far");
  let words = 0;
  world.network.loses = () => ++words <= 2;
  await world.other.stop(world.turn.turnId);
  expect(await world.history()).toMatchObject([{ answers: [{ turn: { status: "stopped" } }] }]);
});

test("a turn nobody follows makes no words", async () => {
  const world = await asked(["a", "b", "c"]);
  await world.turn.ended;
  expect(world.network.words).toEqual([]);
});

test("a follower has the same log as the node that answers, to its end", async () => {
  const long = '"引号"\\ 和 \u{1F600}\n'.repeat(3_000);
  const { steps, open } = gated(["so ", "far", long], ["and ", "on", long]);
  const world = await asked(steps);
  await eventually(() => world.turn.log.text.endsWith(long));
  const log = await world.follow();
  expect(log?.text).toBe(`so far${long}`);
  open();
  await eventually(() => log?.isEnded);
  expectSame(log, world);
  expect(Math.max(...world.network.words.map(({ text }) => Buffer.byteLength(text)))).toBeLessThanOrEqual(
    6_000,
  );
});

test("events come one by one as they happened, though words carry several", async () => {
  const { steps, open } = gated(
    ["0"],
    Array.from({ length: 2_000 }, (_, index) => `${index},`),
  );
  const world = await asked(steps);
  const log = await world.follow();
  open();
  await eventually(() => log?.isEnded);
  expect(log?.length).toBe(world.turn.log.length);
  expect(world.network.words.length).toBeLessThan(200);
});

test("what had happened before is there at once, however much it is", async () => {
  const before = Array.from({ length: 1_700 }, (_, index) => `${index},`);
  const world = await asked(never(before));
  await eventually(() => world.turn.log.text === before.join(""));
  const log = await world.follow();
  expect(log?.text).toBe(before.join(""));
});

test.each([1, 2, 3])("lost words are asked for again, whichever they are (seed %i)", async (seed) => {
  const gates = Array.from({ length: 12 }, () => Promise.withResolvers<void>());
  const steps = gates.flatMap((gate, index): ScriptedStep[] => [
    { type: "gate", until: gate.promise },
    index % 4 === 3 ? `${index}`.repeat(9_000) : `${index},`,
    "and on",
  ]);
  const world = await asked(["so far", ...steps]);
  const random = seededRandom(seed);
  let lost = 0;
  world.network.loses = () => {
    const isLost = random() < 0.12;
    if (isLost) lost += 1;
    return isLost;
  };
  const log = await world.follow();
  for (const gate of gates) {
    const words = world.network.words.length;
    gate.resolve();
    await eventually(() => world.network.words.length > words);
  }
  await eventually(() => log?.isEnded);
  expect(lost).toBeGreaterThan(1);
  expectSame(log, world);
});

test("what is told again is not taken twice", async () => {
  const { steps, open } = gated(["so far"], [" and on"]);
  const world = await asked(steps);
  const log = await world.follow();
  const request = world.network.words.find(({ from }) => from === 2);
  const again = JSON.stringify({ ...JSON.parse(request?.text ?? ""), position: 0, isLost: true });
  await world.network.node(2).bus.tell({ topic: request?.topic ?? "", text: again });
  open();
  await eventually(() => log?.isEnded);
  expectSame(log, world);
});

test("what another node says of the turn is not taken: its log is another one", async () => {
  const { steps, open } = gated(["so far"], [" and on"]);
  const world = await asked(steps);
  const log = await world.follow();
  const { follower } = JSON.parse(world.network.words.find(({ from }) => from === 2)?.text ?? "");
  const length = log?.length ?? 0;
  const events: TurnEvent[] = [{ type: "text-delta", text: " something else" }];
  for (const text of wordsOf(follower, { position: length, events, length: length + 1 })) {
    await world.network.node(3).bus.tell({ topic: FOLLOWED, text, to: 2 });
  }
  open();
  await eventually(() => log?.isEnded);
  expectSame(log, world);
});

test("the end is told although the word that told it was lost", async () => {
  const { steps, open } = gated(["so far"], [" and on"]);
  const world = await asked(steps);
  const log = await world.follow();
  world.network.loses = ({ from }) => from === 1;
  open();
  await world.turn.ended;
  await eventually(() => world.network.words.at(-1)?.from === 1);
  world.network.loses = () => false;
  await eventually(() => log?.isEnded);
  expectSame(log, world);
});

test("two readers of one node share what is told; it goes on until both have left", async () => {
  const { steps, open } = gated(["so far"], [" and on"]);
  const world = await asked(steps);
  const leaving = new AbortController();
  const [first, second] = await Promise.all([world.follow(leaving.signal), world.follow()]);
  expect(first).toBe(second);
  leaving.abort();
  open();
  await eventually(() => second?.isEnded);
  expect(second?.text).toBe("so far and on");
});

test("a follower that has left is not told any more", async () => {
  const { steps, open } = gated(["so far"], [" and on"]);
  const world = await asked(steps);
  const leaving = new AbortController();
  await world.follow(leaving.signal);
  leaving.abort();
  const count = world.network.words.filter(({ from }) => from === 2).length;
  const third = aChatRoomOn(world.network.node(3), undefined);
  const { turnId, conversation, userId } = world.turn;
  const stored = { turnId, conversationId: conversation.id, userId };
  const log = await third.follow(stored, new AbortController().signal);
  // Longer than a follower is believed to be interested that says nothing.
  await delay(5_500);
  world.network.words.splice(0);
  open();
  await eventually(() => log?.isEnded);
  expect(count).toBeGreaterThan(0);
  expect(world.network.words.filter(({ from, to }) => from === 2 || to === 2)).toEqual([]);
});

test("the log ends as the turn is stored when its node says nothing more", async () => {
  const world = await asked(never(["so far"]));
  const log = await world.follow();
  world.network.loses = () => true;
  await world.store.turns.close(interrupted(world));
  await eventually(() => log?.isEnded);
  expect(log && copied(log).slice(-3)).toEqual([
    { type: "text-delta", text: " and further" },
    { type: "text-end" },
    { type: "turn-error", code: "interrupted", message: "the node is dead" },
  ]);
  expect(log?.text).toBe("so far and further");
});

test("a turn that ended before anybody could be asked is left to the store", async () => {
  const world = await asked(never(["so far"]));
  world.network.loses = () => true;
  const following = world.follow();
  await world.store.turns.close(interrupted(world));
  expect(await following).toBeUndefined();
});

test("a reader that leaves before anybody answers is let go", async () => {
  const world = await asked(never(["so far"]));
  world.network.loses = () => true;
  const leaving = new AbortController();
  const following = world.follow(leaving.signal);
  leaving.abort(new Error("gone"));
  await expect(following).rejects.toThrow("gone");
});

test("the readers of a node that stops are sent away, the turn goes on", async () => {
  const world = await asked(never(["so far"]));
  const log = await world.follow();
  await world.other.drain(0);
  expect(log?.at(log.length - 1)).toMatchObject({ type: "turn-error", code: "interrupted" });
  expect(world.turn.log.isEnded).toBe(false);
});

test("a node whose turn was closed by others leaves the model, tells its readers and overwrites nothing", async () => {
  const world = await asked(never(["so far"]));
  await eventually(() => world.turn.log.text === "so far");
  await world.store.turns.close(interrupted(world));
  await world.owner.cutClosed();
  expect((await eventsOf(world.turn)).at(-1)).toMatchObject({ type: "turn-error", code: "interrupted" });
  expect(world.outcome()).toBe("aborted");
  expect(await world.history()).toMatchObject([
    { answers: [{ text: "so far and further", turn: { error: { message: "the node is dead" } } }] },
  ]);
});

test("turns that are still theirs are left alone", async () => {
  const { steps, open } = gated(["so far"], [" and on"]);
  const world = await asked(steps);
  await world.owner.cutClosed();
  open();
  await world.turn.ended;
  expect(await world.history()).toMatchObject([{ answers: [{ turn: { status: "completed" } }] }]);
});
