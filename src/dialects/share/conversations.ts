import { z } from "zod";
import { chooseAnswer, findAnswer, rateAnswer } from "../../chat/answers.ts";
import { conversationOf } from "../../chat/conversations.ts";
import { replayTurn } from "../../chat/replay.ts";
import type { RunningTurn } from "../../chat/turns.ts";
import type { Agent } from "../../domain/agent.ts";
import type { Answer, Conversation, Exchange, Feedback } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ConversationId, ExchangeId, TurnId } from "../../domain/ids.ts";
import type { Call, FrameSource, JsonReply, Reply } from "../../http/route.ts";
import { presentAgent, presentExchange } from "./present.ts";
import type { ShareLimits, ShareServices } from "./services.ts";
import { logFrames, storedFrames, type TurnPlace } from "./turn-frames.ts";
import { idOf, liveAgent, openLink, openVisit, type Visit, visitedConversation } from "./visit.ts";
import { newVisitorId, visitorOf, visitorToken } from "./visitor.ts";

const TEXT_LIMIT = 10_000;
const COMMENT_LIMIT = 5_000;
const EXCHANGES_AT_ONCE = 20;
/** How much of a key that nobody knows is said again. */
const KEY_LENGTH = 64;

const words = z
  .string({ error: "must be a text" })
  .overwrite((value) => value.toWellFormed())
  .refine((value) => !value.includes("\u0000"), { error: "contains the character U+0000" });

const question = z.strictObject({
  text: words
    .max(TEXT_LIMIT, { error: `longer than ${TEXT_LIMIT} characters` })
    .refine((value) => value.trim() !== "", { error: "must not be empty" }),
  /** Values of the agent's variables, by key: they belong to the conversation, so its first question brings them. */
  inputs: z.record(z.string(), words).optional(),
  conversationId: z.string().optional(),
});

const opinion = z.strictObject({
  rating: z.enum(["like", "dislike", "none"], { error: "must be like, dislike or none" }),
  categories: z.array(z.string().max(100)).max(20).default([]),
  comment: z.string().max(COMMENT_LIMIT).default(""),
});

/** What visitors of one server can do; every method is one route. */
export class ShareDesk {
  readonly #services: ShareServices;
  readonly #limits: ShareLimits;

  constructor(services: ShareServices, limits: ShareLimits) {
    this.#services = services;
    this.#limits = limits;
  }

  /** Who the page belongs to from now on, and whom it talks to. A visitor that is known stays the same. */
  async enter(call: Call): Promise<JsonReply> {
    const { store, secretKey } = this.#services;
    this.#limits.takeCall(call);
    const link = await openLink(store, call);
    const agent = await liveAgent(store, link);
    const known = knownVisitor(() => visitorOf(secretKey, link, call));
    if (known === undefined) this.#limits.takeNewVisitor(call);
    const token = visitorToken(secretKey, link, known ?? newVisitorId());
    return json({ token, agent: presentAgent(link, agent) });
  }

