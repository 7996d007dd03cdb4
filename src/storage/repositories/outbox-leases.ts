import { sql } from "kysely";
import type { EndpointId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { Outbox } from "../store.ts";
import { stateAtEndpoint } from "./outbox-events.ts";
import { letNextGo, supersedeStale } from "./outbox-superseding.ts";

/** What nodes hold. */
export function outboxLeases(session: Session): Pick<Outbox, "giveBack" | "leasedElsewhere"> {
  const { db } = session;
  return {
    async giveBack(tokens) {
      if (tokens.length > 0) await session.atomically((inside) => giveBack(inside, tokens));
    },

    async leasedElsewhere() {
      const rows = await db
        .selectFrom("deliveries")
        .select(["endpoint_id", sql<number>`count(*)`.as("count")])
        .where("state", "=", sql.lit("leased"))
        .where("node", "!=", session.engine.node)
        .groupBy("endpoint_id")
        .execute();
      return new Map(rows.map((row) => [row.endpoint_id as EndpointId, Number(row.count)]));
    },
  };
}

async function giveBack(session: Session, tokens: readonly string[]): Promise<void> {
  const rows = await session.db
    .updateTable("deliveries")
    .set({
      state: stateAtEndpoint({
        state: sql`case when deliveries.${sql.ref("trigger")} = 'sync' then 'held' else 'pending' end`,
        trigger: sql`deliveries.${sql.ref("trigger")}`,
        endpointId: sql`deliveries.endpoint_id`,
      }),
      attempt_count: sql`attempt_count - 1`,
      node: null,
      claim_token: null,
      leased_at: null,
      lease_until: null,
    })
    .where("state", "=", sql.lit("leased"))
    .where("node", "=", session.engine.node)
    .where("claim_token", "in", tokens)
    .returning(["id", "order_key"])
    .execute();
  const now = Date.now();
  await letNextGo(
    session,
    await supersedeStale(
      session,
      rows.map(({ id, order_key }) => ({ id, order_key, now })),
    ),
  );
}
