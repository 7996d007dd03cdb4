import { type ChatShape, chat, type MessageShape, message } from "./coze-shapes.ts";

/** One event of a chat stream. */
export interface ChatFrame {
  event: string;
  /** As it stands after the colon, without spaces around it. */
  data: string;
}

/** Where Python's `splitlines`, which the HTTP client of its SDK uses, ends a line: at U+001C to U+001E too. */
const PYTHON_LINE_END = new RegExp(
  `\r\n|[\n\r\v\f${String.fromCharCode(0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029)}]`,
);

/**
 * Reads a stream as the Python SDK does: exactly one `event:` and one `data:` line per event; any other line, and
 * any line twice, is an error. Throws what is wrong. Blank lines are skipped, as there.
 * Source: spec page §1.4.
 */
export function readLikePython(text: string): ChatFrame[] {
  const frames: ChatFrame[] = [];
  let fields: Partial<ChatFrame> = {};
  for (const rawLine of text.split(PYTHON_LINE_END)) {
    const line = rawLine.trim();
    if (line === "") continue;
    const [, field, value = ""] = /^(event|data):(.*)$/s.exec(line) ?? [];
    if (field !== "event" && field !== "data")
      throw new Error(`Python knows no line ${JSON.stringify(line)}`);
    if (fields[field] !== undefined) throw new Error(`Python finds "${field}" twice in one event`);
    fields[field] = value.trim();
    if (fields.event !== undefined && fields.data !== undefined) {
      frames.push({ event: fields.event, data: fields.data });
      fields = {};
    }
  }
  if (Object.keys(fields).length > 0) throw new Error("Python waits for the rest of the last event");
  return frames;
}

/**
 * Reads a stream as the Go SDK does: after an `event:` line the very next line is its data, ended by a newline.
 * Throws what is wrong. Source: spec page §1.4.
 */
export function readLikeGo(text: string): ChatFrame[] {
  const frames: ChatFrame[] = [];
  let rest = text;
  const take = (): string => {
    const end = rest.indexOf("\n");
    if (end < 0) throw new Error(`Go waits for a newline after ${JSON.stringify(rest)}`);
    const line = rest.slice(0, end);
    rest = rest.slice(end + 1);
    return line;
  };
  while (rest !== "") {
    const line = take();
    if (!line.startsWith("event:")) {
      if (line.trim() !== "") throw new Error(`Go drops the line ${JSON.stringify(line)}`);
      continue;
    }
    const data = take();
    if (!data.startsWith("data:")) throw new Error(`Go reads ${JSON.stringify(data)} as the data of ${line}`);
    frames.push({ event: line.slice(6).trim(), data: data.slice(5).trim() });
  }
  return frames;
}

/**
 * The first thing in the text of a chat stream that breaks §1.4 or the order of §6.1; undefined: nothing does.
 * `isWhole`: the reader stayed to the end. `isResumed`: it continues a chat after tool outputs, so that it begins
 * with `in_progress`. `isOfChatflow`: a workflow answers (§8.2).
 */
