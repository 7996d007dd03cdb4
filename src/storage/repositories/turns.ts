import { sql } from "kysely";
import { monthOf } from "../../domain/governance.ts";
import type { AgentId, ConversationId, ExchangeId, TurnId } from "../../domain/ids.ts";
import type { OutputAction } from "../../domain/output-action.ts";
import type { TraceEvent } from "../../domain/turn-event.ts";
import type { Session } from "../session.ts";
import { type Draft, jsonRows, type Step, statement } from "../statement.ts";
import type { AbandonedTurn, ClosedTurn, Repositories, TurnStore } from "../store.ts";
import { countUsage } from "./governance.ts";
import { busyOr, openTurn } from "./open-turn.ts";
import { emissionSteps } from "./outbox-events.ts";
import {
  forgetStanding,
  isNotOf,
  type RunningRow,
  standingOf,
  takeOverTurns,
  withoutLiveNode,
} from "./standing-turns.ts";
import { toTriggerRow } from "./trigger-rows.ts";
import { insertTriggers } from "./triggers.ts";

/** How many turns of a dead node are closed in one transaction. */
const CLOSED_AT_ONCE = 20;

/** `repositoriesOf` makes the repositories of a transaction. */
export function turnStore(session: Session, repositoriesOf: (inside: Session) => Repositories): TurnStore {
  const { db } = session;
  return {
    async open(turn) {
      await openTurn(session, turn);
    },

    async checkpoint(texts) {
      const { node } = session.engine;
      await session.runAll(texts.map((text) => checkpointAnswer({ ...text, node })));
    },

    async close(turn, emissions = []) {
      const rest = [
        ...saveOutcome(turn.turnId, turn.text, turn.reasoning, turn.trace),
        ...forgetStanding(turn),
        ...consequencesOf(turn),
        ...usedBy(turn),
        ...emissionSteps(emissions),
      ];
      if (turn.handsOver !== true) return (await session.change(endOf(turn, session), rest)) !== undefined;
      return session.atomically(async (inside) => {
        await inside.run(lockConversationOf({ turnId: turn.turnId }));
        return (await inside.change(endOf(turn, session), rest)) !== undefined;
      });
    },

    async suspend({ turnId, text, reasoning, usage, usedKnowledge, trace, state, now }) {
      const { node } = session.engine;
      const guard = suspendTurn({ turnId, node, ...usage, usedKnowledge: usedKnowledge ? 1 : 0 });
      const keepState = insertSuspension({ turnId, state, at: now.getTime() });
      const outcome = saveOutcome(turnId, text, reasoning, trace);
      return (await session.change(guard, [keepState, ...outcome])) !== undefined;
    },

    async suspension(turnId) {
      const row = await db
        .selectFrom("turn_suspensions")
        .select("state")
        .where("turn_id", "=", turnId)
        .executeTakeFirst();
      return row?.state;
    },

    async resume(turnId) {
      const { node } = session.engine;
      try {
        const taken = await session.change(takeSuspension({ turnId }), [resumeTurn({ turnId, node })]);
        return taken?.state;
      } catch (error) {
        throw busyOr(session, error);
      }
    },

    async stillRunning(turnIds) {
      if (turnIds.length === 0) return new Set();
      const rows = await db
        .selectFrom("turns")
        .select("id")
        .where("id", "in", turnIds)
        .where("status", "=", "running")
        .execute();
      return new Set(rows.map((row) => row.id as TurnId));
    },

    async trace(turnId) {
      const row = await db
        .selectFrom("turn_traces")
        .select("events")
        .where("turn_id", "=", turnId)
        .executeTakeFirst();
      return row === undefined ? [] : JSON.parse(row.events);
    },

    async traces(turnIds) {
      if (turnIds.length === 0) return new Map();
      const rows = await db.selectFrom("turn_traces").selectAll().where("turn_id", "in", turnIds).execute();
      return new Map(rows.map((row) => [row.turn_id as TurnId, JSON.parse(row.events)]));
    },

    async saveSuggestions(turnId, suggestions) {
      await db
        .updateTable("turns")
        .set({ suggestions: JSON.stringify(suggestions) })
        .where("id", "=", turnId)
        .where("status", "!=", "running")
        .execute();
    },

    standing: (turnId) => standingOf(session, turnId),

    takeOver: (options) => takeOverTurns(session, options),

    async closeAbandoned({ now, ownTurns, tell }) {
      const abandoned = await withoutLiveNode(session, await leftRunning(session), ownTurns);
      let closed = 0;
      for (const some of inShares(abandoned)) {
        closed += await session.atomically(async (inside) => {
          const rows = await interrupt(inside, some.filter(isNotOf(session.engine.node, ownTurns)), now);
          for (const turn of rows) await tell?.(repositoriesOf(inside), turn);
          return rows.length;
        });
      }
      return closed;
    },
  };
}

