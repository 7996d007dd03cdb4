import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { botIds } from "../e2e/insight/world.ts";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { startCluster } from "../support/cluster.ts";
import { createDatabase } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { answerOf, hiagentClient } from "../support/hiagent-client.ts";
import { insightClient } from "../support/insight-client.ts";
import { seededRandom } from "../support/random.ts";
import { startUpstream, tokens, tokensText } from "../support/upstream.ts";

/** Kills per engine, and the seed of everything random, for running one failure again. */
const ROUNDS = Number(process.env["RESPONDER_ROUNDS"] ?? 4);
const SEED = Number(process.env["RESPONDER_SEED"] ?? Date.now() % 1_000_000);
const ASKERS = 4;
const LATEST_KILL_MS = 350;
const TOKENS = 12;
const KEY = "respondertestkey0001";
const TOKEN = "pat_of_the_responder_tests";
const ACCESS = {
  accessKeyId: "6c7b0f0e-5b8a-4c55-9a53-0d8f3f6f2a11",
  accessKeySecret: "secret-of-responders",
};

/** Answers questions in two parts; an event has it write, emit another event, and say so. */
const flow = {
  version: 1,
  nodes: [
    { id: "start", type: "start", inputs: [{ name: "query", type: "string" }], next: "got" },
    { id: "got", type: "message", text: "Got {{ start.query }}.", next: "write" },
    { id: "write", type: "llm", prompt: "{{ start.query }}", next: "end" },
    { id: "end", type: "end", answer: "{{ write.text }}", stream: true },
    { id: "pinged", type: "trigger", event: "ping", next: "think" },
    { id: "think", type: "llm", prompt: "{{ pinged.data.name }}", next: "emit" },
    {
      id: "emit",
      type: "emit-event",
      event: "pong",
      inputs: { params: { name: { ref: "pinged.data.name" } } },
      next: "said",
    },
    { id: "said", type: "message", text: "Pinged {{ pinged.data.name }}." },
    { id: "ponged", type: "trigger", event: "pong", next: "reply" },
    { id: "reply", type: "message", text: "Ponged {{ ponged.data.name }}." },
  ],
};
const variables = [{ name: "name", type: "string" }];
const file = (baseUrl: string) => ({
  models: upstreamModel(baseUrl),
  users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
  insight: { accessKeys: [{ id: ACCESS.accessKeyId, secret: ACCESS.accessKeySecret, scopes: ["all"] }] },
  agents: [
    { slug: "flow", name: "Flow", kind: "workflow", workflow: flow },
    {
      ...{ slug: "bot", name: "Bot", appKey: KEY, responder: "flow" },
      events: [
        { name: "ping", description: "", variables },
        { name: "pong", description: "", variables },
      ],
    },
  ],
});

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

test(
  "SQLite: turns that workflows answer go on where they stood when their process was killed",
  () => killAgainAndAgain(undefined),
  60_000 + ROUNDS * 10_000,
);

test(
  "PostgreSQL: turns that workflows answer go on where they stood when their process was killed",
  async () => killAgainAndAgain(await createDatabase()),
  60_000 + ROUNDS * 10_000,
);

test("PostgreSQL: another node goes on with the turn of one that was killed; who re-attaches there hears its end", async () => {
  const upstream = await startUpstream();
  closers.push(() => upstream.close());
  const gate = Promise.withResolvers<void>();
  upstream.replyOnce([tokens(3), { type: "hold", until: gate.promise }]);
  upstream.reply([tokens(TOKENS)]);
  const cluster = await startCluster({ size: 2, file: file(upstream.baseUrl) });
  closers.push(() => cluster.close());
  const [owner, other] = cluster.nodes.map(({ server }) => server);
  if (owner === undefined || other === undefined) throw new Error("two nodes");
  const asker = hiagentClient({ url: owner.url, key: KEY });
  const AppConversationID = await asker.newConversation();
  const stream = await asker.stream("chat_query_v2", { AppConversationID, Query: "Hi" });
  const { id: MessageID } = await stream.until("message_start");
  while (!answerOf(stream.payloads).endsWith(tokensText(3))) await stream.next();
  const reader = hiagentClient({ url: other.url, key: KEY });
  const attached = await reader.stream("chat_continue", { MessageID, RespDataStandard: true });
  await attached.until("message");
  owner.kill("SIGKILL");
  await expect(stream.all()).rejects.toThrow();
  const killedAtMs = Date.now();
  const again = await reader.stream("chat_continue", { MessageID, RespDataStandard: true });
  expect((await again.all()).at(-1)?.event).toBe("message_end");
  printFigure(`node killed: its turn has ended on another after ${Date.now() - killedAtMs} ms`);
  expect((await attached.all()).at(-1)?.event).toBe("message_end");
  printFigure(`who was attached before has heard its end after ${Date.now() - killedAtMs} ms`);
  const whole = `Got Hi.\n\n${tokensText(TOKENS)}`;
  expect([answerOf(again.payloads), answerOf(attached.payloads)]).toEqual([whole, whole]);
  const [message] = await reader.history(AppConversationID);
  expect(message.AnswerInfo.Answer).toBe(whole);
  gate.resolve();
}, 120_000);

