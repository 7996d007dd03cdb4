import type { Agent } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { TriggerId, WorkspaceId } from "../domain/ids.ts";
import {
  type ActionDecision,
  type ActionPayloads,
  type ActionStatus,
  type ActionType,
  isWords,
  type OutputAction,
} from "../domain/output-action.ts";
import { type Trigger, type TriggerRecord, triggerRecord } from "../domain/trigger.ts";
import { chatLog } from "../log/logger.ts";
import type { Store } from "../storage/store.ts";
import { changeValues } from "./conversation-values.ts";
import { eventLimit } from "./event-data.ts";
import type { Facts } from "./facts.ts";
import type { TurnStanding } from "./suspended-turn.ts";
import { actionsFact } from "./turn-facts.ts";
import { isFull } from "./waiting-triggers.ts";

/** Most actions of one turn, beside its words, and how long they may be together as JSON text, in UTF-16 units. */
const ACTION_LIMIT = 50;
const LENGTH_LIMIT = 65_536;
/** Most events that may have emitted one another. Source: spec page of Insight §14. */
const DEPTH_LIMIT = 20;

/** What has been decided in a turn so far. */
export interface Decided {
  /** In order; the turn's words are not among them. */
  actions: OutputAction[];
  /** Events that happen when the turn has ended. */
  triggers: TriggerRecord[];
  /** What a workflow has told so far, in order, its words among it. Absent: a model answers, whose words come last. */
  told?: OutputAction[];
}

/** One thing that was decided in another process. */
export interface DecidedBefore {
  action: OutputAction;
  at: Date;
  cancelOnMessage: boolean;
}

/** As it comes back out of JSON text. Absent: nothing. */
export function readDecided(stored?: Decided): Decided {
  const triggers = stored?.triggers ?? [];
  return {
    actions: stored?.actions ?? [],
    ...(stored?.told !== undefined && { told: stored.told }),
    triggers: triggers.map((trigger) => ({
      ...trigger,
      dueAt: new Date(trigger.dueAt),
      createdAt: new Date(trigger.createdAt),
    })),
  };
}

/** What came of a decision. */
export interface Done {
  /** Told to the model. */
  observation: string;
  /** Absent: nothing was done. */
  action?: OutputAction;
  /** The answer ends with these words; the model is not asked again. */
  lastWords?: string;
}

/** Carries out what the model of one turn decides to do beside answering, and keeps a list of it. */
export class ActionDesk {
  readonly #services: { store: Store; facts: Facts };
  readonly #standing: TurnStanding;
  readonly #decided: Decided;
  /** The caller is told what the turn decided, and can do it. */
  readonly #isCallerTold: boolean;
  #isHeard: Promise<boolean> | undefined;
  /** Decided and not told yet. */
  readonly #untold = new Set<OutputAction>();

