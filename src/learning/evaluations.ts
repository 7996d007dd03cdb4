import { SILENT_FACTS } from "../chat/facts.ts";
import type { GenerationServices } from "../chat/generate.ts";
import { WorkspaceGate } from "../chat/workspace-gate.ts";
import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { Evaluation, EvaluationCase, EvaluationSet, EvaluationState } from "../domain/evaluation.ts";
import { monthOf } from "../domain/governance.ts";
import type { EvaluationId, UserId, WorkspaceId } from "../domain/ids.ts";
import { appLog } from "../log/logger.ts";
import type { ChatModel } from "../models/chat-model.ts";
import type { Repositories } from "../storage/store.ts";
import { caseQuestions } from "./case-questions.ts";
import { runTrial, type TrialPlan, type TrialRow } from "./trial.ts";
import { describeRow, describeTotals, usageOf } from "./trial-report.ts";
import { trialOutbound } from "./trial-tools.ts";

/** Questions that a set may hold. */
export const CASE_LIMIT = 500;
/** Evaluations of one workspace at once. */
const RUNNING_LIMIT = 2;
/** Questions of one evaluation that are worked on at once. */
const CONCURRENCY = 3;
const STOP = "evaluation.stop";

/** What an evaluation compares. */
export interface EvaluationWish {
  set: EvaluationSet;
  /** `draft`, or the number of a version. */
  candidate: string;
  /** `live`, `recorded`, or the number of a version. */
  baseline: string;
  /** Name of the model that grades. Absent: nobody does. */
  judge: string | undefined;
  by: UserId;
}

type EvaluationServices = Pick<GenerationServices, "store" | "models" | "outbound" | "blobs">;

/**
 * Evaluations that run in this process, each on the server's account: whoever asked for it may hang up. Rows are kept as
 * they are done. What HTTP tools would change is not called.
 */
export class Evaluations {
  readonly #services: EvaluationServices;
  readonly #gate: WorkspaceGate;
  readonly #running = new Map<EvaluationId, { ending: AbortController; over: Promise<void> }>();
  #isStopping = false;

  constructor(services: EvaluationServices) {
    this.#services = services;
    this.#gate = new WorkspaceGate(services);
    services.store.bus.listen(STOP, ({ text }) => this.#abort(Number(text) as EvaluationId));
  }

  /**
   * Starts one; it runs when this resolves. Rejects with `request_invalid` where something named is not there or nothing
   * is asked, with `too_many_turns` while the workspace has enough of them running, and with `budget_exhausted` where it
   * may use no more this month.
   */
  async start(wish: EvaluationWish): Promise<Evaluation> {
    const { store } = this.#services;
    const { id: setId, workspaceId, agentId } = wish.set;
    const cases = await store.evaluations.listCases({ setId, limit: CASE_LIMIT });
    if (cases.length === 0) throw new DomainError("request_invalid", "there is no question in this set");
    const plan = await this.#plan(wish);
    await this.#gate.requireBudget(workspaceId);
    const evaluation: Evaluation = {
      id: store.newId<EvaluationId>(),
      setId,
      workspaceId,
      agentId,
      candidate: wish.candidate,
      baseline: wish.baseline,
      judge: plan.judge?.name ?? "",
      state: "running",
      total: cases.length,
      done: 0,
      totals: "",
      failure: "",
      creatorId: wish.by,
      createdAt: new Date(),
      node: store.node,
    };
    if (this.#isStopping) throw new DomainError("shutting_down", "the server is stopping");
    const ending = new AbortController();
    const { promise: over, resolve: leave } = Promise.withResolvers<void>();
    // From now on it is not taken for abandoned, and waited for when the server stops.
    this.#running.set(evaluation.id, { ending, over });
    const finish = () => {
      this.#running.delete(evaluation.id);
      leave();
    };
    try {
      await store.transaction((inside) => insertWhereRoom(inside, evaluation));
      await store.flushed();
    } catch (error) {
      finish();
      throw error;
    }
    void this.#run(evaluation, plan, cases, ending).finally(finish);
    return evaluation;
  }

  /** Stops it, on whatever node it runs; rows that are done stay. False when it ran no more. */
  async stop(id: EvaluationId): Promise<boolean> {
    const { store } = this.#services;
    const hasStopped = await this.#end(id, { state: "stopped", rows: [], failure: "" });
    this.#abort(id);
    await store.bus.tell({ topic: STOP, text: String(id) });
    return hasStopped;
  }

  /** Stops what runs here, as interrupted; takes no more. Resolves when nothing runs any more. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    const running = [...this.#running.values()];
    for (const { ending } of running) ending.abort(new Error("the server is stopping"));
    await Promise.all(running.map(({ over }) => over));
  }

  /** Ends evaluations whose process is gone. */
  async closeAbandoned(): Promise<void> {
    const { store } = this.#services;
    const running = await store.evaluations.running();
    const left = running.filter(({ id, node }) => node !== store.node || !this.#running.has(id));
    if (left.length === 0) return;
    const live = new Set(await store.liveNodes());
    for (const { id, node } of left) {
      if (node !== store.node && live.has(node)) continue;
      await this.#end(id, { state: "interrupted", rows: [], failure: "" });
    }
  }

  #abort(id: EvaluationId): void {
    this.#running.get(id)?.ending.abort(new Error("stopped"));
  }

  async #plan({ set, candidate, baseline, judge }: EvaluationWish): Promise<Omit<TrialPlan, "questions">> {
    const { store } = this.#services;
    const agent = await store.agents.find(set.agentId);
    if (agent === undefined) throw new DomainError("not_found", "the agent of this set is gone");
    if (agent.kind !== "chat") throw new DomainError("request_invalid", "workflows cannot be evaluated yet");
    return {
      candidate: candidate === "draft" ? agent : await this.#version(agent, candidate, "candidate"),
      baseline: await this.#baseline(agent, baseline),
      judge: judge === undefined ? undefined : this.#judge(judge),
      concurrency: CONCURRENCY,
    };
  }

  async #baseline(agent: Agent, baseline: string): Promise<Agent | "recorded"> {
    if (baseline === "recorded") return "recorded";
    if (baseline !== "live") return this.#version(agent, baseline, "baseline");
    const live = await this.#services.store.agents.findLive(agent.id, API_CHANNEL);
    if (live !== undefined) return live;
    throw new DomainError("request_invalid", `${agent.name} is not live on the API channel`, {
      field: "baseline",
    });
  }

