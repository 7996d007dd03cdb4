import { expect, test } from "vitest";
import type { WorkflowStepId } from "../domain/ids.ts";
import type { TurnEvent } from "../domain/turn-event.ts";
import { NO_RUN_USAGE, type RunEvent, type StepPlace } from "../domain/workflow-run.ts";
import { RunNarration } from "./run-narration.ts";

function place(nodeId: string, kind = "message"): StepPlace {
  return { stepId: nodeId.charCodeAt(0) as WorkflowStepId, path: nodeId, nodeId, kind, title: nodeId };
}

const begins = (id: string): RunEvent => ({ type: "message-start", step: place(id), isAnswer: false });
const says = (id: string, text: string): RunEvent => ({ type: "message-delta", step: place(id), text });
const ends = (id: string, text: string): RunEvent => ({ type: "message-end", step: place(id), text });
const did = (id: string, kind: string): RunEvent => ({
  ...{ type: "node-end", step: place(id, kind), status: "completed", latencyMs: 3, usage: NO_RUN_USAGE },
  ...{ input: { query: "q" }, output: { text: "done" } },
});

function told(events: RunEvent[], more: (narration: RunNarration) => void = () => {}): string[] {
  const turn: TurnEvent[] = [];
  const narration = new RunNarration((event) => turn.push(event));
  for (const event of events) narration.of(event);
  more(narration);
  narration.close();
  return turn.map((event) => {
    if (event.type === "text-delta") return event.text;
    return event.type === "thought-start" ? `thought ${event.position} ${event.tool}` : event.type;
  });
}

test("nodes that speak at once speak one after the other, and nothing is lost or told twice", () => {
  const events = [
    begins("a"),
    says("a", "A1"),
    begins("b"),
    says("b", "B1"),
    begins("c"),
    did("x", "http"),
    says("c", "C1"),
    ends("c", "C1"),
    says("a", "A2"),
    ends("a", "A1A2"),
    says("b", "B2"),
    ends("b", "B1B2B3"),
  ];
  expect(told(events)).toEqual([
    "text-start",
    "A1",
    "A2",
    "text-end",
    "text-start",
    "\n\nB1",
    "B2",
    "B3",
    "text-end",
    "text-start",
    "\n\nC1",
    "text-end",
    "thought 1 x",
    "thought-end",
  ]);
});

test("what was held back is told when the run ends in the middle of it, and last words come after", () => {
  const events = [begins("a"), says("a", "A"), begins("b"), says("b", "B")];
  expect(told(events, (narration) => narration.say("Bye."))).toEqual([
    "text-start",
    "A",
    "text-end",
    "text-start",
    "\n\nB",
    "text-end",
    "text-start",
    "\n\nBye.",
    "text-end",
  ]);
});

test("what nodes did is told as searches and thoughts, of the kinds that are worth it, up to a limit", () => {
  expect(told([did("s", "start"), did("k", "knowledge"), did("c", "condition"), did("m", "llm")])).toEqual([
    "knowledge-search-start",
    "knowledge-search-end",
    "thought 1 m",
    "thought-end",
  ]);
  const many = told(Array.from({ length: 150 }, () => did("h", "http")));
  expect(many.filter((line) => line.startsWith("thought "))).toHaveLength(100);
});

test("plain texts that a node sends are words of the answer, others are actions", () => {
  const send = (payload: { text: string; mentionUserIds?: string[] }): RunEvent => ({
    ...{ type: "action", step: place("s") },
    action: { type: "send-text-message", status: "send", payload, nodeId: "s" },
  });
  expect(told([send({ text: "Hi" }), send({ text: "You!", mentionUserIds: ["u"] })])).toEqual([
    "text-start",
    "Hi",
    "text-end",
    "action",
  ]);
});

const passage = { text: "Seven days.", score: 0.9, question: "", document: "shop", url: "", headings: [] };
const found = { ...passage, base: "FAQ", id: "31", baseId: "21", documentId: "11" };
const search = { bases: ["21"], topK: 5, scoreThreshold: 0.2 };

test("a search is told with where, how and what, and with the pair that answers", () => {
  const told: TurnEvent[] = [];
  const narration = new RunNarration((event) => told.push(event));
  narration.of({ ...did("k", "knowledge"), output: { passages: [found], pair: null, search } } as RunEvent);
  const passages = [{ chunkId: 31, knowledgeBaseId: 21, documentId: 11, knowledgeBaseName: "FAQ" }];
  const how = { query: "q", knowledgeBaseIds: [21], topK: 5, scoreThreshold: 0.2 };
  expect(told).toMatchObject([
    { type: "knowledge-search-start", ...how },
    { type: "knowledge-search-end", passages },
  ]);
  const pair = { ...found, question: "How long?", documentId: "" };
  narration.of({ ...did("l", "knowledge"), output: { passages: [], pair, search } } as RunEvent);
  expect(told.slice(2)).toMatchObject([
    { type: "qa-search-start", query: "q", knowledgeBaseIds: [21] },
    { type: "qa-search-end", knowledgeBaseIds: [21], passages: [{ question: "How long?" }] },
    { type: "knowledge-search-start" },
    { type: "knowledge-search-end", passages: [] },
  ]);
  expect(told[3]).not.toHaveProperty("passages.0.documentId");
});

test.each([
  { passages: "none" },
  { passages: Array.from({ length: 101 }, () => found) },
  { passages: [{ text: 1 }], search: 7 },
  {},
])("a search that says something else in place of what it found is told to have found nothing", (output) => {
  const told: TurnEvent[] = [];
  const narration = new RunNarration((event) => told.push(event));
  narration.of({ ...did("k", "knowledge"), output } as RunEvent);
  expect(told).toMatchObject([
    { type: "knowledge-search-start", knowledgeBaseIds: [] },
    { type: "knowledge-search-end", passages: [] },
  ]);
});

test("what is too long to be told whole is cut, and is JSON still", () => {
  const told: TurnEvent[] = [];
  const narration = new RunNarration((event) => told.push(event));
  const long = { text: '\u{1F600}"'.repeat(5_000) };
  narration.of({ ...did("c", "code"), input: long, output: long } as RunEvent);
  const [start, end] = told;
  if (start?.type !== "thought-start" || end?.type !== "thought-end") throw new Error("no thought");
  for (const text of [start.input, end.observation]) {
    expect(text.length).toBeLessThan(6_000);
    expect(JSON.parse(text).cut).toMatch(/^\{"text":".*…$/);
  }
});
