import { describe, expect, test } from "vitest";
import { parseXid } from "../../../src/dialects/hiagent/ids.ts";
import { formatUuid, parseUuid } from "../../../src/dialects/insight/ids.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { replyOf } from "../../support/insight-client.ts";
import { aSession, OWNER_TOKEN, rowOf, useInsightWorld } from "./world.ts";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(engines)("sessions of Insight on $name", (engine) => {
  const world = useInsightWorld(engine);
  const place = (bot: "shop" | "desk" = "shop") => ({
    botId: world().botId(bot),
    sessionId: aSession("held"),
  });
  type Place = ReturnType<typeof place>;

  const details = ({ botId, sessionId }: Place) =>
    world().insight.data(
      `GET /bot/session/details?botId=${botId}&sessionId=${encodeURIComponent(sessionId)}`,
    );
  const handover = (where: Place, more: object = {}) =>
    world().insight.data("POST /bot/session/handover", { ...where, ...more });
  const release = (where: Place) => world().insight.data("POST /bot/session/release", where);

  test("a session tells whose it is, its values, and who has it", async () => {
    const { insight } = world();
    const where = { ...place(), sessionId: "会话 1/&?" };
    await insight.ask({ ...where, message: "你好", contactId: "c-1", variables: { name: "小李" } });
    expect(await details(where)).toEqual({
      ...where,
      state: "bot",
      contactId: "c-1",
      variables: { name: "小李" },
      createdAt: expect.stringMatching(TIME),
      lastMessageAt: expect.stringMatching(TIME),
    });
    expect(await handover(where, { reason: "生气了" })).toMatchObject({
      state: "human",
      handoverAt: expect.stringMatching(TIME),
      changed: true,
    });
    expect(await handover(where)).toMatchObject({ state: "human", changed: false });
    expect(await release(where)).toMatchObject({ state: "bot", changed: true });
    expect(await release(where)).toMatchObject({ state: "bot", changed: false });
    expect(await details(where)).not.toHaveProperty("handoverAt");
  });

  test("messages to a person are kept and not answered; after that the bot knows them all", async () => {
    const { insight, asked, told } = world();
    const where = place();
    await insight.ask({ ...where, message: "第一句" });
    await handover(where);
    const whole = await insight.ask({ ...where, message: "有人吗" });
    expect(whole).toMatchObject({ message: "", handover: true, outputActions: [], references: [] });
    const stream = await insight.stream({ ...where, message: "快一点" });
    const frames = await stream.all();
    expect(frames.map(({ event }) => event)).toEqual(["finish", "done"]);
    expect(frames[0]?.data).toMatchObject({ message: "", handover: true });
    expect([asked("有人吗"), asked("快一点")]).toEqual([[], []]);
    const row = await rowOf(insight, where.botId, whole.execId);
    expect(row).toMatchObject({ status: "success", outputActions: [] });

    await insight.data("POST /workflow/history/batch-add", {
      ...where,
      history: [{ role: "assistant", content: "我是人工客服，已为您退款" }],
    });
    await release(where);
    const next = await insight.ask({ ...where, message: "谢谢" });
    expect(next.handover).toBe(false);
    expect(told("谢谢")).toEqual([
      { role: "user", content: "第一句" },
      { role: "assistant", content: expect.any(String) },
      { role: "user", content: "有人吗" },
      { role: "user", content: "快一点" },
      { role: "assistant", content: "我是人工客服，已为您退款" },
      { role: "user", content: "谢谢" },
    ]);
  });

  test("a model that hands over says so in the reply, and holds the session", async () => {
    const { insight, teach } = world();
    const where = place("desk");
    teach("转人工", ({ body }) =>
      body.messages.at(-1)?.role === "tool"
        ? ["马上有人来。"]
        : [{ type: "tool-call", name: "transfer_to_human", arguments: '{"reason":"要人工"}' }],
    );
    const reply = await insight.ask({ ...where, message: "转人工", messageId: "m" });
    expect(reply).toMatchObject({
      message: "马上有人来。",
      handover: true,
      outputActions: [
        { type: "handover", status: "send", payload: { reason: "要人工" } },
        { type: "send-text-message", status: "send", payload: { text: "马上有人来。" } },
      ],
    });
    expect(await details(where)).toMatchObject({ state: "human" });
    await release(where);
    expect(await insight.ask({ ...where, message: "转人工", messageId: "m" })).toEqual(reply);
    const streamed = await (await insight.stream({ ...place("desk"), message: "转人工" })).all();
    expect(replyOf(streamed)).toBe("马上有人来。");
    expect(streamed.at(-2)?.data.handover).toBe(true);
  });

  test("a session that is given to a person while it is answered gets that answer to its end", async () => {
    const { insight, teach, asked } = world();
    const where = place();
    const gate = Promise.withResolvers<void>();
    teach("说一半", ["前", { type: "hold", until: gate.promise }, "后"]);
    const answer = insight.ask({ ...where, message: "说一半" });
    await eventually(() => asked("说一半").length === 1);
    await handover(where);
    const waiting = insight.ask({ ...where, message: "排着队" });
    gate.resolve();
    expect(await answer).toMatchObject({ message: "前后" });
    expect(await waiting).toMatchObject({ message: "", handover: true });
    expect(asked("排着队")).toEqual([]);
  });

  test("conversations of HiAgent are held and released under their id, also for HiAgent", async () => {
    const { hiagent, botId, asked } = world();
    const app = hiagent("u-held");
    const AppConversationID = await app.newConversation();
    const sessionId = formatUuid("conversation", parseXid("conversation", AppConversationID) ?? 0);
    const where = { botId: botId("shop"), sessionId };
    expect(await details(where)).toMatchObject({ sessionId, state: "bot", contactId: "u-held" });
    await handover(where);
    const ask = (Query: string) =>
      app.call("chat_query_v2", { AppConversationID, Query, ResponseMode: "blocking" });
    expect((await ask("没人答")).body.answer).toBe("");
    expect(asked("没人答")).toEqual([]);
    await release(where);
    expect((await ask("有人答")).body.answer).not.toBe("");
    expect(await app.history(AppConversationID)).toHaveLength(2);
  });

  test("the console lists, gives and takes back what is held, of whatever family", async () => {
    const { insight, coze } = world();
    const where = place();
    await insight.ask({ ...where, message: "控制台" });
    await handover(where);
    const api = (route: `${string} /${string}`, body?: object) => consoleCall(world().url, route, body);
    const { items } = await api("GET /held-conversations?limit=100");
    const mine = items.find(
      (item: { insightSessionId: string }) => item.insightSessionId === where.sessionId,
    );
    expect(mine).toMatchObject({
      heldAt: expect.stringMatching(TIME),
      quietSince: expect.stringMatching(TIME),
    });
    expect(await api(`POST /conversations/${mine.id}/release`)).toMatchObject({
      heldAt: null,
      isChanged: true,
    });
    expect(await details(where)).toMatchObject({ state: "bot" });
    const begun = await coze().data("POST /v1/conversation/create", { bot_id: decimalOf(where.botId) });
    expect(await api(`POST /conversations/${begun.id}/hold`, { reason: "看看" })).toMatchObject({
      id: begun.id,
      isChanged: true,
    });
    const session = formatUuid("conversation", Number(begun.id));
    expect(await details({ botId: where.botId, sessionId: session })).toMatchObject({ state: "human" });
    expect(await api(`GET /conversations/${begun.id}`)).toMatchObject({ insightSessionId: session });
  });

  test.each(["GET /bot/session/details", "POST /bot/session/handover", "POST /bot/session/release"] as const)(
    "%s finds only sessions of its bot, and wants the scope",
    async (route) => {
      const { client, insight, botId } = world();
      const where = place();
      await insight.ask({ ...where, message: "在吗" });
      const call = (wanted: Place, by = insight) =>
        route.startsWith("GET")
          ? by.call(`GET /bot/session/details?${new URLSearchParams(wanted)}`)
          : by.call(route, wanted);
      const replies = [
        await call({ ...where, sessionId: "nobody's" }),
        await call({ ...where, botId: botId("desk") }),
        await call({ ...where, sessionId: "22b35345-f433-4f2a-b91f-7c71b7fd931b" }),
        await call({ ...where, sessionId: "" }),
        await call(where, client("reader")),
      ];
      expect(replies.map(({ status, body }) => [status, body.code])).toEqual([
        [404, 40407],
        [404, 40407],
        [404, 40407],
        [400, 40001],
        [403, 40301],
      ]);
      expect(await details(where)).toMatchObject({ state: "bot" });
    },
  );
});

/** Calls the console API as the owner. */
async function consoleCall(url: string, route: `${string} /${string}`, body?: object) {
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${OWNER_TOKEN}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  return (await response.json()) as any;
}

function decimalOf(botId: string): string {
  return String(parseUuid("agent", botId));
}
