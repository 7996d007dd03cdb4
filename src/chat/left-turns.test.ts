import { expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import type { AgentEvent } from "../domain/agent.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { ask, eventsOf, historyOf, outline } from "./testing/fixtures.ts";
import { aProcessOn, aWorkflowRoom, type GraphFile } from "./testing/workflow-room.ts";
import { followTurn, readUntil } from "./turn-log.ts";

const later: AgentEvent = { id: "e1", name: "later", description: "", variables: [] };
const never = new Promise(() => {});

/** Says something, decides something, and then has a model write. */
const graph: GraphFile = {
  mode: "chatflow",
  nodes: [
    { id: "start", type: "start", next: "one" },
    { id: "one", type: "message", text: "One.", next: "emit" },
    {
      id: "emit",
      type: "emit-event",
      event: "later",
      mode: "delayed",
      cancelOnMessage: true,
      inputs: { params: {}, delaySeconds: 3600 },
      next: "write",
    },
    { id: "write", type: "llm", prompt: "{{ start.query }}", next: "two" },
    { id: "two", type: "message", text: "{{ write.text }}", stream: true, next: "end" },
    { id: "end", type: "end", answer: "Three." },
  ],
};

/** Writes without end in the first process, and as it should in the next. */
function slowOnce(until: Promise<unknown> = never) {
  return scriptedModel((_, count) =>
    count === 0
      ? ["T", { type: "gate", until }]
      : ["Two", ".", { type: "usage", inputTokens: 5, outputTokens: 2 }],
  );
}

test("a turn whose process is gone goes on where its workflow stood, and what it decided happens once", async () => {
  const hanging = Promise.withResolvers<void>();
  const model = slowOnce(hanging.promise);
  const room = await aWorkflowRoom(graph, { model, settings: { events: [later] } });
  const { store, conversation } = room;
  const turn = await ask(room.turns, room.agent, conversation, "Hi");
  await eventually(() => turn.log.text === "One.\n\nT");
  const next = aProcessOn(store, model);
  expect(await next.turns.takeOver()).toBe(1);
  expect(await next.turns.takeOver()).toBe(0);
  const taken = next.turns.find(turn.turnId);
  expect(taken).toMatchObject({ turnId: turn.turnId, questionMessageId: turn.questionMessageId });
  if (taken === undefined) throw new Error("nobody went on with it");
  let text = "";
  const signal = new AbortController().signal;
  await readUntil(
    followTurn(taken.log, { catchUp: true }),
    (event) => {
      if (event.type === "text-delta") text += event.text;
      return false;
    },
    signal,
  );
  expect(text).toBe("One.\n\nTwo.\n\nThree.");
  expect((await eventsOf(taken)).at(-1)).toEqual({ type: "turn-end", status: "completed" });
  const [exchange] = await historyOf(store, conversation);
  expect(exchange?.answers).toMatchObject([
    { text, turn: { status: "completed", usage: { inputTokens: 5, outputTokens: 2 } } },
  ]);
  const trace = await store.turns.trace(turn.turnId);
  expect(trace.map(({ type }) => type)).toEqual(["thought-start", "thought-end"]);
  const { actions } = (await store.runs.find(turn.turnId)) ?? {};
  expect(actions).toMatchObject([
    { type: "send-text-message", status: "send", nodeId: "one", payload: { text: "One." } },
    { type: "canvas-event-action", payload: { eventName: "later" } },
    { type: "send-text-message", status: "send", nodeId: "two", payload: { text: "Two." } },
    { type: "send-text-message", status: "send", nodeId: "end", payload: { text: "Three." } },
  ]);
  expect(await store.triggers.countDue(conversation.id, 10)).toBe(1);

  // The first one was not dead after all: it finds out, and stores nothing.
  hanging.resolve();
  await turn.ended;
  expect((await eventsOf(turn)).at(-1)).toMatchObject({ type: "turn-error", code: "interrupted" });
  expect(await historyOf(store, conversation)).toMatchObject([
    { answers: [{ turn: { status: "completed" } }] },
  ]);
  // What the user says cancels the event, as its node wanted.
  await room.say("Hi again");
  expect(await store.triggers.countDue(conversation.id, 10)).toBe(1);
  await store.close();
});

test("a turn whose run never began, or has ended, is brought to its end", async () => {
  const model = slowOnce();
  const room = await aWorkflowRoom(graph, { model, settings: { events: [later] } });
  const { store, agent, conversation } = room;
  const { turns } = aProcessOn(
    // The process dies before it stores the run.
    { ...store, workflowRuns: { ...store.workflowRuns, open: () => never as Promise<never> } },
    model,
  );
  const turn = await ask(turns, agent, conversation, "Hi");
  const first = aProcessOn(store, model);
  expect(await first.turns.takeOver()).toBe(1);
  const begun = first.turns.find(turn.turnId);
  await eventually(() => begun?.log.text === "One.\n\nT");

  // The next one dies when the run has ended, before the turn is stored.
  const close = () => never as Promise<never>;
  const second = aProcessOn({ ...store, turns: { ...store.turns, close } }, model);
  expect(await second.turns.takeOver()).toBe(1);
  await eventually(async () => (await store.workflowRuns.ofTurn(turn.turnId))?.status === "completed");

  const last = aProcessOn(store, model);
  expect(await last.turns.takeOver()).toBe(1);
  await last.turns.find(turn.turnId)?.ended;
  expect(await historyOf(store, conversation)).toMatchObject([
    { answers: [{ text: "One.\n\nTwo.\n\nThree.", turn: { status: "completed" } }] },
  ]);
  expect(await store.triggers.countDue(conversation.id, 10)).toBe(1);
  await store.close();
});

test("a turn that asked when its process died ends with its question", async () => {
  const asking: GraphFile = {
    mode: "chatflow",
    nodes: [
      { id: "start", type: "start", next: "hello" },
      { id: "hello", type: "message", text: "Welcome.", next: "ask" },
      { id: "ask", type: "question", text: "Which?", next: "end" },
      { id: "end", type: "end", answer: "You said {{ ask.answer }}." },
    ],
  };
  const model = scriptedModel([]);
  const room = await aWorkflowRoom(asking);
  const { store, agent, conversation } = room;
  const close = () => never as Promise<never>;
  const dying = () => aProcessOn({ ...store, turns: { ...store.turns, close } }, model);
  const turn = await ask(dying().turns, agent, conversation, "Hi");
  await eventually(async () => (await store.workflowRuns.ofTurn(turn.turnId))?.status === "waiting");
  const next = aProcessOn(store, model);
  expect(await next.turns.takeOver()).toBe(1);
  await next.turns.find(turn.turnId)?.ended;

  const answering = await ask(dying().turns, agent, conversation, "this");
  await eventually(async () => (await store.workflowRuns.ofTurn(answering.turnId))?.status === "completed");
  const last = aProcessOn(store, model);
  expect(await last.turns.takeOver()).toBe(1);
  await last.turns.find(answering.turnId)?.ended;
  expect((await historyOf(store, conversation)).map(({ answers }) => answers[0]?.text)).toEqual([
    "Welcome.\n\nWhich?",
    "You said this.",
  ]);
  await store.close();
});

test("a process that ends leaves its turn to the next one", async () => {
  const model = slowOnce();
  const room = await aWorkflowRoom(graph, { model, settings: { events: [later] } });
  const { store, conversation } = room;
  const turn = await ask(room.turns, room.agent, conversation, "Hi");
  await eventually(() => turn.log.text === "One.\n\nT");
  await Promise.all([room.turns.drain(20), room.engine.drain(20)]);
  expect(outline(await eventsOf(turn)).at(-1)).toBe("turn-error");
  const next = aProcessOn(store, model);
  expect(await next.turns.takeOver()).toBe(1);
  await next.turns.find(turn.turnId)?.ended;
  expect(await historyOf(store, conversation)).toMatchObject([
    { answers: [{ text: "One.\n\nTwo.\n\nThree.", turn: { status: "completed" } }] },
  ]);
  await store.close();
});