export function chatStreamProblem(
  text: string,
  {
    isWhole,
    isResumed,
    isOfChatflow = false,
  }: { isWhole: boolean; isResumed: boolean; isOfChatflow?: boolean },
): string | undefined {
  const whole = isWhole ? text : text.slice(0, text.lastIndexOf("\n\n") + 2);
  try {
    const frames = readLikeGo(whole);
    if (JSON.stringify(readLikePython(whole)) !== JSON.stringify(frames))
      refuse("Python and Go read different events");
    if (!/^(event:[^\n]+\ndata:[^\n]+\n\n)*$/.test(whole)) refuse("not event, data, blank line throughout");
    const order = new StreamOrder(isResumed, isOfChatflow);
    for (const frame of frames) order.take(frame);
    if (isWhole) order.end();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function refuse(text: string): never {
  throw new Error(text);
}

const CHAT_EVENTS: Record<string, ChatShape["status"]> = {
  "conversation.chat.created": "created",
  "conversation.chat.in_progress": "in_progress",
  "conversation.chat.completed": "completed",
  "conversation.chat.failed": "failed",
  "conversation.chat.requires_action": "requires_action",
};

type Stage = "start" | "created" | "messages" | "finished-answers" | "ended" | "done";

/** The stages a chat event may come in, and the stage it leads to. */
const CHAT_STAGES: Record<ChatShape["status"], [Stage[], Stage]> = {
  created: [["start"], "created"],
  in_progress: [["created"], "messages"],
  completed: [["finished-answers"], "ended"],
  failed: [["created", "messages", "finished-answers"], "ended"],
  requires_action: [["messages"], "ended"],
  canceled: [["messages", "finished-answers"], "ended"],
};

/** The order of §6.1 as a machine that is fed event by event; throws at the first that is out of order. */
class StreamOrder {
  #stage: Stage;
  #chat: ChatShape | undefined;
  /** Text and reasoning of the answer whose increments are coming. */
  #open: { id: string; text: string; reasoning: string } | undefined;
  readonly #completed = new Set<string>();
  #followUps = 0;

  readonly #isResumed: boolean;
  readonly #isOfChatflow: boolean;

  constructor(isResumed: boolean, isOfChatflow: boolean) {
    this.#isResumed = isResumed;
    this.#isOfChatflow = isOfChatflow;
    this.#stage = isResumed ? "created" : "start";
  }

  take({ event, data }: ChatFrame): void {
    if (this.#stage === "done") refuse(`${event} after done`);
    if (event === "done") {
      if (this.#isOfChatflow) requireDebugUrl(parse(event, data));
      else if (data !== '"[DONE]"') refuse(`done carries ${data}`);
      if (this.#stage !== "ended") refuse(`done while ${this.#stage}`);
      this.#stage = "done";
      return;
    }
    const value = parse(event, data);
    if (this.#stage === "ended") refuse(`${event} after the chat has ended`);
    const status = CHAT_EVENTS[event];
    if (status !== undefined) this.#chatEvent(event, status, value);
    else if (event === "conversation.message.delta") this.#delta(value);
    else if (event === "conversation.message.completed") this.#message(value);
    else if (event === "error") this.#error(value);
    else refuse(`an event ${event} that is not in the list`);
  }

  end(): void {
    if (this.#stage !== "done") refuse(`the stream ends without done (${this.#stage})`);
  }

  #error(value: unknown): void {
    const { code, msg } = value as { code?: unknown; msg?: unknown };
    if (!Number.isInteger(code) || Number(code) <= 0) refuse("an error event without a code above 0");
    if (typeof msg !== "string" || msg === "") refuse("an error event without a message");
    this.#stage = "ended";
  }

  #chatEvent(event: string, status: ChatShape["status"], value: unknown): void {
    const parsed = chat.safeParse(value);
    if (!parsed.success) refuse(`${event}: ${parsed.error.message}`);
    // The reference has no event for a cancelled chat: it is one that is over.
    const isCanceled = status === "completed" && parsed.data.status === "canceled";
    if (parsed.data.status !== status && !isCanceled) refuse(`${event} with status ${parsed.data.status}`);
    this.#chat ??= parsed.data;
    for (const key of ["id", "conversation_id", "bot_id", "section_id"] as const) {
      if (this.#chat[key] !== parsed.data[key]) refuse(`${event} has another ${key} than the first event`);
    }
    const [before, after] = CHAT_STAGES[parsed.data.status];
    if (!before.includes(this.#stage)) refuse(`${event} while ${this.#stage}`);
    this.#stage = after;
    if (parsed.data.status === "completed" && this.#open !== undefined) {
      refuse(`${event} while the answer ${this.#open.id} is open`);
    }
    if (parsed.data.status === "completed" && parsed.data.usage === undefined)
      refuse(`${event} without usage`);
  }

  #messageOf(event: string, value: unknown): MessageShape {
    const parsed = message.safeParse(value);
    if (!parsed.success) refuse(`${event}: ${parsed.error.message}`);
    const { chat_id, conversation_id, bot_id, role } = parsed.data;
    const owner = this.#chat;
    if (owner === undefined || this.#stage === "created") refuse(`${event} while ${this.#stage}`);
    if (chat_id !== owner.id) refuse(`${event} of the chat ${chat_id}`);
    if (conversation_id !== owner.conversation_id) refuse(`${event} of another conversation`);
    if (bot_id !== owner.bot_id) refuse(`${event} of the agent ${bot_id}`);
    if (role !== "assistant") refuse(`${event} with role ${role}`);
    return parsed.data;
  }

  #delta(value: unknown): void {
    const delta = this.#messageOf("conversation.message.delta", value);
    if (delta.type !== "answer") refuse(`an increment of type ${delta.type}`);
    if (this.#stage === "finished-answers") refuse("an increment after all answers were done");
    if (this.#completed.has(delta.id)) refuse(`an increment of ${delta.id}, which is complete`);
    this.#open ??= { id: delta.id, text: "", reasoning: "" };
    if (this.#open.id !== delta.id) refuse(`increments of ${delta.id} inside ${this.#open.id}`);
    const reasoning = delta.reasoning_content ?? "";
    if ((delta.content === "") === (reasoning === "")) {
      refuse("an increment must have either content or reasoning_content");
    }
    this.#open.text += delta.content;
    this.#open.reasoning += reasoning;
  }

  #message(value: unknown): void {
    const complete = this.#messageOf("conversation.message.completed", value);
    if (this.#completed.has(complete.id)) refuse(`${complete.id} completed twice`);
    this.#completed.add(complete.id);
    const { type } = complete;
    if (type === "question") refuse("the question among the events");
    if (type === "follow_up") {
      this.#followUps += 1;
      if (this.#followUps > 3) refuse("more than 3 follow-up questions");
      if (this.#stage !== "finished-answers") refuse("a follow-up question before the answers were done");
      return;
    }
    if (this.#stage === "finished-answers") refuse(`${type} after the answers were done`);
    if (type === "answer") this.#answer(complete);
    else if (type === "verbose") this.#verbose(complete);
    else if (type === "function_call" || type === "knowledge") parse(type, complete.content);
  }

  #answer(complete: MessageShape): void {
    const open = this.#open ?? { id: complete.id, text: "", reasoning: "" };
    this.#open = undefined;
    if (open.id !== complete.id) refuse(`${complete.id} completed while ${open.id} is open`);
    const reasoning = complete.reasoning_content ?? "";
    if (!this.#isSum(complete.content, open.text)) refuse("an answer is not the sum of its increments");
    if (!this.#isSum(reasoning, open.reasoning)) refuse("the reasoning is not the sum of its increments");
  }

  /** What goes on after tool outputs has told its beginning in another stream. */
  #isSum(whole: string, increments: string): boolean {
    return this.#isResumed ? whole.endsWith(increments) : whole === increments;
  }

  /** Source: §6.1, event 6. */
  #verbose(complete: MessageShape): void {
    const content = parse("verbose", complete.content) as { msg_type?: unknown; data?: unknown };
    if (content.msg_type !== "generate_answer_finish") refuse(`a verbose message ${complete.content}`);
    if (content.data !== '{"finish_reason":0,"FinData":""}')
      refuse(`answers finished with ${complete.content}`);
    if (this.#open !== undefined) refuse("all answers done while one is open");
    this.#stage = "finished-answers";
  }
}

/** Source: spec page §8.2. */
function requireDebugUrl(value: unknown): void {
  const url =
    typeof value === "object" && value !== null && "debug_url" in value ? value.debug_url : undefined;
  if (typeof url !== "string" || url === "") refuse("done without debug_url");
}

function parse(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(`the data of ${what} is no JSON: ${text}`);
  }
}
