import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import { toDomainError } from "../domain/errors.ts";
import type { WorkflowRunId } from "../domain/ids.ts";
import { type ActionDecision, isWords, type OutputAction } from "../domain/output-action.ts";
import type { WorkflowRun } from "../domain/workflow-run.ts";
import type { Store, UserVariableOwner } from "../storage/store.ts";
import { NodeError } from "../workflow/node-error.ts";
import type { RunHost, ValueScope } from "../workflow/node-kind.ts";
import { NO_HOST } from "../workflow/run/trial.ts";
import type { ActionDesk } from "./action-desk.ts";
import { changeInputs } from "./conversations.ts";
import { saidIn } from "./dialogue.ts";
import { readEventData } from "./event-data.ts";
import type { TurnStanding } from "./suspended-turn.ts";
import { readUserVariables } from "./user-variables.ts";

/** Messages of history that nodes may ask for. */
const HISTORY_LIMIT = 100;

/** The surroundings of runs: of those that answer a turn its own, of others what is stored of their conversation. */
export class RunHosts {
  readonly #store: Store;
  readonly #ofTurns = new Map<WorkflowRunId, RunHost>();
  readonly #noticing = new Map<WorkflowRunId, () => void>();
  #noticeLate: (run: WorkflowRun) => void = () => {};

  constructor(store: Store) {
    this.#store = store;
  }

