import { sql } from "kysely";
import type { AccessKey } from "../../domain/access-key.ts";
import type { AccessKeyId, WorkspaceId } from "../../domain/ids.ts";
import type { AccessKeyRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { statement } from "../statement.ts";
import type { AccessKeyStore } from "../store.ts";

export function accessKeyStore(session: Session): AccessKeyStore {
  const { db } = session;
  return {
    async insert(key) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("access_keys")
        .values(toRow(key))
        .onConflict((conflict) => conflict.column("key_id").doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async get(id) {
      const [row] = await session.run(getKey({ id }));
      return row && toAccessKey(row);
    },

    async findByKeyId(keyId) {
      const [row] = await session.run(keyWithKeyId({ keyId }));
      return row && toAccessKey(row);
    },

    async findToChange(keyId) {
      const [row] = await session.run(keyToChange({ keyId }));
      return row && toAccessKey(row);
    },

    async list(workspaceId) {
      const rows = await db
        .selectFrom("access_keys")
        .selectAll()
        .$if(workspaceId !== undefined, (query) => query.where("workspace_id", "=", workspaceId ?? 0))
        .orderBy("id")
        .execute();
      return rows.map(toAccessKey);
    },

    async save(key) {
      const { id, key_id, created_at, last_used_at, ...columns } = toRow(key);
      await db.updateTable("access_keys").set(columns).where("id", "=", id).execute();
    },

    async touch(id, now) {
      await session.run(touchKey({ id, at: now.getTime() }));
    },
  };
}

/** On the way of every request with a token of it. */
const getKey = statement<{ id: number }, AccessKeyRow>(({ db, value }) =>
  db.selectFrom("access_keys").selectAll().where("id", "=", value("id")),
);

const keyWithKeyId = statement<{ keyId: string }, AccessKeyRow>(({ db, value }) =>
  db.selectFrom("access_keys").selectAll().where("key_id", "=", value("keyId")),
);

const keyToChange = statement<{ keyId: string }, AccessKeyRow>(({ db, value, fragments }) =>
  db.selectFrom("access_keys").selectAll().where("key_id", "=", value("keyId")).modifyEnd(fragments.lockRows),
);

/** How exact `lastUsedAt` is. */
const TOUCH_MS = 60_000;

const touchKey = statement<{ id: number; at: number }, never>(({ db, value }) =>
  db
    .updateTable("access_keys")
    .set({ last_used_at: value("at") })
    .where("id", "=", value("id"))
    .where(sql<boolean>`coalesce(last_used_at, 0) + ${sql.lit(TOUCH_MS)} <= ${value("at")}`),
);

function toRow(key: AccessKey): AccessKeyRow {
  const list = (values: unknown[] | undefined) => (values === undefined ? null : JSON.stringify(values));
  return {
    id: key.id,
    key_id: key.keyId,
    workspace_id: key.workspaceId,
    name: key.name,
    secret_hash: key.secretHash,
    scopes: JSON.stringify(key.scopes),
    agent_ids: list(key.agentIds),
    networks: list(key.networks),
    origins: list(key.origins),
    version: key.version,
    is_from_file: key.isFromFile ? 1 : 0,
    created_at: key.createdAt.getTime(),
    disabled_at: key.disabledAt?.getTime() ?? null,
    last_used_at: key.lastUsedAt?.getTime() ?? null,
  };
}

function toAccessKey(row: AccessKeyRow): AccessKey {
  return {
    id: row.id as AccessKeyId,
    keyId: row.key_id,
    workspaceId: row.workspace_id as WorkspaceId,
    name: row.name,
    secretHash: row.secret_hash,
    scopes: JSON.parse(row.scopes),
    ...(row.agent_ids !== null && { agentIds: JSON.parse(row.agent_ids) }),
    ...(row.networks !== null && { networks: JSON.parse(row.networks) }),
    ...(row.origins !== null && { origins: JSON.parse(row.origins) }),
    version: row.version,
    isFromFile: row.is_from_file === 1,
    createdAt: new Date(row.created_at),
    ...(row.disabled_at !== null && { disabledAt: new Date(row.disabled_at) }),
    ...(row.last_used_at !== null && { lastUsedAt: new Date(row.last_used_at) }),
  };
}
