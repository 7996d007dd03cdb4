import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cozeExamples } from "../../../src/dialects/coze/examples.ts";
import { hiagentExamples } from "../../../src/dialects/hiagent/examples.ts";
import { insightExamples } from "../../../src/dialects/insight/examples.ts";
import { openAiExamples } from "../../../src/dialects/openai/examples.ts";
import type { ApiExample, AskedQuestion } from "../../../src/domain/api-example.ts";
import type { ConversationId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { insightClient } from "../../support/insight-client.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";
import { type ConsoleWorld, openConsoleWorld, tokenOf } from "./console-world.ts";

const run = promisify(execFile);
const APP_KEY = "d5k2m8s7q1v3c9n4b6t0";
const ACCESS_KEY = {
  id: "6c7b1f0a-2d43-4e58-9a1b-0c5d7e8f9a10",
  secret: "secret of the access key",
  scopes: ["all"],
};
const NASTY = `It's "quoted" \`id\` $HOME $(id) \\n \\\\ 'x' \n\tnew line 😀 !! %s {{a}} 退货 </script> #`;

describe.each(engines)("conversations over the console API on $name", (engine) => {
  let world: ConsoleWorld;
  let upstream: Upstream;
  /** What programs get from their environment. */
  let credentials: Record<string, string>;

  beforeAll(async () => {
    upstream = await startUpstream();
    upstream.reply(["Within ", "seven days."]);
    world = await openConsoleWorld(engine, {
      models: [{ name: "m", provider: "openai-compatible", baseUrl: upstream.baseUrl, model: "x" }],
      insight: { accessKeys: [ACCESS_KEY] },
    });
    const keys = { accessKeyId: ACCESS_KEY.id, accessKeySecret: ACCESS_KEY.secret };
    credentials = {
      PATH: process.env["PATH"] ?? "",
      HIAGENT_APP_KEY: APP_KEY,
      COZE_API_TOKEN: tokenOf("owner"),
      OPENAI_API_KEY: APP_KEY,
      INSIGHT_ACCESS_KEY_ID: ACCESS_KEY.id,
      INSIGHT_ACCESS_KEY_SECRET: ACCESS_KEY.secret,
      INSIGHT_ACCESS_TOKEN: await insightClient({ url: world.server.url, ...keys }).token(),
    };
  });
  afterAll(async () => {
    await world.close();
    await upstream.close();
  });

  const user = (userId: string) => hiagentClient({ url: world.server.url, key: APP_KEY, userId });
  const search = async (query: Record<string, string>) =>
    (await world.call("member", `GET /conversations?${new URLSearchParams(query)}`)).body;
  /** Asks over HiAgent; the console's id of the conversation. */
  const ask = async (userId: string, ...questions: string[]) => {
    const client = user(userId);
    const AppConversationID = await client.newConversation();
    for (const Query of questions) {
      const reply = await client.call("chat_query_v2", {
        AppConversationID,
        Query,
        ResponseMode: "blocking",
      });
      expect(reply.status).toBe(200);
    }
    return { client, AppConversationID, ...(await search({ userId })).items[0] };
  };
  const exchanges = async (id: string, query = "") =>
    (await world.call("member", `GET /conversations/${id}/exchanges${query}`)).body;

  test("are found by user, words, family, rating and agent, newest first, and shown with what was said last", async () => {
    const asked = await ask("search-wang", "怎么退货？", "Is SHIPPING free?");
    const other = await ask("search-li", "发票怎么开？");
    const [{ answers }] = (await exchanges(asked.id)).items;
    await asked.client.call("feedback", {
      MessageID: await lastMessage(asked.client, asked.AppConversationID),
      LikeType: -1,
    });
    const ids = async (query: Record<string, string>) =>
      (await search({ userPrefix: "search-", ...query })).items.map(({ id }: { id: string }) => id);
    expect(await ids({})).toEqual([other.id, asked.id]);
    expect(await ids({ text: "退货" })).toEqual([asked.id]);
    expect(await ids({ text: "shipping" })).toEqual([asked.id]);
    expect(await ids({ rating: "dislike" })).toEqual([asked.id]);
    expect(await ids({ rating: "like" })).toEqual([]);
    expect(await ids({ family: "hiagent", agentId: world.agentId })).toEqual([other.id, asked.id]);
    expect(await ids({ family: "coze" })).toEqual([]);
    expect(await ids({ status: "failed" })).toEqual([]);
    const [found] = (await search({ userId: "search-wang" })).items;
    expect(found).toMatchObject({
      agentName: "商城客服",
      newest: {
        text: "Is SHIPPING free?",
        turn: { id: answers[0].turnId, status: "completed", family: "hiagent" },
      },
      isLiked: false,
      isDisliked: true,
    });
    const first = await search({ userPrefix: "search-", limit: "1" });
    expect(first).toMatchObject({ items: [{ id: other.id }], searchedUntil: other.activeAt });
    const second = await search({ userPrefix: "search-", cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ id: asked.id }], nextCursor: null, searchedUntil: null });
  });

  test("are refused politely where the question is wrong, and hidden from strangers", async () => {
    const { id } = await ask("reach", "hello");
    const fieldOf = async (query: string) =>
      (await world.call("member", `GET /conversations?${query}`)).body.error.field;
    for (const [field, value] of [
      ["cursor", "99999999999999999999.1"],
      ["text", " "],
      ["rating", "bad"],
      ["isHeld", "yes"],
      ["since", "yesterday"],
      ["status", "gone"],
    ] as const) {
      expect(await fieldOf(`${field}=${value}`)).toBe(field);
    }
    const elsewhere = await world.call("member", `GET /conversations?workspaceId=${id}`);
    expect(elsewhere.status).toBe(404);
    expect((await world.call("powerless", "GET /conversations")).status).toBe(403);
    expect((await world.call("member", `GET /conversations/${id}0/exchanges`)).status).toBe(404);
    expect((await world.call("member", "GET /exchanges/1/examples")).status).toBe(404);
  });

  test("are shown with every answer of a question, its rating, usage and version, a page at a time", async () => {
    const asked = await ask("reader", "one", "two", "three");
    const MessageID = await lastMessage(asked.client, asked.AppConversationID);
    const again = { AppConversationID: asked.AppConversationID, MessageID, ResponseMode: "blocking" };
    await asked.client.call("query_again_v2", again);
    await asked.client.call("feedback", { MessageID, LikeType: 1 });
    const { items, nextCursor } = await exchanges(asked.id, "?limit=2");
    expect(items.map((one: { question: { text: string } }) => one.question.text)).toEqual(["three", "two"]);
    const [first, second] = items[0].answers;
    expect(first).toMatchObject({
      ...{ status: "completed", isChosen: false, text: "Within seven days.", family: "hiagent", model: "m" },
      feedback: [{ rater: "reader", rating: "like" }],
      trigger: { type: "receive-text-message", source: "api" },
      actions: [{ type: "send-text-message", status: "send" }],
    });
    expect(first.usage.outputTokens).toBeGreaterThan(0);
    expect(first.versionNumber).toBeGreaterThan(0);
    expect(second).toMatchObject({ isChosen: true, feedback: [] });
    const rest = await exchanges(asked.id, `?limit=2&cursor=${nextCursor}`);
    expect(rest).toMatchObject({ items: [{ question: { text: "one" } }], nextCursor: null });
    const around = await exchanges(asked.id, `?order=asc&limit=1&turnId=${items[1].answers[0].turnId}`);
    expect(around).toMatchObject({ items: [{ question: { text: "two" } }], nextCursor: items[0].id });
    const stranger = await ask("somebody-else", "hi");
    const theirs = (await exchanges(stranger.id)).items[0].answers[0].turnId;
    expect(await exchanges(asked.id, `?turnId=${theirs}`)).toMatchObject({ error: { code: "not_found" } });
  });

  test("can be held, given back and deleted, by those who may", async () => {
    const { id } = await ask("held", "help");
    const held = await world.call("member", `POST /conversations/${id}/hold`, {
      reason: "asked for a person",
    });
    expect(held.body).toMatchObject({ id, isChanged: true, agentName: "商城客服" });
    expect((await search({ isHeld: "true", userId: "held" })).items).toHaveLength(1);
    expect((await world.call("member", `POST /conversations/${id}/release`)).body.isChanged).toBe(true);
    expect((await world.call("member", `DELETE /conversations/${id}`)).status).toBe(403);
    expect((await world.call("admin", `DELETE /conversations/${id}`)).status).toBe(200);
    expect((await world.call("admin", `GET /conversations/${id}`)).status).toBe(404);
    expect((await search({ userId: "held" })).items).toEqual([]);
  });

  const execute = async ({ language, code }: ApiExample) => {
    const [program, ...options] =
      language === "sh"
        ? ["/bin/sh", "-c", code]
        : [process.execPath, "--input-type=module-typescript", "-e", code];
    const { stdout } = await run(program ?? "", options, { env: credentials, timeout: 30_000 });
    return stdout;
  };
  const lastQuestion = () => {
    const content = upstream.requests.at(-1)?.body.messages.at(-1)?.content;
    return typeof content === "string" ? content : JSON.stringify(content);
  };

  test("tell how a question is asked again over each family: the commands and programs do it", async () => {
    const { id } = await ask("again", "And before?", NASTY);
    const [{ id: exchangeId }] = (await exchanges(id)).items;
    const { body } = await world.call("member", `GET /exchanges/${exchangeId}/examples`);
    const examples: ApiExample[] = body.items;
    expect(examples.map(({ family, label, language }) => `${family} ${label} ${language}`)).toEqual([
      ...["hiagent curl sh", "hiagent fetch ts", "hiagent requests python"],
      ...["coze curl sh", "coze @coze/api ts", "coze cozepy python"],
      ...["insight curl sh", "insight fetch ts", "insight requests python"],
      ...["openai curl sh", "openai openai ts", "openai openai python"],
    ]);
    for (const example of examples.filter(({ language }) => language !== "python")) {
      const asked = upstream.requests.length;
      const printed = await eventually(() => execute(example));
      expect(printed, example.code).toMatch(/seven days/);
      expect(upstream.requests.length, example.code).toBe(asked + 1);
      expect(lastQuestion(), example.code).toBe(NASTY);
    }
    const openAi = upstream.requests.at(-1)?.body.messages ?? [];
    expect(openAi.slice(-3).map(({ content }) => content)).toEqual([
      "And before?",
      "Within seven days.",
      NASTY,
    ]);
  });

  test("whatever a question says, the commands ask it as it is", async () => {
    const { id } = await ask("anything", "x");
    const conversation = await world.server.store.conversations.get(Number(id) as ConversationId);
    const agentId = conversation?.agentId;
    const agent = agentId && (await world.server.store.agents.find(agentId));
    if (conversation === undefined || !agent) throw new Error("nothing was asked");
    const families = [hiagentExamples, cozeExamples, insightExamples, openAiExamples];
    const word = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.constantFrom(
        "'",
        '"',
        "\\",
        "$HOME",
        "`id`",
        "!!",
        "\n",
        "\r\n",
        "'\\''",
        "${",
        "@",
        "-d",
        "😀",
        "\u2028",
      ),
    );
    const text = fc
      .array(word, { minLength: 1, maxLength: 6 })
      .map((words) => `${words.join(" ")}.`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: HiAgent takes no control characters.
      .filter((words) => !/[\u0000-\u0008\u000e-\u001f\u007f]/.test(words));
    await fc.assert(
      fc.asyncProperty(text, async (words) => {
        const question = { text: words, attachments: [] };
        const asked: AskedQuestion = {
          ...{ serverUrl: world.server.url, agent, conversation, userId: "anything", question, history: [] },
        };
        for (const examples of families) {
          const [command] = examples(asked);
          if (command === undefined) throw new Error("no command");
          const count = upstream.requests.length;
          await eventually(async () => expect(await execute(command), command.code).toMatch(/seven days/));
          expect(upstream.requests.length).toBeGreaterThan(count);
          expect(lastQuestion()).toBe(words);
        }
      }),
      { numRuns: 8 },
    );
  });
});

async function lastMessage(
  client: ReturnType<typeof hiagentClient>,
  conversationId: string,
): Promise<string> {
  return (await client.history(conversationId)).at(-1).AnswerInfo.MessageID;
}
