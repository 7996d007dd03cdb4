import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import { type Cluster, type ClusterNode, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { answerOf, hiagentClient } from "../support/hiagent-client.ts";
import { startUpstream, tokens, tokensText, type Upstream } from "../support/upstream.ts";

const KEY = "deadnodestestkey0001";
/**
 * Until others close the turns of a dead node, of one that hangs or that lost the database. What is promised for an idle
 * machine is 5 s for a dead one; on a busy one it must still not be its silence that tells, which takes 15 s.
 */
const TAKEOVER_MS = { dead: 12_000, hung: 30_000 };

let upstream: Upstream;
let cluster: Cluster;

beforeAll(async () => {
  upstream = await startUpstream();
  cluster = await startCluster({
    size: 3,
    environment: { ANTIPHON_DRAIN_SECONDS: "1" },
    file: {
      models: upstreamModel(upstream.baseUrl),
      agents: [{ slug: "a", name: "A", appKey: KEY }],
    },
  });
});

afterAll(async () => {
  await cluster.close();
  await upstream.close();
});

afterEach(() => {
  upstream.requests.length = 0;
});

function client({ server }: ClusterNode) {
  return hiagentClient({ url: server.url, key: KEY });
}

function nodes(): [ClusterNode, ClusterNode, ClusterNode] {
  const [first, second, third] = cluster.nodes;
  if (first === undefined || second === undefined || third === undefined) throw new Error("three nodes");
  return [first, second, third];
}

/** An answer that a node makes: some text, then what is asked for. Another node streams it too. */
async function asked(owner: ClusterNode, other: ClusterNode) {
  const gate = Promise.withResolvers<void>();
  upstream.reply([tokens(20), { type: "hold", until: gate.promise }, tokens(20, { label: "late" })]);
  const AppConversationID = await client(owner).newConversation();
  const stream = await client(owner).stream("chat_query_v2", { AppConversationID, Query: "Hi" });
  const { id: MessageID } = await stream.until("message_start");
  while (answerOf(stream.payloads) !== tokensText(20)) await stream.next();
  const again = await client(other).stream("chat_continue", { MessageID, RespDataStandard: true });
  await again.until("message");
  await eventually(async () => {
    expect(await answerIn(other, AppConversationID)).toBe(tokensText(20));
  });
  return { stream, again, AppConversationID, MessageID, goOn: gate.resolve };
}

async function answerIn(node: ClusterNode, conversation: string): Promise<string> {
  return (await client(node).history(conversation)).at(-1).AnswerInfo.Answer;
}

/** What nobody but a node that took over can have made: the answer is told as failed, with its text. */
async function expectInterrupted(node: ClusterNode, MessageID: string): Promise<void> {
  const told = await client(node).stream("chat_continue", { MessageID, RespDataStandard: true });
  const payloads = await told.all();
  expect(payloads.at(-1)?.event).toBe("message_failed");
  expect(answerOf(payloads)).toBe(tokensText(20));
}

test("a killed node's answer is soon closed by another; who streams it there is told", async () => {
  const [owner, other, third] = nodes();
  const { stream, again, MessageID } = await asked(owner, other);
  const killedAtMs = Date.now();
  owner.server.kill("SIGKILL");
  await expect(stream.all()).rejects.toThrow();
  expect((await again.all()).at(-1)?.event).toBe("message_failed");
  const toldMs = Date.now() - killedAtMs;
  printFigure(`node killed: reader of another node told after ${toldMs} ms`);
  expect(toldMs).toBeLessThan(TAKEOVER_MS.dead);
  expect(answerOf(again.payloads)).toBe(tokensText(20));
  await expectInterrupted(third, MessageID);
  await owner.server.restart();
});

test("a node that is stopped ends its answers; who streams one on another node is told", async () => {
  const [owner, other, third] = nodes();
  const { stream, again, MessageID } = await asked(owner, other);
  owner.server.kill("SIGTERM");
  expect((await stream.all()).at(-1)?.event).toBe("message_failed");
  expect((await again.all()).at(-1)?.event).toBe("message_failed");
  expect((await owner.server.waitExit()).code).toBe(0);
  await expectInterrupted(third, MessageID);
  await owner.server.restart();
});

test("a node that hangs loses its answers to the others and, coming back, overwrites nothing", async () => {
  const [owner, other, third] = nodes();
  const { stream, again, AppConversationID, MessageID } = await asked(owner, other);
  const stoppedAtMs = Date.now();
  owner.server.kill("SIGSTOP");
  expect((await again.all()).at(-1)?.event).toBe("message_failed");
  const toldMs = Date.now() - stoppedAtMs;
  printFigure(`node hung: reader of another node told after ${toldMs} ms`);
  expect(toldMs).toBeLessThan(TAKEOVER_MS.hung);
  await expectInterrupted(third, MessageID);
  owner.server.kill("SIGCONT");
  expect((await stream.all()).at(-1)?.event).toBe("message_failed");
  await eventually(() => upstream.requests.every((request) => request.closedAtMs !== undefined));
  await expectInterrupted(owner, MessageID);
  const next = await client(owner).stream("chat_query_v2", { AppConversationID, Query: "again" });
  await next.until("message");
  expect((await client(third).call("stop_message", { MessageID: next.payloads[0]?.id })).status).toBe(200);
}, 90_000);

test("a node whose network to the database is cut fails its answers cleanly; the others close them", async () => {
  const [owner, other, third] = nodes();
  const { stream, again, MessageID, goOn } = await asked(owner, other);
  const cutAtMs = Date.now();
  owner.network.setMode("half-open");
  goOn();
  expect((await stream.all()).at(-1)?.event).toBe("message_failed");
  printFigure(`database out of reach: own reader told after ${Date.now() - cutAtMs} ms`);
  expect((await again.all()).at(-1)?.event).toBe("message_failed");
  const toldMs = Date.now() - cutAtMs;
  printFigure(`database out of reach: reader of another node told after ${toldMs} ms`);
  expect(toldMs).toBeLessThan(TAKEOVER_MS.hung);
  owner.network.setMode("pass");
  await eventually(() => client(owner).newConversation());
  for (const node of [owner, third]) await expectInterrupted(node, MessageID);
}, 90_000);

test("a node whose connections all break at once goes on with its answer", async () => {
  const [owner, other] = nodes();
  const { stream, again, goOn } = await asked(owner, other);
  other.network.setMode("reset");
  other.network.setMode("pass");
  goOn();
  expect((await stream.all()).at(-1)?.event).toBe("message_end");
  expect((await again.all()).at(-1)?.event).toBe("message_end");
  expect(answerOf(again.payloads)).toBe(tokensText(20) + tokensText(20, "late"));
});
