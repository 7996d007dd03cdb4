import type { TurnId } from "../../domain/ids.ts";
import { HUNG_AFTER_MS, type Session } from "../session.ts";
import { type Draft, type Step, statement } from "../statement.ts";
import type { ClosedTurn, OpenTurn, StandingTurn, TurnStore } from "../store.ts";

/** A turn that runs, and the node that it says it runs on. */
export interface RunningRow {
  id: number;
  node: number;
}

/** Keeps what a turn was opened with for other processes, as a follow-up of the guard that opens it. */
export function keepStanding({ turnId, standing }: OpenTurn): Step<unknown>[] {
  return standing === undefined ? [] : [insertStanding({ turnId, state: standing })];
}

/** Forgets it, as a follow-up of the guard that ends the turn. */
export function forgetStanding({ turnId, hasStanding = false }: ClosedTurn): Step<unknown>[] {
  return hasStanding ? [deleteStanding({ turnId })] : [];
}

/** As `TurnStore.standing` says. */
export async function standingOf({ db }: Session, turnId: TurnId): Promise<string | undefined> {
  const row = await db
    .selectFrom("turn_standings")
    .innerJoin("turns", "turns.id", "turn_standings.turn_id")
    .select("turn_standings.state")
    .where("turn_standings.turn_id", "=", turnId)
    .where("turns.status", "=", "running")
    .executeTakeFirst();
  return row?.state;
}

/** As `TurnStore.takeOver` says. */
export async function takeOverTurns(
  session: Session,
  { ownTurns, limit }: Parameters<TurnStore["takeOver"]>[0],
): Promise<StandingTurn[]> {
  const { db, engine } = session;
  const running = await db
    .selectFrom("turns")
    .innerJoin("turn_standings", "turn_standings.turn_id", "turns.id")
    .select(["turns.id", "turns.node"])
    .where("turns.status", "=", "running")
    .execute();
  const abandoned = (await withoutLiveNode(session, running, ownTurns)).slice(0, limit);
  const taken: StandingTurn[] = [];
  for (const { id, node } of abandoned) {
    const row = await db
      .updateTable("turns")
      .set({ node: engine.node })
      .where("id", "=", id)
      .where("node", "=", node)
      .where("status", "=", "running")
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("workflow_runs")
              .select("workflow_runs.id")
              .whereRef("workflow_runs.turn_id", "=", "turns.id")
              .where("workflow_runs.status", "=", "running"),
          ),
        ),
      )
      .returning("id")
      .executeTakeFirst();
    const standing = row === undefined ? undefined : await standingOf(session, id as TurnId);
    if (standing !== undefined) taken.push({ turnId: id as TurnId, standing });
  }
  return taken;
}

/** Those that run on no node that works, by id; without those of this process. */
export async function withoutLiveNode(
  session: Session,
  running: RunningRow[],
  ownTurns: ReadonlySet<TurnId>,
): Promise<RunningRow[]> {
  if (running.length === 0) return [];
  const { engine } = session;
  // Asked afterwards: whoever has opened one of them and still works is alive now.
  const live = new Set(await engine.otherLiveNodes(session));
  for (const hung of await engine.hungNodes(session, HUNG_AFTER_MS)) live.delete(hung);
  return running
    .filter(({ node }) => !live.has(node))
    .filter(isNotOf(engine.node, ownTurns))
    .sort((one, other) => one.id - other.id);
}

export function isNotOf(ownNode: number, ownTurns: ReadonlySet<number>): (turn: RunningRow) => boolean {
  return ({ id, node }) => node !== ownNode || !ownTurns.has(id);
}

const insertStanding = statement(({ value, insertIfPassed }: Draft<{ turnId: number; state: string }>) =>
  insertIfPassed("turn_standings", { turn_id: value("turnId"), state: value("state") }),
);

const deleteStanding = statement(({ db, value, fragments }: Draft<{ turnId: number }>) =>
  db.deleteFrom("turn_standings").where("turn_id", "=", value("turnId")).where(fragments.guardPassed),
);
