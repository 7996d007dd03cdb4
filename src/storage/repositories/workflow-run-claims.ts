import { sql } from "kysely";
import type { TurnId, WorkflowRunId } from "../../domain/ids.ts";
import type { WorkflowRunRow } from "../schema.ts";
import { HUNG_AFTER_MS, type Session } from "../session.ts";
import type { ClaimedRun, WorkflowRunStore } from "../store.ts";
import { toRun, toStep } from "./workflow-run-rows.ts";

type AbandonedQuery = Parameters<WorkflowRunStore["claimAbandoned"]>[0];

/** Inside a transaction. As `WorkflowRunStore.resume` says. */
export async function resume(
  session: Session,
  id: WorkflowRunId,
  now: Date,
  turnId: TurnId | undefined,
): Promise<ClaimedRun | undefined> {
  const rows = await session.db
    .updateTable("workflow_runs")
    .set({ ...wokenBy(session, now), ...(turnId !== undefined && { turn_id: turnId }) })
    .where("id", "=", id)
    .where("status", "=", sql.lit("waiting"))
    .returningAll()
    .execute();
  const [claimed] = await withSteps(session, rows);
  return claimed;
}

/** Inside a transaction. As `WorkflowRunStore.claimWoken` says. */
export async function claimWoken(
  session: Session,
  { now, limit }: Parameters<WorkflowRunStore["claimWoken"]>[0],
): Promise<ClaimedRun[]> {
  const due = await session.db
    .selectFrom("workflow_runs")
    .select(["id", "wake_at"])
    .where("status", "=", sql.lit("waiting"))
    .where("wake_at", "is not", null)
    .where("wake_at", "<=", now.getTime())
    .orderBy("wake_at")
    .limit(limit)
    .modifyEnd(passingLocked(session))
    .execute();
  if (due.length === 0) return [];
  const rows = await session.db
    .updateTable("workflow_runs")
    .set(wokenBy(session, now))
    .where(
      "id",
      "in",
      due.map(({ id }) => id),
    )
    .where("status", "=", sql.lit("waiting"))
    .returningAll()
    .execute();
  const places = new Map(due.map(({ id }, place) => [id, place]));
  rows.sort((one, other) => (places.get(one.id) ?? 0) - (places.get(other.id) ?? 0));
  return withSteps(session, rows);
}

function wokenBy({ engine }: Session, now: Date) {
  return {
    status: "running",
    node: engine.node,
    claim: sql<number>`claim + 1`,
    wake_at: null,
    updated_at: now.getTime(),
  };
}

/** As `WorkflowRunStore.claimAbandoned` says. */
export async function claimAbandoned(session: Session, query: AbandonedQuery): Promise<ClaimedRun[]> {
  const found = await abandoned(session, query);
  if (found.length === 0) return [];
  return session.atomically(async (inside) => {
    const rows = await takeOver(inside, found);
    return withSteps(
      inside,
      rows.sort((one, other) => one.id - other.id),
    );
  });
}

interface OpenRow {
  id: number;
  node: number | null;
}

/** Those that run on no node that works; oldest first. */
async function abandoned(session: Session, { inHand, bound, limit }: AbandonedQuery): Promise<OpenRow[]> {
  const { db, engine } = session;
  const open = await db
    .selectFrom("workflow_runs")
    .select(["id", "node"])
    .where("status", "=", sql.lit("running"))
    .where("turn_id", bound ? "<>" : "=", 0)
    .orderBy("id")
    .execute();
  const suspects = open.filter(({ id, node }) => node !== engine.node || !inHand.has(id as WorkflowRunId));
  if (suspects.length === 0) return [];
  // Asked afterwards: whoever has taken one of them and still works is alive now.
  const live = new Set(await engine.otherLiveNodes(session));
  for (const hung of await engine.hungNodes(session, HUNG_AFTER_MS)) live.delete(hung);
  return suspects.filter(({ node }) => node === null || !live.has(node)).slice(0, limit);
}

/**
 * Those of them that are still where they were found, and the turns that they answer. Several nodes may try at once:
 * each run is taken by one.
 */
async function takeOver(session: Session, found: readonly OpenRow[]): Promise<WorkflowRunRow[]> {
  const { db, engine } = session;
  const locked = await db
    .selectFrom("workflow_runs")
    .select(["id", "node"])
    .where(
      "id",
      "in",
      found.map(({ id }) => id),
    )
    .where("status", "=", sql.lit("running"))
    .modifyEnd(passingLocked(session))
    .execute();
  const nodes = new Map(found.map(({ id, node }) => [id, node]));
  const ids = locked.filter(({ id, node }) => nodes.get(id) === node).map(({ id }) => id);
  if (ids.length === 0) return [];
  const rows = await db
    .updateTable("workflow_runs")
    .set({ node: engine.node, claim: sql<number>`claim + 1` })
    .where("id", "in", ids)
    .returningAll()
    .execute();
  const turnIds = rows.flatMap((row) => (row.turn_id === 0 ? [] : [row.turn_id]));
  if (turnIds.length > 0) {
    await db
      .updateTable("turns")
      .set({ node: engine.node })
      .where("id", "in", turnIds)
      .where("status", "=", sql.lit("running"))
      .execute();
  }
  return rows;
}

/** After a `select` inside a transaction: locks its rows, without those that somebody else has locked. */
function passingLocked({ engine }: Session) {
  return engine.name === "postgres" ? sql`for update skip locked` : sql``;
}

/** Read after their runs were claimed: nobody else writes them any more. */
async function withSteps(session: Session, rows: WorkflowRunRow[]): Promise<ClaimedRun[]> {
  if (rows.length === 0) return [];
  const steps = await session.db
    .selectFrom("workflow_steps")
    .selectAll()
    .where(
      "run_id",
      "in",
      rows.map(({ id }) => id),
    )
    .execute();
  const byRun = Map.groupBy(
    steps.sort((one, other) => one.sequence - other.sequence || one.id - other.id),
    (step) => step.run_id,
  );
  return rows.map((row) => ({
    run: toRun(row),
    claim: { runId: row.id as WorkflowRunId, number: row.claim },
    steps: (byRun.get(row.id) ?? []).map(toStep),
  }));
}
