import { sql } from "kysely";
import type { Session } from "../session.ts";
import { statement } from "../statement.ts";
import type { RequestKeyStore } from "../store.ts";

export function requestKeyStore(session: Session): RequestKeyStore {
  return {
    async find({ scope, key }, now) {
      const [row] = await session.run(findKey({ scope, key, now: now.getTime() }));
      return row?.subject_id;
    },

    async add({ scope, key, expiresAt }, subjectId, now) {
      const taken = await session.run(
        takeKey({ scope, key, subjectId, expiresAt: expiresAt.getTime(), now: now.getTime() }),
      );
      return taken.length === 1;
    },

    async forget(now, limit) {
      const { numAffectedRows = 0n } = await sql`delete from request_keys where (scope, key) in (
        select scope, key from request_keys where expires_at <= ${now.getTime()}
        order by expires_at limit ${limit})`.execute(session.db);
      return Number(numAffectedRows);
    },
  };
}

const findKey = statement<{ scope: string; key: string; now: number }, { subject_id: number }>(
  ({ db, value }) =>
    db
      .selectFrom("request_keys")
      .select("subject_id")
      .where("scope", "=", value("scope"))
      .where("key", "=", value("key"))
      .where("expires_at", ">", value("now")),
);

interface TakenKey {
  scope: string;
  key: string;
  subjectId: number;
  expiresAt: number;
  now: number;
}

/** A row comes back when the key was free. */
const takeKey = statement<TakenKey, { subject_id: number }>(({ db, value }) =>
  db
    .insertInto("request_keys")
    .values({
      scope: value("scope"),
      key: value("key"),
      subject_id: value("subjectId"),
      expires_at: value("expiresAt"),
    })
    .onConflict((conflict) =>
      conflict
        .columns(["scope", "key"])
        .doUpdateSet({ subject_id: value("subjectId"), expires_at: value("expiresAt") })
        .where("request_keys.expires_at", "<=", value("now")),
    )
    .returning("subject_id"),
);
