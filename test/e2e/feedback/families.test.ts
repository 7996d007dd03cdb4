import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { type Family, FEEDBACK_PATH, type FeedbackWorld, openFeedbackWorld } from "./world.ts";

const FAMILIES: Family[] = ["insight", "hiagent", "coze"];

describe.each(engines)("Ratings of every family, told to an IM system, on $name", (engine) => {
  let world: FeedbackWorld;
  beforeAll(async () => {
    world = await openFeedbackWorld(engine);
    await world.listen(FEEDBACK_PATH);
  });
  afterAll(() => world?.close());

  test.each(FAMILIES)("%s: like, dislike with a comment, another comment, taken back", async (family) => {
    const { receiver, botId } = world;
    receiver.forget();
    const answer = await world.answer(family);
    const told = async (count: number) => (await world.arrived(FEEDBACK_PATH, count)).at(-1)?.feedback;

    await answer.rate({ rating: "like" });
    await told(1);
    await answer.rate({ rating: "like" });
    await answer.rate({ rating: "dislike", comment: "太慢了" });
    await told(2);
    await answer.rate({ rating: "dislike", comment: "太慢了" });
    await answer.rate({ rating: "dislike", comment: "不对" });
    await told(3);
    await answer.rate({ rating: "none" });
    await told(4);
    await answer.rate({ rating: "none" });
    await answer.rate({ rating: "like" });

    const arrivals = await world.arrived(FEEDBACK_PATH, 5);
    expect(arrivals.map(({ feedback }) => [feedback.feedbackStatus, feedback.feedback])).toEqual([
      ["thumb-up", undefined],
      ["thumb-down", "太慢了"],
      ["thumb-down", "不对"],
      ["none", undefined],
      ["thumb-up", undefined],
    ]);
    expect(receiver.badSignatures()).toEqual([]);
    expect(arrivals.map(({ headers }) => headers["x-feedback-revision"])).toEqual(["1", "2", "3", "4", "5"]);
    expect(new Set(arrivals.map(({ id }) => id)).size).toBe(5);
    for (const { headers, feedback, id } of arrivals) {
      expect(id).toMatch(/^fb_[0-9a-f-]{36}$/);
      expect(headers).toMatchObject({
        "content-type": "application/json",
        "x-feedback-user": answer.rater,
        "x-delivery-attempt": "1",
        "content-length": expect.stringMatching(/^\d+$/),
        "user-agent": expect.stringMatching(/^\S+\/\S+/),
      });
      expect(Math.abs(Date.now() - Number(headers["x-feedback-occurred-at"]))).toBeLessThan(120_000);
      expect(feedback).toMatchObject({
        botId,
        execId: answer.execId,
        triggerEvent: {
          triggerType: "receive-text-message",
          receiveTextMessage: { text: answer.question, role: "user" },
          history: [{ role: "user", content: [{ type: "text", text: answer.question }] }],
        },
      });
      expect(feedback.outputActions).toEqual([
        { type: "send-text-message", status: "send", payload: { text: expect.stringMatching(/./) } },
      ]);
    }
  });

  test("reasons given in Coze are the comment, and stay when an Insight client says the same", async () => {
    const { receiver, botId, insight } = world;
    receiver.forget();
    const answer = await world.answer("coze");
    await answer.rate({ rating: "dislike", reasons: ["不准确", "太慢"] });
    const [first] = await world.arrived(FEEDBACK_PATH, 1);
    expect(first?.feedback.feedback).toBe("不准确; 太慢");
    const { execId, rater: userId } = answer;
    const rate = (feedback: string) =>
      insight.data("POST /bot-message/feedback", {
        ...{ botId, execId, userId, feedbackStatus: "thumb-down", feedback },
      });
    expect((await rate("不准确; 太慢")).revision).toBe(1);
    expect((await rate("还是太慢")).revision).toBe(2);
    const [, second] = await world.arrived(FEEDBACK_PATH, 2);
    expect(second?.feedback.feedback).toBe("还是太慢");
    expect(second?.headers["x-feedback-revision"]).toBe("2");
  });

  test("what was said before comes along, and no more of it than is wished", async () => {
    const { receiver, botId, insight } = world;
    await world.listen("/three", { feedback: { historyLimit: 3 } });
    await world.listen("/none", { feedback: { historyLimit: 0 } });
    receiver.forget();
    const place = { botId, sessionId: "long-session" };
    for (const message of ["one", "two"]) await insight.ask({ ...place, message });
    const { execId, msgId } = await insight.ask({ ...place, message: "three" });
    await insight.ask({ ...place, message: "four" });
    await insight.data("POST /bot-message/feedback", { botId, execId, feedbackStatus: "thumb-up" });
    const said = async (path: string) => {
      const [arrival] = await world.arrived(path, 1);
      expect(arrival?.feedback).toMatchObject({ sessionId: "long-session", execId, messageId: msgId });
      const history = arrival?.feedback.triggerEvent["history"] as { role: string; content: object[] }[];
      return history?.map(({ role, content }) => [role, content]);
    };
    const user = (text: string) => ["user", [{ type: "text", text }]];
    const assistant = ["assistant", [{ type: "text", text: expect.any(String) }]];
    expect(await said(FEEDBACK_PATH)).toEqual([
      user("one"),
      assistant,
      user("two"),
      assistant,
      user("three"),
    ]);
    expect(await said("/three")).toEqual([user("two"), assistant, user("three")]);
    expect(await said("/none")).toBeUndefined();
    const names = new Set(receiver.arrivals.map(({ id }) => id));
    expect(names.size).toBe(1);
  });

  test("every rater of an answer is told of alone", async () => {
    const { receiver, botId, insight } = world;
    receiver.forget();
    const { execId } = await world.answer("insight");
    for (const userId of ["张三", "li/si"]) {
      await insight.data("POST /bot-message/feedback", { botId, execId, userId, feedbackStatus: "thumb-up" });
    }
    const arrivals = await world.arrived(FEEDBACK_PATH, 2);
    const told = arrivals.map(({ headers }) => [headers["x-feedback-user"], headers["x-feedback-revision"]]);
    expect(told.sort()).toEqual([
      ["%E5%BC%A0%E4%B8%89", "1"],
      ["li%2Fsi", "1"],
    ]);
  });
});
