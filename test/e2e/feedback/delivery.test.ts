import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type FeedbackWorld, openFeedbackWorld } from "./world.ts";

describe.each(engines)("Feedback callbacks that meet trouble, on $name", (engine) => {
  let world: FeedbackWorld;
  beforeAll(async () => {
    world = await openFeedbackWorld(engine);
  });
  afterAll(() => world?.close());
  afterEach(async () => {
    expect(world.receiver.badSignatures()).toEqual([]);
    const { body } = await world.api("GET /endpoints?kind=insight");
    for (const { id } of body.items) await world.api(`DELETE /endpoints/${id}`);
  });

  test("two quick flips while the receiver is down come as one callback, with the last state", async () => {
    const { receiver } = world;
    const { id } = await world.listen("/flips");
    const [answer, other] = [await world.answer("coze"), await world.answer("insight")];
    await receiver.close();
    await answer.rate({ rating: "like" });
    await answer.rate({ rating: "dislike", comment: "太慢" });
    await other.rate({ rating: "like" });
    await answer.rate({ rating: "none" });
    await receiver.listen();
    const states = await world.settled(id, ["delivered", "superseded"]);
    expect(states.sort()).toEqual(["delivered", "delivered", "superseded", "superseded"]);
    const arrivals = await world.arrived("/flips", 2);
    const told = arrivals.map(({ feedback, headers }) => [
      feedback.execId,
      feedback.feedbackStatus,
      headers["x-feedback-revision"],
    ]);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual([answer.execId, "none", "3"]);
    expect(told).toContainEqual([other.execId, "thumb-up", "1"]);
  });

  test("a flip during an attempt that fails takes its place; none is lost and none comes late", async () => {
    const { receiver } = world;
    const { promise: flipped, resolve: flip } = Promise.withResolvers<void>();
    receiver.behave("/during", [{ status: 503, until: flipped }, {}]);
    const { id } = await world.listen("/during");
    const answer = await world.answer("hiagent");
    await answer.rate({ rating: "like" });
    await world.arrived("/during", 1);
    await answer.rate({ rating: "dislike" });
    flip();
    expect(await world.settled(id, ["delivered", "superseded"])).toEqual(["superseded", "delivered"]);
    const arrivals = await world.arrived("/during", 2);
    expect(arrivals.map(({ feedback }) => feedback.feedbackStatus)).toEqual(["thumb-up", "thumb-down"]);
  });

  test("where every change is wanted, they come one after the other", async () => {
    const { receiver } = world;
    const { id } = await world.listen("/all", { isCoalescing: false });
    const answer = await world.answer("coze");
    await receiver.close();
    for (const rating of ["like", "dislike", "none"] as const) await answer.rate({ rating });
    await receiver.listen();
    await world.settled(id, ["delivered"]);
    const arrivals = await world.arrived("/all", 3);
    expect(arrivals.map(({ headers }) => headers["x-feedback-revision"])).toEqual(["1", "2", "3"]);
  });

  test("one that fails is sent again with the same name and bytes", async () => {
    const { receiver } = world;
    receiver.behave("/again", [{ status: 500 }, { status: 429 }, { status: 204 }]);
    const { id } = await world.listen("/again");
    await (await world.answer("insight")).rate({ rating: "dislike", comment: "不对" });
    await world.settled(id, ["delivered"]);
    const arrivals = await world.arrived("/again", 3);
    expect(new Set(arrivals.map((one) => one.id)).size).toBe(1);
    expect(new Set(arrivals.map(({ body }) => body.toString())).size).toBe(1);
    expect(arrivals.map(({ headers }) => headers["x-delivery-attempt"])).toEqual(["1", "2", "3"]);
  });

  test("an answer that comes too late is a failure", async () => {
    const { receiver } = world;
    receiver.behave("/slow", [{ isHanging: true }, {}]);
    const { id } = await world.listen("/slow", { timeoutMs: 1_000 });
    await (await world.answer("insight")).rate({ rating: "like" });
    expect(await world.settled(id, ["delivered"])).toHaveLength(1);
    const { body } = await world.api(`GET /deliveries?endpointId=${id}`);
    const { body: delivery } = await world.api(`GET /deliveries/${body.items[0].id}`);
    expect(delivery.attempts.map(({ errorCode }: { errorCode: string }) => errorCode)).toEqual([
      expect.stringMatching(/timeout/),
      "",
    ]);
  });

  test("a redirect is a failure, and is not followed; whoever refuses is asked three times", async () => {
    const { receiver } = world;
    receiver.behave("/moved", { status: 307, headers: { location: "/elsewhere" } });
    const { id } = await world.listen("/moved");
    await (await world.answer("coze")).rate({ rating: "like" });
    expect(await world.settled(id, ["exhausted"])).toHaveLength(1);
    expect(receiver.at("/moved")).toHaveLength(3);
    expect(receiver.at("/elsewhere")).toEqual([]);
  });

  test("410 disables the endpoint: nothing more is sent, and what comes is held", async () => {
    const { receiver } = world;
    receiver.behave("/gone", { status: 410 });
    const { id } = await world.listen("/gone");
    const answer = await world.answer("insight");
    await answer.rate({ rating: "like" });
    await eventually(async () => (await world.api(`GET /endpoints/${id}`)).body.state === "disabled");
    await (await world.answer("hiagent")).rate({ rating: "like" });
    expect(await world.settled(id, ["held"])).toHaveLength(2);
    expect(receiver.at("/gone")).toHaveLength(1);
  });

  test("the endpoint of an agent takes the place of the workspace's; filters hold back what is not wanted", async () => {
    const { id: whole } = await world.listen("/whole");
    const { agentId } = world;
    const { id: own } = await world.listen("/own", {
      agentIds: [agentId],
      feedback: { ratings: ["dislike"] },
    });
    const answer = await world.answer("coze");
    await answer.rate({ rating: "like" });
    await answer.rate({ rating: "dislike", comment: "不对" });
    const [arrival] = await world.arrived("/own", 1);
    expect(arrival?.feedback.feedbackStatus).toBe("thumb-down");
    expect(arrival?.headers["x-feedback-revision"]).toBe("2");
    await world.settled(own, ["delivered"]);
    expect(await world.settled(whole, [])).toEqual([]);
  });

  test("an example can be sent to try an endpoint, whatever it wants to be told", async () => {
    const { id } = await world.listen("/try", { feedback: { ratings: ["like"] } });
    const { status } = await world.api(`POST /endpoints/${id}/test`, { type: "feedback.changed" });
    expect(status).toBe(200);
    const [arrival] = await world.arrived("/try", 1);
    expect(arrival?.feedback).toMatchObject({ feedbackStatus: "thumb-down" });
    const other = await world.api(`POST /endpoints/${id}/test`, { type: "turn.completed" });
    expect(other.status).toBe(400);
  });
});
