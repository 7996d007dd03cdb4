import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseUuid } from "../../../src/dialects/insight/ids.ts";
import type { TurnId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { HANDBOOK_TEXT, useLearningWorld } from "./world.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Any = any;

function linesOf(text: string): Any[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

describe.each(engines)("rated turns on $name", (engine) => {
  const world = useLearningWorld(engine);

  /** Of this question; the suite shares a world. */
  async function listed(question: string, query = ""): Promise<Any[]> {
    const { items } = (await (await world().get(`/rated-turns?limit=100${query}`)).json()) as Any;
    return items.filter((item: Any) => item.question === question);
  }

  async function exported(query = ""): Promise<Any[]> {
    const response = await world().get(`/rated-turns/export${query}`);
    expect(response.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
    return linesOf(await response.text());
  }

  test("are told with everything there is to learn from, the same in the list, the export and on the command line", async () => {
    const { ask, rate, upstream, agent, run } = world();
    upstream.replyWhen({ lastUserText: "怎么退货" }, ["请联系", "客服。"]);
    const { execId } = await ask("怎么退货？");
    await rate(execId, "thumb-down", { feedback: "没有说运费", userId: "ann" });
    const turnId = String(parseUuid<TurnId>("turn", execId));
    const [item, ...others] = await listed("怎么退货？");
    expect(others).toEqual([]);
    expect(item).toEqual({
      question: "怎么退货？",
      answer: "请联系客服。",
      chunks: [
        {
          knowledgeBase: "手册",
          document: "退货.md",
          question: "",
          text: HANDBOOK_TEXT,
          score: expect.any(Number),
        },
      ],
      rating: "dislike",
      comment: "没有说运费",
      categories: [],
      rater: "ann",
      ratedAt: expect.stringMatching(/Z$/),
      askedAt: expect.stringMatching(/Z$/),
      turnId,
      conversationId: expect.stringMatching(/^\d+$/),
      userId: expect.any(String),
      agentId: String(agent.id),
      agent: "shop",
      agentName: "商城客服",
      channel: "api",
      family: "insight",
      version: expect.any(Number),
      model: "upstream",
      status: "completed",
      trigger: {
        type: "receive-text-message",
        payload: { text: "怎么退货？", role: "user" },
        source: "api",
      },
      actions: [{ type: "send-text-message", status: "send", payload: { text: "请联系客服。" } }],
    });
    expect((await exported()).filter(({ question }) => question === "怎么退货？")).toEqual([item]);
    const terminal = await run("feedback", "export", "--agent", "shop");
    expect(linesOf(terminal.written).filter(({ question }) => question === "怎么退货？")).toEqual([item]);
    const table = await run("feedback", "list", "--rating", "dislike");
    expect(table.written).toMatch(
      new RegExp(`${turnId} .* shop +dislike +ann +怎么退货？ +请联系客服。 +没有说运费`),
    );
  });

  test("are told of every family, once for each rater, with what they said last", async () => {
    const { ask, rate, hiagent } = world();
    const { execId } = await ask("who rates?");
    await rate(execId, "thumb-up", { userId: "bob" });
    await rate(execId, "thumb-down", { userId: "cid", feedback: "no" });
    await rate(execId, "thumb-up", { userId: "cid" });
    expect((await listed("who rates?")).map(({ rater, rating }) => [rater, rating])).toEqual([
      ["bob", "like"],
      ["cid", "like"],
    ]);
    await rate(execId, "none", { userId: "cid" });
    expect(await listed("who rates?")).toHaveLength(1);
    expect((await listed("who rates?", "&rating=none")).map(({ rater }) => rater)).toEqual(["cid"]);
    expect(await listed("who rates?", "&rating=dislike")).toEqual([]);

    const client = hiagent("dan");
    const conversation = await client.newConversation();
    const stream = await client.stream("chat_query", {
      AppConversationID: conversation,
      Query: "from hiagent",
      ResponseMode: "streaming",
    });
    await stream.all();
    const [round] = await client.history(conversation);
    const feedback = { MessageID: round.AnswerInfo.MessageID, LikeType: -1 };
    expect((await client.call("feedback", feedback)).status).toBe(200);
    expect(await listed("from hiagent")).toMatchObject([{ rating: "dislike", rater: "dan", userId: "dan" }]);
  });

  test("come in pages that miss and repeat nothing, and are chosen by time and agent", async () => {
    const { get, ask, rate } = world();
    for (let index = 0; index < 3; index += 1) {
      const { execId } = await ask(`page ${index}`);
      await rate(execId, "thumb-up", { userId: "a|&:." });
      await rate(execId, "thumb-up", { userId: "用户" });
    }
    const all = (await exported()).map(({ turnId, rater }) => `${turnId} ${rater}`);
    const paged: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const from: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = (await (await get(`/rated-turns?limit=2${from}`)).json()) as Any;
      paged.push(...page.items.map(({ turnId, rater }: Any) => `${turnId} ${rater}`));
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(all);
    expect(new Set(paged).size).toBe(paged.length);
    const future = new Date(Date.now() + 60_000).toISOString();
    expect(await exported(`?since=${future}`)).toEqual([]);
    expect(await exported(`?until=${future}`)).toHaveLength(all.length);
    const workspaces = await world().server.store.workspaces.list();
    const other = await world().server.store.agents.findBySlug(workspaces[0]?.id ?? (0 as never), "other");
    expect(await exported(`?agentId=${other?.id}`)).toEqual([]);
  });

  test("are all exported, however many there are", async () => {
    const { ask, server } = world();
    const { execId } = await ask("popular");
    const turnId = parseUuid<TurnId>("turn", execId) ?? (0 as TurnId);
    const raters = Array.from({ length: 350 }, (_, index) => `fan-${String(index).padStart(4, "0")}`);
    for (const rater of raters) {
      const opinion = { turnId, rater, rating: "like" as const, categories: [], comment: "", revision: 1 };
      await server.store.feedback.save({ ...opinion, updatedAt: new Date() });
    }
    const lines = (await exported()).filter(({ question }) => question === "popular");
    expect(lines.map(({ rater }) => rater)).toEqual(raters);
  });

  test("are written to a file that was not there", async () => {
    const { server, run } = world();
    const out = join(server.dataDirectory, "rated.jsonl");
    const terminal = await run("feedback", "export", "--out", out);
    expect([terminal.exitCode, terminal.written]).toEqual([0, ""]);
    expect(linesOf(await readFile(out, "utf8"))).toEqual(await exported());
    const again = await run("feedback", "export", "--out", out);
    expect(again.exitCode).toBe(1);
    expect(again.noted).toContain("cannot be made");
  });

  test("are for members whose token says so; bad filters are named", async () => {
    const { get, agent } = world();
    for (const path of ["/rated-turns", "/rated-turns/export"]) {
      expect((await get(path, "member")).status).toBe(200);
      expect((await get(`${path}?agentId=${agent.id}`, "member")).status).toBe(200);
      expect((await get(path, "powerless")).status).toBe(403);
      expect((await get(`${path}?agentId=17`)).status).toBe(404);
      expect((await get(`${path}?workspaceId=17`)).status).toBe(404);
      const wrong = await get(`${path}?rating=great`);
      expect([wrong.status, ((await wrong.json()) as Any).error.field]).toEqual([400, "rating"]);
    }
    for (const cursor of ["x", "0.", "17", "17.ä", `17.${"x".repeat(3_000)}`]) {
      expect((await get(`/rated-turns?cursor=${cursor}`)).status).toBe(400);
    }
  });
});
