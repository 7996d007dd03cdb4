import { beforeAll, describe, expect, test } from "vitest";
import { contentOf } from "../../support/callback-receiver.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { RELEASE_COMMAND, useRatingWorld } from "./rating-world.ts";
import { act, askCoze, askHiagent, told } from "./world.ts";

const MINUTE_MS = 60_000;

/** Somebody who talks to the agent through one family. */
interface Talk {
  userId: string;
  /** Resolves with the answer's text; undefined: there was no answer. */
  ask(question: string): Promise<string | undefined>;
}

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

describe.each(engines)("A conversation that goes to a person and comes back, on $name", (engine) => {
  const world = useRatingWorld(engine);

  beforeAll(() => {
    world().upstream.replyWhen({ lastUserText: /^转人工/ }, ({ body }) =>
      body.messages.at(-1)?.role === "tool"
        ? ["马上有人来。"]
        : [{ type: "tool-call", name: "transfer_to_human", arguments: '{"reason":"要人工"}' }],
    );
    world().upstream.reply(["机器人答。"]);
  });

  const families = {
    async HiAgent(userId: string): Promise<Talk> {
      const client = world().hiagent(userId);
      const AppConversationID = await client.newConversation();
      const ask = async (Query: string) => {
        const MessageID = await askHiagent(client, AppConversationID, Query);
        const { MessageInfo } = await act(client, "get_message_info", { MessageID });
        return MessageInfo.AnswerInfo.Answer || undefined;
      };
      return { userId, ask };
    },
    async Coze(userId: string): Promise<Talk> {
      const { cozeBotId: botId, coze } = world();
      let conversationId: string | undefined;
      const ask = async (question: string) => {
        const place = { botId, userId, ...(conversationId !== undefined && { conversationId }) };
        const { chat, answer } = await askCoze(coze(), { ...place, question });
        expect(chat.status).toBe("completed");
        conversationId = chat.conversation_id;
        return answer?.content;
      };
      return { userId, ask };
    },
    async Insight(userId: string): Promise<Talk> {
      const { botId, insight } = world();
      const place = { botId, sessionId: `chosen-${userId}`, contactId: userId };
      const ask = async (message: string) => {
        const reply = await insight.ask({ ...place, message });
        const details = await insight.data(
          `GET /bot/session/details?botId=${botId}&sessionId=${place.sessionId}`,
        );
        expect(reply.handover).toBe(details.state === "human");
        return reply.message || undefined;
      };
      return { userId, ask };
    },
  };
  const names = Object.keys(families) as (keyof typeof families)[];

  /** Asks for a person, and resolves with how Insight knows the session. */
  async function handOver({ userId, ask }: Talk) {
    const question = `转人工 ${userId}`;
    expect(await ask(question)).toBe("马上有人来。");
    const [from, to] = [Date.now() - 3_600_000, Date.now() + 3_600_000];
    const [row] = await world().insight.data(
      `GET /workflow/history/list?botId=${world().botId}&startTimestamp=${from}&endTimestamp=${to}&keyword=${encodeURIComponent(question)}`,
    );
    const place = { botId: world().botId, sessionId: row.sessionId };
    expect(await state(place)).toBe("human");
    return { place, row, question };
  }

  async function state({ botId, sessionId }: { botId: string; sessionId: string }) {
    const path = `/bot/session/details?botId=${botId}&sessionId=${sessionId}` as const;
    return (await world().insight.data(`GET ${path}`)).state;
  }

  /** Asks while a person has it, who answers; then what was said so far. */
  async function talkToPerson({ ask }: Talk, { place, question }: Awaited<ReturnType<typeof handOver>>) {
    const waiting = `有人吗 ${place.sessionId}`;
    const asked = world().upstream.requests.length;
    expect(await ask(waiting)).toBeUndefined();
    expect(world().upstream.requests).toHaveLength(asked);
    const [row] = await world().rows(place.sessionId);
    expect(row).toMatchObject({ status: "success", outputActions: [], triggerContent: { content: waiting } });
    await world().insight.data("POST /workflow/history/batch-add", {
      ...place,
      history: [{ role: "assistant", content: "我是人工，已经退款" }],
    });
    return [user(question), assistant("马上有人来。"), user(waiting), assistant("我是人工，已经退款")];
  }

  test.each(names)(
    "%s: the model hands over; released by a call, the agent knows what was said",
    async (name) => {
      const talk = await families[name](`api-${name}`);
      const held = await handOver(talk);
      const [event] = await eventually(() => {
        const events = world().events("conversation.handed-over", talk.userId);
        expect(events).toHaveLength(1);
        return events;
      });
      expect(event).toMatchObject({
        reason: "要人工",
        sessionId: name === "Insight" ? held.place.sessionId : "",
        turnId: expect.stringMatching(/^\d+$/),
      });
      expect(held.row.outputActions).toMatchObject([
        { type: "handover", status: "send", payload: { reason: "要人工" } },
        { type: "send-text-message", status: "send", payload: { text: "马上有人来。" } },
      ]);

      const before = await talkToPerson(talk, held);
      const { conversations } = await world()
        .coze()
        .data(`GET /v1/conversations?bot_id=${world().cozeBotId}&page_size=1`);
      const shown = told(await world().coze().messages(event.conversationId));
      expect(conversations[0].id).toBe(event.conversationId);
      expect(shown.map(([, content]) => content)).toEqual(before.map(({ content }) => content));

      const release = () => world().insight.data("POST /bot/session/release", held.place);
      expect(await release()).toMatchObject({ state: "bot", changed: true });
      expect(await release()).toMatchObject({ state: "bot", changed: false });
      const question = `谢谢 ${talk.userId}`;
      expect(await talk.ask(question)).toBe("机器人答。");
      expect(world().told(question)).toEqual([...before, user(question)]);
      await eventually(() => {
        const released = world().events("conversation.released", talk.userId);
        expect(released).toMatchObject([{ by: "api", conversationId: event.conversationId }]);
      });
    },
  );

  test.each(names)(
    "%s: the words that give it back are answered, with what was said before",
    async (name) => {
      const talk = await families[name](`words-${name}`);
      const before = await talkToPerson(talk, await handOver(talk));
      expect(await talk.ask(RELEASE_COMMAND)).toBe("机器人答。");
      expect(world().told(RELEASE_COMMAND)).toEqual([...before, user(RELEASE_COMMAND)]);
      await eventually(() => {
        expect(world().events("conversation.released", talk.userId)).toMatchObject([{ by: "command" }]);
      });
      expect(await talk.ask("还在吗")).toBe("机器人答。");
    },
  );

  test("a person who took over is rated with the handover: all that the turn did is told", async () => {
    const talk = await families.HiAgent("rated-handover");
    const { row, place } = await handOver(talk);
    const rating = { ...place, execId: row.execId, feedbackStatus: "thumb-down", feedback: "不要人工" };
    await world().insight.data("POST /bot-message/feedback", rating);
    const [arrival] = await world().callbacks(row.execId, 1);
    expect(contentOf(arrival ?? { body: Buffer.alloc(0) }).outputActions).toEqual(row.outputActions);
  });

  test("every family can go on where another one handed over", async () => {
    const talk = await families.Insight("mixed");
    const { place } = await handOver(talk);
    const client = world().hiagent("mixed");
    const { ConversationList } = (await client.call("get_conversation_list")).body;
    const asked = world().upstream.requests.length;
    await askHiagent(client, ConversationList[0].AppConversationID, "海那边也没人答");
    const [event] = await eventually(() => {
      const events = world().events("conversation.handed-over", "mixed");
      expect(events).toHaveLength(1);
      return events;
    });
    const { answer } = await askCoze(world().coze(), {
      ...{ botId: world().cozeBotId, userId: "mixed", conversationId: event.conversationId },
      question: "扣子也没人答",
    });
    expect(answer).toBeUndefined();
    expect(world().upstream.requests).toHaveLength(asked);
    await world().insight.data("POST /bot/session/release", place);
    expect(await talk.ask("回来了吗")).toBe("机器人答。");
    expect(world().told("回来了吗")?.slice(2)).toEqual([
      user("海那边也没人答"),
      user("扣子也没人答"),
      user("回来了吗"),
    ]);
  });

  // The last one: it moves the server's clock.
  test("in every family it comes back when nothing was said for as long as the agent says", async () => {
    const talks = await Promise.all(names.map((name) => families[name](`quiet-${name}`)));
    const held = [];
    for (const talk of talks) {
      const own = await handOver(talk);
      held.push({ talk, ...own, before: await talkToPerson(talk, own) });
    }
    await world().server.tell({ aheadMs: 1.5 * MINUTE_MS });
    for (const { talk, place, before } of held) {
      await eventually(async () => expect(await state(place)).toBe("bot"), 60_000);
      const question = `又是机器人 ${talk.userId}`;
      expect(await talk.ask(question)).toBe("机器人答。");
      expect(world().told(question)).toEqual([...before, user(question)]);
      await eventually(() => {
        expect(world().events("conversation.released", talk.userId)).toMatchObject([{ by: "idle" }]);
      });
    }
    expect(world().receiver.badSignatures()).toEqual([]);
  });
});
