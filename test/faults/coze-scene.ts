import { afterAll, beforeAll, beforeEach } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import {
  type ChatReference,
  type CozeHttp,
  type CozeStream,
  chatQuery,
  cozeHttp,
  userMessage,
} from "../support/coze-http.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const TOKENS = { owner: "pat_coze_faults_owner", member: "pat_coze_faults_member" };

/** A tool that the caller runs, for `callerTools` of the agent. */
export const CALLER_TOOL = { name: "open_door", description: "Opens a door" };

export interface CozeSceneOptions {
  /** Of the one agent: what makes it special. */
  agent?: Record<string, unknown>;
  environment?: Record<string, string>;
  databaseUrl?: string | undefined;
  /** Servers on the same database; 1 when absent. */
  nodes?: number;
}

/** A server as a process of its own, its model, and callers of the Coze family. */
export interface CozeScene {
  readonly upstream: Upstream;
  /** The first node. */
  readonly server: AntiphonProcess;
  readonly botId: string;
  /** Somebody with a token, at the address the server has now. */
  coze(caller?: { user?: keyof typeof TOKENS; node?: number }): CozeHttp;
  /** Body of a chat with the one agent. */
  asking(question: string, more?: object): object;
  close(): Promise<void>;
}

/** A scene for all tests of a suite; its model is as good as new for every test. */
export function useCozeScene(options: () => Promise<CozeSceneOptions>): () => CozeScene {
  let scene: CozeScene | undefined;
  const open = () => {
    if (scene === undefined) throw new Error("the scene is not set yet");
    return scene;
  };
  beforeAll(async () => {
    scene = await startCozeScene(await options());
  });
  beforeEach(() => {
    open().upstream.requests.length = 0;
    open().upstream.reply(["hello"]);
  });
  afterAll(() => scene?.close());
  return open;
}

export async function startCozeScene(options: CozeSceneOptions = {}): Promise<CozeScene> {
  const upstream = await startUpstream();
  const servers: AntiphonProcess[] = [];
  const close = async () => {
    for (const server of servers) await server.close();
    await upstream.close();
  };
  const tokensOf = (user: keyof typeof TOKENS) => [{ token: TOKENS[user], scopes: ["all"] }];
  const start = async () => {
    const server = await startAntiphonProcess({
      file: {
        models: upstreamModel(upstream.baseUrl),
        users: [
          { name: "owner", role: "owner", tokens: tokensOf("owner") },
          { name: "member", role: "member", tokens: tokensOf("member") },
        ],
        agents: [{ slug: "a", name: "A", ...options.agent }],
      },
      environment: { ...NO_LIMITS, ...options.environment },
      databaseUrl: options.databaseUrl,
    });
    servers.push(server);
    return server;
  };
  try {
    const server = await start();
    for (let node = 1; node < (options.nodes ?? 1); node++) await start();
    const coze: CozeScene["coze"] = ({ user = "owner", node = 0 } = {}) =>
      cozeHttp({ url: (servers[node] ?? server).url, token: TOKENS[user] });
    const botId = await coze().botId("A");
    return {
      ...{ upstream, server, botId, coze, close },
      asking: (question, more = {}) => ({
        ...{ bot_id: botId, user_id: "u1", additional_messages: [userMessage(question)] },
        ...more,
      }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reads a chat's stream up to its first increment. */
export async function firstIncrement(stream: CozeStream): Promise<ChatReference> {
  const { data } = await stream.until("conversation.message.delta");
  return { id: data.chat_id, conversation_id: data.conversation_id };
}

/** The text of a chat's answer; undefined when it is no message yet. */
export async function answerText(coze: CozeHttp, chat: ChatReference): Promise<string | undefined> {
  const messages = await coze.chatMessages(chat);
  return messages.find((message) => message.type === "answer")?.content;
}

/** Begins a chat whose model wants the door opened by its caller; resolves when it waits for that. */
export async function waitForCaller(
  { upstream, coze, asking }: CozeScene,
  question: string,
  isStream = false,
): Promise<ChatReference> {
  upstream.replyOnce(
    ["Wait. ", { type: "tool-call", name: CALLER_TOOL.name, arguments: "{}", id: CALL_ID }],
    {
      lastUserText: question,
    },
  );
  const chat = await (isStream ? streamToEnd() : coze().data("POST /v3/chat", asking(question)));
  const waiting = await coze().polled(chat);
  if (waiting.status !== "requires_action") throw new Error(`the chat does not wait: ${waiting.status}`);
  return waiting;

  async function streamToEnd() {
    const stream = await coze().stream("POST /v3/chat", asking(question));
    const { data } = await stream.until("conversation.chat.requires_action");
    await stream.all();
    return data;
  }
}

const CALL_ID = "c1";

/** Route and body that hand over what the caller's tool gave. */
export function submission(chat: ChatReference, output: string) {
  return [
    `POST /v3/chat/submit_tool_outputs?${chatQuery(chat)}`,
    { tool_outputs: [{ tool_call_id: CALL_ID, output }] },
  ] as const;
}
