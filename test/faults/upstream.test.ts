import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { eventually } from "../support/eventually.ts";
import { answerOf, hiagentClient, type Payload } from "../support/hiagent-client.ts";
import { metricOf } from "../support/metrics.ts";
import {
  type ReplyStep,
  startUpstream,
  tokens,
  tokensText,
  type Upstream,
  type UpstreamRequest,
} from "../support/upstream.ts";

const KEY = "upstreamtestkey00001";
const UNREACHABLE_KEY = "upstreamtestkey00002";
/** Requests whose connection the scripts below destroy: three attempts, and one within an answer. */
const BROKEN_OFF = 4;
const never = new Promise<never>(() => {});

let upstream: Upstream;
let server: AntiphonProcess;
let client: ReturnType<typeof hiagentClient>;

beforeAll(async () => {
  upstream = await startUpstream();
  server = await startAntiphonProcess({
    file: {
      models: [
        ...upstreamModel(upstream.baseUrl),
        { name: "gone", provider: "openai-compatible", baseUrl: await closedAddress(), model: "gone" },
      ],
      agents: [
        { slug: "a", name: "A", appKey: KEY },
        { slug: "b", name: "B", appKey: UNREACHABLE_KEY, model: "gone" },
      ],
    },
    environment: { ...NO_LIMITS, ANTIPHON_MODEL_FIRST_PART_SECONDS: "1", ANTIPHON_MODEL_IDLE_SECONDS: "1" },
  });
  client = hiagentClient({ url: server.url, key: KEY });
});

afterAll(async () => {
  await server.close();
  await upstream.close();
});

/** Requests of the tests before this one. */
const earlier: UpstreamRequest[] = [];

beforeEach(() => {
  earlier.push(...upstream.requests.splice(0));
});

