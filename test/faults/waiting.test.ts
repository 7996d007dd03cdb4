import { afterEach, describe, expect, test } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { startUpstream, tokens, type Upstream } from "../support/upstream.ts";

const TOKEN = `pat_${"waitingtest".padEnd(40, "0")}`;
const SLOW_MS = 60_000;
const never = new Promise<never>(() => {});

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

interface Scene {
  upstream: Upstream;
  server: AntiphonProcess;
  botId: string;
}

interface Chat {
  conversation_id: string;
  id: string;
  status: string;
  required_action?: { submit_tool_outputs: { tool_calls: { id: string }[] } };
}

async function scene(databaseUrl: string | undefined): Promise<Scene> {
  const upstream = await startUpstream();
  closers.push(() => upstream.close());
  const server = await startAntiphonProcess({
    file: {
      models: upstreamModel(upstream.baseUrl),
      users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
      agents: [{ slug: "a", name: "A", callerTools: [{ name: "open_door", description: "Opens a door" }] }],
    },
    environment: NO_LIMITS,
    databaseUrl,
  });
  closers.push(() => server.close());
  const { data: spaces } = await ask(server, "GET /v1/workspaces");
  const { data: bots } = await ask(server, `GET /v1/bots?workspace_id=${spaces.workspaces[0].id}`);
  return { upstream, server, botId: bots.items[0].id };
}

/** One call of the Coze family. */
async function ask(server: AntiphonProcess, route: `${string} /${string}`, body?: Record<string, unknown>) {
  const [method = "", target = ""] = route.split(" ");
  const response = await fetch(`${server.url}${target}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return JSON.parse(await response.text());
}

function retrieve(server: AntiphonProcess, chat: Chat): Promise<{ data: Chat }> {
  return ask(server, `GET /v3/chat/retrieve?conversation_id=${chat.conversation_id}&chat_id=${chat.id}`);
}

/** Begins a chat whose model says a few words and wants the door opened; resolves when it waits. */
async function begin({ server, upstream, botId }: Scene, text: string): Promise<Chat> {
  upstream.replyOnce(
    ["Wait. ", { type: "tool-call", name: "open_door", arguments: '{"door":"front"}', id: "c1" }],
    { lastUserText: text },
  );
  const { data: chat } = await ask(server, "POST /v3/chat", {
    bot_id: botId,
    user_id: "u1",
    stream: false,
    additional_messages: [{ role: "user", content: text, content_type: "text", type: "question" }],
  });
  return eventually(async () => {
    const { data } = await retrieve(server, chat);
    expect(data.status).toBe("requires_action");
    return data;
  });
}

function submit(server: AntiphonProcess, chat: Chat, output: string) {
  const place = `conversation_id=${chat.conversation_id}&chat_id=${chat.id}`;
  return ask(server, `POST /v3/chat/submit_tool_outputs?${place}`, {
    tool_outputs: [{ tool_call_id: "c1", output }],
    stream: false,
  });
}

async function answerOf(server: AntiphonProcess, chat: Chat): Promise<string | undefined> {
  const place = `conversation_id=${chat.conversation_id}&chat_id=${chat.id}`;
  const { data } = await ask(server, `GET /v3/chat/message/list?${place}`);
  return data.find((message: { type: string }) => message.type === "answer")?.content;
}

describe.each(engines)("a server killed while a chat waits for its caller's tools, on $name", (engine) => {
  test(
    "still waits after the next start, and the outputs complete the answer",
    async () => {
      const here = await scene(await engine.databaseUrl());
      const { server, upstream } = here;
      const chat = await begin(here, "open up");
      server.kill("SIGKILL");
      await server.waitExit();
      await server.restart();
      expect((await retrieve(server, chat)).data).toEqual(chat);
      upstream.replyOnce(["It is open."], { lastUserText: "open up" });
      expect(await submit(server, chat, "opened")).toMatchObject({ code: 0, data: { id: chat.id } });
      await eventually(async () => {
        expect((await retrieve(server, chat)).data.status).toBe("completed");
      });
      expect(await answerOf(server, chat)).toBe("Wait. It is open.");
      expect(upstream.requests.at(-1)?.body.messages.slice(-2)).toMatchObject([
        { role: "assistant", tool_calls: [{ id: "c1" }] },
        { role: "tool", tool_call_id: "c1", content: "opened" },
      ]);
      expect(await submit(server, chat, "again")).toMatchObject({ code: 4000 });
    },
    SLOW_MS,
  );

  test(
    "closes a chat as failed that had gone on, with its text so far, and takes no outputs twice",
    async () => {
      const here = await scene(await engine.databaseUrl());
      const { server, upstream } = here;
      const chat = await begin(here, "hold on");
      upstream.replyOnce([tokens(3), { type: "hold", until: never }], { lastUserText: "hold on" });
      expect(await submit(server, chat, "opened")).toMatchObject({ data: { status: "in_progress" } });
      await eventually(() => expect(upstream.requests).toHaveLength(2));
      server.kill("SIGKILL");
      await server.waitExit();
      await server.restart();
      const closed = await eventually(async () => {
        const { data } = await retrieve(server, chat);
        expect(data.status).toBe("failed");
        return data;
      });
      expect(closed.required_action).toBeUndefined();
      expect(await answerOf(server, chat)).toMatch(/^Wait\. /);
      expect(await submit(server, chat, "again")).toMatchObject({ code: 4000 });
      upstream.replyOnce(["Hello."], { lastUserText: "and now?" });
      const again = await ask(server, `POST /v3/chat?conversation_id=${chat.conversation_id}`, {
        bot_id: here.botId,
        user_id: "u1",
        additional_messages: [{ role: "user", content: "and now?", content_type: "text" }],
      });
      expect(again).toMatchObject({ code: 0 });
    },
    SLOW_MS,
  );

  test(
    "at any instant around the hand-over: the chat waits, has failed or is complete, and never hangs",
    async () => {
      const here = await scene(await engine.databaseUrl());
      const { server, upstream } = here;
      const outcomes: string[] = [];
      for (let round = 0; round < 8; round += 1) {
        const text = `round ${round}`;
        const chat = await begin(here, text);
        upstream.replyOnce([tokens(3, { delayMs: 3 })], { lastUserText: text });
        const submitting = submit(server, chat, "opened").catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, round * 3));
        server.kill("SIGKILL");
        const acknowledged = (await submitting)?.code === 0;
        await server.waitExit();
        await server.restart();
        const { status } = await eventually(async () => {
          const { data } = await retrieve(server, chat);
          expect(data.status).not.toBe("in_progress");
          return data;
        });
        outcomes.push(`${status}${acknowledged ? "!" : ""}`);
        if (status !== "requires_action") continue;
        expect(acknowledged).toBe(false);
        upstream.replyOnce(["fine"], { lastUserText: text });
        expect(await submit(server, chat, "opened")).toMatchObject({ code: 0 });
        await eventually(async () => {
          expect((await retrieve(server, chat)).data.status).toBe("completed");
        });
      }
      for (const outcome of outcomes) {
        expect(outcome).toMatch(/^(requires_action|failed!?|completed!?)$/);
      }
    },
    2 * SLOW_MS,
  );
});
