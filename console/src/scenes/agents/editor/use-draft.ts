import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { ApiError, type FieldProblem } from "../../../api/client.ts";
import { type AgentDetail, agentQuery, changeAgent, type Settings } from "../data.ts";
import { DraftKeeper } from "./draft-keeper.ts";
import { type DraftState, hasEdits, shownDraft } from "./draft-state.ts";

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
  /** Saves now what waits. Rejects when it cannot be saved. */
  flush(): Promise<void>;
  /** After a conflict: takes what is there now, and gives up what was changed here. */
  reload(): void;
  /** After a conflict: puts what was changed here on top of what is there now. */
  keepMine(): void;
}

export function useDraft(agent: AgentDetail): Draft {
  const { id } = agent;
  const queryClient = useQueryClient();
  const [keeper] = useState(
    () =>
      new DraftKeeper(agent, async (change) => {
        const saved = await changeAgent(id, change);
        queryClient.setQueryData(agentQuery(id).queryKey, saved);
        return saved;
      }),
  );
  const state = useSyncExternalStore(keeper.subscribe, keeper.state);
  useEffect(() => keeper.dispatch({ type: "seen", agent }), [keeper, agent]);
  return useMemo(() => {
    const refetch = async (type: "reloaded" | "rebased") => {
      try {
        keeper.dispatch({ type, agent: await queryClient.fetchQuery({ ...agentQuery(id), staleTime: 0 }) });
      } catch (error) {
        keeper.dispatch({ type: "failed", error: error as Error });
      }
    };
    return {
      agentId: id,
      ...shownDraft(state),
      revision: state.base.revision,
      save: state.save,
      isReadOnly: !state.base.mayChange,
      isUnsaved: hasEdits(state.edits) || state.sent !== undefined,
      problems: state.save.status === "failed" ? problemsOf(state.save.error) : [],
      change: (settings) => keeper.dispatch({ type: "changed", settings }),
      rename: (name) => keeper.dispatch({ type: "renamed", name }),
      flush: keeper.flush,
      reload: () => void refetch("reloaded"),
      keepMine: () => void refetch("rebased"),
    };
  }, [id, state, keeper, queryClient]);
}

/** Named as the fields of the settings, wherever the server looked at them. */
function problemsOf(error: Error): FieldProblem[] {
  if (!(error instanceof ApiError)) return [];
  const { problems, field, message } = error;
  const found = problems.length > 0 || field === undefined ? problems : [{ field, message }];
  return found.map((problem) => ({ ...problem, field: problem.field.replace(/^settings\./, "") }));
}
