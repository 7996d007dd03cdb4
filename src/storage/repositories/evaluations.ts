import { sql } from "kysely";
import type { EvaluationId, EvaluationSetId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { EvaluationStore } from "../store.ts";
import { amongAgents } from "./agent-ids.ts";
import { caseRow, evaluationRow, setRow, toCase, toEvaluation, toSet } from "./evaluation-rows.ts";

export function evaluationStore(session: Session): EvaluationStore {
  return { ...setStore(session), ...caseStore(session), ...runStore(session) };
}

type SetStore = Pick<EvaluationStore, "insertSet" | "renameSet" | "deleteSet" | "findSet" | "listSets">;
type CaseStore = Pick<
  EvaluationStore,
  "addCases" | "saveCase" | "deleteCase" | "findCase" | "countCases" | "listCases"
>;
type RunStore = Omit<EvaluationStore, keyof SetStore | keyof CaseStore>;

function setStore(session: Session): SetStore {
  const { db } = session;
  return {
    async insertSet(set) {
      await db.insertInto("evaluation_sets").values(setRow(set)).execute();
    },

    async renameSet(id, name, now) {
      const changed = { name, updated_at: now.getTime() };
      await db.updateTable("evaluation_sets").set(changed).where("id", "=", id).execute();
    },

    deleteSet(id) {
      return session.atomically(async ({ db: inside }) => {
        const ofSet = inside.selectFrom("evaluations").select("id").where("set_id", "=", id);
        await inside.deleteFrom("evaluation_rows").where("evaluation_id", "in", ofSet).execute();
        await inside.deleteFrom("evaluations").where("set_id", "=", id).execute();
        await inside.deleteFrom("evaluation_cases").where("set_id", "=", id).execute();
        const { numDeletedRows } = await inside
          .deleteFrom("evaluation_sets")
          .where("id", "=", id)
          .executeTakeFirstOrThrow();
        return numDeletedRows === 1n;
      });
    },

    async findSet(id) {
      const row = await db.selectFrom("evaluation_sets").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toSet(row);
    },

    async listSets({ workspaceId, agentIds, before, limit }) {
      const rows = await db
        .selectFrom("evaluation_sets")
        .selectAll()
        .where("workspace_id", "=", workspaceId)
        .$if(agentIds !== undefined, (query) => query.where("agent_id", "in", amongAgents(agentIds ?? [])))
        .$if(before !== undefined, (query) => query.where("id", "<", before ?? 0))
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      const ids = rows.map(({ id }) => id as EvaluationSetId);
      if (ids.length === 0) return [];
      const counts = await db
        .selectFrom("evaluation_cases")
        .select(({ fn }) => ["set_id", fn.countAll<number>().as("cases")])
        .where("set_id", "in", ids)
        .groupBy("set_id")
        .execute();
      const latest = db
        .selectFrom("evaluations")
        .select(({ fn }) => fn.max("id").as("id"))
        .where("set_id", "in", ids)
        .groupBy("set_id");
      const evaluations = await db.selectFrom("evaluations").selectAll().where("id", "in", latest).execute();
      return rows.map((row) => {
        const evaluation = evaluations.find(({ set_id }) => set_id === row.id);
        return {
          set: toSet(row),
          cases: Number(counts.find(({ set_id }) => set_id === row.id)?.cases ?? 0),
          ...(evaluation !== undefined && { evaluation: toEvaluation(evaluation) }),
        };
      });
    },
  };
}

function caseStore(session: Session): CaseStore {
  const { db } = session;
  const count = async (id: EvaluationSetId, { db: inside }: Session = session) => {
    const row = await inside
      .selectFrom("evaluation_cases")
      .select(({ fn }) => fn.countAll<number>().as("cases"))
      .where("set_id", "=", id)
      .executeTakeFirstOrThrow();
    return Number(row.cases);
  };
  return {
    addCases(setId, cases, limit) {
      return session.atomically(async (inside) => {
        if (!(await lockSet(inside, setId))) return 0;
        const free = Math.max(0, limit - (await count(setId, inside)));
        const rows = cases.map(caseRow).slice(0, free);
        if (rows.length === 0) return 0;
        const { numInsertedOrUpdatedRows } = await inside.db
          .insertInto("evaluation_cases")
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow();
        return Number(numInsertedOrUpdatedRows ?? 0n);
      });
    },

    async saveCase(changed) {
      const { id, set_id, turn_id, created_at, ...columns } = caseRow(changed);
      await db.updateTable("evaluation_cases").set(columns).where("id", "=", id).execute();
    },

    async deleteCase(id) {
      const { numDeletedRows } = await db
        .deleteFrom("evaluation_cases")
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async findCase(id) {
      const row = await db.selectFrom("evaluation_cases").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toCase(row);
    },

    countCases: (id) => count(id),

    async listCases({ setId, after, limit }) {
      const rows = await db
        .selectFrom("evaluation_cases")
        .selectAll()
        .where("set_id", "=", setId)
        .$if(after !== undefined, (query) => query.where("id", ">", after ?? 0))
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(toCase);
    },
  };
}

/** Others who add questions to the set wait. False when there is none. */
async function lockSet({ db, engine }: Session, id: EvaluationSetId): Promise<boolean> {
  const row = await db
    .selectFrom("evaluation_sets")
    .select("id")
    .where("id", "=", id)
    .$if(engine.name === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
  return row !== undefined;
}

function runStore(session: Session): RunStore {
  const { db } = session;
  return {
    async insert(evaluation) {
      await db.insertInto("evaluations").values(evaluationRow(evaluation)).execute();
    },

    async find(id) {
      const row = await db.selectFrom("evaluations").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toEvaluation(row);
    },

    async list({ setId, before, limit }) {
      const rows = await db
        .selectFrom("evaluations")
        .selectAll()
        .where("set_id", "=", setId)
        .$if(before !== undefined, (query) => query.where("id", "<", before ?? 0))
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(toEvaluation);
    },

    async countRunning(workspaceId) {
      const { running } = await db
        .selectFrom("evaluations")
        .select(({ fn }) => fn.countAll<number>().as("running"))
        .where("state", "=", sql.lit("running"))
        .where("workspace_id", "=", workspaceId)
        .executeTakeFirstOrThrow();
      return Number(running);
    },

    async running() {
      const rows = await db
        .selectFrom("evaluations")
        .select(["id", "node"])
        .where("state", "=", sql.lit("running"))
        .orderBy("id")
        .execute();
      return rows.map(({ id, node }) => ({ id: id as EvaluationId, node }));
    },

    addRow(id, { number, report }) {
      return session.atomically(async ({ db: inside }) => {
        const { numUpdatedRows } = await inside
          .updateTable("evaluations")
          .set(({ eb }) => ({ done: eb("done", "+", 1) }))
          .where("id", "=", id)
          .where("state", "=", "running")
          .executeTakeFirstOrThrow();
        if (numUpdatedRows !== 1n) return false;
        await inside.insertInto("evaluation_rows").values({ evaluation_id: id, number, report }).execute();
        return true;
      });
    },

    async rows({ id, after, limit }) {
      return db
        .selectFrom("evaluation_rows")
        .select(["number", "report"])
        .where("evaluation_id", "=", id)
        .where("number", ">", after)
        .orderBy("number")
        .limit(limit)
        .execute();
    },

    async end(id, { state, totals, failure, endedAt }) {
      const { numUpdatedRows } = await db
        .updateTable("evaluations")
        .set({ state, totals, failure, ended_at: endedAt.getTime() })
        .where("id", "=", id)
        .where("state", "=", "running")
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async saveTotals(id, totals) {
      await db
        .updateTable("evaluations")
        .set({ totals })
        .where("id", "=", id)
        .where("state", "<>", "running")
        .execute();
    },
  };
}
