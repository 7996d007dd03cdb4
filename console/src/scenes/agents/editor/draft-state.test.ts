import { expect, test } from "vitest";
import type { AgentDetail } from "../data.ts";
import { type DraftAction, type DraftState, draftReducer, shownDraft } from "./draft-state.ts";

const anAgent = (revision: number, settings: object = {}) =>
  ({
    id: "1",
    name: "A",
    revision,
    mayChange: true,
    settings: { prompt: "one", ...settings },
  }) as AgentDetail;

const START: DraftState = {
  base: anAgent(1),
  edits: { settings: {} },
  sent: undefined,
  save: { status: "saved" },
};

const after = (...actions: DraftAction[]) => actions.reduce(draftReducer, START);
const two: DraftAction = { type: "changed", settings: { prompt: "two" } };

test("what is typed while a save is on its way is shown, and waits for the next", () => {
  const state = after(two, { type: "sent" }, { type: "changed", settings: { prompt: "three" } });
  expect(state.save.status).toBe("saving");
  expect(shownDraft(state).settings.prompt).toBe("three");
  const saved = draftReducer(state, { type: "saved", agent: anAgent(2, { prompt: "two" }) });
  expect(saved).toMatchObject({ edits: { settings: { prompt: "three" } }, save: { status: "waiting" } });
});

test("what could not be saved is kept, later words over earlier ones", () => {
  const error = new Error("no");
  const newer: DraftAction = { type: "changed", settings: { prompt: "three" } };
  const state = after(
    { type: "changed", settings: { prompt: "two", stepLimit: 3 } },
    { type: "sent" },
    newer,
    { type: "failed", error },
  );
  expect(state).toMatchObject({
    edits: { settings: { prompt: "three", stepLimit: 3 } },
    save: { status: "failed" },
  });
});

test("what somebody else made is shown where nothing was changed here, and a conflict where something was", () => {
  const theirs = anAgent(2, { prompt: "theirs" });
  expect(shownDraft(after({ type: "seen", agent: theirs })).settings.prompt).toBe("theirs");
  const conflict = after(two, { type: "seen", agent: theirs });
  expect(conflict.save.status).toBe("conflict");
  const held = draftReducer(conflict, { type: "renamed", name: "B" });
  expect(held.save.status).toBe("conflict");
  const mine = draftReducer(held, { type: "rebased", agent: theirs });
  expect(shownDraft(mine)).toMatchObject({ name: "B", settings: { prompt: "two" } });
  expect(mine).toMatchObject({ base: { revision: 2 }, save: { status: "waiting" } });
  expect(shownDraft(draftReducer(held, { type: "reloaded", agent: theirs })).settings.prompt).toBe("theirs");
});

test("an older answer that comes late changes nothing", () => {
  const state = after({ type: "seen", agent: anAgent(3) }, { type: "seen", agent: anAgent(2) });
  expect(state.base.revision).toBe(3);
});