  /** From now on the run answers a turn of this process. Returns the function that ends this. */
  add(runId: WorkflowRunId, host: RunHost): () => void {
    this.#ofTurns.set(runId, host);
    return () => {
      if (this.#ofTurns.get(runId) === host) this.#ofTurns.delete(runId);
    };
  }

  /** Calls `notice` as soon as the run runs here. Returns the function that ends this. */
  notice(runId: WorkflowRunId, notice: () => void): () => void {
    this.#noticing.set(runId, notice);
    return () => this.#noticing.delete(runId);
  }

  /** Calls `notice` with each run of a turn that is over as soon as the run runs here, with what it was then. */
  onLate(notice: (run: WorkflowRun) => void): void {
    this.#noticeLate = notice;
  }

  /** Asked for each run that begins to run here. */
  of(run: WorkflowRun): RunHost {
    const notice = this.#noticing.get(run.id);
    if (notice !== undefined) queueMicrotask(notice);
    const host = this.#ofTurns.get(run.id);
    if (host !== undefined) return host;
    const begun = { ...run };
    if (run.turnId !== undefined && !run.isTest) queueMicrotask(() => this.#noticeLate(begun));
    return new LooseHost(this.#store, run);
  }
}

/** What a turn can do for the workflow that answers it. */
export class TurnHost implements RunHost {
  readonly #store: Store;
  readonly #agent: Agent;
  readonly #standing: TurnStanding;
  readonly #desk: ActionDesk | undefined;
  #lastWords: string;

  /** `agent`: the one that was asked. Without a desk nothing can be done. */
  constructor(store: Store, agent: Agent, standing: TurnStanding, desk: ActionDesk | undefined) {
    this.#store = store;
    this.#agent = agent;
    this.#standing = standing;
    this.#desk = desk;
    this.#lastWords = desk?.handover?.handoverMessage ?? "";
  }

  /** What the user is told when everything else was said; empty: nothing. */
  get lastWords(): string {
    return this.#lastWords;
  }

  async act(decision: ActionDecision, nodeId: string): Promise<OutputAction> {
    if (this.#desk === undefined) return NO_HOST.act(decision, nodeId);
    if (isWords(decision)) return { ...decision, status: "send", nodeId };
    const done = await this.#desk.carryOut(this.#agent, this.#named(decision), nodeId);
    if (done.action === undefined) throw new NodeError("node_failed", done.observation);
    this.#lastWords = done.lastWords ?? this.#lastWords;
    return done.action;
  }

  async values(scope: ValueScope): Promise<Record<string, string>> {
    if (scope === "conversation") return { ...this.#standing.values };
    return userValues(this.#store, this.#owner());
  }

  async setValues(scope: ValueScope, values: Record<string, string>): Promise<void> {
    if (scope === "user") return setUserValues(this.#store, this.#owner(), values);
    const { conversationId } = this.#standing;
    await orNodeError(
      changeInputs(this.#store, this.#agent, conversationId, (inputs) => {
        return new Map([...inputs, ...Object.entries(values)]);
      }),
    );
    Object.assign(this.#standing.values, values);
  }

  async history(limit: number) {
    const { conversationId, sectionId, historyBefore: before, userId: rater, history } = this.#standing;
    const latest = { conversationId, sectionId, before, rater, limit: Math.min(limit, HISTORY_LIMIT) };
    const said = history ?? (await this.#store.exchanges.latest(latest)).flatMap(saidIn);
    const inserted = this.#standing.inserted.filter(({ kind }) => kind !== "verbose" && kind !== "follow-up");
    return [...said, ...inserted].slice(-limit).map(({ role, text }) => ({ role, text }));
  }

  #owner(): UserVariableOwner {
    const { channel, userId } = this.#standing;
    return { agentId: this.#agent.id, channel, userId };
  }

  /** Nodes know events by id or by name. */
  #named(decision: ActionDecision): ActionDecision {
    if (decision.type !== "canvas-event-action") return decision;
    const { eventId: wanted, params } = decision.payload;
    const { events = [] } = this.#agent.settings;
    const event = events.find(({ id }) => id === wanted) ?? events.find(({ name }) => name === wanted);
    if (event === undefined) throw new NodeError("node_failed", `the agent has no event "${wanted}"`);
    const read = readEventData(event, params);
    if (!read.isGood) {
      throw new NodeError("input_invalid", `inputs.params.${read.variable ?? ""} ${read.problem}`);
    }
    const { id: eventId, name: eventName } = event;
    return { ...decision, payload: { ...decision.payload, eventId, eventName, params: read.data } };
  }
}

/** What there is for a run that answers no turn of this process: it may look and keep values, and do nothing. */
class LooseHost implements RunHost {
  readonly #store: Store;
  readonly #run: WorkflowRun;

  constructor(store: Store, run: WorkflowRun) {
    this.#store = store;
    this.#run = run;
  }

  act(decision: ActionDecision, nodeId: string): Promise<OutputAction> {
    return NO_HOST.act(decision, nodeId);
  }

  async values(scope: ValueScope): Promise<Record<string, string>> {
    if (scope === "user") return userValues(this.#store, await this.#owner());
    return (await this.#conversation())?.inputs ?? {};
  }

  async setValues(scope: ValueScope, values: Record<string, string>): Promise<void> {
    if (scope === "user") return setUserValues(this.#store, await this.#owner(), values);
    const { conversationId } = this.#run;
    const agent = await this.#store.agents.find(this.#agentId());
    if (conversationId === undefined || agent === undefined) {
      throw new NodeError("node_failed", "the run belongs to no conversation");
    }
    await orNodeError(
      changeInputs(this.#store, agent, conversationId, (inputs) => {
        return new Map([...inputs, ...Object.entries(values)]);
      }),
    );
  }

  async history(limit: number) {
    const conversation = await this.#conversation();
    if (conversation === undefined) return [];
    const { id: conversationId, sectionId, userId: rater } = conversation;
    const latest = { conversationId, sectionId, rater, limit: Math.min(limit, HISTORY_LIMIT) };
    const said = (await this.#store.exchanges.latest(latest)).flatMap(saidIn);
    return said.slice(-limit).map(({ role, text }) => ({ role, text }));
  }

  async #conversation() {
    const { conversationId } = this.#run;
    return conversationId === undefined ? undefined : this.#store.conversations.get(conversationId);
  }

  async #owner(): Promise<UserVariableOwner> {
    const { channel = API_CHANNEL } = (await this.#conversation()) ?? {};
    return { agentId: this.#agentId(), channel, userId: this.#run.userId };
  }

  #agentId() {
    return this.#run.onBehalfOf ?? this.#run.agentId;
  }
}

async function userValues(store: Store, owner: UserVariableOwner): Promise<Record<string, string>> {
  return owner.userId === "" ? {} : readUserVariables(store, owner);
}

async function setUserValues(
  store: Store,
  owner: UserVariableOwner,
  values: Record<string, string>,
): Promise<void> {
  if (owner.userId === "")
    throw new NodeError("node_failed", "the run is for no user whose values could be kept");
  await orNodeError(store.userVariables.save(owner, values, new Date()));
  await store.flushed();
}

/** What callers would be told is told to the node. */
async function orNodeError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, field, message } = toDomainError(error);
    if (code === "storage_failed" || code === "internal") throw error;
    throw new NodeError("input_invalid", field === undefined ? message : `${field}: ${message}`, {
      cause: error,
    });
  }
}
