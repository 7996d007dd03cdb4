import { sql } from "kysely";
import type { WorkspaceId } from "../../domain/ids.ts";
import { firstIdAt } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { ChangeMark, ChangeStore } from "../store.ts";
import { inBatches } from "./batches.ts";

/** Marks are counted by spans of so long, which stand for themselves: nothing changes in them as time goes by. */
const SPAN_MS = 10_000;
/** How far back one looks: what takes its time before it is committed, and clocks that differ. */
const SPANS = 4;
/** What was made within a millisecond, and what its ids are counted by. */
const IDS_PER_MS = firstIdAt(Date.UTC(2025, 0, 1) + 1);
/** More running turns than these are not told apart. */
const RUNNING_LIMIT = 5_000;

export function changeStore(session: Session): ChangeStore {
  const { db } = session;
  return {
    async marks(workspaceIds, now) {
      if (workspaceIds.length === 0) return [];
      const since = (Math.floor(now.getTime() / SPAN_MS) - SPANS) * SPAN_MS;
      const asked = { session, workspaceIds, since };
      return [
        ...(await told(asked)),
        ...(await turnMarks(asked)),
        ...(await newRows(asked, "conversations", "conversations")),
        ...(await newRows(asked, "deliveries", "deliveries")),
        ...(await newRows(asked, "events", "events")),
      ];
    },

    async forget(before) {
      return inBatches(async (limit) => {
        const { numDeletedRows } = await db
          .deleteFrom("live_changes")
          .where("id", "in", (found) =>
            found.selectFrom("live_changes").select("id").where("at", "<", before.getTime()).limit(limit),
          )
          .executeTakeFirstOrThrow();
        return Number(numDeletedRows);
      });
    },
  };
}

interface Asked {
  session: Session;
  workspaceIds: readonly WorkspaceId[];
  since: number;
}

/** What the tables themselves told of. */
async function told({ session: { db }, workspaceIds, since }: Asked): Promise<ChangeMark[]> {
  const span = sql<number>`at / ${sql.lit(SPAN_MS)}`;
  const rows = await db
    .selectFrom("live_changes")
    .select(["workspace_id", "topic", span.as("span"), sql<number>`count(*)`.as("count")])
    .where("at", ">=", since)
    .where("workspace_id", "in", [0, ...workspaceIds])
    .groupBy(["workspace_id", "topic", span])
    .execute();
  return rows.flatMap((row) => {
    const mark = {
      ...(row.workspace_id !== 0 && { workspaceId: row.workspace_id as WorkspaceId }),
      topic: row.topic,
      span: `told ${row.span}`,
      mark: String(row.count),
    };
    // Conversations show what was thought of their answers.
    if (row.topic !== "feedback") return [mark];
    return [mark, { ...mark, topic: "conversations", span: `rated ${row.span}` }];
  });
}

/** Those that run, and those that ended. */
async function turnMarks(asked: Asked): Promise<ChangeMark[]> {
  const { db } = asked.session;
  const running = await db
    .selectFrom("turns")
    .select(["id", "agent_id"])
    .where("status", "=", sql.lit("running"))
    .limit(RUNNING_LIMIT)
    .execute();
  const span = sql<number>`ended_at / ${sql.lit(SPAN_MS)}`;
  const ended = await db
    .selectFrom("turns")
    .select(["agent_id", span.as("span")])
    .select([sql<number>`count(*)`.as("count"), sql<number>`sum(ended_at % ${sql.lit(SPAN_MS)})`.as("sum")])
    .where("ended_at", ">=", asked.since)
    .groupBy(["agent_id", span])
    .execute();
  const places = await placesOf(asked, [...running, ...ended]);
  const marks: ChangeMark[] = ended.flatMap(({ agent_id, span: number, count, sum }) => {
    const workspaceId = places.get(agent_id);
    if (workspaceId === undefined) return [];
    return [{ workspaceId, topic: "turns", span: `ended ${agent_id} ${number}`, mark: `${count} ${sum}` }];
  });
  for (const workspaceId of asked.workspaceIds) {
    const ids = running.filter(({ agent_id }) => places.get(agent_id) === workspaceId).map(({ id }) => id);
    marks.push({ workspaceId, topic: "turns", span: "running", mark: ids.sort().join(" ") });
  }
  return marks.flatMap((mark) => [mark, { ...mark, topic: "conversations" }]);
}

async function placesOf(
  { session: { db }, workspaceIds }: Asked,
  turns: readonly { agent_id: number }[],
): Promise<Map<number, WorkspaceId>> {
  const agentIds = [...new Set(turns.map(({ agent_id }) => agent_id))];
  if (agentIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("agents")
    .select(["id", "workspace_id"])
    .where("id", "in", agentIds)
    .where("workspace_id", "in", [...workspaceIds])
    .execute();
  return new Map(rows.map((row) => [row.id, row.workspace_id as WorkspaceId]));
}

/** Rows whose ids were made since, which are never the same before and after they change. */
async function newRows(
  { session: { db }, workspaceIds, since }: Asked,
  table: "conversations" | "deliveries" | "events",
  topic: string,
): Promise<ChangeMark[]> {
  const span = sql<number>`id / ${sql.lit(IDS_PER_MS * SPAN_MS)}`;
  const rows = await db
    .selectFrom(table)
    .select(["workspace_id", span.as("span"), sql<number>`count(*)`.as("count")])
    .where("id", ">=", firstIdAt(since))
    .where("workspace_id", "in", [...workspaceIds])
    .groupBy(["workspace_id", span])
    .execute();
  return rows.map((row) => ({
    workspaceId: row.workspace_id as WorkspaceId,
    topic,
    span: `new ${row.span}`,
    mark: String(row.count),
  }));
}
