import { expect, it } from "vitest";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { ChangeMark, Store } from "../store.ts";
import { aFailure, anEndpoint, anEvent, aResult, claimFirst, emit, endpoint } from "./callback-factories.ts";
import { aSubmission } from "./channels.ts";
import { aConversation, anAgent, anEnd, aTurn, later } from "./factories.ts";

/** What pages are told of. Marks are of the last half minute, so that here things happen now. */
export function changeConformance(shared: () => Store): void {
  it("every change of a workspace is told of, also of rows that were there, and other workspaces' are not", async () => {
    const store = shared();
    const agent = anAgent(store);
    const { workspaceId } = agent;
    const told = (work: () => Promise<unknown>) => topicsOf(store, workspaceId, work);
    const stranger = anAgent(store);
    const strangely = (work: () => Promise<unknown>) => topicsOf(store, stranger.workspaceId, work);

    expect(await told(() => store.agents.save(agent))).toEqual(["agents"]);
    expect(await told(() => store.agents.save({ ...agent, name: "售后" }))).toEqual(["agents"]);
    expect(await strangely(() => store.agents.save({ ...agent, name: "售前" }))).toEqual([]);

    const conversation = aConversation(store, { workspaceId, agentId: agent.id });
    expect(await told(() => store.conversations.insert(conversation))).toEqual(["conversations"]);
    const turn = aTurn(store, conversation);
    expect(await told(() => store.turns.open(turn))).toEqual(["conversations", "turns"]);
    expect(await told(async () => {})).toEqual([]);
    expect(await told(() => store.turns.close(anEnd(turn, { endedAt: new Date() })))).toEqual([
      "conversations",
      "turns",
    ]);
    const feedback = {
      turnId: turn.turnId,
      rater: "u-1",
      rating: "dislike" as const,
      categories: [],
      comment: "",
      revision: 1,
      updatedAt: new Date(),
    };
    expect(await told(() => store.feedback.save(feedback))).toEqual(["conversations", "feedback"]);
    const comment = { ...feedback, comment: "不对", revision: 2 };
    expect(await told(() => store.feedback.save(comment))).toEqual(["conversations", "feedback"]);
    expect(await strangely(() => store.feedback.save({ ...comment, revision: 3 }))).toEqual([]);
    expect(await told(() => store.conversations.hold(conversation.id, new Date()))).toEqual([
      "conversations",
    ]);
    expect(await told(() => store.conversations.delete(conversation.id, new Date()))).toEqual([
      "conversations",
    ]);
  });

  it("a turn that began and ended between two looks is told of", async () => {
    const store = shared();
    const agent = anAgent(store);
    await store.agents.save(agent);
    const conversation = aConversation(store, { workspaceId: agent.workspaceId, agentId: agent.id });
    await store.conversations.insert(conversation);
    const turn = aTurn(store, conversation);
    const told = await topicsOf(store, agent.workspaceId, async () => {
      await store.turns.open(turn);
      await store.turns.close(anEnd(turn, { endedAt: new Date() }));
    });
    expect(told).toEqual(["conversations", "turns"]);
  });

  it("deliveries are told of as they are made, fail, arrive and are held back; submissions as they are decided", async () => {
    const store = shared();
    const made = anEndpoint(store);
    const workspaceId = made.workspaceId ?? store.newId<WorkspaceId>();
    const told = (work: () => Promise<unknown>) => topicsOf(store, workspaceId, work);
    expect(await told(() => store.endpoints.save(made))).toEqual(["endpoints"]);
    const event = anEvent(store, { workspaceId });
    expect(await told(() => emit(store, made, 1, { event }))).toEqual(["deliveries", "events"]);
    const failing = await claimFirst(store, made);
    expect(await told(() => store.outbox.record([aFailure(store, failing, later(1))], []))).toEqual([
      "deliveries",
    ]);
    const arriving = await claimFirst(store, made);
    expect(await told(() => store.outbox.record([aResult(store, arriving)], []))).toEqual(["deliveries"]);
    await emit(store, made, 1, { event: anEvent(store, { workspaceId }) });
    expect(await told(() => store.outbox.hold(made.id))).toEqual(["deliveries"]);
    const health = { endpointId: made.id, consecutiveFailures: 3, failingSince: new Date() };
    await store.outbox.record([], [{ endpointId: made.id, consecutiveFailures: 0 }]);
    expect(await told(() => store.outbox.record([], [health]))).toEqual(["endpoints"]);
    expect(await told(() => store.outbox.record([], [{ ...health, consecutiveFailures: 4 }]))).toEqual([]);

    const submission = aSubmission(store, { workspaceId });
    expect(await told(() => store.submissions.insert(submission, { kind: "file" }))).toEqual(["submissions"]);
    const decision = {
      ...{ id: submission.id, from: ["auditing" as const], to: "rejected" as const, reason: "不合规" },
      ...{ by: { kind: "audit" as const }, now: new Date() },
    };
    expect(await told(() => store.submissions.decide(decision))).toEqual(["submissions"]);
    await endpoint(store);
    expect(await told(() => endpoint(store))).toEqual([]);
  });

  it("what was told of long ago is forgotten", async () => {
    const store = shared();
    const agent = anAgent(store);
    await store.agents.save(agent);
    const isTold = async () =>
      (await store.changes.marks([agent.workspaceId], new Date())).some(({ topic }) => topic === "agents");
    await store.changes.forget(new Date(Date.now() - 60_000));
    expect(await isTold()).toBe(true);
    await store.changes.forget(new Date(Date.now() + 60_000));
    expect(await isTold()).toBe(false);
  });
}

/** Topics of marks that are other than before. */
async function topicsOf(
  store: Store,
  workspaceId: WorkspaceId,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const before = keyed(await store.changes.marks([workspaceId], new Date()));
  await work();
  const after = keyed(await store.changes.marks([workspaceId], new Date()));
  const changed = [...after].filter(([key, { mark }]) => before.get(key)?.mark !== mark);
  return [...new Set(changed.map(([, { topic }]) => topic))].sort();
}

function keyed(marks: readonly ChangeMark[]): Map<string, ChangeMark> {
  return new Map(marks.map((mark) => [`${mark.topic} ${mark.span}`, mark]));
}
