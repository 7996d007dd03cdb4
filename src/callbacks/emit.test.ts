import { describe, expect, test } from "vitest";
import type { Fact, TurnEventData } from "../domain/event.ts";
import type {
  AgentId,
  ChannelId,
  ConversationId,
  EndpointId,
  ExchangeId,
  MessageId,
  TurnId,
} from "../domain/ids.ts";
import type { Emission } from "../storage/store.ts";
import { BODY_LIMIT_BYTES } from "./body-size.ts";
import { INLINE_LIMIT, TEXT_LIMIT } from "./emit.ts";
import { disableEndpoint, pauseEndpoint } from "./endpoints.ts";
import { fanOutRest } from "./fan-out.ts";
import { openEndpointDesk } from "./testing/endpoint-desk.ts";

describe("a fact", () => {
  test("that nobody listens to becomes nothing", async () => {
    const desk = await openEndpointDesk();
    expect(await desk.emitter.prepare(desk.store, desk.publication())).toBeUndefined();
    await desk.endpoint({ eventTypes: ["agent.deleted"] });
    expect(await desk.emitter.prepare(desk.store, desk.publication())).toBeUndefined();
  });

  test("becomes one event with a delivery for each listener; equal texts are one body", async () => {
    const desk = await openEndpointDesk();
    const first = await desk.endpoint();
    const second = await desk.endpoint();
    const app = await desk.endpoint({
      kind: "coze",
      ownerId: desk.ownerId,
      workspaceId: undefined,
      url: undefined,
    });
    desk.answer = { status: 200, body: "challenge" };
    await desk.store.endpoints.save({ ...app.endpoint, url: "https://apps.example.com" });
    const emission = await desk.emitter.emit(desk.store, desk.publication());
    expect(emission?.deliveries.map(({ endpointId }) => endpointId)).toEqual([
      first.endpoint.id,
      second.endpoint.id,
      app.endpoint.id,
    ]);
    const [one, other, apps] = emission?.deliveries ?? [];
    expect(one?.bodyId).toBe(other?.bodyId);
    expect(apps?.bodyId).not.toBe(one?.bodyId);
    expect(emission?.bodies).toHaveLength(2);
    expect(emission?.isFannedOut).toBe(true);
    const stored = await desk.store.outbox.listDeliveries({ workspaceId: desk.workspaceId, limit: 10 });
    expect(stored.map(({ state, trigger }) => `${state} ${trigger}`)).toEqual(Array(3).fill("pending event"));
    expect(await desk.store.outbox.body(one?.bodyId ?? (0 as never))).toContain("商城客服");
  });

  test("is told in text that every parser reads, also where a character was cut in two", async () => {
    const desk = await openEndpointDesk();
    await desk.endpoint();
    const emission = await desk.emitter.emit(desk.store, desk.publication({ name: "a\ud83d" }));
    expect(JSON.parse(emission?.bodies[0]?.text ?? "")).toMatchObject({ data: { name: "a\uFFFD" } });
  });

  test.each([2, INLINE_LIMIT + 1])(
    "becomes the same events together with another of the same cause, with %s listeners",
    async (count) => {
      const desk = await openEndpointDesk();
      const one = desk.publication();
      const other = { ...one, type: "agent.unpublished" as const, data: { ...one.data, reason: "" } };
      const said = ({ event, deliveries, isFannedOut }: Emission) => ({
        type: event.type,
        to: deliveries.map(({ endpointId }) => endpointId),
        isFannedOut,
      });
      const told = async () => (await desk.emitter.prepareBoth(desk.store, one, other)).map(said);
      const apart = async () => {
        const each = [one, other].map((fact) => desk.emitter.prepare(desk.store, fact));
        return (await Promise.all(each)).filter((emission) => emission !== undefined).map(said);
      };
      expect(await told()).toEqual([]);
      await desk.endpoint({ eventTypes: ["agent.unpublished"] });
      expect(await told()).toMatchObject([{ type: "agent.unpublished", isFannedOut: true }]);
      for (let made = 0; made < count; made++) {
        await desk.endpoint({
          eventTypes: made % 2 === 0 ? ["agent.published"] : ["agent.published", "agent.unpublished"],
        });
      }
      expect(await told()).toEqual(await apart());
    },
  );

  test("is told only to endpoints that want its agent", async () => {
    const desk = await openEndpointDesk();
    const fact = desk.publication();
    await desk.endpoint();
    const { endpoint } = await desk.endpoint();
    await desk.store.endpoints.save({ ...endpoint, agentIds: [fact.data.agentId] });
    expect((await desk.emitter.prepare(desk.store, fact))?.deliveries).toHaveLength(2);
    expect((await desk.emitter.prepare(desk.store, desk.publication()))?.deliveries).toHaveLength(1);
  });

  test("is held where the endpoint is disabled, waits where it is paused, and keeps its order where asked", async () => {
    const desk = await openEndpointDesk();
    const ordered = await desk.endpoint({ isOrdered: true });
    const disabled = await desk.endpoint();
    const paused = await desk.endpoint();
    await disableEndpoint(desk.services, disabled.endpoint.id, "by hand");
    await pauseEndpoint(desk.services, paused.endpoint.id);
    const fact = desk.publication();
    const emission = await desk.emitter.prepare(desk.store, fact);
    expect(
      emission?.deliveries.map(({ endpointId, state, orderKey }) => [endpointId, state, orderKey]),
    ).toEqual([
      [ordered.endpoint.id, "pending", fact.subject],
      [disabled.endpoint.id, "held", ""],
      [paused.endpoint.id, "pending", ""],
    ]);
  });

  test("whose body would be too long is refused", async () => {
    const desk = await openEndpointDesk();
    await desk.endpoint();
    const fact = desk.publication({ description: "长".repeat(BODY_LIMIT_BYTES / 3 + 1) });
    await expect(desk.emitter.prepare(desk.store, fact)).rejects.toMatchObject({ code: "request_invalid" });
  });

  test("about a turn has its texts cut, between characters, however much escaping they need", async () => {
    const desk = await openEndpointDesk();
    await desk.endpoint({ eventTypes: ["turn.completed"] });
    const fact = aTurnOf(desk.workspaceId, {
      question: "😀".repeat(TEXT_LIMIT + 1),
      answer: "\u0001".repeat(TEXT_LIMIT + 1),
    });
    const emission = await desk.emitter.prepare(desk.store, fact);
    const body = JSON.parse(emission?.bodies[0]?.text ?? "");
    expect(body.data.question).toBe("😀".repeat(TEXT_LIMIT));
    expect(body.data.answer).toHaveLength(TEXT_LIMIT);
    expect(body.data.isTruncated).toBe(true);
    const whole = await desk.emitter.prepare(
      desk.store,
      aTurnOf(desk.workspaceId, { answer: "a".repeat(TEXT_LIMIT) }),
    );
    expect(JSON.parse(whole?.bodies[0]?.text ?? "").data.isTruncated).toBe(false);
  });

  test("about usage says whose account it is", async () => {
    const desk = await openEndpointDesk();
    await desk.endpoint({ eventTypes: ["usage.recorded"] });
    const { turnId, conversationId, agentId } = aTurnOf(desk.workspaceId, {}).data;
    const spent = { model: "m", inputTokens: 1, outputTokens: 1, cost: 0, currency: "" };
    const emission = await desk.emitter.prepare(desk.store, {
      type: "usage.recorded",
      workspaceId: desk.workspaceId,
      subject: "conversation:1",
      at: new Date(),
      data: { turnId, conversationId, agentId, userId: "u", channel: "api", ...spent },
    });
    expect(emission?.event.data).toMatchObject({ accountId: desk.ownerId });
  });
});

