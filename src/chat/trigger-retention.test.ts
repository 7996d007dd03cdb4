import { expect, onTestFinished, test } from "vitest";
import type { TriggerId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import { aTrigger } from "./testing/acting.ts";
import { aConversation, anAgent } from "./testing/fixtures.ts";
import { forgetTriggers } from "./trigger-retention.ts";

const DAY_MS = 86_400_000;

test("all triggers that started nothing are forgotten after their days, however many, and no others", async () => {
  const store = await openSqliteStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  const state = "recorded";
  const old = await aTrigger(store, { agent, conversation }, { state });
  await store.transaction(async ({ triggers }) => {
    for (let index = 0; index < 1_001; index += 1) {
      await triggers.insert({ ...old, id: store.newId<TriggerId>() });
    }
  });
  const now = new Date(old.dueAt.getTime() + 2 * DAY_MS);
  const young = await aTrigger(
    store,
    { agent, conversation },
    { state, dueAt: new Date(now.getTime() - DAY_MS) },
  );
  await store.triggers.insert(young);
  await forgetTriggers({ store }, { now, keepDays: 1 });
  expect(await store.triggers.list({ conversationId: conversation.id, limit: 9 })).toEqual([young]);
});
