import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import { forgetRequestKeys } from "./request-retention.ts";

const NOW = new Date("2026-03-01T08:00:00Z");
const scope = "chat:1";

test("all keys that have expired are forgotten, however many, and no others", async () => {
  const store = await openSqliteStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  const add = (key: string, expiresAt: Date) =>
    store.requestKeys.add({ scope, key, expiresAt }, 1, new Date(0));
  for (let index = 0; index < 2_001; index += 1) await add(`old-${index}`, NOW);
  await add("new", new Date(NOW.getTime() + 1));
  await forgetRequestKeys({ store }, NOW);
  expect(await store.requestKeys.forget(NOW, 10)).toBe(0);
  expect(await store.requestKeys.find({ scope, key: "new" }, NOW)).toBe(1);
});
