import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";
import { Tables } from "./tables.ts";

/** Custom channels and what was submitted to them; endpoints, events, deliveries and their attempts; the nodes. */
export async function channelsAndCallbacks(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  await tables.addOptionalIntegers("agents", "deleted_at");
  await tables.addOptionalIntegers("access_tokens", "channel_id");
  await tables.addOptionalIntegers("oauth_apps", "channel_id");
  await sql`create index conversations_creator on conversations (agent_id, creator_id, session_name, id)
    where deleted_at is null`.execute(db);
  await createChannels(tables);
  await createSubmissions(tables);
  await createEndpoints(tables);
  await createEvents(tables);
  await createDeliveries(tables);
  await tables.withId("nodes", { integers: ["heartbeat_at"] }, "node").execute();
}

async function createChannels(tables: Tables): Promise<void> {
  await tables
    .withId("channels", {
      texts: ["name", "description", "authorization"],
      integers: ["owner_id", "created_at"],
      optionalIntegers: ["deleted_at"],
    })
    .addColumn("slug", "text")
    .addUniqueConstraint("channels_slug", ["slug"])
    .execute();
  await tables
    .table("channel_workspaces", { integers: ["channel_id", "workspace_id", "added_at"] })
    .addPrimaryKeyConstraint("channel_workspaces_key", ["channel_id", "workspace_id"])
    .execute();
  await tables
    .table("channel_options", { texts: ["key", "choices"], integers: ["channel_id", "user_id"] })
    .addPrimaryKeyConstraint("channel_options_key", ["channel_id", "user_id", "key"])
    .execute();
  await tables
    .table("channel_accounts", {
      texts: ["account_id", "name"],
      integers: ["channel_id", "user_id", "linked_at"],
    })
    .addPrimaryKeyConstraint("channel_accounts_key", ["channel_id", "user_id"])
    .execute();
}

async function createSubmissions(tables: Tables): Promise<void> {
  await tables
    .withId("submissions", {
      texts: ["channel", "status", "reason", "options", "share_link"],
      integers: ["workspace_id", "agent_id", "version_id", "version_number", "created_at", "expires_at"],
      optionalIntegers: ["publisher_id", "audit_endpoint_id", "audit_delivery_id", "decided_at"],
    })
    .execute();
  await tables
    .withId("submission_changes", {
      texts: ["to_status", "reason", "by_kind"],
      integers: ["submission_id", "at"],
      optionalIntegers: ["by_user_id"],
    })
    .addColumn("from_status", "text")
    .execute();
  const { db } = tables;
  await sql`create index submissions_agent on submissions (agent_id, channel, id)`.execute(db);
  await sql`create index submissions_current on submissions (channel, id)
    where status in ('auditing', 'live')`.execute(db);
  await sql`create index submissions_open on submissions (expires_at) where status = 'auditing'`.execute(db);
  await sql`create index submissions_audit on submissions (audit_delivery_id) where status = 'auditing'`.execute(
    db,
  );
  await sql`create index submission_changes_submission on submission_changes (submission_id, id)`.execute(db);
}

async function createEndpoints(tables: Tables): Promise<void> {
  await tables
    .withId("endpoints", {
      texts: ["kind", "name", "event_types", "agent_ids", "headers", "secrets", "state", "state_reason"],
      integers: ["timeout_ms", "max_in_flight", "is_ordered", "is_asymmetric", "created_at", "updated_at"],
      optionalIntegers: ["owner_id", "workspace_id", "rate_per_second", "deleted_at"],
    })
    .addColumn("channel", "text")
    .addColumn("slug", "text")
    .addColumn("url", "text")
    .addColumn("retry_delays", "text")
    .addColumn("client_certificate", "text")
    .addUniqueConstraint("endpoints_slug", ["slug"])
    .execute();
  await tables
    .withId(
      "endpoint_health",
      {
        integers: ["consecutive_failures"],
        optionalIntegers: [
          "failing_since",
          "last_success_at",
          "last_attempt_at",
          "breaker_opened_at",
          "breaker_until",
          "breaker_backoff_ms",
        ],
      },
      "endpoint_id",
    )
    .execute();
  const { db } = tables;
  await sql`create index endpoints_workspace on endpoints (workspace_id)
    where deleted_at is null and workspace_id is not null`.execute(db);
  await sql`create index endpoints_owner on endpoints (owner_id)
    where deleted_at is null and owner_id is not null`.execute(db);
  await sql`create index endpoints_channel on endpoints (channel)
    where deleted_at is null and channel is not null`.execute(db);
}

