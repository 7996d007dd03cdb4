import { describe, expect, test } from "vitest";
import { parseUlid } from "../../../src/dialects/hiagent/ids.ts";
import { formatUuid } from "../../../src/dialects/insight/ids.ts";
import { engines } from "../../support/engines.ts";
import { aSession, rowOf, useInsightWorld } from "./world.ts";

describe.each(engines)("ratings over Insight on $name", (engine) => {
  const world = useInsightWorld(engine);

  /** A reply in a session of its own. */
  async function anAnswer(bot: "shop" | "strict" = "shop") {
    const { insight, botId } = world();
    const place = { botId: botId(bot), sessionId: aSession("rated") };
    const { execId, msgId } = await insight.ask({ ...place, message: "评一评" });
    return { ...place, execId, msgId };
  }

  function rate(body: object) {
    return world().insight.call("POST /bot-message/feedback", body);
  }

  test("every change counts, the same again does not", async () => {
    const { botId, execId } = await anAnswer();
    const said = [
      { feedbackStatus: "thumb-up" },
      { feedbackStatus: "thumb-up" },
      { feedbackStatus: "thumb-down" },
      { feedbackStatus: "thumb-down", feedback: "太长" },
      { feedbackStatus: "thumb-down", feedback: "太长" },
      { feedbackStatus: "thumb-down", feedback: "太短" },
      { feedbackStatus: "none" },
      { feedbackStatus: "none" },
    ];
    const answers = [];
    for (const change of said) {
      const { status, body } = await rate({ botId, execId, ...change });
      answers.push([status, body.code, body.data.feedbackStatus, body.data.revision]);
      expect(Object.keys(body.data)).toEqual(["execId", "feedbackStatus", "revision"]);
      expect((await rowOf(world().insight, botId, execId)).feedbackStatus).toBe(change.feedbackStatus);
    }
    const revisions = [1, 1, 2, 3, 3, 4, 5, 5];
    expect(answers).toEqual(
      said.map(({ feedbackStatus }, index) => [200, 0, feedbackStatus, revisions[index]]),
    );
  });

  test("taking back what was never said changes nothing", async () => {
    const { botId, execId } = await anAnswer();
    const { body } = await rate({ botId, execId, feedbackStatus: "none" });
    expect(body.data).toEqual({ execId, feedbackStatus: "none", revision: 0 });
  });

  test("an answer is also known by its message", async () => {
    const { botId, execId, msgId } = await anAnswer();
    const { body } = await rate({ botId, msgId, feedbackStatus: "thumb-up" });
    expect(body.data).toEqual({ execId, feedbackStatus: "thumb-up", revision: 1 });
    const both = await rate({ botId, msgId, execId, feedbackStatus: "thumb-up" });
    expect(both.body.data.revision).toBe(1);
    const other = await anAnswer();
    const mixed = await rate({ botId, msgId: other.msgId, execId, feedbackStatus: "thumb-up" });
    expect([mixed.status, mixed.body.code]).toEqual([404, 40406]);
  });

  test("everybody has a rating of their own", async () => {
    const { botId, execId } = await anAnswer();
    const first = await rate({ botId, execId, feedbackStatus: "thumb-up" });
    const second = await rate({ botId, execId, feedbackStatus: "thumb-down", userId: "u-2" });
    expect([first.body.data.revision, second.body.data.revision]).toEqual([1, 1]);
    const again = await rate({ botId, execId, feedbackStatus: "thumb-up" });
    expect(again.body.data.revision).toBe(1);
  });

  test("without a user it is the rating of the session's user, as HiAgent shows it", async () => {
    const { insight, botId, hiagent } = world();
    const contactId = "rater-1";
    const place = { botId: botId("shop"), sessionId: aSession("rated"), contactId };
    const { execId } = await insight.ask({ ...place, message: "评一评" });
    await rate({ botId: place.botId, execId, feedbackStatus: "thumb-down", feedback: "不对" });
    const app = hiagent(contactId);
    const list = await app.call("get_conversation_list");
    const [round] = await app.history(list.body.ConversationList[0].AppConversationID);
    expect(round.AnswerInfo.Like).toBe(-1);
  });

  test("answers of other families are rated too; their reasons stay while nothing changes for us", async () => {
    const { hiagent, botId } = world();
    const app = hiagent("u-other");
    const AppConversationID = await app.newConversation();
    const asked = await app.call("chat_query_v2", {
      ...{ AppConversationID, Query: "评一评", ResponseMode: "blocking" },
    });
    const execId = formatUuid("turn", parseUlid("turn", asked.body.id) ?? 0);
    await app.call("feedback", { MessageID: asked.body.id, LikeType: -1 });
    const place = { botId: botId("shop"), execId };
    const same = await rate({ ...place, feedbackStatus: "thumb-down" });
    expect(same.body.data.revision).toBe(1);
    const more = await rate({ ...place, feedbackStatus: "thumb-down", feedback: "为什么" });
    expect(more.body.data.revision).toBe(2);
    const unlike = await rate({ ...place, feedbackStatus: "none" });
    expect(unlike.body.data.revision).toBe(3);
    const [round] = await app.history(AppConversationID);
    expect(round.AnswerInfo.Like).toBe(0);
  });

  test("a bot that wants to know why is told why", async () => {
    const { botId, execId } = await anAnswer("strict");
    const silent = await rate({ botId, execId, feedbackStatus: "thumb-down" });
    const blank = await rate({ botId, execId, feedbackStatus: "thumb-down", feedback: " " });
    for (const { status, body } of [silent, blank]) {
      expect([status, body.code]).toEqual([400, 40001]);
      expect(body.details).toMatchObject([{ field: "feedback", rule: "required" }]);
    }
    const told = await rate({ botId, execId, feedbackStatus: "thumb-down", feedback: "答非所问" });
    expect(told.body.data.revision).toBe(1);
    const up = await rate({ botId, execId, feedbackStatus: "thumb-up" });
    expect(up.body.data.revision).toBe(2);
  });

  test("2000 characters are a comment, one more is too long", async () => {
    const { botId, execId } = await anAnswer();
    const place = { botId, execId, feedbackStatus: "thumb-down" };
    expect((await rate({ ...place, feedback: "🙂".repeat(2_000) })).body.data.revision).toBe(1);
    const tooLong = await rate({ ...place, feedback: "长".repeat(2_001) });
    expect([tooLong.status, tooLong.body.code]).toEqual([400, 40003]);
    const unchanged = await rate({ ...place, feedback: "🙂".repeat(2_000) });
    expect(unchanged.body.data.revision).toBe(1);
  });

  test.each([
    ["feedback", { feedbackStatus: "thumb-up", feedback: "好" }],
    ["feedback", { feedbackStatus: "none", feedback: "算了" }],
    ["feedbackStatus", { feedbackStatus: "like" }],
    ["feedbackStatus", {}],
    ["execId", { feedbackStatus: "thumb-up", execId: null }],
    ["userId", { feedbackStatus: "thumb-up", userId: "" }],
  ])("what is wrong with %s is said (%j), and nothing is kept", async (field, given) => {
    const { botId, execId } = await anAnswer();
    const reply = await rate({ botId, execId, ...given });
    expect([reply.status, reply.body.code]).toEqual([400, 40001]);
    expect(reply.body.details.map((detail: { field: string }) => detail.field)).toContain(field);
    const next = await rate({ botId, execId, feedbackStatus: "thumb-up" });
    expect(next.body.data.revision).toBe(1);
  });

  test("answers of another bot, made-up ids and keys without the scope are refused", async () => {
    const { client, botId } = world();
    const answer = await anAnswer("strict");
    const up = { feedbackStatus: "thumb-up" };
    const shop = botId("shop");
    const replies = [
      await rate({ botId: shop, execId: answer.execId, ...up }),
      await rate({ botId: shop, msgId: answer.msgId, ...up }),
      await rate({ botId: shop, execId: "22b35345-f433-4f2a-b91f-7c71b7fd931b", ...up }),
      await rate({ botId: shop, msgId: "none of ours", ...up }),
      await client("chat").call("POST /bot-message/feedback", { ...answer, ...up }),
    ];
    expect(replies.map(({ status, body }) => [status, body.code])).toEqual([
      [404, 40406],
      [404, 40406],
      [404, 40406],
      [404, 40406],
      [403, 40301],
    ]);
  });

  test("ratings at once are all counted", async () => {
    const { botId, execId } = await anAnswer();
    const changes = Array.from({ length: 6 }, (_, index) =>
      rate({ botId, execId, feedbackStatus: "thumb-down", feedback: `第${index}次` }),
    );
    const revisions = (await Promise.all(changes)).map(({ body }) => body.data.revision);
    expect(revisions.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
