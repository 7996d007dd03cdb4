import { afterAll, beforeAll, expect, test } from "vitest";
import { answerOf, type ChatReference, type CozeBody } from "../support/coze-http.ts";
import { createDatabase } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { StopClock } from "../support/stop-clock.ts";
import { tokens, tokensText } from "../support/upstream.ts";
import {
  answerText,
  CALLER_TOOL,
  firstIncrement,
  submission,
  useCozeScene,
  waitForCaller,
} from "./coze-scene.ts";

const never = new Promise<never>(() => {});

let clock: StopClock;

const scene = useCozeScene(async () => ({
  agent: { callerTools: [CALLER_TOOL] },
  databaseUrl: await createDatabase(),
  nodes: 2,
}));

beforeAll(() => {
  clock = new StopClock(scene().upstream);
});

afterAll(() => clock.print("cancel on another node"));

const here = () => scene().coze();
const elsewhere = () => scene().coze({ node: 1 });

/** Cancels on the other node and measures it. */
function cancel({ id, conversation_id }: ChatReference, caller = elsewhere()): Promise<CozeBody> {
  return clock.measure(() => caller.call("POST /v3/chat/cancel", { conversation_id, chat_id: id }));
}

test("a chat that streams is canceled on another node, and keeps its text", async () => {
  scene().upstream.reply([tokens(1_000, { delayMs: 5 })]);
  const chat = await here().stream("POST /v3/chat", scene().asking("tell me"));
  const named = await firstIncrement(chat);
  expect(await cancel(named)).toMatchObject({ code: 0, data: { ...named, status: "canceled" } });
  const payloads = await chat.all();
  expect(payloads.at(-2)?.data).toMatchObject({ ...named, status: "canceled" });
  expect(await answerText(elsewhere(), named)).toBe(answerOf(payloads));
  expect(await cancel(named)).toMatchObject({ code: 4104 });
});

test("a chat is polled on another node while it runs, and canceled there", async () => {
  scene().upstream.reply([tokens(20), { type: "hold", until: never }]);
  const chat: ChatReference = await here().data("POST /v3/chat", scene().asking("tell me"));
  await eventually(async () => (await answerText(elsewhere(), chat)) === tokensText(20));
  expect(await cancel(chat)).toMatchObject({ code: 0, data: { id: chat.id, status: "canceled" } });
  expect((await here().polled(chat)).status).toBe("canceled");
});

test("a chat that waited and goes on elsewhere is canceled on the node where it began", async () => {
  const chat = await waitForCaller(scene(), "open it");
  scene().upstream.reply([tokens(20), { type: "hold", until: never }]);
  await elsewhere().data(...submission(chat, "open"));
  await eventually(() => scene().upstream.requests.at(-1)?.sentText === tokensText(20));
  expect(await cancel(chat, here())).toMatchObject({ code: 0, data: { status: "canceled" } });
  expect((await elsewhere().polled(chat)).status).toBe("canceled");
});

test("strangers cancel nothing on another node", async () => {
  scene().upstream.reply([tokens(3), { type: "hold", until: never }]);
  const chat: ChatReference = await here().data("POST /v3/chat", scene().asking("tell me"));
  const stranger = scene().coze({ user: "member", node: 1 });
  const { id, conversation_id } = chat;
  const refused = await stranger.call("POST /v3/chat/cancel", { conversation_id, chat_id: id });
  expect(refused.code).not.toBe(0);
  expect(await cancel(chat)).toMatchObject({ code: 0 });
});
