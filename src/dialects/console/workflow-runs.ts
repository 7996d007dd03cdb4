import { z } from "zod";
import { requireAgentAccess } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, WorkflowRunId, WorkflowStepId } from "../../domain/ids.ts";
import { RUN_STATUSES, type WorkflowRun } from "../../domain/workflow-run.ts";
import { agentToView } from "../../publish/agents.ts";
import type { Store } from "../../storage/store.ts";
import { type ConsoleServices, type Operation, operation } from "./operation.ts";
import { countedPage, idOf, pageOfSchema, paging, wireId, wireInteger } from "./wire.ts";
import { presentRun, presentStep, runAnswer, runWithStepsAnswer } from "./workflow-present.ts";

const MAX_WAIT_SECONDS = 60;

export const waitSeconds = wireInteger
  .refine((seconds) => seconds <= MAX_WAIT_SECONDS, { error: `must be from 0 to ${MAX_WAIT_SECONDS}` })
  .default(10)
  .describe(
    `How long to wait for the run to end or to ask something: 0 to ${MAX_WAIT_SECONDS}, 10 when absent.`,
  );

/** Runs of workflows: looking is for members of the workspace, the rest for those who may change the workflow. */
export const workflowRunOperations: Operation[] = [
  operation({
    route: "GET /workflows/:workflowId/runs",
    permission: "viewWorkflows",
    role: "viewer",
    summary: "runs of a workflow, newest first, test runs left out",
    query: {
      status: z.enum(RUN_STATUSES).describe("Only of this status.").optional(),
      ...paging,
    },
    answer: pageOfSchema(runAnswer),
    async run({ services: { store }, caller, params, query }) {
      const { id, workspaceId } = await agentToView(store, caller, idOf<AgentId>(params["workflowId"]));
      const { status, cursor = 0, limit } = query;
      const page = await store.workflowRuns.list({
        workspaceId,
        agentId: id,
        ...(status !== undefined && { statuses: [status] }),
        offset: cursor,
        limit,
      });
      return countedPage(page, query, presentRun);
    },
  }),
  operation({
    route: "GET /workflow-runs/:runId",
    permission: "viewWorkflows",
    role: "viewer",
    summary: "one run with its steps, in the order in which they last changed",
    answer: runWithStepsAnswer,
    run: async ({ services, caller, params }) =>
      withSteps(services.store, await seenRun(services.store, caller, params["runId"])),
  }),
  operation({
    route: "POST /workflow-runs/:runId/cancel",
    permission: "manageWorkflows",
    role: "member",
    summary: "end a run on whatever node it runs, or waits",
    answer: runWithStepsAnswer,
    async run({ services, caller, params }) {
      const { id } = await changeableRun(services.store, caller, params["runId"]);
      const run = await services.workflows.cancel(id);
      if (run === undefined) throw noSuchRun();
      return withSteps(services.store, run);
    },
  }),
  operation({
    route: "POST /workflow-runs/:runId/resume",
    permission: "manageWorkflows",
    role: "member",
    summary: "answer what a waiting run asks for; answers when it has ended, asks again, or the time is up",
    body: {
      stepId: wireId<WorkflowStepId>("The interrupt that is answered. Absent: the first.").optional(),
      data: z
        .unknown()
        .refine((data) => data !== undefined, { error: "is required" })
        .describe(
          "The answer: text for a question; an object, JSON text or `name: value` lines for an input; a tool's result; `done`, `repeat` or `fail` for an unknown outcome.",
        ),
      waitSeconds,
    },
    answer: runWithStepsAnswer,
    async run(invocation) {
      const { services, caller, params, body } = invocation;
      const { id } = await changeableRun(services.store, caller, params["runId"]);
      await services.workflows.resume({
        runId: id,
        ...(body.stepId !== undefined && { stepId: body.stepId }),
        data: body.data,
        how: "async",
        requestId: invocation.requestId,
      });
      return settledRun(services, id, body.waitSeconds, invocation.signal);
    },
  }),
];

/** The run when it has settled, or as it is when the time is up. */
export async function settledRun(
  { store, workflows }: ConsoleServices,
  runId: WorkflowRunId,
  seconds: number,
  signal: AbortSignal,
): Promise<z.input<typeof runWithStepsAnswer>> {
  const run = await workflows.untilSettled(runId, { timeoutMs: seconds * 1_000, signal });
  if (run === undefined) throw noSuchRun();
  return withSteps(store, run);
}

async function withSteps(store: Store, run: WorkflowRun): Promise<z.input<typeof runWithStepsAnswer>> {
  const steps = await store.workflowRuns.steps(run.id);
  return { ...presentRun(run), steps: steps.map(presentStep) };
}

/** A run of a workspace of the caller. Rejects with `not_found`. */
async function seenRun(
  { workflowRuns }: Pick<Store, "workflowRuns">,
  { memberships }: TokenCaller,
  text: string | undefined,
): Promise<WorkflowRun> {
  const run = await workflowRuns.get(idOf<WorkflowRunId>(text));
  if (run === undefined || !memberships.some(({ workspaceId }) => workspaceId === run.workspaceId)) {
    throw noSuchRun();
  }
  return run;
}

/** A run whose workflow the caller may change. Rejects with `not_found` or `permission_denied`. */
async function changeableRun(
  store: Pick<Store, "workflowRuns" | "agents" | "versions">,
  caller: TokenCaller,
  text: string | undefined,
): Promise<WorkflowRun> {
  const run = await seenRun(store, caller, text);
  const workflow = await store.agents.find(run.agentId);
  const { agentId: id, workspaceId } = run;
  requireAgentAccess(
    caller,
    workflow ?? { id, workspaceId },
    "change",
    await store.versions.collaborators(id),
  );
  return run;
}

function noSuchRun(): DomainError {
  return new DomainError("not_found", "there is no such run");
}
