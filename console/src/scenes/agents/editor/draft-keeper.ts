import { ApiError } from "../../../api/client.ts";
import type { AgentChange, AgentDetail } from "../data.ts";
import { type DraftAction, type DraftState, draftReducer, hasEdits } from "./draft-state.ts";

/** How long nothing is changed before it is saved. */
const PAUSE_MS = 700;

/** Keeps what is edited until the server has it, one request at a time. */
export class DraftKeeper {
  #state: DraftState;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #send: (change: AgentChange) => Promise<AgentDetail>;

  constructor(agent: AgentDetail, send: (change: AgentChange) => Promise<AgentDetail>) {
    this.#state = { base: agent, edits: { settings: {} }, sent: undefined, save: { status: "saved" } };
    this.#send = send;
  }

  readonly state = (): DraftState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly dispatch = (action: DraftAction): void => {
    this.#state = draftReducer(this.#state, action);
    clearTimeout(this.#timer);
    if (this.#state.save.status === "waiting") this.#timer = setTimeout(() => void this.#save(), PAUSE_MS);
    for (const listener of this.#listeners) listener();
  };

  /** Saves now what waits, and what comes meanwhile. Rejects when it cannot be saved. */
  readonly flush = async (): Promise<void> => {
    do {
      await this.#saving;
      await this.#save();
    } while (this.#state.save.status === "waiting");
    const { edits, save } = this.#state;
    if (save.status === "failed") throw save.error;
    if (hasEdits(edits)) throw new Error(save.status);
  };

  async #save(): Promise<void> {
    const { base, edits, sent, save } = this.#state;
    if (sent !== undefined) return this.#saving;
    if (!hasEdits(edits) || save.status === "conflict") return;
    this.dispatch({ type: "sent" });
    this.#saving = this.#send({ ...edits, revision: base.revision }).then(
      (agent) => this.dispatch({ type: "saved", agent }),
      (error: Error) => {
        const isConflict = error instanceof ApiError && error.code === "already_decided";
        this.dispatch(isConflict ? { type: "conflict" } : { type: "failed", error });
      },
    );
    await this.#saving;
  }
}