/** The address of a server that has gone. */
async function closedAddress(): Promise<string> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}/v1`;
}

interface Told {
  payloads: Payload[];
  events: string[];
  conversation: string;
  /** How many failures of this kind were counted meanwhile. */
  counted: number;
}

async function ask(failure: string, speaker = client): Promise<Told> {
  const count = () => metricOf(server.url, "antiphon_model_failures_total", `failure="${failure}"`);
  const before = await count();
  const conversation = await speaker.newConversation();
  const stream = await speaker.stream("chat_query_v2", { AppConversationID: conversation, Query: "tell me" });
  const payloads = await stream.all();
  const events = payloads.map((payload) => payload.event).filter((event) => event !== "message");
  return { payloads, events, conversation, counted: (await count()) - before };
}

const FAILED_BEFORE_TEXT = ["message_start", "message_failed"];
const FAILED_IN_TEXT = ["message_start", "message_output_start", "message_output_end", "message_failed"];
const WHOLE = ["message_start", "message_output_start", "message_output_end", "message_cost", "message_end"];

/** The frames of a failed answer, what the history keeps of it, and that nothing is left open. */
async function expectFailed(told: Told, text: string): Promise<void> {
  expect(told.events).toEqual(text === "" ? FAILED_BEFORE_TEXT : FAILED_IN_TEXT);
  expect(answerOf(told.payloads)).toBe(text);
  const last = told.payloads.at(-1);
  expect(last?.["error"]).toMatch(/\w/);
  expect([last?.["message"], last?.["error_msg"], last?.answer]).toEqual([
    last?.["error"],
    last?.["error"],
    "",
  ]);
  expect(told.counted).toBe(1);
  const [round] = await client.history(told.conversation);
  expect([round.Query, round.AnswerInfo.Answer]).toEqual(["tell me", text]);
  const again = await client.stream("chat_continue", {
    MessageID: round.AnswerInfo.MessageID,
    RespDataStandard: true,
  });
  expect(answerOf(await again.all())).toBe(text);
  expect(again.payloads.at(-1)).toMatchObject({ event: "message_failed", error: last?.["error"] });
}

describe("a model server that fails before the first part", () => {
  test("refuses connections", async () => {
    const speaker = hiagentClient({ url: server.url, key: UNREACHABLE_KEY });
    const told = await ask("unreachable", speaker);
    expect(told.events).toEqual(FAILED_BEFORE_TEXT);
    expect(told.payloads.at(-1)?.["error"]).toMatch(/no connection/);
    expect(told.counted).toBe(1);
    expect(await speaker.history(told.conversation)).toMatchObject([{ Query: "tell me" }]);
  });

  test("limits the rate once and is asked again after the time it named", async () => {
    upstream.replyOnce([{ type: "status", status: 429, headers: { "retry-after": "1" } }]);
    upstream.reply([tokens(5)]);
    const told = await ask("overloaded");
    expect(told.events).toEqual(WHOLE);
    expect(answerOf(told.payloads)).toBe(tokensText(5));
    const [first, second, ...more] = upstream.requests;
    expect(more).toEqual([]);
    expect((second?.receivedAtMs ?? 0) - (first?.receivedAtMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("fails twice with status 500 and answers the third time", async () => {
    for (let count = 0; count < 2; count++) upstream.replyOnce([{ type: "status", status: 500 }]);
    upstream.reply([tokens(5)]);
    const told = await ask("overloaded");
    expect(told.events).toEqual(WHOLE);
    expect(upstream.requests).toHaveLength(3);
  });

  test("fails every time with status 503", async () => {
    upstream.reply([{ type: "status", status: 503 }]);
    const told = await ask("overloaded");
    await expectFailed(told, "");
    expect(upstream.requests).toHaveLength(3);
  });

  test.each([400, 401, 404])("refuses with status %d and is not asked again", async (status) => {
    upstream.reply([{ type: "status", status, body: { error: { message: "an internal detail" } } }]);
    const told = await ask("refused");
    await expectFailed(told, "");
    expect(upstream.requests).toHaveLength(1);
    expect(JSON.stringify(told.payloads)).not.toContain("an internal detail");
  });

  test("closes the connection every time", async () => {
    upstream.reply([{ type: "destroy" }]);
    await expectFailed(await ask("unreachable"), "");
    expect(upstream.requests).toHaveLength(3);
  });

  test("says nothing", async () => {
    upstream.reply([{ type: "hold", until: never }]);
    await expectFailed(await ask("timeout"), "");
    expect(upstream.requests).toHaveLength(1);
  });

  test("sends its headers and then says nothing", async () => {
    upstream.reply([{ type: "headers" }, { type: "hold", until: never }]);
    await expectFailed(await ask("timeout"), "");
  });
});

describe("a model server that fails within its answer", () => {
  const text = tokensText(7);
  const failing: [string, string, ReplyStep[]][] = [
    ["breaks the connection", "broken", [{ type: "delay", ms: 50 }, { type: "destroy" }]],
    ["ends without saying why", "broken", [{ type: "end" }]],
    ["sends a chunk that is no JSON", "broken", [{ type: "data", data: '{"choices":[{' }, "more"]],
    ["sends a chunk that is no object", "broken", [{ type: "data", data: "null" }, "more"]],
    [
      "sends an error object",
      "overloaded",
      [{ type: "data", data: { error: { message: "overloaded", code: 503 } } }, "more"],
    ],
    ["falls silent", "timeout", [{ type: "hold", until: never }]],
  ];

  test.each(failing)("%s: the text so far is kept", async (_, failure, ending) => {
    upstream.reply([tokens(7), ...ending]);
    const told = await ask(failure);
    await expectFailed(told, text);
    expect(upstream.requests).toHaveLength(1);
  });

  test("and the next question sees what there was of the answer", async () => {
    upstream.reply([tokens(7), { type: "end" }]);
    const { conversation } = await ask("broken");
    upstream.reply(["better"]);
    const stream = await client.stream("chat_query_v2", { AppConversationID: conversation, Query: "again" });
    expect(answerOf(await stream.all())).toBe("better");
    expect(upstream.requests[1]?.body.messages).toContainEqual({ role: "assistant", content: text });
  });
});

describe("a model server that is odd but right", () => {
  const whole: [string, ReplyStep[]][] = [
    ["tears lines and characters apart", [{ type: "torn", everyBytes: 5, steps: [tokens(20)] }]],
    ["sends everything at once", [{ type: "together", steps: [tokens(20)] }]],
    ["writes CRLF and no space", [{ type: "spelling", lineEnd: "\r\n", dataPrefix: "data:" }, tokens(20)]],
    ["ends without [DONE]", [tokens(20), { type: "finish", reason: "stop" }, { type: "end" }]],
    [
      "never closes after [DONE]",
      [
        tokens(20),
        { type: "finish", reason: "stop" },
        { type: "data", data: "[DONE]" },
        { type: "hold", until: never },
      ],
    ],
    ["sends comments in between", [{ type: "comment", text: "keep-alive" }, tokens(20)]],
  ];

  test.each(whole)("%s", async (_, script) => {
    upstream.reply(script);
    const told = await ask("broken");
    expect(told.events).toEqual(WHOLE);
    expect(answerOf(told.payloads)).toBe(tokensText(20));
    expect(told.counted).toBe(0);
    const [round] = await client.history(told.conversation);
    expect(round.AnswerInfo.Answer).toBe(tokensText(20));
  });
});

test.each([
  ["silent", [{ type: "hold", until: never }], 504, "ModelTimeout"],
  ["broken", [tokens(3), { type: "end" }], 500, "InternalError"],
] as const)(
  "a blocking caller of a %s model gets an error in its dialect",
  async (_, script, status, code) => {
    upstream.reply(script);
    const conversation = await client.newConversation();
    const body = { AppConversationID: conversation, Query: "tell me", ResponseMode: "blocking" };
    for (const action of ["chat_query_v2", "chat_query"]) {
      const reply = await client.call(action, body);
      expect([reply.status, reply.body.ResponseMetadata.Error.Code]).toEqual([status, code]);
    }
    expect(await client.history(conversation)).toHaveLength(2);
  },
);

test("after all this no connection to the model server is left in use, and none when the server has gone", async () => {
  // Servers that neither close nor end are given up three seconds after they are complete.
  const isOpen = (request: UpstreamRequest) => !request.finished && request.closedAtMs === undefined;
  // Those that the model server itself broke off are noted as neither.
  await eventually(() => expect(earlier.filter(isOpen)).toHaveLength(BROKEN_OFF));
  expect(await metricOf(server.url, "antiphon_running_turns")).toBe(0);
  server.kill("SIGTERM");
  expect(await server.waitExit()).toEqual({ code: 0, signal: null });
  await eventually(async () => (await upstream.openConnections()) === 0);
});
