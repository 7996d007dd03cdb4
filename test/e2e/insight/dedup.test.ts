import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askedScope } from "../../../src/chat/past-messages.ts";
import { parseUuid } from "../../../src/dialects/insight/ids.ts";
import type { AgentId } from "../../../src/domain/ids.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { insightClient, replyOf } from "../../support/insight-client.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";
import {
  ALL_KEY,
  aSession,
  botIds,
  insightInstallation,
  openStreams,
  rowOf,
  useInsightWorld,
} from "./world.ts";

const DAY_MS = 86_400_000;

describe.each(engines)("repeated messages of Insight on $name", (engine) => {
  const world = useInsightWorld(engine);
  const place = () => ({ botId: world().botId("shop"), sessionId: aSession("repeat") });

  test("the same messageId gets the same reply, whole or streamed, and nothing runs again", async () => {
    const { insight, teach, asked } = world();
    teach("只答一次", ["只", "一次。"]);
    const message = { ...place(), messageId: "m-1", message: "只答一次" };
    const first = await insight.ask(message);
    expect(await insight.ask(message)).toEqual(first);
    const frames = await (await insight.stream(message)).all();
    const { message: text, ...rest } = first;
    expect(replyOf(frames)).toBe(text);
    expect(frames.at(-2)?.data).toEqual({ ...rest, message: "", finish: true });
    expect(await insight.ask({ ...message, message: "别的话" })).toEqual(first);
    expect(asked("只答一次")).toHaveLength(1);
    expect(asked("别的话")).toEqual([]);
    await insight.ask({ ...message, messageId: "m-2", message: "只答一次" });
    expect(asked("只答一次")).toHaveLength(2);
  });

  test("a streamed reply is repeated too, with what it did and what it stands on", async () => {
    const { insight, botId, teach, asked } = world();
    const post = JSON.stringify({ messages: [{ type: "text", content: "附言" }] });
    teach("办一件事", ({ body }) =>
      body.messages.at(-1)?.role === "tool"
        ? ["办", "好了。"]
        : [{ type: "tool-call", name: "send_post", arguments: post }],
    );
    const desk = { botId: botId("desk"), sessionId: aSession("repeat"), messageId: "a", message: "办一件事" };
    const frames = await (await insight.stream(desk)).all();
    const count = asked("办一件事").length;
    const again = await insight.ask(desk);
    expect(again.message).toBe(replyOf(frames));
    expect(again.message).toBe("办好了。\n附言");
    expect(again.outputActions).toEqual(frames.at(-2)?.data.outputActions);
    expect(asked("办一件事")).toHaveLength(count);

    const library = { botId: botId("library"), sessionId: aSession("repeat"), messageId: "b" };
    const question = { ...library, message: "图书馆几点闭馆？" };
    const found = await insight.ask(question);
    expect(found.references).toHaveLength(1);
    expect(await insight.ask(question)).toEqual(found);
  });

  test("a messageId is that of its session alone", async () => {
    const { insight, asked } = world();
    await insight.ask({ ...place(), messageId: "same", message: "各答各的" });
    await insight.ask({ ...place(), messageId: "same", message: "各答各的" });
    expect(asked("各答各的")).toHaveLength(2);
  });

  test("sent again while the first is being answered, it waits for the same reply", async () => {
    const { insight, teach, asked } = world();
    const gate = Promise.withResolvers<void>();
    teach("还在答", ["慢", { type: "hold", until: gate.promise }, "慢来。"]);
    const message = { ...place(), messageId: "m", message: "还在答" };
    const first = insight.ask(message);
    await eventually(() => asked("还在答").length === 1);
    const second = insight.ask(message);
    const streamed = await insight.stream(message);
    await streamed.until("delta");
    gate.resolve();
    const [one, two] = await Promise.all([first, second]);
    expect(two).toEqual(one);
    expect(one.message).toBe("慢慢来。");
    expect(replyOf(await streamed.all())).toBe(one.message);
    expect(asked("还在答")).toHaveLength(1);
  });

  test("sent many times at once to a new session, it is answered once", async () => {
    const { insight, asked } = world();
    const message = { ...place(), messageId: "m", message: "一起来" };
    const replies = await Promise.all(Array.from({ length: 8 }, () => insight.ask(message)));
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(asked("一起来")).toHaveLength(1);
  });

  test("a first stream that breaks does not take the reply from who asked again", async () => {
    const { insight, teach, asked } = world();
    const gate = Promise.withResolvers<void>();
    teach("断线重来", ["前", { type: "hold", until: gate.promise }, "后"]);
    const message = { ...place(), messageId: "m", message: "断线重来" };
    const broken = await insight.stream(message);
    await broken.until("delta");
    const again = await insight.stream(message);
    await again.until("delta");
    broken.hangUp();
    await eventually(async () => (await openStreams(world().url)) === 1);
    gate.resolve();
    expect(replyOf(await again.all())).toBe("前后");
    expect(asked("断线重来")).toHaveLength(1);
  });

  test("a reply that failed has failed for who asks again; one that was refused has not", async () => {
    const { insight, teach, asked } = world();
    teach("会失败", [{ type: "status", status: 400, body: { error: { message: "no" } } }]);
    const message = { ...place(), messageId: "m", message: "会失败" };
    const failures = [await insight.call("POST /bot/message", message)];
    failures.push(await insight.call("POST /bot/message", { ...message, stream: true }));
    expect(failures.map(({ status, body }) => [status, body.code])).toEqual([
      [502, 50201],
      [502, 50201],
    ]);
    expect(asked("会失败")).toHaveLength(1);
    const wrong = { ...place(), messageId: "m", message: "改对了" };
    await insight.call("POST /bot/message", { ...wrong, variables: { name: "长".repeat(21) } });
    expect(await insight.ask(wrong)).toMatchObject({ message: expect.stringMatching(/./) });
  });

  test("a messageId is known for a day", async () => {
    const { insight, server } = world();
    const { sessionId, botId } = place();
    const before = Date.now();
    const { execId } = await insight.ask({ sessionId, botId, messageId: "m", message: "一天" });
    const agentId = parseUuid<AgentId>("agent", botId) ?? (0 as AgentId);
    const conversation = await server.store.conversations.findBySession(agentId, sessionId);
    if (conversation === undefined) throw new Error("there is no session");
    const name = { scope: askedScope(conversation.id), key: "m" };
    const known = (at: number) => server.store.requestKeys.find(name, new Date(at));
    expect(await known(before + DAY_MS - 1)).toBe(parseUuid("turn", execId));
    expect(await known(Date.now() + DAY_MS)).toBeUndefined();
  });

  test("values of a repeated message change nothing", async () => {
    const { insight } = world();
    const message = { ...place(), messageId: "m", message: "记住", variables: { name: "一" } };
    await insight.ask(message);
    await insight.ask({ ...message, variables: { name: "二" } });
    const { variables } = await insight.data(
      `GET /bot/session/details?botId=${message.botId}&sessionId=${message.sessionId}`,
    );
    expect(variables).toEqual({ name: "一" });
  });

  test("a repeated message finds its reply after a restart", async () => {
    const open = world();
    const message = { ...place(), messageId: "m", message: "重启之后" };
    const first = await open.insight.ask(message);
    await open.restart();
    expect(await open.insight.ask(message)).toEqual(first);
    expect(open.asked("重启之后")).toHaveLength(1);
  });

  test("a reply that the end of the server cut off is not made again by itself", async () => {
    const open = world();
    const never = Promise.withResolvers<void>();
    open.teach("断电", ["前", { type: "hold", until: never.promise }]);
    const message = { ...place(), messageId: "m", message: "断电" };
    const cut = open.insight.call("POST /bot/message", message).catch(() => undefined);
    await eventually(() => open.asked("断电").length === 1);
    await open.restart();
    await cut;
    const again = await open.insight.call("POST /bot/message", message);
    expect([again.status, again.body.code]).toEqual([503, 50301]);
    expect(open.asked("断电")).toHaveLength(1);
    const other = await open.insight.ask({ ...message, messageId: "m-2", message: "来电" });
    expect(other.execId).not.toBe("");
  });
});

