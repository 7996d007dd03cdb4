import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { runReply } from "./upstream-reply.ts";
import { type ReplyScript, tokens } from "./upstream-script.ts";

export { type ReplyScript, type ReplyStep, tokens, tokensText, tokenText } from "./upstream-script.ts";

/** A script, or what decides on one when the request is there. */
export type Reply = ReplyScript | ((request: UpstreamRequest) => ReplyScript | Promise<ReplyScript>);

/** Which requests a reply is for: all given conditions must hold. */
export interface RequestMatch {
  model?: string;
  /** A part of the last user message, or a pattern for it. */
  lastUserText?: string | RegExp;
}

/** The fields of a chat-completions body that tests look at; the rest is there too. */
export interface UpstreamRequestBody {
  model: string;
  messages: { role: string; content?: unknown; tool_calls?: unknown; tool_call_id?: string }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  tools?: { type: string; function: { name: string; description?: string; parameters: unknown } }[];
  [field: string]: unknown;
}

/** One chat-completions request that arrived, and what became of it. */
export interface UpstreamRequest {
  body: UpstreamRequestBody;
  headers: IncomingHttpHeaders;
  /** Port of its client: tells connections apart. */
  remotePort: number | undefined;
  /** Text of the last user message; empty when there is none. */
  lastUserText: string;
  /** Milliseconds since 1970, as all times here, so that other processes can compare. */
  receivedAtMs: number;
  /** When its client closed the connection before the reply was complete. */
  closedAtMs: number | undefined;
  /** The whole script was sent. */
  finished: boolean;
  /** The text deltas written so far, joined. */
  sentText: string;
}

/** An OpenAI-compatible server that says what the test tells it to. */
export interface Upstream {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  /** Oldest first; the newest `keepRequests`. */
  readonly requests: UpstreamRequest[];
  /** Answers every request that nothing below claims. */
  reply(reply: Reply): void;
  /** Answers one request, then is used up; several are used in order. Comes before `replyWhen` and `reply`. */
  replyOnce(reply: Reply, match?: RequestMatch): void;
  /** Answers matching requests; the newest matching rule wins. */
  replyWhen(match: RequestMatch, reply: Reply): void;
  /** Connections that are open now, idle ones included. */
  openConnections(): Promise<number>;
  /** Destroys open connections. */
  close(): Promise<void>;
}

export interface UpstreamOptions {
  /** 0 (default): any free port. */
  port?: number;
  /** Until told otherwise; default a short greeting. */
  reply?: Reply;
  /** Names listed by `GET /v1/models`. */
  models?: string[];
  /** Older requests are forgotten. Default 10,000. */
  keepRequests?: number;
}

interface Rule {
  match: RequestMatch;
  reply: Reply;
}

export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const keepRequests = options.keepRequests ?? 10_000;
  const requests: UpstreamRequest[] = [];
  const queue: Rule[] = [];
  const rules: Rule[] = [];
  let fallback: Reply = options.reply ?? ["你好，", "this is ", "the upstream."];

  const choose = (request: UpstreamRequest): Reply => {
    const queued = queue.findIndex((rule) => isFor(rule.match, request));
    if (queued >= 0) return queue.splice(queued, 1)[0]?.reply ?? fallback;
    return rules.findLast((rule) => isFor(rule.match, request))?.reply ?? fallback;
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = incoming.url ?? "/";
    if (path === "/v1/models") {
      const models = (options.models ?? ["upstream-model"]).map((id) => ({ id, object: "model" }));
      return sendJson(response, 200, { object: "list", data: models });
    }
    if (path === "/_requests") return sendJson(response, 200, requests);
    if (path !== "/v1/chat/completions") return sendJson(response, 404, { error: { message: "not found" } });

    const body = await readBody(incoming);
    const request: UpstreamRequest = {
      body,
      headers: incoming.headers,
      remotePort: incoming.socket.remotePort,
      lastUserText: lastUserText(body),
      receivedAtMs: Date.now(),
      closedAtMs: undefined,
      finished: false,
      sentText: "",
    };
    requests.push(request);
    if (requests.length > keepRequests * 1.5) requests.splice(0, requests.length - keepRequests);
    const reply = choose(request);
    await runReply(request, response, typeof reply === "function" ? await reply(request) : reply);
  };

  const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      // The script itself failed: the client sees a broken connection, the test's author sees why.
      console.error("upstream: the reply failed", error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: options.port ?? 0, host: "127.0.0.1", backlog: 4096 }, resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    reply: (reply) => {
      fallback = reply;
    },
    replyOnce: (reply, match = {}) => {
      queue.push({ match, reply });
    },
    replyWhen: (match, reply) => {
      rules.push({ match, reply });
    },
    openConnections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isFor(match: RequestMatch, request: UpstreamRequest): boolean {
  if (match.model !== undefined && match.model !== request.body.model) return false;
  if (match.lastUserText === undefined) return true;
  if (typeof match.lastUserText === "string") return request.lastUserText.includes(match.lastUserText);
  return match.lastUserText.test(request.lastUserText);
}

function lastUserText(body: UpstreamRequestBody): string {
  const content = body.messages.findLast((message) => message.role === "user")?.content;
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: string }) => part.text ?? "").join("");
}

async function readBody(incoming: IncomingMessage): Promise<UpstreamRequestBody> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return JSON.parse(Buffer.concat(pieces).toString("utf8")) as UpstreamRequestBody;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Runs as a process of its own for benchmarks and crash tests: prints one JSON line with its `baseUrl`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      tokens: { type: "string", default: "50" },
      "delay-ms": { type: "string", default: "0" },
      "keep-requests": { type: "string", default: "10000" },
    },
  });
  const upstream = await startUpstream({
    port: Number(values.port),
    reply: [tokens(Number(values.tokens), { delayMs: Number(values["delay-ms"]) })],
    keepRequests: Number(values["keep-requests"]),
  });
  console.log(JSON.stringify({ baseUrl: upstream.baseUrl }));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void upstream.close());
}

if (import.meta.main) await main();