  /** `standing.values` follow what is changed. `before`: what the turn decided before it waited. */
  constructor(
    services: { store: Store; facts: Facts },
    standing: TurnStanding,
    { isCallerTold, before }: { isCallerTold: boolean; before?: Decided },
  ) {
    this.#services = services;
    this.#standing = standing;
    this.#isCallerTold = isCallerTold;
    this.#decided = {
      actions: [...(before?.actions ?? [])],
      triggers: [...(before?.triggers ?? [])],
      ...(before?.told !== undefined && { told: [...before.told] }),
    };
  }

  get decided(): Decided {
    const { told } = this.#decided;
    return told === undefined ? this.#decided : { ...this.#decided, told: [...told, ...this.#untold] };
  }

  /** What the turn said when it gave the conversation to a person; undefined: it did not. */
  get handover(): Extract<OutputAction, { type: "handover" }>["payload"] | undefined {
    for (const action of this.#decided.actions) {
      if (action.type === "handover" && action.status === "send") return action.payload;
    }
    return undefined;
  }

  /**
   * Does it, or leaves it to who can. What cannot be done is told to the model and changes nothing. Rejects when the
   * store fails.
   */
  async carryOut(agent: Agent, decision: ActionDecision, nodeId?: string): Promise<Done> {
    const { actions } = this.#decided;
    if (actions.length >= ACTION_LIMIT || JSON.stringify([actions, decision]).length > LENGTH_LIMIT) {
      return { observation: "Nothing was done: this answer has done too much already." };
    }
    try {
      const done = await this.#do(agent, decision);
      if (done.action === undefined) return done;
      const action = nodeId === undefined ? done.action : { ...done.action, nodeId };
      actions.push(action);
      this.#untold.add(action);
      return { ...done, action };
    } catch (error) {
      if (!(error instanceof DomainError) || error.code === "storage_failed") throw error;
      chatLog.info({ turnId: this.#standing.turnId, code: error.code }, "action was not possible");
      return { observation: `Nothing was done: ${error.field ?? ""} ${error.message}` };
    }
  }

  /** A workflow has told this, after everything that it told before: words of its own, or what was decided. */
  tell(action: OutputAction): void {
    this.#decided.told ??= [];
    this.#decided.told.push(action);
    this.#untold.delete(action);
  }

  #do(agent: Agent, decision: ActionDecision): Promise<Done> | Done {
    if (this.#standing.origin?.source === "test") return skipped(decision);
    switch (decision.type) {
      case "handover":
        return this.#handOver(agent, decision);
      case "update-data":
        return this.#updateData(agent, decision);
      case "canvas-event-action":
        return this.#emitEvent(agent, decision);
      case "tag-user": {
        const { contactId = this.#contact().contactId, ...payload } = decision.payload;
        const tagged = { ...payload, ...(contactId !== undefined && { contactId }) };
        return this.#leave(agent, { type: "tag-user", payload: tagged });
      }
      case "invite-room": {
        const { contactIds } = decision.payload;
        const { contactId, receiverId } = this.#contact();
        const invited = contactIds.length > 0 || contactId === undefined ? contactIds : [contactId];
        if (invited.length === 0) return { observation: "Nothing was done: say whom, in contactIds." };
        const by = receiverId === undefined ? {} : { receiverId };
        const payload = { ...decision.payload, contactIds: invited, ...by };
        return this.#leave(agent, { type: "invite-room", payload });
      }
      default:
        return this.#leave(agent, decision);
    }
  }

  #handOver(agent: Agent, { payload }: Extract<ActionDecision, { type: "handover" }>): Done {
    if (this.handover !== undefined) {
      return { observation: "A person takes over already. Say goodbye; answer no further." };
    }
    const { handoverMessage: message = agent.settings.handover?.message ?? "" } = payload;
    const action = {
      type: "handover" as const,
      status: "send" as const,
      payload: message === "" ? payload : { ...payload, handoverMessage: message },
    };
    if (message !== "") return { action, observation: "A person takes over.", lastWords: message };
    const observation =
      "A person takes over after this answer. Tell the user so in one sentence; answer no further.";
    return { action, observation };
  }

  async #updateData(agent: Agent, { type, payload }: Extract<ActionDecision, { type: "update-data" }>) {
    const { conversationId, values } = this.#standing;
    const { store } = this.#services;
    const changed = await changeValues(store, agent, conversationId, payload.operations);
    for (const [key, value] of Object.entries(changed)) {
      if (value === "") delete values[key];
      else values[key] = value;
    }
    return {
      action: { type, status: "send" as const, payload },
      observation: `Done. The values are now ${JSON.stringify(changed)}.`,
    };
  }

  async #emitEvent(
    agent: Agent,
    { type, payload, cancelOnMessage = false }: Extract<ActionDecision, { type: "canvas-event-action" }>,
  ): Promise<Done> {
    const depth = (this.#standing.origin?.depth ?? 0) + 1;
    if (depth > DEPTH_LIMIT) {
      const observation = "Nothing will happen: too many events have emitted one another.";
      return { action: { type, status: "skip", payload }, observation };
    }
    const { conversationId } = this.#standing;
    const { triggers } = this.#decided;
    if (await isFull(this.#services.store, conversationId)) {
      return { observation: "Nothing was done: too many events wait in this conversation already." };
    }
    const limit = eventLimit(agent, payload.eventId);
    if (limit !== undefined) {
      const stored = await this.#services.store.triggers.countEvents(conversationId, payload.eventId);
      const emitted = triggers.filter(({ trigger }) => eventOf(trigger) === payload.eventId).length;
      if (stored + emitted >= limit) {
        return { observation: `Nothing was done: this event may happen ${limit} times in a conversation.` };
      }
    }
    triggers.push(this.#emitted(agent, payload, { cancelOnMessage, createdAt: new Date() }));
    return { action: { type, status: "send", payload }, observation: "Done." };
  }

  /** Takes over what another process had decided in this turn. */
  restore(agent: Agent, actions: readonly DecidedBefore[]): void {
    this.#decided.told ??= [];
    for (const { action, at: createdAt, cancelOnMessage } of actions) {
      this.#decided.told.push(action);
      if (isWords(action)) continue;
      this.#decided.actions.push(action);
      if (action.type !== "canvas-event-action" || action.status !== "send") continue;
      this.#decided.triggers.push(this.#emitted(agent, action.payload, { cancelOnMessage, createdAt }));
    }
  }

  #emitted(
    agent: Agent,
    payload: ActionPayloads["canvas-event-action"],
    { cancelOnMessage, createdAt }: { cancelOnMessage: boolean; createdAt: Date },
  ): TriggerRecord {
    const { conversationId, turnId, origin } = this.#standing;
    const { adapterId, rootTurnId = turnId, depth = 0 } = origin ?? {};
    return triggerRecord({
      id: this.#services.store.newId<TriggerId>(),
      workspaceId: agent.workspaceId,
      agentId: agent.id,
      conversationId,
      trigger: {
        type: "canvas-event-trigger",
        payload: {
          eventId: payload.eventId,
          ...(payload.eventName !== undefined && { eventName: payload.eventName }),
          data: payload.params,
          ...this.#contact(),
        },
      },
      source: "action",
      ...(adapterId !== undefined && { adapterId }),
      dueAt: dueAt(createdAt, payload.schedule),
      cancelOnMessage,
      parentTurnId: turnId,
      rootTurnId,
      depth: depth + 1,
      createdAt,
    });
  }

  /** The decision is somebody else's to carry out. */
  async #leave(agent: Agent, decision: Exclude<ActionDecision, { type: "handover" }>): Promise<Done> {
    const { cancelOnMessage: _, ...rest } = decision;
    const status = await this.#statusOf(agent, decision.type);
    const observation =
      status === "send" ? "Done." : "Nothing was done: nobody is connected who could do this.";
    return { action: { ...rest, status }, observation };
  }

  async #statusOf({ workspaceId }: Agent, type: ActionType): Promise<ActionStatus> {
    const { adapterId } = this.#standing.origin ?? {};
    if (adapterId !== undefined) return "send";
    if (type.startsWith("send-") && this.#isCallerTold) return "send";
    return (await this.#somebodyListens(workspaceId)) ? "send" : "skip";
  }

  /** Asked once for each turn. */
  #somebodyListens(workspaceId: WorkspaceId): Promise<boolean> {
    const { store, facts } = this.#services;
    this.#isHeard ??= facts
      .prepare(store, actionsFact(workspaceId, this.#standing, { actions: [], at: new Date() }))
      .then((emission) => emission !== undefined);
    return this.#isHeard;
  }

  /** Who the turn is for and with, and where, as the IM system that started it knows them. */
  #contact(): { contactId?: string; receiverId?: string; roomId?: string } {
    const payload = this.#standing.origin?.trigger.payload ?? {};
    const nobody = { contactId: undefined, receiverId: undefined, roomId: undefined };
    const { contactId, receiverId, roomId } = { ...nobody, ...payload };
    return {
      ...(contactId !== undefined && { contactId }),
      ...(receiverId !== undefined && { receiverId }),
      ...(roomId !== undefined && { roomId }),
    };
  }
}

/** A try changes nothing. */
function skipped({ cancelOnMessage: _, ...decision }: ActionDecision): Done {
  return { action: { ...decision, status: "skip" }, observation: "Nothing was done: this is only a try." };
}

function eventOf(trigger: Trigger): string | undefined {
  return trigger.type === "canvas-event-trigger" ? trigger.payload.eventId : undefined;
}

type Schedule = Extract<ActionDecision, { type: "canvas-event-action" }>["payload"]["schedule"];

function dueAt(now: Date, schedule: Schedule): Date {
  if (schedule?.at !== undefined) return new Date(schedule.at);
  return new Date(now.getTime() + (schedule?.delaySeconds ?? 0) * 1_000);
}
