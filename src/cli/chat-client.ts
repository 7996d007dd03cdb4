import { EventSourceParserStream } from "eventsource-parser/stream";
import { z } from "zod";
import { CommandFailure } from "./failure.ts";

/** One payload of an answer's stream, with the members the terminal shows. Source: HiAgent spec page §6. */
const Payload = z.looseObject({
  event: z.string(),
  id: z.string(),
  answer: z.string().catch(""),
  tool: z.string().catch(""),
  tool_input: z.string().catch(""),
  tool_latency: z.number().catch(0),
  position: z.number().catch(0),
  jump_to: z.string().catch(""),
  error: z.string().catch(""),
  error_msg: z.string().catch(""),
  latency: z.number().catch(0),
  input_tokens: z.number().catch(0),
  output_tokens: z.number().catch(0),
  suggested_questions: z.array(z.string()).catch([]),
  docs: z
    .looseObject({
      outputList: z.array(
        z.looseObject({ metadata: z.looseObject({ document_name: z.string(), dataset_name: z.string() }) }),
      ),
    })
    .optional()
    .catch(undefined),
});
export type ChatPayload = z.output<typeof Payload>;

const Conversation = z.looseObject({ Conversation: z.looseObject({ AppConversationID: z.string() }) });
const AppConfig = z.looseObject({
  Name: z.string(),
  OpenMessage: z.string().catch(""),
  OpenQuery: z.array(z.string()).catch([]),
});
const History = z.looseObject({
  Messages: z.array(
    z.looseObject({
      Query: z.string(),
      AnswerInfo: z.looseObject({ Answer: z.string(), Like: z.number().catch(0) }),
      OtherAnswers: z.array(z.unknown()).catch([]),
    }),
  ),
});
const Failure = z.looseObject({
  ResponseMetadata: z.looseObject({ Error: z.looseObject({ Code: z.string(), Message: z.string() }) }),
});

export interface ChatServer {
  /** Without a slash at the end. */
  url: string;
  key: string;
  userId: string;
}

/** Talks to a running server through the HiAgent routes. Everything rejects with a `CommandFailure`. */
export class ChatClient {
  readonly #server: ChatServer;

  constructor(server: ChatServer) {
    this.#server = server;
  }

  async greeting(): Promise<{ name: string; message: string; questions: string[] }> {
    const { Name, OpenMessage, OpenQuery } = await this.#call("get_app_config_preview", {}, AppConfig);
    return { name: Name, message: OpenMessage, questions: OpenQuery };
  }

  /** Resolves with the id of a new conversation. */
  async begin(): Promise<string> {
    const { Conversation: created } = await this.#call("create_conversation", {}, Conversation);
    return created.AppConversationID;
  }

  /** The payloads of the answer as they come. Leaving early, or `signal`, leaves the answer running. */
  ask(conversationId: string, query: string, signal: AbortSignal): AsyncIterable<ChatPayload> {
    return this.#stream("chat_query_v2", { AppConversationID: conversationId, Query: query }, signal);
  }

  /** As `ask`, for one more answer to the question that the message answered. */
  again(conversationId: string, messageId: string, signal: AbortSignal): AsyncIterable<ChatPayload> {
    return this.#stream(
      "query_again_v2",
      { AppConversationID: conversationId, MessageID: messageId },
      signal,
    );
  }

  async stop(messageId: string): Promise<void> {
    await this.#call("stop_message", { MessageID: messageId }, z.unknown());
  }

  /** `detail` says what was wrong; empty: nothing more to say. */
  async rate(messageId: string, rating: "like" | "dislike", detail: string): Promise<void> {
    const FeedbackInfo =
      detail === "" ? {} : { FeedbackInfo: { ProblemCategories: [], ProblemDetail: detail } };
    const LikeType = rating === "like" ? 1 : -1;
    await this.#call("feedback", { MessageID: messageId, LikeType, ...FeedbackInfo }, z.unknown());
  }

  /** Oldest first. */
  async history(
    conversationId: string,
  ): Promise<{ question: string; answer: string; rating: number; otherAnswers: number }[]> {
    const input = { AppConversationID: conversationId, Limit: 100 };
    const { Messages } = await this.#call("get_conversation_messages", input, History);
    return Messages.map(({ Query, AnswerInfo, OtherAnswers }) => ({
      question: Query,
      answer: AnswerInfo.Answer,
      rating: AnswerInfo.Like,
      otherAnswers: OtherAnswers.length,
    }));
  }

  async #call<T>(action: string, input: object, schema: z.ZodType<T>): Promise<T> {
    const response = await this.#post(action, input);
    const parsed = schema.safeParse(await readJson(response));
    if (parsed.success) return parsed.data;
    throw this.#foreign();
  }

  async *#stream(action: string, input: object, signal: AbortSignal): AsyncGenerator<ChatPayload> {
    const response = await this.#post(action, { ...input, ResponseMode: "streaming" }, signal);
    if (response.body === null) throw this.#foreign();
    const events = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    for await (const { data } of events) {
      const payload = Payload.safeParse(parseJson(data));
      if (!payload.success) throw this.#foreign();
      yield payload.data;
    }
  }

  async #post(action: string, input: object, signal?: AbortSignal): Promise<Response> {
    const { url, key, userId } = this.#server;
    const response = await fetch(`${url}/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json", apikey: key },
      body: JSON.stringify({ ...input, UserID: userId }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason;
      throw new CommandFailure(
        `no server answers at ${url}`,
        "Start one with `antiphon serve`, or name it with --url",
        { cause },
      );
    });
    if (response.ok) return response;
    throw this.#refusal(response.status, await readJson(response));
  }

  #refusal(status: number, body: unknown): CommandFailure {
    const parsed = Failure.safeParse(body);
    if (!parsed.success) return this.#foreign();
    const { Message } = parsed.data.ResponseMetadata.Error;
    const advice = status === 401 ? "Give an app key of this server with --key or ANTIPHON_APP_KEY" : "";
    return new CommandFailure(`the server refused: ${Message}`, advice);
  }

  #foreign(): CommandFailure {
    return new CommandFailure(
      `what answers at ${this.#server.url} does not speak as antiphon does`,
      "Check --url",
    );
  }
}

async function readJson(response: Response): Promise<unknown> {
  return parseJson(await response.text());
}

/** Undefined for what is no JSON: the schemas then refuse it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