/** 1: it outlives its process, or a workflow run that still runs answers it. */
const goesOn = sql<number>`case when exists (
  select 1 from turn_standings where turn_standings.turn_id = turns.id
) or exists (
  select 1 from workflow_runs
  where workflow_runs.turn_id = turns.id and workflow_runs.turn_id <> 0 and workflow_runs.status = 'running'
) then 1 else 0 end`;

/** Those that end with their process, on whatever node. */
function leftRunning({ db }: Session): Promise<RunningRow[]> {
  return db
    .selectFrom("turns")
    .select(["id", "node"])
    .where("status", "=", "running")
    .where(goesOn, "=", sql.lit(0))
    .execute();
}

/**
 * Small pieces, each its own transaction: the first are closed before all are. In no order: several nodes close the
 * turns of a dead one at once, and are to share them.
 */
function inShares(turns: RunningRow[]): RunningRow[][] {
  const shares: { place: number; turns: RunningRow[] }[] = [];
  for (let start = 0; start < turns.length; start += CLOSED_AT_ONCE) {
    shares.push({ place: Math.random(), turns: turns.slice(start, start + CLOSED_AT_ONCE) });
  }
  return shares.sort((one, other) => one.place - other.place).map((share) => share.turns);
}

/** The node is looked at again: one that waited may have gone on elsewhere. */
async function interrupt({ db }: Session, turns: RunningRow[], now: Date): Promise<AbandonedTurn[]> {
  if (turns.length === 0) return [];
  const rows = await db
    .updateTable("turns")
    .set({
      status: "interrupted",
      ended_at: now.getTime(),
      latency_ms: sql<number>`${now.getTime()} - created_at`,
      error_code: "interrupted",
      error_message: "the process ended while the turn ran",
    })
    .where(
      "id",
      "in",
      turns.map(({ id }) => id),
    )
    .where("node", "in", [...new Set(turns.map(({ node }) => node))])
    .where("status", "=", "running")
    .where(goesOn, "=", sql.lit(0))
    .returning(["id", "exchange_id", "conversation_id", "agent_id", "user_id"])
    .execute();
  return rows.map((row) => ({
    turnId: row.id as TurnId,
    exchangeId: row.exchange_id as ExchangeId,
    conversationId: row.conversation_id as ConversationId,
    agentId: row.agent_id as AgentId,
    userId: row.user_id,
  }));
}

function endOf(turn: ClosedTurn, { engine }: Session) {
  const { turnId, status, endedAt, error, usage, usedKnowledge, suggestions, actions, model } = turn;
  return closeTurn({
    turnId,
    node: engine.node,
    status,
    endedAt: endedAt.getTime(),
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
    ...usage,
    usedKnowledge: usedKnowledge ? 1 : 0,
    suggestions: JSON.stringify(suggestions),
    actions: actions === undefined ? "" : JSON.stringify(actions),
    actionTypes: actions === undefined ? "" : actionTypesOf(actions),
    model: model ?? "",
  });
}

function actionTypesOf(actions: readonly OutputAction[]): string {
  return `,${[...new Set(actions.map(({ type }) => type))].map((type) => `${type},`).join("")}`;
}

/** What follows from what a turn decided, as follow-ups of the guard that ends it. */
function consequencesOf({ turnId, endedAt, handsOver, triggers = [] }: ClosedTurn): Step<unknown>[] {
  const steps: Step<unknown>[] = [];
  if (handsOver === true) steps.push(holdConversation({ turnId, at: endedAt.getTime() }));
  if (triggers.length > 0) steps.push(insertTriggers({ rows: jsonRows(triggers.map(toTriggerRow)) }));
  return steps;
}

function usedBy({ turnId, endedAt, usage }: ClosedTurn): Step<unknown>[] {
  const { inputTokens, outputTokens, cost, currency } = usage;
  return countUsage({ turnId, month: monthOf(endedAt), tokens: inputTokens + outputTokens, cost, currency });
}

/** What a turn said and did, as follow-ups of the guard that ends or suspends it. */
function saveOutcome(turnId: TurnId, text: string, reasoning: string, trace: TraceEvent[]): Step<unknown>[] {
  const steps: Step<unknown>[] = [saveAnswer({ turnId, text, reasoning })];
  if (trace.length > 0) steps.push(saveTrace({ turnId, events: JSON.stringify(trace) }));
  return steps;
}

/** Locks the turn's row first, so that a checkpoint never overwrites the text of a turn that is being closed. */
const checkpointAnswer = statement(
  ({ db, value, fragments }: Draft<{ turnId: number; node: number; text: string; reasoning: string }>) =>
    db
      .updateTable("messages")
      .set({ text: value("text"), reasoning: value("reasoning") })
      .where(
        "id",
        "=",
        db
          .selectFrom("turns")
          .select("answer_message_id")
          .where("id", "=", value("turnId"))
          .where("status", "=", sql.lit("running"))
          .where("node", "=", value("node"))
          .modifyEnd(fragments.lockRows),
      ),
);

