import { type EventStream, fieldOf, readEventStream } from "./event-stream.ts";
import { type HttpStream, postForStream, type StreamOptions } from "./http-stream.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Any = any;

type Route = `${"GET" | "POST"} /${string}`;

export interface InsightReply {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; fails when it is none. */
  readonly body: Any;
}

/** One frame of a reply: `delta`, `finish`, `error`, `done`, or the `comment` that keeps it alive. */
export interface InsightFrame {
  event: "delta" | "finish" | "error" | "done" | "comment";
  data: Any;
  errorCode?: string;
  errorMessage?: string;
  code?: number;
}

export type InsightStream = EventStream<InsightFrame>;

export type InsightClient = ReturnType<typeof insightClient>;

export interface InsightClientOptions {
  url: string;
  accessKeyId: string;
  accessKeySecret: string;
  /** `/openapi` when absent. */
  prefix?: string;
}

/** Speaks to the Insight Open API as plain HTTP. Its token is got with the first call. */
export function insightClient({
  url,
  accessKeyId,
  accessKeySecret,
  prefix = "/openapi",
}: InsightClientOptions) {
  let token: Promise<string> | undefined;

  const send = async (route: Route, body: object | undefined, signal?: AbortSignal) => {
    const [method = "", target = ""] = route.split(" ");
    return fetch(`${url}${prefix}${target}`, {
      method,
      headers: {
        authorization: `Bearer ${await client.token()}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  };

  const client = {
    /** The token of this client; the same every time. */
    token(): Promise<string> {
      token ??= client.newToken();
      return token;
    },
    async newToken(): Promise<string> {
      const response = await fetch(`${url}${prefix}/get-access-token`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ accessKeyId, accessKeySecret }),
      });
      const body = (await response.json()) as Any;
      if (response.status !== 200) throw new Error(`get-access-token: ${JSON.stringify(body)}`);
      return body.data.accessToken;
    },
    /** Calls and reads the whole reply, whatever its status. */
    async call(route: Route, body?: object, signal?: AbortSignal): Promise<InsightReply> {
      const response = await send(route, body, signal);
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        get body() {
          return JSON.parse(text);
        },
      };
    },
    /** Calls and resolves with `data`; fails unless `code` is 0. */
    async data(route: Route, body?: object): Promise<Any> {
      const reply = await client.call(route, body);
      if (reply.status !== 200 || reply.body.code !== 0) throw new Error(`${route}: ${reply.text}`);
      return reply.body.data;
    },
    /** Asks and resolves with the whole reply. */
    ask(body: object): Promise<Any> {
      return client.data("POST /bot/message", body);
    },
    /** Asks for a stream. */
    async stream(body: object): Promise<InsightStream> {
      const controller = new AbortController();
      const response = await send("POST /bot/message", { stream: true, ...body }, controller.signal);
      return readEventStream(response, controller, readFrame);
    },
    /** The same over a connection that the test holds in its hand. */
    async hold(body: object, options: StreamOptions = {}): Promise<HttpStream> {
      const headers = { authorization: `Bearer ${await client.token()}` };
      const path = `${url}${prefix}/bot/message`;
      return postForStream({ url: path, headers, body: { stream: true, ...body }, ...options });
    },
  };
  return client;
}

/** The increments of a reply, joined. */
export function replyOf(frames: InsightFrame[]): string {
  return frames.map(({ event, data }) => (event === "delta" ? data.message : "")).join("");
}

function readFrame(frame: string): InsightFrame {
  if (frame.startsWith(":")) return { event: "comment", data: frame };
  const text = fieldOf(frame, "data");
  if (text === "[DONE]") return { event: "done", data: undefined };
  const body = JSON.parse(text);
  if (body.code !== 0) return { event: "error", ...body };
  return { event: body.data.finish === true ? "finish" : "delta", ...body };
}
