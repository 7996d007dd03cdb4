import { type Kysely, sql } from "kysely";
import type { EndpointId } from "../../domain/ids.ts";
import type { DeliveryRow, Schema } from "../schema.ts";
import type { Session } from "../session.ts";
import { type Draft, jsonRows, statement } from "../statement.ts";
import type { Claim, Outbox } from "../store.ts";
import { toBodyHeaders, toDelivery } from "./outbox-rows.ts";

type ClaimedRow = DeliveryRow & { body: string | null; body_headers: string | null };

/** Who sends what, and when there is something to send. */
export function outboxClaims(session: Session): Pick<Outbox, "nextDue" | "claim" | "claimOne"> {
  const { engine } = session;
  return {
    async nextDue(endpointIds) {
      if (endpointIds.length === 0) return new Map();
      const rows = await session.run(
        nextDue({ lanes: jsonRows(endpointIds.map((id) => ({ endpoint_id: id }))) }),
      );
      return new Map(
        rows.flatMap((row) =>
          row.due_at === null ? [] : [[row.endpoint_id as EndpointId, new Date(row.due_at)]],
        ),
      );
    },

    async claim({ lanes, now, token, leaseMs }) {
      if (lanes.length === 0) return [];
      const lease = leaseOf(engine.node, now, token, leaseMs);
      const rows =
        engine.name === "postgres"
          ? await session.run(claimLanes({ ...lease, lanes: laneRows(lanes) }))
          : await claimEach(session, lanes, lease);
      return rows.sort((one, other) => one.due_at - other.due_at || one.id - other.id).map(toClaim);
    },

    async claimOne({ id, now, token, leaseMs }) {
      const [row] = await session.run(claimOne({ ...leaseOf(engine.node, now, token, leaseMs), id }));
      return row && toClaim(row);
    },
  };
}

interface Lease {
  node: number;
  token: string;
  now: number;
  until: number;
}

function leaseOf(node: number, now: Date, token: string, leaseMs: number): Lease {
  return { node, token, now: now.getTime(), until: now.getTime() + leaseMs };
}

async function claimEach(
  session: Session,
  lanes: Parameters<Outbox["claim"]>[0]["lanes"],
  lease: Lease,
): Promise<ClaimedRow[]> {
  return session.atomically(async (inside) => {
    const rows: ClaimedRow[] = [];
    for (const lane of lanes) rows.push(...(await inside.run(claimLane({ ...lease, ...lane }))));
    return rows;
  });
}

function laneRows(lanes: Parameters<Outbox["claim"]>[0]["lanes"]): string {
  return jsonRows(lanes.map(({ endpointId, room }) => ({ endpoint_id: endpointId, room })));
}

function toClaim(row: ClaimedRow): Claim {
  return {
    delivery: toDelivery(row),
    body: row.body ?? "",
    headers: toBodyHeaders(row.body_headers ?? ""),
    token: row.claim_token ?? "",
  };
}

/** Of an ordered subject, only the oldest unfinished one. `is_behind` spares most of them this look. */
const isFirst = sql<boolean>`(due.order_key = '' or not exists (
  select 1 from deliveries older
  where older.endpoint_id = due.endpoint_id and older.order_key = due.order_key and older.order_key <> ''
    and older.state in ('pending', 'leased', 'held') and older.id < due.id))`;

function takeLease<P extends Lease>({ value }: Draft<P>) {
  return sql`state = 'leased', node = ${value("node")}, claim_token = ${value("token")},
    leased_at = ${value("now")}, lease_until = ${value("until")}, attempt_count = attempt_count + 1`;
}

const body = sql`(
  select event_bodies.text from event_bodies where event_bodies.id = deliveries.body_id) as body, (
  select event_bodies.headers from event_bodies where event_bodies.id = deliveries.body_id) as body_headers`;

const compiled = <R>(db: Kysely<Schema>, query: ReturnType<typeof sql<R>>) => ({
  compile: () => query.compile(db),
});

const claimLane = statement((draft: Draft<Lease & { endpointId: number; room: number }>) =>
  compiled(
    draft.db,
    sql<ClaimedRow>`update deliveries set ${takeLease(draft)} where id in (
      select due.id from deliveries due
      where due.endpoint_id = ${draft.value("endpointId")} and due.state = 'pending' and due.is_behind = 0
        and due.due_at <= ${draft.value("now")} and ${isFirst}
      order by due.due_at, due.id limit ${draft.value("room")}
    ) returning *, ${body}`,
  ),
);

/** All lanes in one round trip; what another node is just claiming is passed over. */
const claimLanes = statement((draft: Draft<Lease & { lanes: string }>) =>
  compiled(
    draft.db,
    sql<ClaimedRow>`with claimable as materialized (
      select due.id
      from ${draft.fragments.rows(draft.value("lanes"), "lanes", { endpoint_id: "integer", room: "integer" })}
      cross join lateral (
        select due.id from deliveries due
        where due.endpoint_id = lanes.endpoint_id and due.state = 'pending' and due.is_behind = 0
          and due.due_at <= ${draft.value("now")} and ${isFirst}
        order by due.due_at, due.id limit lanes.room for update skip locked
      ) due
    )
    update deliveries set ${takeLease(draft)} from claimable where deliveries.id = claimable.id
    returning deliveries.*, ${body}`,
  ),
);

const claimOne = statement((draft: Draft<Lease & { id: number }>) =>
  compiled(
    draft.db,
    sql<ClaimedRow>`update deliveries set ${takeLease(draft)}
      where id = ${draft.value("id")} and (state in ('pending', 'held') or (state = 'leased' and lease_until <= ${draft.value("now")}))
      returning *, ${body}`,
  ),
);

const nextDue = statement(({ db, value, fragments }: Draft<{ lanes: string }>) =>
  compiled(
    db,
    sql<{ endpoint_id: number; due_at: number | null }>`select lanes.endpoint_id, (
      select due.due_at from deliveries due
      where due.endpoint_id = lanes.endpoint_id and due.state = 'pending' and due.is_behind = 0 and ${isFirst}
      order by due.due_at limit 1
    ) as due_at from ${fragments.rows(value("lanes"), "lanes", { endpoint_id: "integer" })}`,
  ),
);