  /** What was said in a conversation, newest first. */
  async exchanges(call: Call): Promise<JsonReply> {
    const visit = await this.#visit(call);
    const { exchanges, turns } = this.#services.store;
    const conversation = await visitedConversation(this.#services.store, visit, idOf(call.params["id"]));
    const before = idOf<TurnId>(call.query["cursor"]) as number;
    const found = await exchanges.page({
      ...{ conversationId: conversation.id, rater: visit.visitorId, order: "desc" },
      limit: EXCHANGES_AT_ONCE + 1,
      ...(before > 0 && { from: (before - 1) as ExchangeId }),
    });
    const shown = found.slice(0, EXCHANGES_AT_ONCE);
    const turnIds = shown.flatMap(({ answers }) => answers.map(({ turn }) => turn.id));
    const around = { traces: await turns.traces(turnIds), opinions: await this.#opinions(visit, shown) };
    const last = shown.at(-1);
    return json({
      items: shown.map((exchange) => presentExchange(exchange, around)),
      nextCursor: found.length > EXCHANGES_AT_ONCE && last !== undefined ? String(last.id) : null,
      isHeld: conversation.heldAt !== undefined,
    });
  }

  async ask(call: Call): Promise<Reply> {
    const visit = await this.#visit(call);
    const asked = read(question, call.body);
    this.#limits.takeQuestion(call, visit.visitorId);
    const agent = await liveAgent(this.#services.store, visit.link);
    const isNew = asked.conversationId === undefined;
    if (!isNew && asked.inputs !== undefined) {
      throw new DomainError("request_invalid", "only with the first question", { field: "inputs" });
    }
    const conversation = isNew
      ? this.#newConversation(visit, agent, asked.inputs ?? {})
      : await visitedConversation(this.#services.store, visit, idOf<ConversationId>(asked.conversationId));
    const turn = await this.#services.turns.start({
      ...askingOf(call, agent),
      conversation,
      isNew,
      question: { text: asked.text, attachments: [] },
    });
    return stream(framesOf(turn));
  }

  async regenerate(call: Call): Promise<Reply> {
    const { visit, exchange } = await this.#found(call);
    this.#limits.takeQuestion(call, visit.visitorId);
    const agent = await liveAgent(this.#services.store, visit.link);
    const conversation = await visitedConversation(this.#services.store, visit, exchange.conversationId);
    const turn = await this.#services.turns.regenerate({ ...askingOf(call, agent), conversation, exchange });
    return stream(framesOf(turn));
  }

  /** A turn while it runs and afterwards, from behind `after`, on whatever node. */
  async follow(call: Call): Promise<Reply> {
    const { visit, exchange, answer } = await this.#found(call);
    const { store, turns } = this.#services;
    const after = lastEventOf(call);
    const { id: turnId, isHeld } = answer.turn;
    const { id: exchangeId, conversationId } = exchange;
    const place: TurnPlace = { turnId, conversationId, exchangeId, isHeld };
    const here = turns.find(turnId)?.log;
    if (here !== undefined) return stream(logFrames(here, place, after));
    let ended = answer;
    if (answer.turn.status === "running") {
      const stored = { turnId, conversationId, userId: visit.visitorId };
      const log = await turns.follow(stored, call.signal);
      if (log !== undefined) return stream(logFrames(log, place, after));
      const now = await store.exchanges.ofTurn(conversationId, visit.visitorId, turnId);
      ended = now?.answers.find(({ turn }) => turn.id === turnId) ?? answer;
    }
    return stream(storedFrames(replayTurn(ended, await store.turns.trace(turnId)), place));
  }

  async stop(call: Call): Promise<JsonReply> {
    const { answer } = await this.#found(call);
    const isRunning = answer.turn.status === "running";
    if (isRunning) await this.#services.turns.stop(answer.turn.id);
    return json({ isStopped: isRunning });
  }

  async choose(call: Call): Promise<JsonReply> {
    const { visit, answer } = await this.#found(call);
    await chooseAnswer(this.#services.store, agentOf(visit), visit.visitorId, answer.turn.id);
    return json({});
  }

  async rate(call: Call): Promise<JsonReply> {
    const { visit, answer } = await this.#found(call);
    const said = read(opinion, call.body);
    const { workspaceId } = visit.link;
    const { isChanged } = await rateAnswer(
      this.#services,
      { workspaceId, turn: answer.turn },
      { rater: visit.visitorId, ...said },
    );
    return json({ isChanged });
  }

  async #visit(call: Call): Promise<Visit> {
    this.#limits.takeCall(call);
    return openVisit(this.#services, call);
  }

  /** The turn that an address names, if it is of this visitor; whether or not the agent is live any more. */
  async #found(call: Call): Promise<{ visit: Visit; exchange: Exchange; answer: Answer }> {
    const visit = await this.#visit(call);
    const turnId = idOf<TurnId>(call.params["turnId"]);
    const found = await findAnswer(this.#services.store, agentOf(visit), visit.visitorId, turnId);
    return { visit, ...found };
  }

  /** Strangers give values of the agent's variables only: conversations also hold what the agent itself noted. */
  #newConversation({ visitorId }: Visit, agent: Agent, inputs: Record<string, string>): Conversation {
    const keys = new Set(agent.settings.variables.map(({ key }) => key));
    const unknown = Object.keys(inputs).find((key) => !keys.has(key));
    if (unknown !== undefined) {
      const field = `inputs.${unknown.slice(0, KEY_LENGTH)}`;
      throw new DomainError("request_invalid", "the agent has no such variable", { field });
    }
    const beginning = { agent, userId: visitorId, name: "", inputs, requireInputs: true };
    return conversationOf(this.#services.store, beginning);
  }

  async #opinions({ visitorId }: Visit, exchanges: readonly Exchange[]): Promise<Map<number, Feedback>> {
    const rated = exchanges.flatMap(({ answers }) => answers.filter(({ rating }) => rating !== "none"));
    const found = await Promise.all(
      rated.map(({ turn }) => this.#services.store.feedback.find(turn.id, visitorId)),
    );
    return new Map(found.flatMap((each) => (each === undefined ? [] : [[each.turnId, each]])));
  }
}

function json(body: unknown): JsonReply {
  return { kind: "json", body };
}

function stream(frames: FrameSource): Reply {
  return { kind: "stream", frames };
}

function framesOf({ turnId, conversation, exchangeId, isHeld, log }: RunningTurn): FrameSource {
  return logFrames(log, { turnId, conversationId: conversation.id, exchangeId, isHeld }, undefined);
}

function agentOf({ link }: Visit): Pick<Agent, "id"> {
  return { id: link.agentId };
}

function askingOf({ requestId, signal }: Call, agent: Agent) {
  return { agent, requestId, signal, dialect: "share" };
}

function lastEventOf({ query, headers }: Call): string | undefined {
  const after = [query["after"]].flat()[0] ?? headers["last-event-id"]?.toString();
  return after === "" ? undefined : after;
}

/** Undefined where a page has no token, or one of before: it becomes a new visitor. */
function knownVisitor(find: () => string): string | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** Throws `request_invalid` naming the first field at fault. */
function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new DomainError("request_invalid", issue?.message ?? "is invalid", {
    ...(field !== "" && { field }),
  });
}
