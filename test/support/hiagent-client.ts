import { type EventStream, fieldOf, readEventStream } from "./event-stream.ts";

/** A payload of a HiAgent stream. */
export interface Payload {
  event: string;
  task_id: string;
  id: string;
  conversation_id: string;
  created_at: number;
  answer?: string;
  [field: string]: unknown;
}

export interface HiagentReply {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; fails when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  readonly body: any;
}

export type HiagentStream = EventStream<Payload>;

/** Speaks to the HiAgent routes as an application would. */
export function hiagentClient(options: { url: string; key: string; userId?: string; prefix?: string }) {
  const userId = options.userId ?? "u1";
  const send = (action: string, body: Record<string, unknown>, signal?: AbortSignal) =>
    fetch(`${options.url}${options.prefix ?? ""}/${action}`, {
      method: "POST",
      headers: { apikey: options.key, "content-type": "application/json" },
      body: JSON.stringify({ UserID: userId, ...body }),
      ...(signal === undefined ? {} : { signal }),
    });

  const client = {
    /** Calls an action and reads the whole reply. */
    async call(action: string, body: Record<string, unknown> = {}): Promise<HiagentReply> {
      const response = await send(action, body);
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
    /** Calls an action that answers with a stream. */
    async stream(action: string, body: Record<string, unknown>): Promise<HiagentStream> {
      const controller = new AbortController();
      const response = await send(action, body, controller.signal);
      return readEventStream(response, controller, readFrame);
    },
    /** Creates a conversation and returns its AppConversationID. */
    async newConversation(inputs: Record<string, string> = {}): Promise<string> {
      const reply = await client.call("create_conversation", { Inputs: inputs });
      if (reply.status !== 200) throw new Error(`create_conversation: ${reply.status} ${reply.text}`);
      return reply.body.Conversation.AppConversationID;
    },
    /** The rounds of a conversation, oldest first. */
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
    async history(conversationId: string, limit = 100): Promise<any[]> {
      const body = { AppConversationID: conversationId, Limit: limit };
      const reply = await client.call("get_conversation_messages", body);
      if (reply.status !== 200) throw new Error(`get_conversation_messages: ${reply.status} ${reply.text}`);
      return reply.body.Messages;
    },
  };
  return client;
}

/** The concatenated text of the `message` events. */
export function answerOf(payloads: Payload[]): string {
  return payloads
    .filter((payload) => payload.event === "message")
    .map((payload) => payload.answer ?? "")
    .join("");
}

/** One payload, of either framing. */
export function readFrame(frame: string): Payload {
  return JSON.parse(fieldOf(frame, "data").replace(/^data: ?/, ""));
}
