import { afterEach, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { type Agent, type AgentEvent, API_CHANNEL } from "../domain/agent.ts";
import type { EndpointId, VersionId } from "../domain/ids.ts";
import type { Trigger } from "../domain/trigger.ts";
import type { Store } from "../storage/store.ts";
import { historyOf } from "./testing/fixtures.ts";
import { aWorkflowRoom, type GraphFile } from "./testing/workflow-room.ts";
import { Triggers } from "./triggers.ts";

const moved: AgentEvent = {
  id: "a277efc6-025f-41cd-8888-43e3a8e8e28f",
  name: "moved",
  description: "",
  variables: [{ name: "where", type: "string" }],
};
const unused: AgentEvent = { ...moved, id: "b277efc6-025f-41cd-8888-43e3a8e8e28f", name: "unused" };

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function publish(store: Store, { id: agentId, name, settings }: Agent): Promise<void> {
  const versionId = store.newId<VersionId>();
  const createdAt = new Date();
  await store.versions.insert({
    ...{ id: versionId, agentId, number: versionId, name, settings, changelog: "", createdAt },
  });
  await store.versions.release({ agentId, channel: API_CHANNEL, versionId, since: createdAt });
}

/** A room whose agent and workflow are live, with its triggers, which have begun. */
async function aRoom(graph: GraphFile) {
  const room = await aWorkflowRoom(graph, { settings: { events: [moved, unused] } });
  const { store, turns, workflow, agent, conversation } = room;
  await publish(store, workflow);
  await publish(store, agent);
  const triggers = new Triggers({ store, turns });
  await triggers.start();
  closers.push(
    () => store.close(),
    () => turns.drain(0),
    () => triggers.stop(),
  );
  const live = await store.agents.findLive(agent.id, API_CHANNEL);
  if (live === undefined) throw new Error("not published");
  const answers = async () =>
    (await historyOf(store, conversation)).map(({ answers }) => answers[0]?.text ?? "");
  return { ...room, triggers, answers, about: { agent: live, conversation } };
}

function event(eventId: string): Trigger {
  return { type: "canvas-event-trigger", payload: { eventId, data: { where: "home" } } };
}

function text(words: string, more: object = {}): Trigger {
  return { type: "receive-text-message", payload: { text: words, ...more } };
}

const say = (id: string, words: string) => ({ id, type: "message", text: words });

/** Messages emit the event, tags are noticed twice, and nothing else is waited for. */
const flow: GraphFile = {
  nodes: [
    { id: "message", type: "trigger", on: ["receive-text-message"], next: "emit" },
    {
      id: "emit",
      type: "emit-event",
      event: "moved",
      inputs: { params: { where: { ref: "message.text" } } },
      next: "ok",
    },
    say("ok", "Noted."),
    { id: "happened", type: "trigger", event: "moved", next: "tell" },
    say("tell", "Moved {{ happened.data.where }}."),
    { id: "tagged", type: "trigger", on: ["tag-event"], next: "one" },
    say("one", "Tagged {{ tagged.tagId }}."),
    { id: "also", type: "trigger", on: ["tag-event"], next: "two" },
    say("two", "Twice."),
  ],
};

test("what starts a turn begins at every entry that waits for it, in one run, and events follow from it", async () => {
  const { triggers, about, answers, store, turns } = await aRoom(flow);
  await triggers.accept({ ...about, trigger: text("away"), source: "api" });
  await eventually(async () => (await answers()).length === 2);
  await triggers.accept({ ...about, trigger: event("moved"), source: "api" });
  await triggers.accept({
    ...about,
    trigger: { type: "tag-event", payload: { tagId: "vip", operation: "ADD" } },
    source: "api",
  });
  await eventually(async () => (await answers()).filter((answer) => answer !== "").length === 4);
  expect(await answers()).toEqual(["Noted.", "Moved away.", "Moved home.", "Tagged vip.\n\nTwice."]);
  await turns.drain(1_000);
  const { items } = await store.workflowRuns.list({
    workspaceId: about.agent.workspaceId,
    offset: 0,
    limit: 10,
  });
  expect(items.map(({ entries }) => entries).reverse()).toEqual([
    ["message"],
    ["happened"],
    ["happened"],
    ["tagged", "also"],
  ]);
});

test("what no entry waits for is refused, or recorded where an adapter sends it", async () => {
  const { triggers, about, answers, store } = await aRoom(flow);
  const refused = triggers.accept({ ...about, trigger: event(unused.id), source: "api" });
  await expect(refused).rejects.toMatchObject({ code: "trigger_not_subscribed" });
  const adapterId = store.newId<EndpointId>();
  const receive = async (trigger: Trigger) => {
    const received = await triggers.receive({
      ...about,
      trigger,
      source: "adapter",
      adapterId,
      isOwn: false,
    });
    return "record" in received ? [received.record.state, received.record.reason] : [];
  };
  const friend: Trigger = { type: "new-friend", payload: { contactId: "c1", receiverId: "r1" } };
  expect(await receive(friend)).toEqual(["recorded", "not_subscribed"]);
  expect(await receive(event(unused.id))).toEqual(["recorded", "not_subscribed"]);
  expect(await receive(event("nobody's"))).toEqual(["recorded", "not_subscribed"]);
  expect(await receive(text("hi", { isCoworker: true }))).toEqual(["recorded", "coworker"]);
  expect(await receive(text("hi"))).toEqual(["due", ""]);
  await eventually(async () => (await answers())[0] === "Noted.");
  await store.versions.withdraw(about.agent.settings.responder ?? about.agent.id, API_CHANNEL);
  expect(await receive(text("hi"))).toEqual(["recorded", "agent_not_published"]);
});

test("a message that no entry waits for answers what was asked, and an event does not", async () => {
  const { triggers, about, answers } = await aRoom({
    nodes: [
      { id: "happened", type: "trigger", event: "moved", next: "ask" },
      { id: "ask", type: "question", text: "Where to?", next: "done" },
      say("done", "To {{ ask.answer }}."),
    ],
  });
  const adapterId = 7 as EndpointId;
  const receive = (trigger: Trigger) =>
    triggers.receive({ ...about, trigger, source: "adapter", adapterId, isOwn: false });
  expect(await receive(text("hi"))).toMatchObject({
    record: { state: "recorded", reason: "not_subscribed" },
  });
  await receive(event("moved"));
  await eventually(async () => (await answers())[0] === "Where to?");
  await receive(event("moved"));
  await eventually(async () => (await answers())[1] === "Where to?");
  expect(await receive(text("the sea"))).toMatchObject({ record: { state: "due" } });
  await eventually(async () => (await answers())[2] === "To the sea.");
});
