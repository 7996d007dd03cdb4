import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../../test/support/databases.ts";
import { eventually } from "../../../test/support/eventually.ts";
import type { SectionId } from "../../domain/ids.ts";
import { anotherAnswer, answer, aTurn, begin, history, NOW } from "../conformance/factories.ts";
import { openPostgresStore } from "./open.ts";

/** A store, and a client of its database beside it. */
async function storeAndClient() {
  const url = await createDatabase();
  const store = await openPostgresStore({ url });
  onTestFinished(() => store.close());
  const client = new Client({ connectionString: url });
  onTestFinished(() => client.end());
  await client.connect();
  const waiters = (count: number) =>
    eventually(async () => {
      await client.query("select pg_stat_clear_snapshot()");
      const { rows } = await client.query(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return rows.length >= count;
    });
  return { store, client, waiters };
}

it("a checkpoint that meets a turn being closed elsewhere does not overwrite its text", async () => {
  const { store, client, waiters } = await storeAndClient();
  const conversation = await begin(store);
  const turn = aTurn(store, conversation);
  await store.turns.open(turn);

  await client.query("begin");
  await client.query("update turns set status = 'completed' where id = $1", [turn.turnId]);
  await client.query("update messages set text = 'final' where id = $1", [turn.answerMessageId]);
  const checkpoint = store.turns.checkpoint([{ turnId: turn.turnId, text: "stale", reasoning: "" }]);
  await waiters(1);
  await client.query("commit");
  await checkpoint;

  expect((await history(store, conversation))[0]?.answers[0]?.text).toBe("final");
});

it("an answer that is begun while the only other one is deleted keeps its exchange", async () => {
  const { store, client, waiters } = await storeAndClient();
  const conversation = await begin(store);
  const first = await answer(store, aTurn(store, conversation));
  const second = anotherAnswer(store, first);

  await client.query("begin");
  await client.query("select from conversations where id = $1 for update", [conversation.id]);
  const opened = store.turns.open(second);
  await waiters(1);
  const deleted = store.exchanges.deleteAnswer(first.turnId, NOW);
  await waiters(2);
  await client.query("commit");
  await Promise.all([opened, deleted]);

  const [exchange] = await history(store, conversation);
  expect(exchange?.chosenTurnId).toBe(second.turnId);
  expect(exchange?.answers.map(({ turn }) => turn.id)).toEqual([second.turnId]);
});

it("a conversation can be cleared while one of its answers is asked for anew", async () => {
  const { store, client, waiters } = await storeAndClient();
  const conversation = await begin(store);
  const first = await answer(store, aTurn(store, conversation));

  await client.query("begin");
  await client.query("select from exchanges where id = $1 for update", [first.exchangeId]);
  const opened = store.turns.open(anotherAnswer(store, first));
  await waiters(1);
  const cleared = store.conversations.clear(conversation.id, store.newId<SectionId>(), NOW);
  await waiters(2);
  await client.query("commit");
  await Promise.all([opened, cleared]);

  expect(await history(store, conversation)).toEqual([]);
});