async function killAgainAndAgain(databaseUrl: string | undefined): Promise<void> {
  printFigure(`turns of workflows: RESPONDER_SEED=${SEED} RESPONDER_ROUNDS=${ROUNDS}`);
  const random = seededRandom(SEED);
  const upstream = await startUpstream({ keepRequests: 100_000 });
  closers.push(() => upstream.close());
  upstream.reply(({ lastUserText }) => [tokens(TOKENS, { delayMs: 8, label: `-${lastUserText}-` })]);
  const server = await startAntiphonProcess({
    file: file(upstream.baseUrl),
    environment: NO_LIMITS,
    databaseUrl,
  });
  closers.push(() => server.close());
  let acknowledged = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    acknowledged += await killOnce(server, random, `round${round}`);
  }
  const goneOn = server.logs().reduce((sum, { msg, turns }) => {
    return sum + (msg === "goes on with turns that were left by their process" ? Number(turns) : 0);
  }, 0);
  printFigure(`${ROUNDS} kills: ${acknowledged} acknowledged, ${goneOn} turns went on in another process`);
}

async function killOnce(server: AntiphonProcess, random: () => number, round: string): Promise<number> {
  const names = Array.from({ length: ASKERS }, (_, index) => `${round}-${index}`);
  const botId = (await botIds(server.url, TOKEN)).get("Bot") ?? "";
  const conversations = new Map<string, string>();
  const asked = new Set<string>();
  const pinged = new Set<string>();
  const ask = async (name: string) => {
    const client = hiagentClient({ url: server.url, key: KEY });
    const conversation = await client.newConversation();
    conversations.set(name, conversation);
    const body = { AppConversationID: conversation, Query: name, ResponseMode: "streaming" };
    const stream = await client.stream("chat_query", body);
    await stream.next();
    asked.add(name);
    while ((await stream.next()) !== undefined);
  };
  const ping = async (name: string) => {
    const client = insightClient({ url: server.url, ...ACCESS });
    const event = { botId, sessionId: name, eventName: "ping", params: { name } };
    await client.data("POST /workflow/event/trigger", event);
    pinged.add(name);
  };
  const work = names.flatMap((name) => [ask(name), ping(name)]).map((one) => one.catch(() => {}));
  await delay(random() * LATEST_KILL_MS);
  server.kill("SIGKILL");
  await Promise.all([...work, server.waitExit()]);
  await server.restart();
  const client = hiagentClient({ url: server.url, key: KEY });
  for (const name of asked) {
    const conversation = conversations.get(name) ?? "";
    await eventually(async () => {
      const [message] = await client.history(conversation);
      expect(message.AnswerInfo.Answer).toBe(`Got ${name}.\n\n${tokensText(TOKENS, `-${name}-`)}`);
    });
  }
  const insight = insightClient({ url: server.url, ...ACCESS });
  for (const name of pinged) {
    await eventually(async () => {
      const query = `botId=${botId}&sessionId=${name}&startTimestamp=${Date.now() - 3_600_000}&endTimestamp=${Date.now() + 1_000}`;
      const rows = await insight.data(`GET /workflow/history/list?${query}`);
      const said = rows.map(({ status, outputActions }: Row) => [status, ...outputActions.flatMap(textOf)]);
      expect(said).toEqual([
        ["success", `Ponged ${name}.`],
        ["success", `Pinged ${name}.`],
      ]);
    });
  }
  return asked.size + pinged.size;
}

interface Row {
  status: string;
  outputActions: { type: string; payload: { text?: string } }[];
}

function textOf({ type, payload }: Row["outputActions"][number]): string[] {
  return type === "send-text-message" ? [payload.text ?? ""] : [];
}
