import { describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { deleteAnswer } from "./answers.ts";
import { clearConversation, newSection } from "./conversations.ts";
import { deleteMessage } from "./messages.ts";
import { waitingRun } from "./responder.ts";
import { ask, asker, eventsOf, historyOf, outline } from "./testing/fixtures.ts";
import { aProcessOn, aWorkflowAgent, aWorkflowRoom, type GraphFile } from "./testing/workflow-room.ts";
import { pendingCalls } from "./turns.ts";

const start = { id: "start", type: "start", next: "hello" };

test("what nodes say is the answer, with a break between different nodes", async () => {
  const room = await aWorkflowRoom({
    mode: "chatflow",
    nodes: [
      start,
      { id: "hello", type: "message", text: "Hello {{ start.query }}.", next: "end" },
      { id: "end", type: "end", answer: "Bye." },
    ],
  });
  const turn = await room.say("Ann");
  expect(outline(await eventsOf(turn))).toEqual([
    "turn-start",
    "text-start",
    "text-delta",
    "text-end",
    "text-start",
    "text-delta",
    "text-end",
    "usage",
    "turn-end",
  ]);
  expect(await historyOf(room.store, room.conversation)).toMatchObject([
    { question: { text: "Ann" }, answers: [{ text: "Hello Ann.\n\nBye.", turn: { status: "completed" } }] },
  ]);
  await room.store.close();
});

test("a model's text is told as it is written, and what it used is the turn's", async () => {
  const model = scriptedModel(["Hel", "lo", { type: "usage", inputTokens: 7, outputTokens: 3 }]);
  const room = await aWorkflowRoom(
    {
      mode: "chatflow",
      nodes: [
        { id: "start", type: "start", next: "write" },
        { id: "write", type: "llm", prompt: "{{ start.query }}", next: "end" },
        { id: "end", type: "end", answer: "{{ write.text }}", stream: true },
      ],
    },
    { model },
  );
  const turn = await room.say("Hi");
  const events = await eventsOf(turn);
  expect(events.flatMap((event) => (event.type === "text-delta" ? [event.text] : []))).toEqual(["Hel", "lo"]);
  expect(outline(events)).toContain("thought-end");
  expect(await historyOf(room.store, room.conversation)).toMatchObject([
    { answers: [{ text: "Hello", turn: { usage: { inputTokens: 7, outputTokens: 3 } } }] },
  ]);
  await room.store.close();
});

/** Asks for a colour, and says what came of it. */
const asking: GraphFile = {
  mode: "chatflow",
  nodes: [
    { id: "start", type: "start", next: "hello" },
    { id: "hello", type: "message", text: "Welcome.", next: "ask" },
    {
      id: "ask",
      type: "question",
      text: "Which colour?",
      options: [
        { name: "red", text: "Red" },
        { name: "blue", text: "Blue" },
      ],
      next: { red: "end", blue: "end", other: "end" },
    },
    { id: "end", type: "end", answer: "You chose {{ ask.answer }} ({{ ask.option }})." },
  ],
};

function texts(exchanges: Awaited<ReturnType<typeof historyOf>>) {
  return exchanges.map(({ answers }) => answers.map(({ text, turn }) => [turn.status, text]));
}

describe("a question of a workflow", () => {
  test("ends the turn, and the next message answers it", async () => {
    const room = await aWorkflowRoom(asking);
    const first = await room.say("Hi");
    const events = await eventsOf(first);
    const question = "Which colour?\nA. Red\nB. Blue";
    expect(events).toContainEqual({ type: "interrupted", kind: "question", message: question });
    expect(events.at(-1)).toEqual({ type: "turn-end", status: "completed" });
    await room.say("B");
    await room.say("Hi again");
    expect(texts(await historyOf(room.store, room.conversation))).toEqual([
      [["completed", `Welcome.\n\n${question}`]],
      [["completed", "You chose B (blue)."]],
      [["completed", `Welcome.\n\n${question}`]],
    ]);
    await room.store.close();
  });

  test("is asked anew with the question that led to it, and forgotten with what was said", async () => {
    const room = await aWorkflowRoom(asking);
    const { store, agent, conversation, turns } = room;
    await room.say("Hi");
    const [exchange] = await historyOf(store, conversation);
    if (exchange === undefined) throw new Error("nothing was said");
    const again = await turns.regenerate({ ...asker(agent), conversation, exchange });
    await again.ended;
    const { items } = await store.workflowRuns.list({
      workspaceId: agent.workspaceId,
      agentId: room.workflow.id,
      offset: 0,
      limit: 10,
    });
    expect(items.map(({ status }) => status)).toEqual(["waiting", "cancelled"]);
    await newSection(store, conversation.id);
    expect(await waitingRun(store, room)).toBeUndefined();
    await room.say("Hi");
    await clearConversation(store, conversation.id);
    expect(await waitingRun(store, room)).toBeUndefined();
    const asked = await room.say("Hi");
    await deleteAnswer(store, asked.turnId);
    expect(await waitingRun(store, room)).toBeUndefined();
    const { answerMessageId } = await room.say("Hi");
    await deleteMessage(store, conversation, answerMessageId);
    expect(await waitingRun(store, room)).toBeUndefined();
    await store.close();
  });

  test("may be answered in the turn that asks it, where the caller can wait", async () => {
    const room = await aWorkflowRoom(asking);
    const { store, agent, conversation, turns } = room;
    const turn = await room.say("Hi", { canWait: true });
    const events = await eventsOf(turn);
    expect(events.at(-1)).toEqual({ type: "turn-end", status: "waiting" });
    const [call] = await pendingCalls(store, turn.turnId);
    expect(call).toMatchObject({ name: "ask", isQuestion: true });
    expect(JSON.parse(call?.arguments ?? "")).toEqual({ text: "Which colour?", options: ["Red", "Blue"] });
    const outputs = [{ callId: call?.id ?? "", text: "red" }];
    const resumed = await turns.resume({
      ...asker(agent),
      conversation,
      turnId: turn.turnId,
      outputs,
      canWait: true,
    });
    expect((await eventsOf(resumed)).at(-1)).toEqual({ type: "turn-end", status: "completed" });
    expect(texts(await historyOf(store, conversation))).toEqual([
      [["completed", "Welcome.\n\nWhich colour?\nA. Red\nB. Blue\n\nYou chose red (red)."]],
    ]);
    await store.close();
  });

  test("that its turn waits with is answered by the next message too, which completes that turn", async () => {
    const room = await aWorkflowRoom(asking);
    const turn = await room.say("Hi", { canWait: true });
    await room.say("blue", { canWait: true });
    expect(texts(await historyOf(room.store, room.conversation))).toEqual([
      [["completed", "Welcome.\n\nWhich colour?\nA. Red\nB. Blue"]],
      [["completed", "You chose blue (blue)."]],
    ]);
    expect(await pendingCalls(room.store, turn.turnId)).toEqual([]);
    await room.store.close();
  });

  test("of a turn that is not kept ends with it", async () => {
    const room = await aWorkflowRoom(asking);
    const turn = await room.say("Hi", { isStored: false, canWait: true });
    expect(turn.log.text).toContain("Which colour?");
    expect(await waitingRun(room.store, room)).toBeUndefined();
    await room.store.close();
  });
});

test("tools of the caller make the turn wait, and it goes on with what they gave", async () => {
  const room = await aWorkflowRoom({
    mode: "chatflow",
    tools: [
      {
        runBy: "caller",
        name: "open_door",
        description: "Opens a door",
        parameters: { type: "object", properties: { door: { type: "string" } } },
      },
    ],
    nodes: [
      { id: "start", type: "start", next: "open" },
      { id: "open", type: "tool", tool: "open_door", inputs: { door: { ref: "start.query" } }, next: "end" },
      { id: "end", type: "end", answer: "It said {{ open.text }}." },
    ],
  });
  const { store, agent, conversation, turns } = room;
  const turn = await room.say("front", { canWait: true });
  expect(outline(await eventsOf(turn))).toEqual([
    "turn-start",
    "thought-start",
    "requires-action",
    "usage",
    "turn-end",
  ]);
  const [call] = await pendingCalls(store, turn.turnId);
  expect(call).toMatchObject({ name: "open_door", arguments: '{"door":"front"}' });
  const asked = { ...asker(agent), conversation, turnId: turn.turnId, canWait: true };
  const wrong = turns.resume({ ...asked, outputs: [] });
  await expect(wrong).rejects.toMatchObject({ code: "request_invalid" });
  const resumed = await turns.resume({ ...asked, outputs: [{ callId: call?.id ?? "", text: "opened" }] });
  expect(outline(await eventsOf(resumed))).toEqual([
    "turn-start",
    "thought-end",
    "text-start",
    "text-delta",
    "text-end",
    "usage",
    "turn-end",
  ]);
  expect(resumed.log.text).toBe("It said opened.");
  const refused = await room.say("front");
  expect((await eventsOf(refused)).at(-1)).toMatchObject({ type: "turn-error", code: "workflow_failed" });
  await store.close();
});

test("a turn that is stopped ends its run and the model's work with it", async () => {
  const model = scriptedModel(["so far", { type: "gate", until: new Promise(() => {}) }, "never"]);
  const room = await aWorkflowRoom(
    {
      mode: "chatflow",
      nodes: [
        { id: "start", type: "start", next: "write" },
        { id: "write", type: "llm", prompt: "{{ start.query }}", next: "end" },
        { id: "end", type: "end", answer: "{{ write.text }}", stream: true },
      ],
    },
    { model },
  );
  const turn = await ask(room.turns, room.agent, room.conversation, "Hi");
  await eventually(() => turn.log.text === "so far");
  await room.turns.stop(turn.turnId);
  expect((await eventsOf(turn)).at(-1)).toEqual({ type: "turn-end", status: "stopped" });
  expect(model.calls[0]?.outcome).toBe("aborted");
  expect(await room.store.workflowRuns.ofTurn(turn.turnId)).toMatchObject({ status: "cancelled" });
  const late = await room.say("Hi", { deadline: new Date(Date.now() + 50) });
  expect((await eventsOf(late)).at(-1)).toMatchObject({ type: "turn-error", code: "model_timeout" });
  expect(await room.store.workflowRuns.ofTurn(late.turnId)).toMatchObject({ status: "cancelled" });
  await room.store.close();
});

test("a run that somebody cancels stops its turn, and one that fails fails it", async () => {
  const model = scriptedModel(["so far", { type: "gate", until: new Promise(() => {}) }]);
  const write = { id: "write", type: "llm", prompt: "{{ start.query }}", next: "end" };
  const nodes = [
    { id: "start", type: "start", next: "write" },
    write,
    { id: "end", type: "end", answer: "{{ write.text }}", stream: true },
  ];
  const room = await aWorkflowRoom({ mode: "chatflow", nodes }, { model });
  const turn = await ask(room.turns, room.agent, room.conversation, "Hi");
  await eventually(() => turn.log.text === "so far");
  const run = await room.store.workflowRuns.ofTurn(turn.turnId);
  await room.engine.cancel(run?.id ?? (0 as never));
  expect((await eventsOf(turn)).at(-1)).toEqual({ type: "turn-end", status: "stopped" });
  await room.store.close();

  const failing = await aWorkflowRoom({
    mode: "chatflow",
    nodes: [
      { id: "start", type: "start", next: "sum" },
      {
        id: "sum",
        type: "text",
        operation: "trim",
        inputs: { text: { cel: "string(int(start.query))" } },
        next: "end",
      },
      { id: "end", type: "end", answer: "{{ sum.text }}" },
    ],
  });
  const failed = await failing.say("Hi");
  const last = (await eventsOf(failed)).at(-1);
  expect(last).toMatchObject({
    type: "turn-error",
    code: "workflow_failed",
    message: expect.stringMatching(/^sum: /),
  });
  await failing.store.close();
});

test("a workflow that pauses keeps its turn open for a while, and else goes on without it", async () => {
  const pausing = (seconds: number): GraphFile => ({
    mode: "chatflow",
    nodes: [
      { id: "start", type: "start", next: "one" },
      { id: "one", type: "message", text: "One.", next: "pause" },
      { id: "pause", type: "delay", inputs: { seconds }, next: "end" },
      { id: "end", type: "end", answer: "Two." },
    ],
  });
  const room = await aWorkflowRoom(pausing(3_600));
  const { store, agent, conversation } = room;
  const over = await room.say("Hi");
  expect((await eventsOf(over)).at(-1)).toEqual({ type: "turn-end", status: "completed" });
  expect(over.log.text).toBe("One.");

  let aheadMs = 4_000_000;
  const late = aProcessOn(store, scriptedModel([]), { now: () => new Date(Date.now() + aheadMs) });
  await late.engine.open();
  await eventually(async () => {
    const [, later] = await historyOf(store, conversation);
    expect(later).toMatchObject({ question: { role: "assistant", text: "Two." }, answers: [] });
  });
  await late.engine.drain(0);

  aheadMs = 0;
  const { turns, engine } = aProcessOn(store, scriptedModel([]), {
    now: () => new Date(Date.now() + aheadMs),
  });
  const workflow = await aWorkflowAgent(store, pausing(30));
  const turn = await ask(turns, agent, conversation, "Hi", { workflow });
  await eventually(async () => (await store.workflowRuns.ofTurn(turn.turnId))?.status === "waiting");
  expect(turn.log.isEnded).toBe(false);
  aheadMs = 60_000;
  await engine.open();
  await turn.ended;
  expect(turn.log.text).toBe("One.\n\nTwo.");
  aheadMs = 0;
  const stopped = await ask(turns, agent, conversation, "Hi", { workflow });
  await eventually(async () => (await store.workflowRuns.ofTurn(stopped.turnId))?.status === "waiting");
  await turns.stop(stopped.turnId);
  expect(await store.workflowRuns.ofTurn(stopped.turnId)).toMatchObject({ status: "cancelled" });
  await engine.drain(0);
  await store.close();
});
