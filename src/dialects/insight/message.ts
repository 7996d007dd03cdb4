import { messageNotFound } from "../../chat/answers.ts";
import { updateConversation } from "../../chat/conversations.ts";
import { askedScope } from "../../chat/past-messages.ts";
import type { TurnLog } from "../../chat/turn-log.ts";
import type { RunningTurn } from "../../chat/turns.ts";
import type { Agent } from "../../domain/agent.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { TriggerId, TurnId } from "../../domain/ids.ts";
import { textTrigger, triggerRecord } from "../../domain/trigger.ts";
import type { RequestKey } from "../../storage/store.ts";
import { callableAgent } from "./callable-agent.ts";
import { type Endpoint, endpoint, type InsightServices, type Invocation, type Outcome } from "./endpoint.ts";
import { failureOf } from "./executions.ts";
import { MessageFrames } from "./message-frames.ts";
import { finishedReply, type Told, toldByLog, toldByRun, toldByTurn } from "./message-reply.ts";
import { type MessageRequest, messageBody, questionOf, triggerFor } from "./message-request.ts";
import { findSession, openSession } from "./sessions.ts";

/** How long a reply is given again to who repeats its message. Source: spec page of Insight §10.2. */
const REPEAT_MS = 24 * 3_600_000;

type Asked = Invocation<unknown, MessageRequest>;

/** Source: spec page of Insight §10. */
export const messageEndpoints: Endpoint[] = [
  endpoint({
    route: "POST /bot/message",
    section: "§10",
    scope: "chat",
    summary: "Ask, streaming or not; the session is made on first use.",
    body: messageBody,
    async run(asked) {
      const { services, key, body } = asked;
      const agent = await callableAgent(services.store, key, body.botId);
      const known = await findSession(services, agent, body.sessionId);
      const repeated = await repeatedReply(asked, known);
      if (repeated !== undefined) return reply(asked, repeated);
      const conversation = await sessionFor(services, agent, body, known);
      const mayMerge = !body.testRun && services.triggers.mergeWindowOf(agent) > 0;
      return reply(asked, await (mayMerge ? beginTogether : begin)(asked, agent, conversation));
    },
  }),
];

/** The reply to the same message, if it was asked before. */
async function repeatedReply(
  { services, body, call }: Asked,
  conversation: Conversation | undefined,
): Promise<Told | undefined> {
  const now = new Date();
  const key = conversation === undefined ? undefined : keyOf(conversation, body, now);
  const id = key === undefined ? undefined : await services.store.requestKeys.find(key, now);
  if (id === undefined) return undefined;
  const record = await services.store.triggers.get(id as TriggerId);
  return record === undefined
    ? toldAgain(services, id as TurnId, call.signal)
    : toldWhenDecided(services, record.id, call.signal);
}

/** What a message that waits for others comes to: its own turn, which may be answered with a later one. */
async function toldWhenDecided(services: InsightServices, id: TriggerId, signal: AbortSignal): Promise<Told> {
  const record = await services.triggers.untilDecided(id, signal);
  if (record.turnId !== undefined) return toldAgain(services, record.turnId, signal);
  throw failureOf(record);
}

function keyOf({ id }: Conversation, { messageId }: MessageRequest, now: Date): RequestKey | undefined {
  if (messageId === undefined) return undefined;
  return { scope: askedScope(id), key: messageId, expiresAt: new Date(now.getTime() + REPEAT_MS) };
}

/** A turn from its beginning, wherever it runs or whatever became of it. Rejects with `message_not_found`. */
async function toldAgain(
  { store, turns }: InsightServices,
  turnId: TurnId,
  signal: AbortSignal,
): Promise<Told> {
  const running = turns.find(turnId);
  if (running !== undefined) return toldByTurn(running, true);
  let run = await store.runs.find(turnId);
  if (run?.turn.status === "running") {
    const { conversationId, userId } = run.turn;
    const log = await turns.follow({ turnId, conversationId, userId }, signal);
    if (log !== undefined) return toldByLog(run, log);
    run = await store.runs.find(turnId);
  }
  if (run === undefined) throw messageNotFound();
  return toldByRun(run, await store.turns.trace(turnId));
}

