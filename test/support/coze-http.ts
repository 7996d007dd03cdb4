import { type EventStream, fieldOf, readEventStream } from "./event-stream.ts";
import { eventually } from "./eventually.ts";
import { type HttpStream, postForStream, type StreamOptions } from "./http-stream.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Any = any;

/** The envelope of the family. */
export interface CozeBody {
  code: number;
  msg: string;
  data: Any;
  [member: string]: Any;
}

export interface CozeEvent {
  event: string;
  data: Any;
}

export type CozeStream = EventStream<CozeEvent>;

type Route = `${string} /${string}`;

export type CozeHttp = ReturnType<typeof cozeHttp>;

/** Speaks to the Coze Open API as plain HTTP, with one token. */
export function cozeHttp({ url, token }: { url: string; token: string }) {
  const headers = { authorization: `Bearer ${token}` };
  const send = (route: Route, body: object | undefined, signal?: AbortSignal) => {
    const [method = "", target = ""] = route.split(" ");
    return fetch(`${url}${target}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  };

  const caller = {
    /** Calls and reads the whole body, whatever its code. */
    async call(route: Route, body?: object): Promise<CozeBody> {
      return (await send(route, body)).json() as Promise<CozeBody>;
    },
    /** Calls and resolves with `data`; fails unless `code` is 0. */
    async data(route: Route, body?: object): Promise<Any> {
      const answer = await caller.call(route, body);
      if (answer.code !== 0) throw new Error(`${route}: ${JSON.stringify(answer)}`);
      return answer.data;
    },
    /** Posts a form and resolves with `data`. */
    async upload(path: string, form: FormData): Promise<Any> {
      const response = await fetch(`${url}${path}`, { method: "POST", headers, body: form });
      return ((await response.json()) as CozeBody).data;
    },
    /** Calls something that answers with a stream. */
    async stream(route: Route, body: object): Promise<CozeStream> {
      const controller = new AbortController();
      const response = await send(route, { stream: true, ...body }, controller.signal);
      return readEventStream(response, controller, readFrame);
    },
    /** The same over a connection that the test holds in its hand. */
    hold(path: string, body: object, options: StreamOptions = {}): Promise<HttpStream> {
      return postForStream({ url: `${url}${path}`, headers, body: { stream: true, ...body }, ...options });
    },
    /** The id of the published bot of this name. */
    async botId(name: string): Promise<string> {
      const { workspaces } = await caller.data("GET /v1/workspaces");
      const { items } = await caller.data(`GET /v1/bots?workspace_id=${workspaces[0].id}&page_size=100`);
      const bot = items.find((item: { name: string }) => item.name === name);
      if (bot === undefined) throw new Error(`no published bot is called ${name}`);
      return bot.id;
    },
    /** The messages of a conversation, oldest first. */
    async messages(conversationId: string, options: object = {}): Promise<Any[]> {
      return caller.data(`POST /v1/conversation/message/list?conversation_id=${conversationId}`, {
        order: "asc",
        ...options,
      });
    },
    /** Polls a chat until it is no longer in progress. */
    polled({ conversation_id, id }: ChatReference): Promise<Any> {
      return eventually(async () => {
        const chat = await caller.data(`GET /v3/chat/retrieve?${chatQuery({ conversation_id, id })}`);
        if (chat.status === "in_progress") throw new Error("the chat is still in progress");
        return chat;
      }, 60_000);
    },
    /** What a chat made, in time order. */
    chatMessages(chat: ChatReference): Promise<Any[]> {
      return caller.data(`GET /v3/chat/message/list?${chatQuery(chat)}`);
    },
  };
  return caller;
}

/** A Chat object, as far as it names itself. */
export interface ChatReference {
  id: string;
  conversation_id: string;
}

/** Names a chat in a query. */
export function chatQuery({ id, conversation_id }: ChatReference): string {
  return `conversation_id=${conversation_id}&chat_id=${id}`;
}

/** A user's message in text. */
export function userMessage(content: string) {
  return { role: "user", type: "question", content, content_type: "text" };
}

/** The increments of the answer, joined. */
export function answerOf(payloads: CozeEvent[]): string {
  return payloads
    .map(({ event, data }) => (event === "conversation.message.delta" ? data.content : ""))
    .join("");
}

/** Events of a stream without its increments. */
export function eventNames(payloads: CozeEvent[]): string[] {
  return payloads.map(({ event }) => event).filter((event) => event !== "conversation.message.delta");
}

function readFrame(frame: string): CozeEvent {
  return { event: fieldOf(frame, "event"), data: JSON.parse(fieldOf(frame, "data")) };
}