interface TurnEnd {
  turnId: number;
  node: number;
  status: string;
  endedAt: number;
  errorCode: string | null;
  errorMessage: string | null;
  inputTokens: number;
  outputTokens: number;
  firstTokenMs: number;
  latencyMs: number;
  cost: number;
  currency: string;
  usedKnowledge: number;
  suggestions: string;
  actions: string;
  actionTypes: string;
  model: string;
}

const closeTurn = statement(({ db, value }: Draft<TurnEnd>) =>
  db
    .updateTable("turns")
    .set({
      status: value("status"),
      ended_at: value("endedAt"),
      error_code: value("errorCode"),
      error_message: value("errorMessage"),
      input_tokens: value("inputTokens"),
      output_tokens: value("outputTokens"),
      first_token_ms: value("firstTokenMs"),
      latency_ms: value("latencyMs"),
      cost: value("cost"),
      currency: value("currency"),
      used_knowledge: value("usedKnowledge"),
      suggestions: value("suggestions"),
      actions: value("actions"),
      action_types: value("actionTypes"),
      model: value("model"),
    })
    .where("id", "=", value("turnId"))
    .where("status", "=", sql.lit("running"))
    .where("node", "=", value("node"))
    .returning("id"),
);

/** First, like turns that are opened: two that go the other way round would wait for each other. */
const lockConversationOf = statement(({ db, value, fragments }: Draft<{ turnId: number }>) =>
  db
    .selectFrom("conversations")
    .select("id")
    .where("id", "=", db.selectFrom("turns").select("conversation_id").where("id", "=", value("turnId")))
    .modifyEnd(fragments.lockRows),
);

const holdConversation = statement(({ db, value, fragments }: Draft<{ turnId: number; at: number }>) =>
  db
    .updateTable("conversations")
    .set({ held_at: value("at") })
    .where("id", "=", db.selectFrom("turns").select("conversation_id").where("id", "=", value("turnId")))
    .where("held_at", "is", null)
    .where("deleted_at", "is", null)
    .where(fragments.guardPassed),
);

const saveAnswer = statement(
  ({ db, value, fragments }: Draft<{ turnId: number; text: string; reasoning: string }>) =>
    db
      .updateTable("messages")
      .set({ text: value("text"), reasoning: value("reasoning") })
      .where("id", "=", db.selectFrom("turns").select("answer_message_id").where("id", "=", value("turnId")))
      .where(fragments.guardPassed),
);

/** A turn that waited before it ended has a trace already: the new one tells that too. */
const saveTrace = statement(({ db, value, fragments }: Draft<{ turnId: number; events: string }>) => ({
  compile: () =>
    sql`insert into turn_traces (turn_id, events) select ${value("turnId")}, ${value("events")}
      where ${fragments.guardPassed} on conflict (turn_id) do update set events = excluded.events`.compile(
      db,
    ),
}));

interface TurnPause {
  turnId: number;
  node: number;
  inputTokens: number;
  outputTokens: number;
  firstTokenMs: number;
  latencyMs: number;
  cost: number;
  currency: string;
  usedKnowledge: number;
}

const suspendTurn = statement(({ db, value }: Draft<TurnPause>) =>
  db
    .updateTable("turns")
    .set({
      status: "waiting",
      input_tokens: value("inputTokens"),
      output_tokens: value("outputTokens"),
      first_token_ms: value("firstTokenMs"),
      latency_ms: value("latencyMs"),
      cost: value("cost"),
      currency: value("currency"),
      used_knowledge: value("usedKnowledge"),
    })
    .where("id", "=", value("turnId"))
    .where("status", "=", sql.lit("running"))
    .where("node", "=", value("node"))
    .returning("id"),
);

const insertSuspension = statement(
  ({ value, insertIfPassed }: Draft<{ turnId: number; state: string; at: number }>) =>
    insertIfPassed("turn_suspensions", {
      turn_id: value("turnId"),
      state: value("state"),
      created_at: value("at"),
    }),
);

/** Whoever gets the row back goes on with the turn: nobody else can. */
const takeSuspension = statement(({ db, value }: Draft<{ turnId: number }>) =>
  db.deleteFrom("turn_suspensions").where("turn_id", "=", value("turnId")).returning("state"),
);

const resumeTurn = statement(({ db, value, fragments }: Draft<{ turnId: number; node: number }>) =>
  db
    .updateTable("turns")
    .set({ status: "running", node: value("node") })
    .where("id", "=", value("turnId"))
    .where(fragments.guardPassed),
);
