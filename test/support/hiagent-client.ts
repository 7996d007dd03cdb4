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

/** A stream as it arrives. */
export interface HiagentStream {
  status: number;
  headers: Headers;
  /** Everything received so far, byte for byte. */
  readonly raw: string;
  /** Payloads received so far. */
  readonly payloads: Payload[];
  /** Payloads as they come; ends with the stream. */
  next(): Promise<Payload | undefined>;
  /** Reads on until a payload of this event, which it returns; fails when the stream ends first. */
  until(event: string): Promise<Payload>;
  /** Reads to the end and returns all payloads. */
  all(): Promise<Payload[]>;
  /** Hangs up. */
  hangUp(): void;
}

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
      return readStream(response, controller);
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

function readStream(response: Response, controller: AbortController): HiagentStream {
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("a reply without a body is no stream");
  const decoder = new TextDecoder();
  const payloads: Payload[] = [];
  let raw = "";
  let parsed = 0;
  let delivered = 0;
  const parse = () => {
    for (;;) {
      const end = raw.indexOf("\n\n", parsed);
      if (end < 0) return;
      const frame = raw.slice(parsed, end);
      parsed = end + 2;
      const data = frame.split("\n").find((line) => line.startsWith("data:")) ?? "";
      payloads.push(JSON.parse(data.replace(/^data:(data:)? ?/, "")));
    }
  };
  const stream: HiagentStream = {
    status: response.status,
    headers: response.headers,
    get raw() {
      return raw;
    },
    payloads,
    async next() {
      while (delivered >= payloads.length) {
        const chunk = await reader.read();
        if (chunk.done) return undefined;
        raw += decoder.decode(chunk.value, { stream: true });
        parse();
      }
      return payloads[delivered++];
    },
    async until(event) {
      for (;;) {
        const payload = await stream.next();
        if (payload === undefined) throw new Error(`the stream ended before "${event}": ${raw}`);
        if (payload.event === event) return payload;
      }
    },
    async all() {
      while ((await stream.next()) !== undefined);
      return payloads;
    },
    hangUp: () => controller.abort(),
  };
  return stream;
}
