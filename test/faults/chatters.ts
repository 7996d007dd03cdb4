import { answerOf, type HiagentStream, type hiagentClient } from "../support/hiagent-client.ts";

type Client = ReturnType<typeof hiagentClient>;

/** What the server promised to one caller before it was killed. */
export interface Promised {
  conversation: string;
  question: string;
  messageId: string;
  /** Text that the caller was told is all of the answer; undefined when it was told no such thing. */
  wholeText: string | undefined;
  /** Text the caller saw. */
  seenText: string;
  /** The caller was told that the answer is stopped. */
  isStopped: boolean;
}

/**
 * Somebody who talks in one conversation until the connection breaks: asks with and without a stream, asks
 * again, stops. Everything the server acknowledged goes to `promises`.
 */
export async function chatUntilCut(options: {
  client: Client;
  conversation: string;
  name: string;
  random: () => number;
  promises: Promised[];
}): Promise<void> {
  const { client, conversation, name, random, promises } = options;
  const own: Promised[] = [];
  const note = (promised: Promised) => {
    own.push(promised);
    promises.push(promised);
  };
  try {
    for (let count = 1; ; count++) {
      const question = `${name}-${count}`;
      const dice = random();
      const before = own.at(-1);
      if (dice < 0.2) note(await askBlocking(client, conversation, question));
      else if (dice < 0.4 && before !== undefined)
        await streamAnswer(client, before, "again", undefined, note);
      else {
        const stopAfter = dice > 0.8 ? Math.floor(random() * 10) : undefined;
        await streamAnswer(client, { conversation, question }, "first", stopAfter, note);
      }
    }
  } catch (error) {
    if (!isBrokenConnection(error)) throw error;
  }
}

async function askBlocking(client: Client, conversation: string, question: string): Promise<Promised> {
  const body = { AppConversationID: conversation, Query: question, ResponseMode: "blocking" };
  const reply = await client.call("chat_query_v2", body);
  if (reply.status !== 200) throw new Error(`blocking question: ${reply.status} ${reply.text}`);
  const { id, answer } = reply.body;
  return {
    conversation,
    question,
    messageId: id,
    wholeText: answer,
    seenText: answer,
    isStopped: false,
  };
}

async function streamAnswer(
  client: Client,
  about: { conversation: string; question: string; messageId?: string },
  kind: "first" | "again",
  stopAfter: number | undefined,
  note: (promised: Promised) => void,
): Promise<void> {
  const { conversation, question, messageId } = about;
  const stream = await client.stream(kind === "first" ? "chat_query_v2" : "query_again_v2", {
    AppConversationID: conversation,
    ...(kind === "first" ? { Query: question } : { MessageID: messageId }),
  });
  if (stream.status !== 200) throw new Error(`streamed question: ${stream.status} ${stream.raw}`);
  const promised: Promised = {
    conversation,
    question,
    messageId: "",
    wholeText: undefined,
    seenText: "",
    isStopped: false,
  };
  try {
    promised.messageId = (await stream.until("message_start")).id;
    note(promised);
    if (stopAfter !== undefined) await stopLater(client, stream, promised, stopAfter);
    await stream.all();
    const last = stream.payloads.at(-1)?.event;
    if (last !== "message_end") throw new Error(`the stream ended with ${last}: ${stream.raw}`);
    promised.wholeText = answerOf(stream.payloads);
  } finally {
    promised.seenText = answerOf(stream.payloads);
  }
}

async function stopLater(
  client: Client,
  stream: HiagentStream,
  promised: Promised,
  afterTokens: number,
): Promise<void> {
  for (let seen = 0; seen < afterTokens; ) {
    const payload = await stream.next();
    if (payload === undefined) return;
    if (payload.event === "message") seen += 1;
  }
  const reply = await client.call("stop_message", { MessageID: promised.messageId });
  if (reply.status !== 200) throw new Error(`stop: ${reply.status} ${reply.text}`);
  promised.isStopped = true;
}

/** How `fetch` tells that nobody answers, or that the answer broke off. */
function isBrokenConnection(error: unknown): boolean {
  return error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message);
}