/** The conversation of the message, made where there is none, with the values that came with it. */
async function sessionFor(
  services: InsightServices,
  agent: Agent,
  { sessionId, contactId, variables = {} }: MessageRequest,
  known: Conversation | undefined,
): Promise<Conversation> {
  if (known === undefined) {
    return openSession(services, agent, { sessionId, contactId, inputs: variables });
  }
  const isChange = Object.entries(variables).some(([name, value]) => known.inputs[name] !== value);
  if (!isChange) return known;
  await updateConversation(services.store, agent, known, { inputs: variables });
  return { ...known, inputs: { ...known.inputs, ...variables } };
}

/** Begins to answer; of the same message sent twice at once only one is answered. */
async function begin(asked: Asked, agent: Agent, conversation: Conversation): Promise<Told> {
  const { services, body, call } = asked;
  const now = new Date();
  const key = keyOf(conversation, body, now);
  const trigger = triggerFor(body) ?? (body.testRun ? textTrigger(questionOf(body).text) : undefined);
  const source = body.testRun ? "test" : "api";
  const deadline = new Date(now.getTime() + services.options.timeLimitMs);
  const waiting = whileInTime(call.signal, deadline);
  try {
    const turn = await services.turns.start({
      agent,
      conversation,
      question: questionOf(body),
      trigger:
        trigger === undefined
          ? undefined
          : triggerRecord({
              ...{ id: services.store.newId<TriggerId>(), workspaceId: conversation.workspaceId },
              ...{ agentId: agent.id, conversationId: conversation.id, trigger, source, state: "started" },
            }),
      key,
      history: body.history,
      variables: body.variables,
      deadline,
      isToldActions: true,
      dialect: "insight",
      requestId: call.requestId,
      signal: waiting.signal,
    });
    stopWhenLeft(asked, turn);
    return { ...toldByTurn(turn), isTest: body.testRun };
  } catch (error) {
    const isRepeated = error instanceof DomainError && error.code === "request_repeated";
    const told = isRepeated ? await repeatedReply(asked, conversation) : undefined;
    if (told === undefined) throw error;
    return told;
  } finally {
    waiting.end();
  }
}

/** Accepts a message that others may be answered with; it is answered whatever becomes of this process. */
async function beginTogether(asked: Asked, agent: Agent, conversation: Conversation): Promise<Told> {
  const { services, body, call } = asked;
  const now = new Date();
  const acceptance = await services.triggers.accept({
    agent,
    conversation,
    trigger: triggerFor(body) ?? textTrigger(questionOf(body).text),
    source: "api",
    history: body.history,
    key: keyOf(conversation, body, now),
  });
  if (!("record" in acceptance)) throw new TypeError("a message was kept without its trigger");
  const waiting = whileInTime(call.signal, new Date(now.getTime() + services.options.timeLimitMs));
  try {
    const told = await toldWhenDecided(services, acceptance.record.id, waiting.signal);
    const turn = services.turns.find(told.turnId);
    if (turn !== undefined && !acceptance.isRepeated) stopWhenLeft(asked, turn);
    return told;
  } finally {
    waiting.end();
  }
}

async function reply({ body, call }: Asked, told: Told): Promise<Outcome> {
  if (!body.stream) return { data: await finishedReply(told, call.signal) };
  const frames = new MessageFrames(told);
  await frames.ready(call.signal);
  return { frames };
}

/** Aborts with `signal`, or with `model_timeout` at the deadline unless `end` was called. */
function whileInTime(signal: AbortSignal, deadline: Date): { signal: AbortSignal; end: () => void } {
  const late = new AbortController();
  const refuse = () => late.abort(new DomainError("model_timeout", "the session was busy for too long"));
  const timer = setTimeout(refuse, deadline.getTime() - Date.now());
  return { signal: AbortSignal.any([signal, late.signal]), end: () => clearTimeout(timer) };
}

/**
 * Stops the turn when its stream's reader leaves, unless others read it too or it has done something beside speaking.
 * Callers that wait for the whole reply only count where the server is told so. Source: spec page of Insight §10.1.
 */
function stopWhenLeft({ services, body, call }: Asked, { turnId, log }: RunningTurn): void {
  if (!body.stream && !services.options.abortOnDisconnect) return;
  // Whoever left takes nothing from the log any more by then.
  const onLeave = () =>
    void setImmediate(() => {
      if (!log.isRead && !hasActed(log)) void services.turns.stopHere(turnId);
    });
  if (call.signal.aborted) onLeave();
  else call.signal.addEventListener("abort", onLeave, { once: true });
}

function hasActed(log: TurnLog): boolean {
  for (let position = 0; position < log.length; position += 1) {
    if (log.at(position)?.type === "action") return true;
  }
  return false;
}