test("more listeners than fit get their deliveries later, each once, also when that is interrupted", async () => {
  const desk = await openEndpointDesk();
  const { endpoint } = await desk.endpoint();
  const ids = [endpoint.id];
  for (let count = 0; count < INLINE_LIMIT + 4; count++) {
    const id = desk.store.newId<EndpointId>();
    await desk.store.endpoints.save({ ...endpoint, id });
    ids.push(id);
  }
  const emission = await desk.emitter.emit(desk.store, desk.publication());
  expect(emission).toMatchObject({ isFannedOut: false, fanOutCursor: ids[INLINE_LIMIT - 1] });
  expect(emission?.deliveries).toHaveLength(INLINE_LIMIT);
  const { store, emitter } = desk;
  expect(await fanOutRest({ store, emitter })).toEqual(ids.slice(INLINE_LIMIT));
  expect(await fanOutRest({ store, emitter })).toEqual([]);
  const deliveries = await store.outbox.listDeliveries({ workspaceId: desk.workspaceId, limit: 100 });
  expect(deliveries.map(({ endpointId }) => endpointId).sort()).toEqual(ids.toSorted());
});

test("an event that cannot be told to all keeps no other waiting", async () => {
  const desk = await openEndpointDesk();
  const { endpoint } = await desk.endpoint();
  for (let count = 0; count < INLINE_LIMIT; count++) {
    await desk.store.endpoints.save({ ...endpoint, id: desk.store.newId<EndpointId>() });
  }
  const bad = await desk.emitter.emit(desk.store, desk.publication());
  const good = await desk.emitter.emit(desk.store, desk.publication());
  const deliveries: typeof desk.emitter.deliveries = (event, ...rest) => {
    if (event.id === bad?.event.id) throw new Error("nobody can tell this");
    return desk.emitter.deliveries(event, ...rest);
  };
  const emitter = Object.create(desk.emitter, { deliveries: { value: deliveries } });
  expect(await fanOutRest({ store: desk.store, emitter })).toHaveLength(1);
  const unfinished = await desk.store.outbox.unfinished(9);
  expect(unfinished.map(({ event }) => event.id)).toEqual([bad?.event.id]);
  expect(good?.isFannedOut).toBe(false);
});

