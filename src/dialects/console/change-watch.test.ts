import { expect, test } from "vitest";
import type { UserId, WorkspaceId } from "../../domain/ids.ts";
import type { ChangeMark } from "../../storage/store.ts";
import { ChangeWatch } from "./change-watch.ts";

const WORKSPACE = 3 as WorkspaceId;

/** A store whose looks end when they are let. */
function slowStore() {
  const waiting: ((marks: ChangeMark[]) => void)[] = [];
  let looks = 0;
  const marks = () => {
    looks += 1;
    // Whoever looks for ever is stopped here rather than by the test's limit, which could not interrupt it.
    if (looks > 100) throw new Error("it never stops looking");
    return new Promise<ChangeMark[]>((resolve) => waiting.push(resolve));
  };
  return {
    store: { changes: { marks, forget: async () => 0 } },
    answer: () => {
      for (const resolve of waiting.splice(0)) resolve([]);
    },
  };
}

function aListener(over: () => void = () => {}) {
  return { userId: 7 as UserId, hear: () => {}, over };
}

test("whoever comes while others are looked for and the server stops is let go", async () => {
  const { store, answer } = slowStore();
  const watch = new ChangeWatch(store);
  const first = watch.listen(WORKSPACE, aListener());
  let isOver = false;
  const second = watch.listen(
    4 as WorkspaceId,
    aListener(() => {
      isOver = true;
    }),
  );
  watch.close();
  store.changes.marks = async () => {
    throw new Error("it looks although nobody listens");
  };
  answer();
  await Promise.all([first, second]);
  expect(isOver).toBe(true);
});

test("whoever begins to listen is told what changed lately, each topic once, and not what stands still", async () => {
  const marks: ChangeMark[] = [
    { topic: "agents", span: "told 1", mark: "1" },
    { topic: "agents", span: "told 2", mark: "3" },
    { workspaceId: WORKSPACE, topic: "turns", span: "running", mark: "" },
    { workspaceId: 4 as WorkspaceId, topic: "endpoints", span: "told 2", mark: "1" },
  ];
  const watch = new ChangeWatch({ changes: { marks: async () => marks, forget: async () => 0 } });
  const { lately, end } = await watch.listen(WORKSPACE, aListener());
  expect(lately).toEqual(["agents"]);
  end();
  watch.close();
});

test("nobody listens any more once the server has stopped", async () => {
  const { store } = slowStore();
  const watch = new ChangeWatch(store);
  watch.close();
  await expect(watch.listen(WORKSPACE, aListener())).rejects.toMatchObject({ code: "shutting_down" });
});
