import { readConfig } from "../config/config.ts";
import { parseUlid } from "../dialects/hiagent/ids.ts";
import { parseRunId } from "../dialects/hiagent/workflow-run-ids.ts";
import { parseUuid } from "../dialects/insight/ids.ts";
import type { TurnId, WorkflowRunId } from "../domain/ids.ts";
import type { RunStatus, WorkflowRun, WorkflowStep } from "../domain/workflow-run.ts";
import type { Store } from "../storage/store.ts";
import { CommandFailure } from "./failure.ts";
import { agentNamed } from "./publishing.ts";
import { writeTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { workspaceNamed } from "./user.ts";
import { withGuestStore, withReadStore } from "./with-store.ts";
import { clipped, duration, usageNote } from "./workflow-tree.ts";

export interface RunListWish {
  /** By slug or id. */
  workflow?: string;
  /** By name or id. */
  workspace?: string;
  status?: RunStatus;
  limit: number;
}

/** Prints stored runs of a workspace, newest first; trials left out. */
export async function listRuns({ environment, out }: Terminal, wish: RunListWish): Promise<void> {
  await withReadStore(readConfig(environment), async (store) => {
    const { workflow: name, workspace, status, limit } = wish;
    const workflow = name === undefined ? undefined : await agentNamed(store, name);
    const workspaceId = workflow?.workspaceId ?? (await workspaceNamed(store, workspace)).id;
    const { items, total } = await store.workflowRuns.list({
      workspaceId,
      ...(workflow !== undefined && { agentId: workflow.id }),
      ...(status !== undefined && { statuses: [status] }),
      offset: 0,
      limit,
    });
    const slugs = new Map((await store.agents.list(workspaceId)).map(({ id, slug }) => [id, slug]));
    const rows = items.map((run) => [
      String(run.id),
      slugs.get(run.agentId) ?? String(run.agentId),
      run.status,
      run.createdAt.toISOString(),
      duration(run.activeMs),
      String(run.stepCount),
      usageNote(run.usage),
      clipped(run.error?.message ?? run.interrupts[0]?.text ?? ""),
    ]);
    const heads = ["id", "workflow", "status", "begun", "ran", "steps", "used", "why"];
    writeTable(out, heads, rows, "no runs");
    if (total > items.length) out.line(`${total - items.length} more`);
  });
}

/** Ends a run; one that runs ends within seconds, on whatever node it is. */
export async function cancelRun({ environment, out }: Terminal, name: string): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const { run, inner } = await storedRun(store, name);
    if (inner !== undefined) {
      throw new CommandFailure(`${name} is the part ${inner.path} of run ${run.id}`, "Cancel that one");
    }
    const after = await store.workflowRuns.cancel(run.id, new Date());
    await store.flushed();
    const words =
      after?.status === "running" ? "is told to end" : `is ${after?.status ?? "not there any more"}`;
    out.line(`${run.id} ${words}`);
  });
}

export interface StoredRun {
  run: WorkflowRun;
  steps: WorkflowStep[];
  /** The step whose inner workflow's run is meant; `steps` are those inside it. */
  inner?: WorkflowStep;
}

/**
 * The run that an id of any family names: its own, that of an inner workflow's run, or the answer's that it made.
 * Of an inner run the steps below its step, as if they were all.
 */
export async function storedRun(
  { workflowRuns }: Pick<Store, "workflowRuns">,
  name: string,
): Promise<StoredRun> {
  const digits = /^[1-9]\d{0,15}$/.test(name) ? Number(name) : undefined;
  const runId = parseRunId(name)?.runId ?? (digits as WorkflowRunId | undefined);
  const turnId =
    parseUlid<TurnId>("turn", name) ?? parseUuid<TurnId>("turn", name) ?? (digits as TurnId | undefined);
  const own = runId === undefined ? undefined : await workflowRuns.get(runId);
  const run = own ?? (turnId === undefined ? undefined : await workflowRuns.ofTurn(turnId));
  if (run !== undefined) return { run, steps: await workflowRuns.steps(run.id) };
  const step = runId === undefined ? undefined : await workflowRuns.stepOfSubRun(runId);
  const outer = step === undefined ? undefined : await workflowRuns.get(step.runId);
  if (step === undefined || outer === undefined) {
    throw new CommandFailure(`there is no run ${name}`, "See antiphon workflow list");
  }
  const below = (await workflowRuns.steps(outer.id)).filter(({ path }) => path.startsWith(`${step.path}/`));
  return {
    run: outer,
    inner: step,
    steps: below.map((inner) => ({ ...inner, path: inner.path.slice(step.path.length + 1) })),
  };
}
