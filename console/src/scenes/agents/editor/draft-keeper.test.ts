import { expect, test, vi } from "vitest";
import type { AgentDetail } from "../data.ts";

vi.stubGlobal("location", new URL("http://console.test"));
const { DraftKeeper } = await import("./draft-keeper.ts");

test("what is written while the draft is stored is stored too before it is asked, one request at a time", async () => {
  const agent = {
    id: "1",
    name: "A",
    revision: 1,
    mayChange: true,
    settings: { prompt: "one" },
  } as AgentDetail;
  const waiting: (() => void)[] = [];
  const sent: object[] = [];
  const keeper = new DraftKeeper(agent, ({ settings = {}, revision = 0 }) => {
    sent.push(settings);
    const saved = { ...agent, revision: revision + 1, settings: { ...agent.settings, ...settings } };
    return new Promise((resolve) => waiting.push(() => resolve(saved)));
  });
  keeper.dispatch({ type: "changed", settings: { prompt: "two" } });
  let isOver = false;
  const flushed = Promise.all([keeper.flush(), keeper.flush()]).then(() => {
    isOver = true;
  });
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  keeper.dispatch({ type: "changed", settings: { prompt: "three" } });
  waiting[0]?.();
  await vi.waitFor(() => expect(waiting).toHaveLength(2));
  expect(isOver).toBe(false);
  waiting[1]?.();
  await flushed;
  expect(sent).toEqual([{ prompt: "two" }, { prompt: "three" }]);
  expect(keeper.state().save.status).toBe("saved");
});
