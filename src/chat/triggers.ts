import { setTimeout as delay } from "node:timers/promises";
import type { Agent } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { ConversationId, EndpointId, MessageId, TriggerId } from "../domain/ids.ts";
import {
  isMessage,
  type Trigger,
  type TriggerRecord,
  type TriggerSource,
  triggerRecord,
} from "../domain/trigger.ts";
import type { Repositories, RequestKey, Store } from "../storage/store.ts";
import { insertedInto } from "./conversations.ts";
import { DueTriggers } from "./due-triggers.ts";
import { mergeWindowOf } from "./merging.ts";
import { reasonToIgnore, requireEntry } from "./trigger-entries.ts";
import { questionOfTrigger } from "./trigger-question.ts";
import type { Turns } from "./turns.ts";
import { isFull, WAITING_LIMIT } from "./waiting-triggers.ts";

/** Triggers whose turns are being started or run by one node at once. */
const AT_ONCE = 256;
/** How long a turn may take. Source: spec page of Insight §14, "Guards". */
const TIME_LIMIT_MS = 120_000;
/** How often one that somebody waits for is looked at: at first, and at last. */
const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 200;
/** Before whoever was refused because too much waits should send more. */
const RETRY_AFTER_SECONDS = 60;
/** How long the end of a turn that runs here is waited for without looking. */
const LONGEST_WAIT_MS = 10_000;

/** Something that is to start a turn. */
export interface NewTrigger {
  agent: Agent;
  /** Stored. */
  conversation: Conversation;
  trigger: Trigger;
  source: TriggerSource;
  /** The adapter that carries out what the turn decides. Absent: all that listen are told. */
  adapterId?: EndpointId | undefined;
  /** Told to the model as what was said before. Absent: what the conversation holds. */
  history?: TriggerRecord["history"] | undefined;
  /** Absent: now. */
  dueAt?: Date | undefined;
  cancelOnMessage?: boolean | undefined;
  /** The same request again is not carried out again. */
  key?: RequestKey | undefined;
  /** Times the event may be triggered in the conversation. Absent: as often as one likes. */
  limit?: number | undefined;
}

/** What became of a trigger that was sent in: it is kept for itself, or as a message of the agent. */
export type Acceptance = ({ record: TriggerRecord } | { messageId: MessageId }) & {
  /** It was sent before, and nothing was done now. */
  isRepeated: boolean;
};

/**
 * Triggers that are kept for themselves. Each that is accepted starts its turn once, now or when it is due, in the order
 * of its conversation, whatever happens to this process.
 */
export class Triggers {
  readonly #store: Store;
  readonly #turns: Pick<Turns, "start" | "find">;
  readonly #due: DueTriggers;

  constructor(
    services: { store: Store; turns: Pick<Turns, "start" | "find"> },
    { atOnce = AT_ONCE, timeLimitMs = TIME_LIMIT_MS }: { atOnce?: number; timeLimitMs?: number } = {},
  ) {
    this.#store = services.store;
    this.#turns = services.turns;
    this.#due = new DueTriggers({ ...services, timeLimitMs }, atOnce);
  }

  /** Begins to start what is due, that first which an earlier process of this node left behind. */
  start(): Promise<void> {
    return this.#due.start();
  }

  /** Starts nothing any more; what is accepted still stays due. Turns that run are left alone. */
  stop(): Promise<void> {
    return this.#due.stop();
  }

  /** Due triggers were stored by somebody else. */
  wake(): void {
    this.#due.wake();
  }