  async #version(agent: Agent, written: string, field: string): Promise<Agent> {
    const number = Number(written);
    const { versions } = this.#services.store;
    const version = Number.isSafeInteger(number) ? await versions.find(agent.id, number) : undefined;
    if (version === undefined) {
      throw new DomainError("request_invalid", `${agent.name} has no version ${written}`, { field });
    }
    return { ...agent, name: version.name, settings: version.settings, versionId: version.id };
  }

  #judge(name: string): ChatModel {
    const model = this.#services.models.find(name);
    if (model !== undefined) return model;
    throw new DomainError("request_invalid", `there is no model ${name}`, { field: "judge" });
  }

  async #run(
    { id, workspaceId }: Pick<Evaluation, "id" | "workspaceId">,
    plan: Omit<TrialPlan, "questions">,
    cases: readonly EvaluationCase[],
    ending: AbortController,
  ): Promise<void> {
    const { store, outbound, ...services } = this.#services;
    const rows: TrialRow[] = [];
    let writing = Promise.resolve();
    const keep = async (row: TrialRow) => {
      const kept = { number: row.index + 1, report: JSON.stringify(describeRow(row)) };
      await this.#count(workspaceId, row, plan);
      if (await store.evaluations.addRow(id, kept)) rows.push(row);
      else ending.abort(new Error("it was stopped"));
      await this.#gate.requireBudget(workspaceId).catch((spent: unknown) => ending.abort(spent));
    };
    let state: EvaluationState = "completed";
    let failure = "";
    try {
      await runTrial(
        { ...services, store, outbound: trialOutbound(outbound, "reading"), facts: SILENT_FACTS },
        { ...plan, questions: await caseQuestions(store, cases) },
        {
          signal: ending.signal,
          onRow: (row) => {
            writing = writing.then(() => keep(row));
            writing.catch((error: unknown) => ending.abort(error));
          },
        },
      );
      await writing;
      if (ending.signal.reason instanceof DomainError) throw ending.signal.reason;
      if (ending.signal.aborted) state = this.#isStopping ? "interrupted" : "stopped";
    } catch (error) {
      appLog.error({ err: error, evaluation: id }, "an evaluation failed");
      state = "failed";
      failure = error instanceof DomainError ? error.message : "internal error";
    }
    try {
      await this.#end(id, { state, rows, failure });
    } catch (error) {
      // The next look for abandoned ones ends it.
      appLog.error({ err: error, evaluation: id }, "the end of an evaluation was not stored");
    }
  }

  /** What was used counts like what turns use. */
  async #count(workspaceId: WorkspaceId, row: TrialRow, { baseline }: Pick<TrialPlan, "baseline">) {
    const month = monthOf(new Date());
    for (const used of usageOf(row, baseline)) {
      await this.#services.store.limits.addUsage(workspaceId, month, used);
    }
  }

  async #end(
    id: EvaluationId,
    { state, rows, failure }: { state: EvaluationState; rows: readonly TrialRow[]; failure: string },
  ): Promise<boolean> {
    const { store } = this.#services;
    const totals = rows.length === 0 ? "" : JSON.stringify(describeTotals(rows));
    const hasEnded = await store.evaluations.end(id, { state, totals, failure, endedAt: new Date() });
    // Who stops it does not know the rows: they are counted by who ran it.
    if (!hasEnded && totals !== "") await store.evaluations.saveTotals(id, totals);
    await store.flushed();
    return hasEnded;
  }
}

/** Others who begin one in the workspace wait. Rejects with `too_many_turns` while enough of them run. */
async function insertWhereRoom(
  { workspaces, evaluations }: Pick<Repositories, "workspaces" | "evaluations">,
  evaluation: Evaluation,
): Promise<void> {
  await workspaces.findToChange(evaluation.workspaceId);
  if ((await evaluations.countRunning(evaluation.workspaceId)) >= RUNNING_LIMIT) {
    throw new DomainError("too_many_turns", `${RUNNING_LIMIT} evaluations of this workspace run already`);
  }
  await evaluations.insert(evaluation);
}
