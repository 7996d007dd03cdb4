import { readEventData } from "../../chat/event-data.ts";
import type { Acceptance } from "../../chat/triggers.ts";
import type { Agent, AgentEvent, EventVariableType } from "../../domain/agent.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { TriggerId } from "../../domain/ids.ts";
import type { TriggerRecord } from "../../domain/trigger.ts";
import { callableAgent } from "./callable-agent.ts";
import { type Endpoint, endpoint, type Invocation } from "./endpoint.ts";
import { failureOf, presentExecution } from "./executions.ts";
import { finishedReply, toldByRun } from "./message-reply.ts";
import { wireData } from "./read-content.ts";
import { openSession } from "./sessions.ts";
import {
  InputError,
  pageOf,
  paging,
  wireBoolean,
  wireBotId,
  wireInteger,
  wireName,
  wireSessionId,
  wireText,
  wireUuid,
} from "./wire.ts";

/** Source: spec page of Insight §12.4. */
const LONGEST_DELAY_SECONDS = 2_592_000;
const REPEAT_MS = 24 * 3_600_000;
const PARAMS_LIMIT = 32_000;

const wireExecutionId = wireUuid<TriggerId>("trigger").describe("As `event/trigger` answered it.");

export const eventEndpoints: Endpoint[] = [
  endpoint({
    route: "GET /workflow/event/list",
    section: "§12.1",
    scope: "workflow",
    summary: "events of a bot that can be triggered",
    query: {
      botId: wireBotId,
      ...paging,
      keyword: wireText(200).describe("Stands in the name or the description.").optional(),
    },
    async run({ services, key, query }) {
      const agent = await callableAgent(services.store, key, query.botId);
      const { current, pageSize, offset } = pageOf(query);
      const events = (agent.settings.events ?? []).filter((event) => isNamed(event, query.keyword ?? ""));
      return {
        data: events.slice(offset, offset + pageSize).map((event) => presentEvent(event, agent)),
        page: { current, pageSize, total: events.length },
      };
    },
  }),
  endpoint({
    route: "POST /workflow/event/trigger",
    section: "§12.4",
    scope: "workflow",
    summary: "one of a bot's events happens in a session, now or later",
    body: {
      botId: wireBotId,
      eventId: wireName(64).describe("As `event/list` names it.").optional(),
      eventName: wireName(200).describe("Instead of `eventId`.").optional(),
      sessionId: wireSessionId,
      params: wireData(PARAMS_LIMIT).describe("Values of the event's variables, by name.").default({}),
      isMh: wireBoolean
        .describe("`true`: what the bot does is delivered to the adapter that last wrote into the session.")
        .default(false),
      delaySeconds: wireInteger(0, LONGEST_DELAY_SECONDS).describe("0 when absent.").default(0),
      cancelOnUserMessage: wireBoolean
        .describe("`true`: a message of the user in the meantime cancels it.")
        .default(false),
      idempotencyKey: wireName(128)
        .describe("The same one within 24 hours triggers nothing more.")
        .optional(),
      testRun: wireBoolean
        .describe("`true`: a trial. What the bot decides is told and not done; no list shows it.")
        .default(false),
      wait: wireBoolean
        .describe("`true`: answers when the execution is over, with its reply.")
        .default(false),
    },
    async run(invocation) {
      const { services, key, body } = invocation;
      const agent = await callableAgent(services.store, key, body.botId);
      const event = requireEvent(agent, body);
      const { data, dropped } = requireData(event, body.params);
      if (body.wait && body.delaySeconds > 0) {
        throw new InputError([
          { field: "wait", rule: "no_delay", message: "not together with delaySeconds" },
        ]);
      }
      const conversation = await openSession(services, agent, { sessionId: body.sessionId });
      const { record } = await trigger(invocation, { agent, conversation, event, data });
      const execution = body.wait ? await finished(invocation, record) : presentExecution(record);
      return { data: { ...execution, droppedParams: dropped } };
    },
  }),
  endpoint({
    route: "POST /workflow/event/cancel",
    section: "§14",
    scope: "workflow",
    summary: "an event that waits does not happen",
    body: { botId: wireBotId, executionId: wireExecutionId },
    async run({ services, key, body }) {
      const agent = await callableAgent(services.store, key, body.botId);
      const record = await services.triggers.cancel(agent, body.executionId);
      if (record === undefined) throw noSuchExecution();
      if (record.state !== "cancelled") {
        throw new DomainError("already_decided", "the event does not wait any more");
      }
      return { data: presentExecution(record) };
    },
  }),
  endpoint({
    route: "GET /workflow/event/execution",
    section: "§14",
    scope: "workflow",
    summary: "what became of an event that was triggered",
    query: { botId: wireBotId, executionId: wireExecutionId },
    async run({ services, key, query }) {
      const agent = await callableAgent(services.store, key, query.botId);
      const record = await services.triggers.find(agent, query.executionId);
      if (record === undefined) throw noSuchExecution();
      return { data: presentExecution(record) };
    },
  }),
];