  /**
   * Accepts a trigger. That it was accepted would survive a power cut when this resolves; if it rejects nothing is
   * stored. Rejects with `trigger_not_subscribed` when the agent's workflow does not wait for it, with `event_limit_reached`, and with `rate_limited` when too many wait in the conversation.
   */
  async accept(asked: NewTrigger): Promise<Acceptance> {
    await requireEntry(this.#store, asked);
    return this.#keep(asked, "");
  }

  /** How long messages of this agent wait for others to be answered with them, in milliseconds; 0: not at all. */
  mergeWindowOf(agent: Agent): number {
    return mergeWindowOf(agent);
  }

  /**
   * The same for what an adapter sends. What the agent does not listen to is recorded and starts nothing; messages that
   * the account itself wrote (`isOwn`) become what the agent has said.
   */
  async receive(asked: NewTrigger & { adapterId: EndpointId; isOwn: boolean }): Promise<Acceptance> {
    if (asked.isOwn) return this.#keepOwn(asked);
    return this.#keep(asked, await reasonToIgnore(this.#store, asked));
  }

  /** The adapter that last sent something into the conversation and is still there. */
  async lastAdapter(conversationId: ConversationId): Promise<EndpointId | undefined> {
    const adapterId = await this.#store.triggers.lastAdapter(conversationId);
    const endpoint = adapterId === undefined ? undefined : await this.#store.endpoints.find(adapterId);
    return endpoint?.id;
  }

  /** One of the agent's; undefined when it has no such trigger. */
  async find(agent: Pick<Agent, "id">, id: TriggerId): Promise<TriggerRecord | undefined> {
    const record = await this.#store.triggers.get(id);
    return record?.agentId === agent.id ? record : undefined;
  }

  /**
   * Keeps one of the agent's from starting anything. Resolves with what it is then: its turn may have been started
   * before.
   */
  async cancel(agent: Pick<Agent, "id">, id: TriggerId): Promise<TriggerRecord | undefined> {
    const record = await this.find(agent, id);
    if (record?.state === "due") {
      await this.#store.triggers.settle(id, { state: "cancelled", reason: "by_caller" });
    }
    await this.#store.flushed();
    return this.find(agent, id);
  }

  /**
   * Resolves with a trigger when the turn that it started is over, or waits for its caller's tools, on whatever node; or
   * when it starts none. Rejects with the reason of `signal`.
   */
  async untilOver(id: TriggerId, signal: AbortSignal): Promise<TriggerRecord> {
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_LOOK_MS)) {
      const record = await this.#store.triggers.get(id);
      if (record === undefined) throw new DomainError("run_not_found", "the execution is gone");
      if (record.state !== "due" && (await this.#hasEnded(record))) return record;
      const here = record.turnId === undefined ? undefined : this.#turns.find(record.turnId);
      const pause = new AbortController();
      const patience = delay(here === undefined ? waitMs : LONGEST_WAIT_MS, undefined, {
        signal: AbortSignal.any([signal, pause.signal]),
      });
      await Promise.race([patience.catch(() => {}), ...(here === undefined ? [] : [here.ended])]);
      pause.abort();
      signal.throwIfAborted();
    }
  }

  /** Resolves with a trigger when it is due no more, on whatever node. Rejects with the reason of `signal`. */
  async untilDecided(id: TriggerId, signal: AbortSignal): Promise<TriggerRecord> {
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_LOOK_MS)) {
      const record = await this.#store.triggers.get(id);
      if (record === undefined) throw new DomainError("run_not_found", "the execution is gone");
      if (record.state !== "due") return record;
      const dueInMs = record.dueAt.getTime() - Date.now();
      if (dueInMs > 0) waitMs = FIRST_LOOK_MS;
      await delay(Math.max(waitMs, dueInMs), undefined, { signal }).catch(() => {});
      signal.throwIfAborted();
    }
  }

  async #hasEnded({ turnId }: TriggerRecord): Promise<boolean> {
    if (turnId === undefined) return true;
    return !(await this.#store.turns.stillRunning([turnId])).has(turnId);
  }

  async #keep(asked: NewTrigger, reason: string): Promise<Acceptance> {
    const record = recordOf(this.#store, asked, reason);
    const acceptance = await this.#once(asked, record.id, async (inside) => {
      if (record.state === "due") await refusePastLimits(inside, asked);
      if (record.dueAt > record.createdAt && isMessage(record.trigger)) {
        await inside.triggers.cancelOnMessage(record.conversationId);
      }
      await inside.triggers.insert(record);
      return { record };
    });
    if (!acceptance.isRepeated && record.state === "due") this.wake();
    return acceptance;
  }

  #keepOwn(asked: NewTrigger): Promise<Acceptance> {
    const { question } = questionOfTrigger(asked.trigger);
    const message = insertedInto(this.#store, asked.conversation, {
      ...{ role: "assistant", kind: "answer", meta: {} },
      ...question,
    });
    return this.#once(asked, message.messageId, async ({ exchanges }) => {
      await exchanges.insert([message]);
      return { messageId: message.messageId };
    });
  }

  /** Does it and takes the key, or finds what was done when the key was taken. */
  async #once(
    { key }: NewTrigger,
    subjectId: number,
    work: (inside: Repositories) => Promise<{ record: TriggerRecord } | { messageId: MessageId }>,
  ): Promise<Acceptance> {
    const done = await this.#store.transaction(async (inside) => {
      const isFree = key === undefined || (await inside.requestKeys.add(key, subjectId, new Date()));
      return isFree ? work(inside) : undefined;
    });
    await this.#store.flushed();
    if (done !== undefined) return { ...done, isRepeated: false };
    const earlier = key === undefined ? undefined : await this.#store.requestKeys.find(key, new Date());
    if (earlier === undefined) throw new DomainError("request_repeated", "this was sent before");
    const record = await this.#store.triggers.get(earlier as TriggerId);
    return { ...(record === undefined ? { messageId: earlier as MessageId } : { record }), isRepeated: true };
  }
}

function recordOf({ newId }: Pick<Store, "newId">, asked: NewTrigger, reason: string): TriggerRecord {
  const { agent, conversation, trigger, source, adapterId, history, cancelOnMessage } = asked;
  const windowMs = isMessage(trigger) ? mergeWindowOf(agent) : 0;
  const dueAt = asked.dueAt ?? (windowMs > 0 ? new Date(Date.now() + windowMs) : undefined);
  return triggerRecord({
    id: newId<TriggerId>(),
    workspaceId: agent.workspaceId,
    agentId: agent.id,
    conversationId: conversation.id,
    trigger,
    source,
    ...(adapterId !== undefined && { adapterId }),
    state: reason === "" ? "due" : "recorded",
    reason,
    ...(dueAt !== undefined && { dueAt }),
    ...(cancelOnMessage !== undefined && { cancelOnMessage }),
    ...(history !== undefined && { history }),
  });
}

async function refusePastLimits(inside: Repositories, asked: NewTrigger): Promise<void> {
  const { conversation, trigger, limit } = asked;
  if (await isFull(inside, conversation.id)) {
    throw new DomainError("rate_limited", `${WAITING_LIMIT} triggers wait in this session`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (limit === undefined || trigger.type !== "canvas-event-trigger") return;
  await inside.conversations.getToChange(conversation.id);
  if ((await inside.triggers.countEvents(conversation.id, trigger.payload.eventId)) < limit) return;
  throw new DomainError("event_limit_reached", `the event was triggered ${limit} times in this session`);
}
