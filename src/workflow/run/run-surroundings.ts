import type { ActionDecision, OutputAction } from "../../domain/output-action.ts";
import type { RunHost, ValueScope } from "../node-kind.ts";

/** The surroundings of a run as its nodes see them: what they set they find again, and trials keep nothing. */
export class RunSurroundings implements RunHost {
  readonly #host: RunHost;
  readonly #isTrial: boolean;
  readonly #onChange: (scope: ValueScope, values: Record<string, string>) => void;
  /** What a trial has set. */
  readonly #set: Record<ValueScope, Record<string, string>> = { conversation: {}, user: {} };

  constructor(
    host: RunHost,
    {
      isTrial,
      onChange,
    }: { isTrial: boolean; onChange: (scope: ValueScope, values: Record<string, string>) => void },
  ) {
    this.#host = host;
    this.#isTrial = isTrial;
    this.#onChange = onChange;
  }

  act(decision: ActionDecision, nodeId: string): Promise<OutputAction> {
    return this.#host.act(decision, nodeId);
  }

  async values(scope: ValueScope): Promise<Record<string, string>> {
    return { ...(await this.#host.values(scope)), ...this.#set[scope] };
  }

  async setValues(scope: ValueScope, values: Record<string, string>): Promise<void> {
    if (this.#isTrial) Object.assign(this.#set[scope], values);
    else await this.#host.setValues(scope, values);
    this.#onChange(scope, values);
  }

  history(limit: number) {
    return this.#host.history(limit);
  }
}