describe("repeated messages of Insight on several nodes", () => {
  let cluster: Cluster;
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await startUpstream();
    cluster = await startCluster({ size: 2, file: insightInstallation(upstream.baseUrl) });
  });
  afterAll(async () => {
    await cluster?.close();
    await upstream?.close();
  });

  test("another node tells the same reply, while it is made and after", async () => {
    const [one, other] = cluster.nodes.map(({ server }) =>
      insightClient({ url: server.url, accessKeyId: ALL_KEY.id, accessKeySecret: ALL_KEY.secret }),
    );
    const botId = (await botIds(cluster.nodes[0]?.server.url ?? "")).get("商城客服") ?? "";
    const gate = Promise.withResolvers<void>();
    upstream.replyWhen({ lastUserText: "两台机器" }, [
      "从",
      { type: "hold", until: gate.promise },
      "头到尾。",
    ]);
    if (one === undefined || other === undefined) throw new Error("there are not two nodes");
    const message = { botId, sessionId: aSession("nodes"), messageId: "m", message: "两台机器" };
    const first = one.ask(message);
    await eventually(() => upstream.requests.length === 1);
    const streamed = await other.stream(message);
    await streamed.until("delta");
    const second = other.ask(message);
    gate.resolve();
    const reply = await first;
    expect(reply.message).toBe("从头到尾。");
    expect(await second).toEqual(reply);
    expect(replyOf(await streamed.all())).toBe(reply.message);
    expect(await other.ask(message)).toEqual(reply);
    expect(upstream.requests).toHaveLength(1);
    const row = await rowOf(other, botId, reply.execId);
    expect(row.status).toBe("success");
  });
});
