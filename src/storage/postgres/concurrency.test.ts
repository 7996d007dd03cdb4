import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../../test/support/databases.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { aTurn, begin, history } from "../conformance/factories.ts";
import { openPostgresStore } from "./open.ts";

it("a checkpoint that meets a turn being closed elsewhere does not overwrite its text", async () => {
  const url = await createDatabase();
  const store = await openPostgresStore({ url });
  onTestFinished(() => store.close());
  const closer = new Client({ connectionString: url });
  onTestFinished(() => closer.end());
  await closer.connect();
  const conversation = await begin(store);
  const turn = aTurn(store, conversation);
  await store.turns.open(turn);

  await closer.query("begin");
  await closer.query("update turns set status = 'completed' where id = $1", [turn.turnId]);
  await closer.query("update messages set text = 'final' where id = $1", [turn.answerMessageId]);
  const checkpoint = store.turns.checkpoint([{ turnId: turn.turnId, text: "stale", reasoning: "" }]);
  await eventually(async () => {
    await closer.query("select pg_stat_clear_snapshot()");
    const { rows } = await closer.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  });
  await closer.query("commit");
  await checkpoint;

  expect((await history(store, conversation))[0]?.answers[0]?.text).toBe("final");
});
