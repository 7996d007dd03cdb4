import { describe, expect, test } from "vitest";
import { contentOf } from "../../support/callback-receiver.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { useRatingWorld } from "./rating-world.ts";
import { act, askCoze, askHiagent, told } from "./world.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const said = (role: string, text: string) => ({ role, content: [{ type: "text", text }] });

describe.each(engines)("One answer rated in three families on $name", (engine) => {
  const world = useRatingWorld(engine);

  /** The newest execution whose question says this, as Insight lists it. */
  async function rowAsked(question: string) {
    const [from, to] = [Date.now() - 3_600_000, Date.now() + 3_600_000];
    const [row] = await world().insight.data(
      `GET /workflow/history/list?botId=${world().botId}&startTimestamp=${from}&endTimestamp=${to}&keyword=${encodeURIComponent(question)}`,
    );
    expect(row, question).toBeDefined();
    return row;
  }

  /** The conversation in which this was asked, as Coze shows it, with its messages. */
  async function cozeConversation(question: string) {
    const coze = world().coze();
    const { conversations } = await coze.data(
      `GET /v1/conversations?bot_id=${world().cozeBotId}&page_size=50`,
    );
    for (const { id } of conversations) {
      const messages = await coze.messages(id);
      if (messages.some(({ content }) => content === question)) return { id, messages };
    }
    throw new Error(`no conversation has the question ${question}`);
  }

  /** A turn that HiAgent asked, with the names that the other families have for it. */
  async function hiagentTurn(userId: string, question: string) {
    const client = world().hiagent(userId);
    const AppConversationID = await client.newConversation();
    const MessageID = await askHiagent(client, AppConversationID, question);
    const { execId, sessionId } = await rowAsked(question);
    const { id, messages } = await cozeConversation(question);
    const path = `/v1/conversations/${id}/messages/${messages.at(-1).id}/feedback` as const;
    const like = async () => (await client.history(AppConversationID)).at(-1).AnswerInfo.Like;
    return { client, AppConversationID, MessageID, execId, sessionId, path, like };
  }
  type Turn = Awaited<ReturnType<typeof hiagentTurn>>;

  test("opened by Insight, continued by HiAgent, read and rated by Coze: an Insight callback about that turn", async () => {
    const { insight, botId, teach } = world();
    teach("能退吗", ["可以退。"]);
    teach("多久到账", ["三天", "到账。"]);
    const first = await insight.ask({ botId, sessionId: "order-17", contactId: "ming", message: "能退吗" });
    const client = world().hiagent("ming");
    const { ConversationList } = (await client.call("get_conversation_list")).body;
    expect(ConversationList).toHaveLength(1);
    const { AppConversationID } = ConversationList[0];
    expect(await client.history(AppConversationID)).toMatchObject([
      { Query: "能退吗", AnswerInfo: { Answer: "可以退。" } },
    ]);
    await askHiagent(client, AppConversationID, "多久到账");
    expect(world().told("多久到账")).toEqual([
      { role: "user", content: "能退吗" },
      { role: "assistant", content: "可以退。" },
      { role: "user", content: "多久到账" },
    ]);

    const { id, messages } = await cozeConversation("多久到账");
    expect(told(messages)).toEqual([
      ["question", "能退吗"],
      ["answer", "可以退。"],
      ["question", "多久到账"],
      ["answer", "三天到账。"],
    ]);
    const rated = `/v1/conversations/${id}/messages/${messages.at(-1).id}/feedback` as const;
    await world()
      .coze()
      .data(`POST ${rated}`, { feedback_type: "unlike", reason_types: ["太慢"], comment: "没说从哪天算" });

    const [newest, oldest] = await world().rows("order-17");
    expect(oldest.execId).toBe(first.execId);
    const [arrival] = await world().callbacks(newest.execId, 1);
    const body = contentOf(arrival ?? { body: Buffer.alloc(0) });
    expect(body).toEqual({
      botId,
      sessionId: "order-17",
      execId: newest.execId,
      triggerEvent: {
        triggerType: "receive-text-message",
        sessionId: "order-17",
        receiveTextMessage: { text: "多久到账", role: "user" },
        history: [said("user", "能退吗"), said("assistant", "可以退。"), said("user", "多久到账")],
      },
      outputActions: newest.outputActions,
      feedbackStatus: "thumb-down",
      feedback: "没说从哪天算",
      messageId: expect.stringMatching(UUID),
    });
    expect(newest.outputActions).toMatchObject([
      { type: "send-text-message", status: "send", payload: { text: "三天到账。" } },
    ]);
    expect(arrival?.headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": expect.stringMatching(/^fb_[0-9a-f-]{36}$/),
      "x-feedback-revision": "1",
      "x-feedback-user": "ming",
      "x-feedback-occurred-at": expect.stringMatching(/^\d{13}$/),
      "x-delivery-attempt": "1",
      "content-length": String(arrival?.body.length),
    });
    expect(newest.feedbackStatus).toBe("thumb-down");
    expect((await client.history(AppConversationID)).at(-1).AnswerInfo.Like).toBe(-1);

    const again = { botId, msgId: body.messageId, feedbackStatus: "none" };
    expect(await insight.data("POST /bot-message/feedback", again)).toEqual({
      ...{ execId: newest.execId, feedbackStatus: "none", revision: 2 },
    });
    expect((await client.history(AppConversationID)).at(-1).AnswerInfo.Like).toBe(0);
  });

  test("opened by HiAgent, found by Insight under a UUID and continued there, rated by Insight, read in HiAgent", async () => {
    const { insight, botId } = world();
    const { client, AppConversationID, execId, sessionId, like } = await hiagentTurn("hua", "从海那边来");
    expect(sessionId).toMatch(UUID);
    expect(await world().rows(sessionId)).toMatchObject([
      { execId, sessionId, status: "success", feedbackStatus: "none", rawTrigger: { sessionId } },
    ]);
    await insight.ask({ botId, sessionId, message: "到山这边" });
    expect(world().told("到山这边")).toMatchObject([
      { role: "user", content: "从海那边来" },
      { role: "assistant" },
      { role: "user", content: "到山这边" },
    ]);
    expect((await client.history(AppConversationID)).map(({ Query }) => Query)).toEqual([
      "从海那边来",
      "到山这边",
    ]);
    const { messages } = await cozeConversation("从海那边来");
    expect(messages.map(({ content }) => content)).toContain("到山这边");

    const next = await rowAsked("到山这边");
    expect(next.sessionId).toBe(sessionId);
    const change = { botId, execId: next.execId, feedbackStatus: "thumb-down", feedback: "山在哪" };
    await insight.data("POST /bot-message/feedback", change);
    expect(await like()).toBe(-1);
    const [arrival] = (await world().callbacks(next.execId, 1)).map(contentOf);
    expect(arrival).toMatchObject({ sessionId, feedbackStatus: "thumb-down", feedback: "山在哪" });
    expect(arrival.outputActions).toEqual(next.outputActions);
  });

  test("opened by Coze, continued by Insight, rated by HiAgent", async () => {
    const { insight, botId, cozeBotId } = world();
    await askCoze(world().coze(), { botId: cozeBotId, userId: "coze-opened", question: "扣子先问" });
    const { sessionId } = await rowAsked("扣子先问");
    const { execId, outputActions } = await insight.ask({ botId, sessionId, message: "再问一句" });
    const client = world().hiagent("coze-opened");
    const { ConversationList } = (await client.call("get_conversation_list")).body;
    const rounds = await client.history(ConversationList[0].AppConversationID);
    expect(rounds.map(({ Query }) => Query)).toEqual(["扣子先问", "再问一句"]);
    const { MessageID } = rounds.at(-1).AnswerInfo;
    await act(client, "feedback", { MessageID, LikeType: 1 });
    const [arrival] = (await world().callbacks(execId, 1)).map(contentOf);
    expect(arrival).toMatchObject({ sessionId, execId, outputActions, feedbackStatus: "thumb-up" });
    expect(arrival).not.toHaveProperty("feedback");
    expect((await rowAsked("再问一句")).feedbackStatus).toBe("thumb-up");
  });

  interface Rating {
    rating: "like" | "dislike" | "none";
    comment?: string;
    reasons?: string[];
  }
  type Rate = (turn: Turn, rating: Rating) => Promise<unknown>;

  const rateBy: Record<"HiAgent" | "Coze" | "Insight", Rate> = {
    HiAgent: ({ client, MessageID }, { rating, comment, reasons }) =>
      act(client, "feedback", {
        ...{ MessageID, LikeType: { like: 1, none: 0, dislike: -1 }[rating] },
        FeedbackInfo: {
          ...(comment !== undefined && { ProblemDetail: comment }),
          ...(reasons !== undefined && { ProblemCategories: reasons }),
        },
      }),
    Coze: ({ path }, { rating, comment, reasons }) =>
      rating === "none"
        ? world().coze().data(`DELETE ${path}`)
        : world()
            .coze()
            .data(`POST ${path}`, {
              feedback_type: rating === "like" ? "like" : "unlike",
              ...(comment !== undefined && { comment }),
              ...(reasons !== undefined && { reason_types: reasons }),
            }),
    Insight: ({ execId }, { rating, comment }) =>
      world().insight.data("POST /bot-message/feedback", {
        ...{ botId: world().botId, execId },
        feedbackStatus: { like: "thumb-up", none: "none", dislike: "thumb-down" }[rating],
        ...(comment !== undefined && { feedback: comment }),
      }),
  };
  const families = Object.keys(rateBy) as (keyof typeof rateBy)[];

  test.each(families)(
    "%s: like, dislike, another reason, the same again, withdrawn: each change is told once",
    async (family) => {
      const turn = await hiagentTurn(`sequence-${family}`, `评价的顺序 ${family}`);
      const steps: [Rating, number, string][] = [
        [{ rating: "like" }, 1, "thumb-up"],
        [{ rating: "dislike", comment: "不对" }, -1, "thumb-down"],
        [{ rating: "dislike", comment: "还是不对" }, -1, "thumb-down"],
        [{ rating: "dislike", comment: "还是不对" }, -1, "thumb-down"],
        [{ rating: "none" }, 0, "none"],
        [{ rating: "none" }, 0, "none"],
      ];
      for (const [rating, likes, status] of steps) {
        await rateBy[family](turn, rating);
        expect(await turn.like()).toBe(likes);
        expect((await rowAsked(`评价的顺序 ${family}`)).feedbackStatus).toBe(status);
        // One after the other: what is quicker than its delivery may give way to what follows.
        await eventually(() => lastTold(turn.execId) === status);
      }
      const arrivals = await world().callbacks(turn.execId, 4);
      expect(
        arrivals.map((arrival) => [arrival.headers["x-feedback-revision"], ...opinionOf(contentOf(arrival))]),
      ).toEqual([
        ["1", "thumb-up", undefined],
        ["2", "thumb-down", "不对"],
        ["3", "thumb-down", "还是不对"],
        ["4", "none", undefined],
      ]);
      expect(new Set(arrivals.map(({ id }) => id)).size).toBe(4);
    },
  );

  let count = 0;
  test.each([
    ["HiAgent", { comment: "细节说明", reasons: ["错误", "太慢"] }, "细节说明"],
    ["HiAgent", { reasons: ["错误", "太慢"] }, "错误; 太慢"],
    ["Coze", { comment: "说明 😀", reasons: ["不清楚", "不全"] }, "说明 😀"],
    ["Coze", { reasons: ["不清楚", "不全"] }, "不清楚; 不全"],
    ["Insight", { comment: "第一行\n第二行" }, "第一行\n第二行"],
    ["Insight", {}, undefined],
  ] as const)("%s: nothing of %j is lost, and every family shows its part", async (family, given, text) => {
    const question = `理由 ${family} ${JSON.stringify(given)}`;
    count += 1;
    const userId = `reasons-${count}`;
    const turn = await hiagentTurn(userId, question);
    const { comment, reasons = [] }: { comment?: string; reasons?: readonly string[] } = given;
    await rateBy[family](turn, {
      rating: "dislike",
      ...(comment !== undefined && { comment }),
      ...(reasons.length > 0 && { reasons: [...reasons] }),
    });
    const [body] = (await world().callbacks(turn.execId, 1)).map(contentOf);
    expect(opinionOf(body)).toEqual(["thumb-down", text]);
    expect(await turn.like()).toBe(-1);
    expect((await rowAsked(question)).feedbackStatus).toBe("thumb-down");
    const { items } = await world().api("/rated-turns?limit=100");
    expect(items.find((item: { question: string }) => item.question === question)).toMatchObject({
      ...{ rating: "dislike", comment: comment ?? "", categories: reasons, rater: userId },
    });
  });

  test("a like's reasons stay out of the callback, and do not make it a change of their own", async () => {
    const turn = await hiagentTurn("liked", "赞的理由");
    await rateBy.Coze(turn, { rating: "like", comment: "很好" });
    await world().callbacks(turn.execId, 1);
    await rateBy.HiAgent(turn, { rating: "like", reasons: ["清楚"] });
    await rateBy.Insight(turn, { rating: "like" });
    await rateBy.Insight(turn, { rating: "dislike" });
    await eventually(() => lastTold(turn.execId) === "thumb-down");
    const bodies = (await world().callbacks(turn.execId, 2)).map(contentOf);
    expect(bodies.map(opinionOf)).toEqual([
      ["thumb-up", undefined],
      ["thumb-down", undefined],
    ]);
  });

  function lastTold(execId: string) {
    const own = world()
      .receiver.at("/feedback")
      .map(contentOf)
      .filter((body) => body.execId === execId);
    return own.at(-1)?.feedbackStatus;
  }
});

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
function opinionOf({ feedbackStatus, feedback }: any): [string, string | undefined] {
  return [feedbackStatus, feedback];
}
