import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { ApiError, type FieldProblem } from "../../../api/client.ts";
import { type AgentDetail, changeAgent, type Settings } from "../data.ts";
import { type DraftState, draftReducer, hasEdits, shownDraft } from "./draft-state.ts";

/** How long nothing is typed before it is saved. */
const PAUSE_MS = 700;

/** The draft of an agent as it is edited: kept in the page until the server has it. */
export interface Draft {
  agentId: string;
  /** The draft with what was changed here. */
  name: string;
  settings: Settings;
  revision: number;
  save: DraftState["save"];
  /** Whether the person may change it. */
  isReadOnly: boolean;
  /** Whether the server lacks something that was changed here. */
  isUnsaved: boolean;
  /** What the server has refused, by field. */
  problems: readonly FieldProblem[];
  change(settings: Partial<Settings>): void;
  rename(name: string): void;
  /** Saves now what waits. */
  flush(): void;
  /** After a conflict: takes what is there now, and gives up what was changed here. */
  reload(): void;
  /** After a conflict: puts what was changed here on top of what is there now. */
  keepMine(): void;
}

export function useDraft(agent: AgentDetail): Draft {
  const queryClient = useQueryClient();
  const [state, dispatch] = useReducer(draftReducer, {
    base: agent,
    edits: { settings: {} },
    sent: undefined,
    save: { status: "saved" },
  });
  const { id } = agent;
  const latest = useRef(state);
  latest.current = state;

  useEffect(() => dispatch({ type: "seen", agent }), [agent]);

  const save = useCallback(async () => {
    const { base, edits, sent, save } = latest.current;
    if (sent !== undefined || !hasEdits(edits) || save.status === "conflict") return;
    dispatch({ type: "sent" });
    try {
      const saved = await changeAgent(id, { ...edits, revision: base.revision });
      queryClient.setQueryData(["agents", "one", id], saved);
      dispatch({ type: "saved", agent: saved });
      void queryClient.invalidateQueries({ queryKey: ["agents", "difference", id] });
    } catch (error) {
      const isConflict = error instanceof ApiError && error.code === "already_decided";
      dispatch(isConflict ? { type: "conflict" } : { type: "failed", error: error as Error });
    }
  }, [id, queryClient]);

  const { edits, sent, save: saving } = state;
  useEffect(() => {
    if (!hasEdits(edits) || sent !== undefined || saving.status !== "waiting") return;
    const timer = setTimeout(() => void save(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [edits, sent, saving.status, save]);

  const refetch = useCallback(
    async (type: "reloaded" | "rebased") => {
      const query = queryClient.getQueryCache().find({ queryKey: ["agents", "one", id] });
      const now = (await query?.fetch()) as AgentDetail | undefined;
      if (now !== undefined) dispatch({ type, agent: now });
    },
    [id, queryClient],
  );

  const draft = shownDraft(state);
  return useMemo(
    () => ({
      agentId: id,
      ...draft,
      revision: state.base.revision,
      save: state.save,
      isReadOnly: !state.base.mayChange,
      isUnsaved: hasEdits(state.edits) || state.sent !== undefined,
      problems: state.save.status === "failed" ? problemsOf(state.save.error) : [],
      change: (settings) => dispatch({ type: "changed", settings }),
      rename: (name) => dispatch({ type: "renamed", name }),
      flush: () => void save(),
      reload: () => void refetch("reloaded"),
      keepMine: () => void refetch("rebased"),
    }),
    [id, draft, state, save, refetch],
  );
}

/** Named as the fields of the settings, wherever the server looked at them. */
function problemsOf(error: Error): FieldProblem[] {
  if (!(error instanceof ApiError)) return [];
  const { problems, field, message } = error;
  const found = problems.length > 0 || field === undefined ? problems : [{ field, message }];
  return found.map((problem) => ({ ...problem, field: problem.field.replace(/^settings\./, "") }));
}
