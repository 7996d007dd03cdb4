import type { AgentDetail, Settings } from "../data.ts";

/** What was changed here and is not in `base`. */
export interface Edits {
  name?: string;
  settings: Partial<Settings>;
}

export interface DraftState {
  /** The draft as the server last told it. */
  base: AgentDetail;
  edits: Edits;
  /** What is on its way to the server; `edits` are then those since. */
  sent: Edits | undefined;
  save: { status: "saved" | "waiting" | "saving" | "conflict" } | { status: "failed"; error: Error };
}

export type DraftAction =
  | { type: "changed"; settings: Partial<Settings> }
  | { type: "renamed"; name: string }
  | { type: "sent" }
  | { type: "saved"; agent: AgentDetail }
  | { type: "failed"; error: Error }
  | { type: "conflict" }
  /** Read anew, for whatever reason. */
  | { type: "seen"; agent: AgentDetail }
  | { type: "reloaded"; agent: AgentDetail }
  | { type: "rebased"; agent: AgentDetail };

const NO_EDITS: Edits = { settings: {} };

export function draftReducer(state: DraftState, action: DraftAction): DraftState {
  switch (action.type) {
    case "changed":
      return edited(state, { ...state.edits, settings: { ...state.edits.settings, ...action.settings } });
    case "renamed":
      return edited(state, { ...state.edits, name: action.name });
    case "sent":
      return { ...state, sent: state.edits, edits: NO_EDITS, save: { status: "saving" } };
    case "saved": {
      const status = hasEdits(state.edits) ? "waiting" : "saved";
      return { base: action.agent, edits: state.edits, sent: undefined, save: { status } };
    }
    case "failed":
      return { ...state, ...takenBack(state), save: { status: "failed", error: action.error } };
    case "conflict":
      return { ...state, ...takenBack(state), save: { status: "conflict" } };
    case "seen":
      return seen(state, action.agent);
    case "reloaded":
      return { base: action.agent, edits: NO_EDITS, sent: undefined, save: { status: "saved" } };
    case "rebased":
      return { ...state, base: action.agent, save: { status: hasEdits(state.edits) ? "waiting" : "saved" } };
  }
}

export function hasEdits({ name, settings }: Edits): boolean {
  return name !== undefined || Object.keys(settings).length > 0;
}

/** The draft with what was changed here, whether it is on its way or not. */
export function shownDraft({ base, sent = NO_EDITS, edits }: DraftState): {
  name: string;
  settings: Settings;
} {
  return {
    name: edits.name ?? sent.name ?? base.name,
    settings: { ...base.settings, ...sent.settings, ...edits.settings },
  };
}

/** After a conflict what is changed waits for the person's decision. */
function edited(state: DraftState, edits: Edits): DraftState {
  const isHeld = state.sent !== undefined || state.save.status === "conflict";
  return { ...state, edits, save: isHeld ? state.save : { status: "waiting" } };
}

function takenBack({ sent = NO_EDITS, edits }: DraftState): Pick<DraftState, "edits" | "sent"> {
  return {
    edits: { ...sent, ...edits, settings: { ...sent.settings, ...edits.settings } },
    sent: undefined,
  };
}

/** What somebody else has made of it is shown at once, unless something was changed here too. */
function seen(state: DraftState, agent: AgentDetail): DraftState {
  if (agent.revision < state.base.revision || state.sent !== undefined) return state;
  if (agent.revision === state.base.revision) return { ...state, base: agent };
  if (!hasEdits(state.edits)) return { ...state, base: agent, save: { status: "saved" } };
  return { ...state, save: { status: "conflict" } };
}
