import { type Kysely, sql } from "kysely";
import { BUCKETS } from "../../../domain/histogram.ts";
import type { Schema } from "../../schema.ts";
import type { Engine } from "../../session.ts";
import { Tables } from "../tables.ts";

const KEY = ["workspace_id", "hour", "agent_id", "channel", "family", "model"];
const TURN_KEY = ["workspace_id", "level", "hour", "agent_id", "channel", "family", "model", "currency"];

/** What happened by the hour, and which hours of opinions have to be counted again. */
export async function statistics(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  const times = Array.from({ length: BUCKETS }, (_, bucket) => [`latency_${bucket}`, `first_${bucket}`]);
  await tables
    .table("turn_statistics", {
      texts: ["channel", "family", "model", "currency"],
      integers: [
        ...["workspace_id", "level", "hour", "agent_id"],
        ...["turns", "completed", "failed", "stopped", "interrupted", "unanswered"],
        ...["input_tokens", "output_tokens"],
        ...times.flat(),
      ],
    })
    .addColumn("cost", "double precision", (column) => column.notNull())
    .addPrimaryKeyConstraint("turn_statistics_key", TURN_KEY as never[])
    .execute();
  await tables
    .table("feedback_statistics", {
      texts: ["channel", "family", "model"],
      integers: ["workspace_id", "hour", "agent_id", "likes", "dislikes"],
    })
    .addPrimaryKeyConstraint("feedback_statistics_key", KEY as never[])
    .execute();
  await tables.withId("statistics_state", { integers: ["counted_until"] }).execute();
  await tables.table("changed_feedback_hours", { integers: ["hour"] }).execute();
  await sql`insert into statistics_state (id, counted_until) values (1, 0)`.execute(db);
  await sql`create index turn_statistics_hour on turn_statistics (hour)`.execute(db);
  await sql`create index feedback_statistics_hour on feedback_statistics (hour)`.execute(db);
  await sql`create index feedback_given on feedback (updated_at)`.execute(db);
  await noteHours(db, engine);
}

/** An opinion that changes leaves the hour it was given in, and is counted in another. */
async function noteHours(db: Kysely<Schema>, { name }: Engine): Promise<void> {
  const rows = { insert: ["new"], update: ["old", "new"], delete: ["old"] };
  for (const [event, changed] of Object.entries(rows)) {
    const insert = `insert into changed_feedback_hours (hour) values ${changed
      .map((row) => `(${row}.updated_at / 3600000)`)
      .join(", ")};`;
    const trigger = `feedback_hours_${event}`;
    if (name === "sqlite") {
      await sql
        .raw(`create trigger ${trigger} after ${event} on feedback for each row begin ${insert} end`)
        .execute(db);
      continue;
    }
    await sql
      .raw(
        `create function ${trigger}() returns trigger language plpgsql as $$ begin ${insert} return null; end $$`,
      )
      .execute(db);
    await sql
      .raw(`create trigger ${trigger} after ${event} on feedback for each row execute function ${trigger}()`)
      .execute(db);
  }
}

/** Opinions of before are counted, too. */
export async function hoursOfBefore(db: Kysely<Schema>): Promise<void> {
  await sql`insert into changed_feedback_hours (hour)
    select distinct updated_at / 3600000 from feedback`.execute(db);
}