function noSuchExecution(): DomainError {
  return new DomainError("not_found", "there is no such execution", { field: "executionId" });
}

type Asked = Invocation<
  unknown,
  {
    isMh: boolean;
    delaySeconds: number;
    cancelOnUserMessage: boolean;
    testRun: boolean;
    idempotencyKey?: string | undefined;
  }
>;

async function trigger(
  { services, body }: Asked,
  about: { agent: Agent; conversation: Conversation; event: AgentEvent; data: Record<string, unknown> },
): Promise<{ record: TriggerRecord }> {
  const { agent, conversation, event, data } = about;
  const nowMs = Date.now();
  const { isMh, delaySeconds, testRun, idempotencyKey } = body;
  const acceptance = await services.triggers.accept({
    agent,
    conversation,
    trigger: { type: "canvas-event-trigger", payload: { eventId: event.id, eventName: event.name, data } },
    source: testRun ? "test" : isMh ? "adapter" : "api",
    adapterId: isMh && !testRun ? await services.triggers.lastAdapter(conversation.id) : undefined,
    dueAt: new Date(nowMs + delaySeconds * 1_000),
    cancelOnMessage: body.cancelOnUserMessage,
    limit: testRun ? undefined : event.limit,
    key:
      idempotencyKey === undefined
        ? undefined
        : { scope: `event:${agent.id}`, key: idempotencyKey, expiresAt: new Date(nowMs + REPEAT_MS) },
  });
  return withRecord(acceptance);
}

/** Events are always kept for themselves. */
function withRecord(acceptance: Acceptance): { record: TriggerRecord } {
  if ("record" in acceptance) return acceptance;
  throw new TypeError("an event was kept as a message");
}

function isNamed({ name, description }: AgentEvent, keyword: string): boolean {
  return `${name}\n${description}`.toLowerCase().includes(keyword.toLowerCase());
}

/** Rejects with `not_found`: on the published canvas nothing waits for it. Source: spec page of Insight §12.4. */
function requireEvent(
  { settings }: Agent,
  { eventId, eventName }: { eventId?: string | undefined; eventName?: string | undefined },
): AgentEvent {
  if (eventId === undefined && eventName === undefined) {
    throw new InputError([{ field: "eventId", rule: "required", message: "is required, or eventName" }]);
  }
  const found = settings.events?.find(({ id, name }) =>
    eventId === undefined ? name === eventName : id.toLowerCase() === eventId.toLowerCase(),
  );
  if (found !== undefined) return found;
  const field = eventId === undefined ? "eventName" : "eventId";
  throw new DomainError("not_found", "the bot has no such event", { field });
}

/** Source: spec page of Insight §12.4, `params`. */
function requireData(event: AgentEvent, params: Record<string, unknown>) {
  const read = readEventData(event, params);
  if (read.isGood) return read;
  const { variable, problem } = read;
  const field = variable === undefined ? "params" : `params.${variable}`;
  throw new InputError([{ field, rule: "variable", message: problem }]);
}

/** The reply of what an event started, when it is over. */
async function finished({ services, call }: Asked, { id }: TriggerRecord) {
  const late = AbortSignal.timeout(services.options.timeLimitMs);
  try {
    const signal = AbortSignal.any([call.signal, late]);
    const record = await services.triggers.untilOver(id, signal);
    if (record.state === "failed") throw failureOf(record);
    const execution = presentExecution(record);
    if (record.turnId === undefined) return { ...execution, ...noReply(record) };
    const run = await services.store.runs.find(record.turnId);
    if (run === undefined) throw new DomainError("run_not_found", "the execution was deleted");
    const trace = await services.store.turns.trace(record.turnId);
    return { ...(await finishedReply(toldByRun(run, trace), signal)), ...execution, status: "success" };
  } catch (error) {
    if (!late.aborted || error !== late.reason) throw error;
    throw new DomainError("model_timeout", "the execution takes too long; it goes on", { cause: error });
  }
}

/** Of what started nothing: usually because the session is with a person. */
function noReply({ reason }: TriggerRecord) {
  const nothing = { message: "", domain: "", references: [], fileUrls: [], outputActions: [] };
  return { ...nothing, handover: reason === "held" };
}

/** Source: spec page of Insight §12.1. */
function presentEvent({ id, name, description, variables, limit }: AgentEvent, agent: Agent) {
  return {
    eventId: id,
    name,
    description,
    variables: variables.map((variable) => ({ name: variable.name, type: presentType(variable.type) })),
    triggerTimesType: limit === undefined ? "unlimited" : "limited",
    maxTriggerTimes: limit ?? 0,
    createdAt: agent.createdAt.toISOString(),
    updatedAt: agent.updatedAt.toISOString(),
  };
}

function presentType(type: EventVariableType): Record<string, unknown> {
  if (type === "object") return { type, properties: {} };
  return type === "array" ? { type, items: {} } : { type };
}