describe("the question to a channel's server", () => {
  const submission = (desk: Awaited<ReturnType<typeof openEndpointDesk>>): Fact<"agent.submitted"> => ({
    ...desk.publication(),
    type: "agent.submitted",
    data: { ...desk.publication({ channel: "77" }).data, submissionId: 1 as never },
  });

  test("is one held delivery to the callback app of that channel", async () => {
    const desk = await openEndpointDesk();
    desk.answer = { status: 200, body: "challenge" };
    const wanted = { kind: "coze-channel", workspaceId: undefined, eventTypes: ["agent.submitted"] } as const;
    await desk.endpoint({ ...wanted, eventTypes: [...wanted.eventTypes], channel: "78" });
    for (const id of [77, 78]) {
      await desk.store.channels.install(id as ChannelId, desk.workspaceId, new Date());
    }
    const app = await desk.endpoint({ ...wanted, eventTypes: [...wanted.eventTypes], channel: "77" });
    const emission = await desk.emitter.prepareQuestion(desk.store, submission(desk));
    expect(emission?.deliveries).toMatchObject([
      { endpointId: app.endpoint.id, trigger: "sync", state: "held", orderKey: "" },
    ]);
  });

  test("is not asked where nobody wants to be asked", async () => {
    const desk = await openEndpointDesk();
    expect(await desk.emitter.prepareQuestion(desk.store, submission(desk))).toBeUndefined();
  });
});

function aTurnOf(
  workspaceId: Fact["workspaceId"],
  texts: Partial<Pick<TurnEventData, "question" | "answer">>,
): Fact<"turn.completed"> {
  const usage = { inputTokens: 1, outputTokens: 1, firstTokenMs: 1, latencyMs: 1, cost: 0, currency: "" };
  return {
    type: "turn.completed",
    workspaceId,
    subject: "conversation:2",
    at: new Date(),
    data: {
      turnId: 1 as TurnId,
      conversationId: 2 as ConversationId,
      exchangeId: 3 as ExchangeId,
      messageId: 4 as MessageId,
      agentId: 5 as AgentId,
      userId: "u",
      channel: "api",
      status: "completed",
      question: "",
      answer: "",
      isTruncated: false,
      usage,
      ...texts,
    },
  };
}
