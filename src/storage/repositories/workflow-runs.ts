import { sql } from "kysely";
import type { WorkflowRunId } from "../../domain/ids.ts";
import type { WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import type { WorkflowRunRow, WorkflowStepRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { type Draft, type RowColumns, type Step, statement } from "../statement.ts";
import type { RunChange, RunClaim, WorkflowRunStore } from "../store.ts";
import { columnsOf } from "./outbox-events.ts";
import { claimAbandoned, claimWoken, resume } from "./workflow-run-claims.ts";
import { toChangingColumns, toRun, toRunRow, toStep, toStepRow } from "./workflow-run-rows.ts";

/** Latest waiting runs of a conversation among which one that waits for a person is looked for. */
const WAITING_SEARCH = 100;
/** Most steps stored with one statement on PostgreSQL. */
const RECORDED_AT_ONCE = 100;

export function workflowRunStore(session: Session): WorkflowRunStore {
  const { db, engine } = session;
  return {
    async open(run) {
      await session.run(insertRun({ ...toRunRow(run, engine.node) }));
      return { runId: run.id, number: 1 };
    },

    get: (id) => find(session, id),

    record: (claim, steps, change) => record(session, claim, steps, change),

    async steps(runId) {
      const rows = await db.selectFrom("workflow_steps").selectAll().where("run_id", "=", runId).execute();
      return rows.sort((one, other) => one.sequence - other.sequence || one.id - other.id).map(toStep);
    },

    async step(id) {
      const row = await db.selectFrom("workflow_steps").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toStep(row);
    },

    async stepOfSubRun(subRunId) {
      const row = await db
        .selectFrom("workflow_steps")
        .selectAll()
        .where("sub_run_id", "=", subRunId)
        .where("sub_run_id", "<>", sql.lit(0))
        .executeTakeFirst();
      return row && toStep(row);
    },

    resume: (id, now, turnId) => session.atomically((inside) => resume(inside, id, now, turnId)),

    claimAbandoned: (query) => claimAbandoned(session, query),

    claimWoken: (query) => session.atomically((inside) => claimWoken(inside, query)),

    async nextWakeAt() {
      const row = await db
        .selectFrom("workflow_runs")
        .select("wake_at")
        .where("status", "=", sql.lit("waiting"))
        .where("wake_at", "is not", null)
        .orderBy("wake_at")
        .limit(1)
        .executeTakeFirst();
      return row?.wake_at == null ? undefined : new Date(row.wake_at);
    },

    async cancel(id, now) {
      const at = now.getTime();
      const isWaiting = sql<boolean>`status = 'waiting'`;
      const row = await db
        .updateTable("workflow_runs")
        .set({
          cancel_wanted: 1,
          status: sql`case when ${isWaiting} then 'cancelled' else status end`,
          ended_at: sql`case when ${isWaiting} then ${at} else ended_at end`,
          updated_at: sql`case when ${isWaiting} then ${at} else updated_at end`,
          wake_at: null,
        })
        .where("id", "=", id)
        .where("status", "in", [sql.lit("running"), sql.lit("waiting")])
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? find(session, id) : toRun(row);
    },

    async cancelWanted(ids) {
      if (ids.length === 0) return new Set();
      const rows = await db
        .selectFrom("workflow_runs")
        .select("id")
        .where("id", "in", ids)
        .where("node", "=", engine.node)
        .where("cancel_wanted", "=", 1)
        .execute();
      return new Set(rows.map((row) => row.id as WorkflowRunId));
    },

    async waitingIn({ conversationId, agentId }) {
      const rows = await db
        .selectFrom("workflow_runs")
        .selectAll()
        .where("conversation_id", "=", conversationId)
        .where("status", "=", sql.lit("waiting"))
        .where((where) => where.or([where("agent_id", "=", agentId), where("on_behalf_of", "=", agentId)]))
        .orderBy("id", "desc")
        .limit(WAITING_SEARCH)
        .execute();
      return rows
        .map(toRun)
        .find(({ interrupts }) => interrupts.some(({ kind }) => kind === "question" || kind === "input"));
    },

    async ofTurn(turnId) {
      const row = await db
        .selectFrom("workflow_runs")
        .selectAll()
        .where("turn_id", "=", turnId)
        .where("turn_id", "<>", sql.lit(0))
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      return row && toRun(row);
    },

    async list({ workspaceId, agentId, statuses, offset, limit }) {
      const matching = db
        .selectFrom("workflow_runs")
        .where("workspace_id", "=", workspaceId)
        .where("is_test", "=", 0)
        .$if(agentId !== undefined, (query) => query.where("agent_id", "=", agentId ?? 0))
        .$if(statuses !== undefined, (query) => query.where("status", "in", statuses ?? []));
      if (statuses?.length === 0) return { items: [], total: 0 };
      const { total } = await matching
        .select(({ fn }) => fn.countAll<number>().as("total"))
        .executeTakeFirstOrThrow();
      // The index has all that is asked for: long rows are read only of the page itself.
      const page = matching.select("id").orderBy("id", "desc").offset(offset).limit(limit);
      const rows = await db
        .selectFrom("workflow_runs")
        .selectAll()
        .where("id", "in", page)
        .orderBy("id", "desc")
        .execute();
      return { items: rows.map(toRun), total: Number(total) };
    },

    forget: (before, limit) => session.atomically((inside) => forget(inside, before, limit)),
  };
}

async function record(
  session: Session,
  claim: RunClaim,
  steps: readonly WorkflowStep[],
  change: RunChange | undefined,
): Promise<boolean> {
  const guard = guardOf(claim, session.engine.node, change);
  const last = [...new Map(steps.map((step) => [step.id, step])).values()].map((step) =>
    saveStep({ ...toStepRow(step) }),
  );
  if (last.length <= RECORDED_AT_ONCE) return (await session.change(guard, last)) !== undefined;
  return session.atomically(async (inside) => {
    const holding = guardOf(claim, session.engine.node, undefined);
    for (let start = 0; start < last.length; start += RECORDED_AT_ONCE) {
      const share = last.slice(start, start + RECORDED_AT_ONCE);
      if ((await inside.change(holding, share)) === undefined) return false;
    }
    return (await inside.change(guard, [])) !== undefined;
  });
}

async function find({ db }: Session, id: WorkflowRunId): Promise<WorkflowRun | undefined> {
  const row = await db.selectFrom("workflow_runs").selectAll().where("id", "=", id).executeTakeFirst();
  return row && toRun(row);
}

/** Passes while the claim is held. */
function guardOf(
  { runId, number }: RunClaim,
  node: number,
  change: RunChange | undefined,
): Step<{ id: number }> {
  const holder = { id: runId, claim: number, holder: node };
  if (change === undefined) return holdRun(holder);
  const { run, wakeAt, isGivenBack } = change;
  const isOver = run.status !== "running" || isGivenBack === true;
  return changeRun({
    ...holder,
    ...toChangingColumns(run),
    wake_at: run.status === "waiting" ? (wakeAt?.getTime() ?? null) : null,
    node: isOver ? null : node,
  });
}

async function forget({ db }: Session, before: Date, limit: number): Promise<number> {
  const oldest = (count: number) => sql`select id from workflow_runs
    where ended_at is not null and ended_at < ${before.getTime()} order by ended_at, id limit ${count}`;
  const { numAffectedRows: steps = 0n } = await sql`delete from workflow_steps where id in (
    select step.id from (${oldest(limit)}) run join workflow_steps step on step.run_id = run.id
    limit ${limit})`.execute(db);
  const left = limit - Number(steps);
  if (left === 0) return limit;
  const { numAffectedRows: runs = 0n } =
    await sql`delete from workflow_runs where id in (${oldest(left)})`.execute(db);
  return Number(steps) + Number(runs);
}

const RUN_COLUMNS: { [Column in keyof WorkflowRunRow]: RowColumns[string] } = {
  id: "integer",
  workspace_id: "integer",
  agent_id: "integer",
  version_id: "integer",
  status: "text",
  how: "text",
  is_test: "integer",
  dialect: "text",
  user_id: "text",
  caller_id: "integer",
  on_behalf_of: "integer",
  conversation_id: "integer",
  turn_id: "integer",
  input: "text",
  outcome: "text",
  resume_count: "integer",
  input_tokens: "integer",
  output_tokens: "integer",
  cost: "text",
  currency: "text",
  step_count: "integer",
  active_ms: "integer",
  created_at: "integer",
  updated_at: "integer",
  ended_at: "integer",
  wake_at: "integer",
  node: "integer",
  claim: "integer",
  cancel_wanted: "integer",
};

const STEP_COLUMNS: { [Column in keyof WorkflowStepRow]: RowColumns[string] } = {
  id: "integer",
  run_id: "integer",
  path: "text",
  node_id: "text",
  kind: "text",
  title: "text",
  status: "text",
  port: "text",
  attempts: "integer",
  input: "text",
  outcome: "text",
  input_tokens: "integer",
  output_tokens: "integer",
  cost: "text",
  currency: "text",
  sub_run_id: "integer",
  started_at: "integer",
  ended_at: "integer",
  sequence: "integer",
};

const insertRun = statement(
  ({ db, value }: Draft<{ [Column in keyof WorkflowRunRow]: WorkflowRunRow[Column] }>) => {
    const columns = Object.keys(RUN_COLUMNS) as (keyof WorkflowRunRow)[];
    return {
      compile: () =>
        sql`insert into workflow_runs (${columnsOf(RUN_COLUMNS)}) values (${sql.join(columns.map(value))})`.compile(
          db,
        ),
    };
  },
);

interface Holder {
  id: number;
  claim: number;
  holder: number;
}

/** Locks the run: whoever takes it over meanwhile sees the steps that are stored with it. */
const holdRun = statement(({ db, value, fragments }: Draft<Holder>) =>
  db
    .selectFrom("workflow_runs")
    .select("id")
    .where("id", "=", value("id"))
    .where("claim", "=", value("claim"))
    .where("node", "=", value("holder"))
    .modifyEnd(fragments.lockRows),
);

type RunChanges = Holder &
  ReturnType<typeof toChangingColumns> & { wake_at: number | null; node: number | null };

/** One that somebody wanted to end while it began to wait has ended. */
const changeRun = statement(({ db, value }: Draft<RunChanges>) => {
  const isUnwanted = sql<boolean>`cancel_wanted = 1 and ${value("status")} = 'waiting'`;
  return db
    .updateTable("workflow_runs")
    .set({
      status: sql`case when ${isUnwanted} then 'cancelled' else ${value("status")} end`,
      how: value("how"),
      turn_id: value("turn_id"),
      outcome: value("outcome"),
      resume_count: value("resume_count"),
      input_tokens: value("input_tokens"),
      output_tokens: value("output_tokens"),
      cost: value("cost"),
      currency: value("currency"),
      step_count: value("step_count"),
      active_ms: value("active_ms"),
      updated_at: value("updated_at"),
      ended_at: sql`cast(case when ${isUnwanted} then ${value("updated_at")} else ${value("ended_at")} end as bigint)`,
      wake_at: sql`cast(case when ${isUnwanted} then null else ${value("wake_at")} end as bigint)`,
      node: value("node"),
    })
    .where("id", "=", value("id"))
    .where("claim", "=", value("claim"))
    .where("node", "=", value("holder"))
    .returning("id");
});

const saveStep = statement(
  ({ db, value, fragments }: Draft<{ [Column in keyof WorkflowStepRow]: WorkflowStepRow[Column] }>) => {
    const columns = Object.keys(STEP_COLUMNS) as (keyof WorkflowStepRow)[];
    const changing = [
      "status",
      "port",
      "attempts",
      "input",
      "outcome",
      "input_tokens",
      "output_tokens",
    ] as const;
    const later = ["cost", "currency", "sub_run_id", "started_at", "ended_at", "sequence"] as const;
    const changes = [...changing, ...later].map(
      (column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`,
    );
    return {
      compile: () =>
        sql`insert into workflow_steps (${columnsOf(STEP_COLUMNS)}) select ${sql.join(columns.map(value))}
        where ${fragments.guardPassed} on conflict (id) do update set ${sql.join(changes)}`.compile(db),
    };
  },
);
