import { sql } from "kysely";
import type { Exchange } from "../../domain/conversation.ts";
import type { TurnId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { ConversationRow, FeedbackRow, TriggerRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { toConversation } from "./conversations.ts";
import { selectMessages, toExchanges } from "./exchange-rows.ts";
import { toFeedback } from "./feedback.ts";
import { toTriggerRecord } from "./trigger-rows.ts";

/** What a run has beside its exchange. */
interface RunRow {
  id: number;
  exchange_id: number;
  conversation_id: number;
  trigger_id: number;
  actions: string;
  model: string;
  version_number: number | null;
}

interface WorkflowPart {
  turn_id: number;
  name: string | null;
  number: number | null;
  has_failed_steps: number;
}

interface Parts {
  exchanges: Map<number, Exchange>;
  conversations: Map<number, ConversationRow>;
  triggers: Map<number, TriggerRow>;
  feedback: Map<number, FeedbackRow[]>;
  mergedFrom: Map<number, number[]>;
  workflows: Map<number, WorkflowPart>;
}

/** In the order of `ids`; those that are unknown or deleted are left out. */
export async function loadRuns(session: Session, ids: readonly number[]): Promise<Run[]> {
  if (ids.length === 0) return [];
  // Read first: a turn that is over by then has everything it decided in what is read afterwards.
  const exchanges = await exchangesOf(session, ids);
  const rows = await session.db
    .selectFrom("turns")
    .leftJoin("agent_versions", "agent_versions.id", "turns.version_id")
    .select([
      "turns.id",
      "turns.exchange_id",
      "turns.conversation_id",
      "turns.trigger_id",
      "turns.actions",
      "turns.model",
      "agent_versions.number as version_number",
    ])
    .where("turns.id", "in", ids)
    .where("turns.deleted_at", "is", null)
    .execute();
  const parts = await loadParts(session, rows, exchanges);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    const run = row && toRun(row, parts);
    return run === undefined ? [] : [run];
  });
}

async function exchangesOf({ db }: Session, turnIds: readonly number[]): Promise<Map<number, Exchange>> {
  const exchanges = db
    .selectFrom("exchanges")
    .selectAll()
    .where("id", "in", db.selectFrom("turns").select("exchange_id").where("id", "in", turnIds))
    .where("deleted_at", "is", null)
    .as("exchange");
  const messages = await selectMessages(db, exchanges, sql`''`).execute();
  return new Map(toExchanges(messages).map((exchange) => [exchange.id, exchange]));
}

async function loadParts({ db }: Session, rows: RunRow[], exchanges: Map<number, Exchange>): Promise<Parts> {
  const conversations = await byIds(distinct(rows, "conversation_id"), (ids) =>
    db
      .selectFrom("conversations")
      .selectAll()
      .where("id", "in", ids)
      .where("deleted_at", "is", null)
      .execute(),
  );
  const triggers = await byIds(distinct(rows, "trigger_id"), (ids) =>
    db.selectFrom("triggers").selectAll().where("id", "in", ids).execute(),
  );
  const ids = rows.map(({ id }) => id);
  return {
    exchanges,
    conversations,
    triggers,
    feedback: await opinionsOf(db, ids),
    mergedFrom: await mergedInto(db, ids),
    workflows: await workflowsOf(db, ids),
  };
}

function distinct(rows: RunRow[], column: "conversation_id" | "trigger_id"): number[] {
  return [...new Set(rows.map((row) => row[column]))].filter((id) => id !== 0);
}

async function byIds<Row extends { id: number }>(
  ids: number[],
  select: (ids: number[]) => Promise<Row[]>,
): Promise<Map<number, Row>> {
  if (ids.length === 0) return new Map();
  return new Map((await select(ids)).map((row) => [row.id, row]));
}

async function opinionsOf(db: Session["db"], turnIds: number[]): Promise<Map<number, FeedbackRow[]>> {
  if (turnIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("feedback")
    .selectAll()
    .where("turn_id", "in", turnIds)
    .orderBy("updated_at", "desc")
    .orderBy("revision", "desc")
    .orderBy("rater")
    .execute();
  return Map.groupBy(rows, (row) => row.turn_id);
}

async function mergedInto(db: Session["db"], turnIds: number[]): Promise<Map<number, number[]>> {
  if (turnIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("turns")
    .select(["id", "merged_into"])
    .where("merged_into", "in", turnIds)
    .where("merged_into", "<>", sql.lit(0))
    .orderBy("id")
    .execute();
  return new Map(
    [...Map.groupBy(rows, (row) => row.merged_into)].map(([into, merged]) => [
      into,
      merged.map(({ id }) => id),
    ]),
  );
}

async function workflowsOf(db: Session["db"], turnIds: number[]): Promise<Map<number, WorkflowPart>> {
  if (turnIds.length === 0) return new Map();
  const { rows } = await sql<WorkflowPart>`select run.turn_id, version.number,
      coalesce(version.name, agent.name) as name,
      case when exists (select step.id from workflow_steps step
        where step.run_id = run.id and step.status = 'failed') then 1 else 0 end as has_failed_steps
    from workflow_runs run
    left join agent_versions version on version.id = run.version_id
    left join agents agent on agent.id = run.agent_id
    where run.turn_id in (${sql.join(turnIds)}) and run.turn_id <> 0
    order by run.id`.execute(db);
  return new Map(rows.map((row) => [row.turn_id, row]));
}

function toWorkflow({ name, number, has_failed_steps }: WorkflowPart): NonNullable<Run["workflow"]> {
  return {
    name: name ?? "",
    ...(number !== null && { versionNumber: number }),
    hasFailedSteps: has_failed_steps === 1,
  };
}

/** Undefined: its conversation or its exchange was deleted. */
function toRun(row: RunRow, parts: Parts): Run | undefined {
  const conversation = parts.conversations.get(row.conversation_id);
  const exchange = parts.exchanges.get(row.exchange_id);
  const answer = exchange?.answers.find(({ turn }) => turn.id === (row.id as TurnId));
  if (conversation === undefined || exchange === undefined || answer === undefined) return undefined;
  const trigger = parts.triggers.get(row.trigger_id);
  const workflow = parts.workflows.get(row.id);
  const { messageId, text, reasoning } = answer;
  return {
    turn: answer.turn,
    conversation: toConversation(conversation),
    question: exchange.question,
    answer: { messageId, text, reasoning },
    ...(trigger !== undefined && { trigger: toTriggerRecord(trigger) }),
    ...(row.actions !== "" && { actions: JSON.parse(row.actions) }),
    model: row.model,
    ...(row.version_number !== null && { versionNumber: row.version_number }),
    ...(workflow !== undefined && { workflow: toWorkflow(workflow) }),
    mergedFrom: (parts.mergedFrom.get(row.id) ?? []) as TurnId[],
    feedback: (parts.feedback.get(row.id) ?? []).map(toFeedback),
  };
}
