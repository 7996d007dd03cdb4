import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";
import { Tables } from "./tables.ts";

/**
 * Users, tokens and OAuth; versions and releases of agents; folders, copies, files and users' variables; messages
 * without answers, notes, and turns that wait for the caller's tools.
 */
export async function accessAndVersions(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  await createAccess(tables);
  await createOAuth(tables);
  await extendAgents(tables);
  await createVersions(tables);
  await createFiles(tables);
  await extendConversations(tables);
}

/** Every agent of before becomes its first version, live on the API channel. */
export async function firstVersions(db: Kysely<Schema>): Promise<void> {
  // A first version may have its agent's id: they are ids of different kinds.
  await sql`insert into agent_versions (id, agent_id, number, name, settings, changelog, created_at)
    select id, id, updated_at, name, settings, '', updated_at from agents`.execute(db);
  await sql`insert into releases (agent_id, channel, version_id, since)
    select id, 'api', id, updated_at from agents`.execute(db);
}

/** Users make workspaces and may call them what others call theirs; SQLite drops no constraint of a table. */
async function extendWorkspaces(tables: Tables): Promise<void> {
  const { db } = tables;
  await sql`alter table workspaces rename to unique_workspaces`.execute(db);
  await tables.withId("workspaces", { texts: ["name"], integers: ["created_at"] }).execute();
  await sql`insert into workspaces (id, name, created_at)
    select id, name, created_at from unique_workspaces`.execute(db);
  await sql`drop table unique_workspaces`.execute(db);
  await tables.addTexts("workspaces", { description: "", icon: "", kind: "team" });
}

async function createAccess(tables: Tables): Promise<void> {
  await extendWorkspaces(tables);
  await tables
    .withId("users", {
      texts: ["name", "nickname", "avatar_url"],
      integers: ["created_at"],
      optionalIntegers: ["disabled_at"],
    })
    .addColumn("password_hash", "text")
    .addUniqueConstraint("users_name", ["name"])
    .execute();
  await tables
    .table("workspace_members", { texts: ["role"], integers: ["workspace_id", "user_id", "joined_at"] })
    .addPrimaryKeyConstraint("workspace_members_key", ["workspace_id", "user_id"])
    .execute();
  await sql`create index workspace_members_user on workspace_members (user_id)`.execute(tables.db);
  await tables
    .withId("access_tokens", {
      texts: ["token_hash", "kind", "name", "scope", "session_name"],
      integers: ["user_id", "created_at"],
      optionalIntegers: ["grant_id", "expires_at", "last_used_at", "revoked_at"],
    })
    .addUniqueConstraint("access_tokens_hash", ["token_hash"])
    .execute();
  await sql`create index access_tokens_user on access_tokens (user_id, id)`.execute(tables.db);
  await sql`create index access_tokens_expiry on access_tokens (expires_at)
    where kind <> 'personal'`.execute(tables.db);
  await tables
    .table("sign_ins", { texts: ["session_hash"], integers: ["user_id", "created_at", "expires_at"] })
    .addPrimaryKeyConstraint("sign_ins_key", ["session_hash"])
    .execute();
}

