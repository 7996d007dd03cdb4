import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { NO_LIMITS } from "../../support/antiphon-process.ts";
import { createDatabase } from "../../support/databases.ts";
import { eventually } from "../../support/eventually.ts";
import { answerOf, type HiagentStream, hiagentClient } from "../../support/hiagent-client.ts";
import { StopClock } from "../../support/stop-clock.ts";
import { type ReplyStep, startUpstream, tokens, tokensText, type Upstream } from "../../support/upstream.ts";

const KEY = "manynodestestkey0001";
const OTHER_KEY = "manynodestestkey0002";
const never = new Promise<never>(() => {});

let upstream: Upstream;
let nodes: TestAntiphon[];
let clock: StopClock;

beforeAll(async () => {
  upstream = await startUpstream();
  clock = new StopClock(upstream);
  const databaseUrl = await createDatabase();
  const file = {
    models: upstreamModel(upstream.baseUrl),
    agents: [
      { slug: "a", name: "A", appKey: KEY },
      { slug: "b", name: "B", appKey: OTHER_KEY },
    ],
  };
  nodes = [];
  for (let count = 0; count < 3; count += 1) {
    nodes.push(await startAntiphon({ file, databaseUrl, environment: NO_LIMITS }));
  }
});

afterAll(async () => {
  clock.print("stop on another node");
  for (const node of nodes) await node.close();
  await upstream.close();
});

beforeEach(() => {
  upstream.requests.length = 0;
});

function client(node: number, key = KEY, userId = "u1") {
  return hiagentClient({ url: nodes[node]?.url ?? "", key, userId });
}

/** An answer that the first node makes of these steps. */
async function asked(steps: ReplyStep[]) {
  upstream.reply(steps);
  const here = client(0);
  const AppConversationID = await here.newConversation();
  const stream = await here.stream("chat_query_v2", { AppConversationID, Query: "Hi" });
  const { id: MessageID } = await stream.until("message_start");
  return { stream, MessageID, AppConversationID };
}

/** What was received, without the times of telling. */
function untimed(stream: HiagentStream): string {
  return stream.raw.replaceAll(/"created_at":\d+/g, '"created_at":0');
}

test("stop_message on another node closes the model's connection and keeps the text so far", async () => {
  const { stream, MessageID, AppConversationID } = await asked([tokens(1_000, { delayMs: 5 })]);
  await stream.until("message");
  const reply = await clock.measure(() => client(1).call("stop_message", { MessageID }));
  expect(reply.status).toBe(200);
  const payloads = await stream.all();
  expect(payloads.at(-1)?.event).toBe("message_end");
  const [round] = await client(2).history(AppConversationID);
  expect(round.AnswerInfo.Answer).toBe(answerOf(payloads));
  expect((await client(2).call("stop_message", { MessageID })).status).toBe(200);
});

test("on another node, too, answers of others can neither be stopped nor followed", async () => {
  const { stream, MessageID } = await asked([tokens(3), { type: "hold", until: never }]);
  for (const stranger of [client(1, OTHER_KEY), client(1, KEY, "u2")]) {
    for (const action of ["stop_message", "chat_continue"]) {
      const reply = await stranger.call(action, { MessageID });
      expect([action, reply.body.ResponseMetadata.Error.Code]).toEqual([action, "MessageNotFound"]);
    }
  }
  expect((await client(0).call("stop_message", { MessageID })).status).toBe(200);
  await stream.all();
});

test.each([true, false])(
  "chat_continue on any node streams the same bytes as on the one that answers (v2: %s)",
  async (RespDataStandard) => {
    const gate = Promise.withResolvers<void>();
    const { stream, MessageID } = await asked([
      { type: "reasoning", text: '先想一想 "quoted" \\ 😀' },
      tokens(50),
      { type: "hold", until: gate.promise },
      tokens(300, { label: "b" }),
      "x".repeat(30_000),
      tokens(5, { label: "c" }),
    ]);
    await eventually(() => answerOf(stream.payloads) === tokensText(50) || stream.next().then(() => false));
    const again = await Promise.all(
      [0, 1, 1, 2].map((node) => client(node).stream("chat_continue", { MessageID, RespDataStandard })),
    );
    for (const one of again) await one.until("message");
    gate.resolve();
    for (const one of [stream, ...again]) await one.all();
    const [own, ...others] = again.map(untimed);
    expect(own).toContain("message_end");
    for (const other of others) expect(other === own).toBe(true);
    expect(again.map(({ payloads }) => answerOf(payloads) === answerOf(stream.payloads))).not.toContain(
      false,
    );
  },
);

test("a reader of another node that hangs up is one reader less, the answer goes on", async () => {
  const gate = Promise.withResolvers<void>();
  const { stream, MessageID } = await asked([
    tokens(3),
    { type: "hold", until: gate.promise },
    tokens(2, { label: "b" }),
  ]);
  const leaving = await client(1).stream("chat_continue", { MessageID });
  const staying = await client(1).stream("chat_continue", { MessageID });
  await leaving.until("message");
  await staying.until("message");
  leaving.hangUp();
  gate.resolve();
  await stream.all();
  await staying.all();
  expect(answerOf(staying.payloads)).toBe(tokensText(3) + tokensText(2, "b"));
});

test("an answer that has ended is told from the store, on any node", async () => {
  const { stream, MessageID } = await asked([tokens(3)]);
  await stream.all();
  const replayed = await client(2).stream("chat_continue", { MessageID });
  expect(answerOf(await replayed.all())).toBe(tokensText(3));
  expect(replayed.payloads.at(-1)?.event).toBe("message_end");
});

test("a stop on one node ends what another node streams again", async () => {
  const { stream, MessageID } = await asked([tokens(3), { type: "hold", until: never }]);
  const again = await client(1).stream("chat_continue", { MessageID });
  await again.until("message");
  expect((await clock.measure(() => client(2).call("stop_message", { MessageID }))).status).toBe(200);
  await stream.all();
  expect((await again.all()).at(-1)?.event).toBe("message_end");
});
