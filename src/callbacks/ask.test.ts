import { describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { FaultDesk, type FaultPoint, faultyStore } from "../../test/support/fault-store.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { ChannelId, DeliveryId, SubmissionId } from "../domain/ids.ts";
import type { Answer } from "./ask.ts";
import { type EngineDesk, FAST_CLOCK, openEngineDesk } from "./testing/engine-desk.ts";

const VERDICT = { status: 200, body: "approved" };

interface Question {
  desk: EngineDesk;
  endpoint: Endpoint;
  deliveryId: DeliveryId;
}

/** A question to the callback app of a channel, kept and not asked yet. */
async function aQuestion(options: Parameters<typeof openEngineDesk>[0] = {}): Promise<Question> {
  const desk = await openEngineDesk(options);
  const channelId = desk.store.newId<ChannelId>();
  await desk.store.channels.install(channelId, desk.workspaceId, new Date());
  const channel = String(channelId);
  const endpoint = await desk.listen("channel", {
    kind: "coze-channel",
    workspaceId: undefined,
    ownerId: desk.ownerId,
    channel,
    eventTypes: ["agent.submitted", "agent.published"],
  });
  return { desk, endpoint, deliveryId: await submit(desk, channel) };
}

async function submit(desk: EngineDesk, channel: string): Promise<DeliveryId> {
  const publication = desk.publication({ channel });
  const emission = await desk.callbacks.prepareQuestion(desk.store, {
    ...publication,
    type: "agent.submitted",
    data: { ...publication.data, submissionId: desk.store.newId<SubmissionId>() },
  });
  const [delivery] = emission?.deliveries ?? [];
  if (emission === undefined || delivery === undefined) throw new Error("nobody is asked");
  await desk.store.outbox.add(emission);
  return delivery.id;
}

async function ask({ desk, deliveryId }: Question, timeoutMs = 10_000): Promise<Answer[]> {
  const answers: Answer[] = [];
  await desk.callbacks.ask({ deliveryId, timeoutMs }, async (answer) => {
    answers.push(answer);
  });
  return answers;
}

const stateOf = async ({ desk, deliveryId }: Question) =>
  (await desk.store.outbox.findDelivery(deliveryId))?.state;

describe("a question to an endpoint", () => {
  test.each(["endpoints.find", "outbox.claimOne"])(
    "can be asked again when the store failed: %s",
    async (at) => {
      const faults = new FaultDesk();
      const question = await aQuestion({ alter: (store) => faultyStore(store, faults) });
      question.desk.react("channel", VERDICT);
      faults.order([{ at: `after ${at}` as FaultPoint, does: "fail" }]);
      await expect(ask(question)).rejects.toThrow("as it was told to");
      expect(question.desk.received("channel")).toEqual([]);
      await eventually(async () => (await stateOf(question)) === "held");
      expect(await ask(question)).toMatchObject([{ status: 200 }]);
      expect(await question.desk.store.outbox.attempts(question.deliveryId)).toMatchObject([{ number: 1 }]);
    },
  );

  test("is sent by nobody but who asks", async () => {
    const question = await aQuestion();
    question.desk.react("channel", VERDICT);
    await question.desk.happen(question.desk.publication({ channel: question.endpoint.channel ?? "" }));
    await eventually(() => question.desk.received("channel").length === 1);
    expect(await stateOf(question)).toBe("held");
    expect(await ask(question)).toEqual([
      expect.objectContaining({ status: 200, responsePrefix: "approved", errorCode: "" }),
    ]);
    expect(await stateOf(question)).toBe("delivered");
  });

  test("is decided before its attempt is stored", async () => {
    const question = await aQuestion();
    const { desk, deliveryId } = question;
    desk.react("channel", VERDICT);
    let stateAtDecision = "";
    await desk.callbacks.ask({ deliveryId, timeoutMs: 1_000 }, async () => {
      stateAtDecision = (await stateOf(question)) ?? "";
      expect(await desk.store.outbox.attempts(deliveryId)).toEqual([]);
    });
    expect(stateAtDecision).toBe("leased");
    expect(await desk.store.outbox.attempts(deliveryId)).toMatchObject([{ trigger: "sync", outcome: "ok" }]);
  });

  test.each([
    [{ status: 200, body: "hello" }, "", "verdict_missing"],
    [500, "http_500", "http_500"],
    [302, "redirect_refused", "redirect_refused"],
    ["refused", "refused", "refused"],
    ["hang", "timeout", "timeout"],
  ] as const)("that is answered with %o fails, and is not sent again", async (reaction, code, kept) => {
    const question = await aQuestion({ clock: FAST_CLOCK });
    question.desk.react("channel", reaction);
    expect(await ask(question, 50)).toEqual([expect.objectContaining({ errorCode: code })]);
    expect(await question.desk.store.outbox.findDelivery(question.deliveryId)).toMatchObject({
      state: "exhausted",
      lastError: kept,
    });
    expect(await ask(question)).toEqual([]);
    expect(question.desk.received("channel").length).toBe(1);
  });

  test("is kept when its answer cannot be applied", async () => {
    const question = await aQuestion();
    const { desk, deliveryId } = question;
    desk.react("channel", VERDICT);
    const failing = desk.callbacks.ask({ deliveryId, timeoutMs: 1_000 }, async () => {
      throw new Error("the store says no");
    });
    await expect(failing).rejects.toThrow("the store says no");
    expect(await stateOf(question)).toBe("held");
    expect((await ask(question)).length).toBe(1);
    expect(await stateOf(question)).toBe("delivered");
  });

  test("is asked once when two ask it at the same time", async () => {
    const question = await aQuestion();
    question.desk.react("channel", VERDICT);
    const answers = await Promise.all([ask(question), ask(question)]);
    expect(answers.map((all) => all.length).sort()).toEqual([0, 1]);
    expect(question.desk.received("channel").length).toBe(1);
  });

  test.each(["disabled", "paused"] as const)("fails at once while the endpoint is %s", async (state) => {
    const question = await aQuestion();
    const { desk, endpoint } = question;
    await desk.store.endpoints.save({ ...endpoint, state, updatedAt: new Date() });
    expect(await ask(question)).toEqual([expect.objectContaining({ errorCode: `endpoint_${state}` })]);
    expect(await stateOf(question)).toBe("exhausted");
    expect(desk.received("channel")).toEqual([]);
  });

  test("fails at once while the endpoint's breaker is open", async () => {
    const question = await aQuestion();
    const { desk, endpoint } = question;
    const openedAt = new Date();
    const breaker = { openedAt, until: new Date(openedAt.getTime() + 30_000), backoffMs: 30_000 };
    await desk.store.outbox.record([], [{ endpointId: endpoint.id, consecutiveFailures: 5, breaker }]);
    expect(await ask(question)).toEqual([expect.objectContaining({ errorCode: "endpoint_unavailable" })]);
    expect(desk.received("channel")).toEqual([]);
  });

  test("does not wait behind events that hang at the same endpoint", async () => {
    const question = await aQuestion();
    const { desk, endpoint } = question;
    desk.react("channel", "hang");
    for (let index = 0; index < 20; index++) {
      await desk.happen(desk.publication({ channel: endpoint.channel ?? "" }));
    }
    await eventually(() => desk.hanging() === 1);
    desk.react("channel", VERDICT);
    expect((await ask(question)).length).toBe(1);
    expect(desk.hanging()).toBe(1);
  });

  test("that a crash interrupts is held, with an attempt nobody knows the end of, and can be asked again", async () => {
    const question = await aQuestion();
    const { desk, deliveryId } = question;
    desk.react("channel", "hang");
    void ask(question);
    await eventually(() => desk.hanging() === 1);
    await desk.crash();
    expect(await stateOf(question)).toBe("held");
    expect(await desk.store.outbox.attempts(deliveryId)).toMatchObject([{ outcome: "unknown" }]);
    desk.react("channel", VERDICT);
    expect((await ask(question)).length).toBe(1);
    expect(await stateOf(question)).toBe("delivered");
  });

  test("under way when the server stops is kept", async () => {
    const question = await aQuestion();
    const { desk } = question;
    desk.react("channel", "hang");
    const asking = ask(question);
    await eventually(() => desk.hanging() === 1);
    await desk.callbacks.stop(20);
    expect(await asking).toEqual([]);
    expect(await stateOf(question)).toBe("held");
  });
});