async function createEvents(tables: Tables): Promise<void> {
  await tables
    .withId("events", {
      texts: ["type", "subject", "data"],
      integers: ["workspace_id", "created_at", "is_fanned_out", "fan_out_cursor"],
    })
    .execute();
  await tables.withId("event_bodies", { texts: ["text"], integers: ["event_id", "created_at"] }).execute();
  const { db } = tables;
  await sql`create index events_workspace on events (workspace_id, id)`.execute(db);
  await sql`create index events_type on events (workspace_id, type, id)`.execute(db);
  await sql`create index events_subject on events (workspace_id, subject, id)`.execute(db);
  await sql`create index events_unfinished on events (id) where is_fanned_out = 0`.execute(db);
  await sql`create index event_bodies_event on event_bodies (event_id)`.execute(db);
}

async function createDeliveries(tables: Tables): Promise<void> {
  await tables
    .withId("deliveries", {
      texts: ["event_type", "wire_id", "trigger", "state", "order_key", "last_error"],
      integers: [
        "event_id",
        "endpoint_id",
        "workspace_id",
        "body_id",
        "replay_id",
        "attempt_count",
        "failure_count",
        "due_at",
        "is_behind",
        "has_gap",
        "created_at",
      ],
      optionalIntegers: ["ended_at", "node", "leased_at", "lease_until"],
    })
    .addColumn("claim_token", "text")
    .execute();
  await tables
    .withId("attempts", {
      texts: [
        "trigger",
        "outcome",
        "error_code",
        "error_message",
        "url",
        "timings",
        "request_headers",
        "response_headers",
        "response_prefix",
      ],
      integers: ["delivery_id", "endpoint_id", "number", "started_at", "is_truncated"],
      optionalIntegers: ["status"],
    })
    .addColumn("remote_address", "text")
    .execute();
  await tables
    .withId("replays", {
      texts: ["event_types", "state"],
      integers: [
        "endpoint_id",
        "since",
        "until",
        "is_only_failed",
        "rate_per_second",
        "cursor",
        "sent_count",
        "created_at",
      ],
      optionalIntegers: ["created_by", "ended_at"],
    })
    .execute();
  const { db } = tables;
  // An event is delivered to an endpoint once of itself and once for each replay; tests and hand-made ones are free.
  await sql`create unique index deliveries_once on deliveries (event_id, endpoint_id, replay_id)
    where trigger in ('event', 'replay', 'sync')`.execute(db);
  await sql`create index deliveries_due on deliveries (endpoint_id, is_behind, due_at, id)
    where state = 'pending'`.execute(db);
  await sql`create index deliveries_behind on deliveries (endpoint_id, order_key, id)
    where state = 'pending' and is_behind = 1`.execute(db);
  await sql`create index deliveries_order on deliveries (endpoint_id, order_key, id)
    where order_key <> '' and state in ('pending', 'leased', 'held')`.execute(db);
  await sql`create index deliveries_leased on deliveries (endpoint_id, node) where state = 'leased'`.execute(
    db,
  );
  await sql`create index deliveries_held on deliveries (endpoint_id, id) where state = 'held'`.execute(db);
  await sql`create index deliveries_unasked on deliveries (id) where trigger = 'sync' and state = 'held'`.execute(
    db,
  );
  await sql`create index deliveries_event on deliveries (event_id, endpoint_id)`.execute(db);
  await sql`create index deliveries_endpoint on deliveries (endpoint_id, id)`.execute(db);
  await sql`create index deliveries_failed on deliveries (endpoint_id, state, id)
    where state = 'exhausted' or state = 'dropped'`.execute(db);
  await sql`create index deliveries_workspace_failed on deliveries (workspace_id, state, id)
    where state = 'exhausted' or state = 'dropped'`.execute(db);
  await sql`create index deliveries_workspace on deliveries (workspace_id, id)`.execute(db);
  await sql`create index attempts_delivery on attempts (delivery_id, number)`.execute(db);
  await sql`create index replays_endpoint on replays (endpoint_id, id)`.execute(db);
  await sql`create index replays_running on replays (id) where state = 'running'`.execute(db);
}