async function createOAuth(tables: Tables): Promise<void> {
  await tables
    .withId("oauth_apps", {
      texts: ["kind", "name", "redirect_uris", "public_keys", "scope"],
      integers: ["owner_id", "created_at"],
      optionalIntegers: ["disabled_at"],
    })
    .addColumn("secret_hash", "text")
    .execute();
  await tables
    .withId("oauth_grants", {
      texts: ["scope"],
      integers: ["app_id", "user_id", "created_at"],
      optionalIntegers: ["revoked_at"],
    })
    .execute();
  await tables
    .table("oauth_refresh_tokens", {
      texts: ["token_hash"],
      integers: ["grant_id", "created_at", "expires_at"],
      optionalIntegers: ["used_at"],
    })
    .addPrimaryKeyConstraint("oauth_refresh_tokens_key", ["token_hash"])
    .execute();
  await tables
    .table("oauth_codes", {
      texts: ["code_hash", "redirect_uri", "challenge_method", "challenge", "scope"],
      integers: ["app_id", "user_id", "created_at", "expires_at"],
      optionalIntegers: ["used_at", "grant_id"],
    })
    .addPrimaryKeyConstraint("oauth_codes_key", ["code_hash"])
    .execute();
  await tables
    .table("oauth_device_codes", {
      texts: ["device_code_hash", "user_code", "decision", "scope"],
      integers: ["app_id", "interval_seconds", "created_at", "expires_at"],
      optionalIntegers: ["user_id", "polled_at"],
    })
    .addPrimaryKeyConstraint("oauth_device_codes_key", ["device_code_hash"])
    .addUniqueConstraint("oauth_device_codes_user_code", ["user_code"])
    .execute();
  await tables
    .table("oauth_assertions", { texts: ["jti"], integers: ["app_id", "expires_at"] })
    .addPrimaryKeyConstraint("oauth_assertions_key", ["app_id", "jti"])
    .execute();
  await sql`create index oauth_grants_app on oauth_grants (app_id)`.execute(tables.db);
  await sql`create index oauth_refresh_tokens_expiry on oauth_refresh_tokens (expires_at)`.execute(tables.db);
  await sql`create index oauth_codes_expiry on oauth_codes (expires_at)`.execute(tables.db);
  await sql`create index oauth_device_codes_expiry on oauth_device_codes (expires_at)`.execute(tables.db);
  await sql`create index oauth_assertions_expiry on oauth_assertions (expires_at)`.execute(tables.db);
}

async function extendAgents(tables: Tables): Promise<void> {
  await tables.addTexts("agents", { collaboration: "single" });
  await tables.addIntegers("agents", "is_template");
  await tables.addOptionalIntegers("agents", "owner_id", "folder_id");
  await tables
    .table("agent_collaborators", { integers: ["agent_id", "user_id", "added_at"] })
    .addPrimaryKeyConstraint("agent_collaborators_key", ["agent_id", "user_id"])
    .execute();
  await tables
    .withId("folders", {
      texts: ["name", "description", "kind"],
      integers: ["workspace_id", "created_at"],
      optionalIntegers: ["parent_id", "creator_id"],
    })
    .execute();
  await sql`create index folders_workspace on folders (workspace_id, parent_id)`.execute(tables.db);
  await sql`create index agents_folder on agents (folder_id) where folder_id is not null`.execute(tables.db);
  await tables
    .withId("copy_tasks", {
      texts: ["entity_kind", "status", "failures"],
      integers: ["user_id", "source_id", "target_workspace_id", "created_at"],
      optionalIntegers: ["target_id"],
    })
    .execute();
}

async function createVersions(tables: Tables): Promise<void> {
  await tables
    .withId("agent_versions", {
      texts: ["name", "settings", "changelog"],
      integers: ["agent_id", "number", "created_at"],
      optionalIntegers: ["creator_id"],
    })
    .addUniqueConstraint("agent_versions_number", ["agent_id", "number"])
    .execute();
  await tables
    .table("releases", { texts: ["channel"], integers: ["agent_id", "version_id", "since"] })
    .addPrimaryKeyConstraint("releases_key", ["agent_id", "channel"])
    .execute();
}

async function createFiles(tables: Tables): Promise<void> {
  await tables
    .withId("files", {
      texts: ["name", "media_type"],
      integers: ["workspace_id", "owner_id", "size_bytes", "created_at"],
    })
    .execute();
  await sql`create index files_created on files (created_at)`.execute(tables.db);
  await tables
    .table("user_variables", {
      texts: ["channel", "user_id", "key", "value"],
      integers: ["agent_id", "created_at", "updated_at"],
    })
    .addPrimaryKeyConstraint("user_variables_key", ["agent_id", "channel", "user_id", "key"])
    .execute();
}

async function extendConversations(tables: Tables): Promise<void> {
  const { db } = tables;
  await tables.addTexts("conversations", { session_name: "", channel: "api", meta: "{}" });
  await tables.addIntegers("conversations", "creator_id", "updated_at");
  await sql`create index conversations_agent on conversations (agent_id, id) where deleted_at is null`.execute(
    db,
  );
  await tables.addTexts("messages", { meta: "{}" });
  await tables.addIntegers("messages", "updated_at");
  await tables.addOptionalIntegers("messages", "deleted_at");
  await tables.addTexts("turns", { meta: "{}" });
  await tables.addIntegers("turns", "version_id");
  await tables
    .withId("turn_suspensions", { texts: ["state"], integers: ["created_at"] }, "turn_id")
    .execute();
}
