import type { Session } from "../session.ts";
import type { SettingStore } from "../store.ts";

export function settingStore({ db }: Session): SettingStore {
  return {
    async get(key) {
      const row = await db.selectFrom("settings").select("value").where("key", "=", key).executeTakeFirst();
      return row?.value;
    },

    async set(key, value) {
      await db
        .insertInto("settings")
        .values({ key, value })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
        .execute();
    },

    async keep(key, value) {
      const kept = await db
        .insertInto("settings")
        .values({ key, value })
        .onConflict((conflict) =>
          conflict.column("key").doUpdateSet({ value: ({ ref }) => ref("settings.value") }),
        )
        .returning("value")
        .executeTakeFirstOrThrow();
      return kept.value;
    },
  };
}
