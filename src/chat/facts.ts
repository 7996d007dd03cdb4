import type { PlainFact } from "../callbacks/emit.ts";
import type { Emission, Repositories, Store } from "../storage/store.ts";

/** Where the room says what happened, for those who want to be told. */
export interface Facts {
  /**
   * What has to be stored, together with its cause, because of a fact; undefined when nobody wants to know. Inside a
   * transaction pass its repositories.
   */
  prepare(
    repositories: Pick<Repositories, "endpoints" | "workspaces">,
    fact: PlainFact,
  ): Promise<Emission | undefined>;
  /** Call it when cause and emissions are stored for good. */
  wake(emissions: readonly Emission[]): void;
}

/** Nobody is told of anything. */
export const SILENT_FACTS: Facts = { prepare: async () => undefined, wake: () => {} };

/** Prepares several facts at once, outside of a transaction; those nobody wants to know of are left out. */
export async function prepareAll(
  facts: Facts,
  store: Pick<Store, "endpoints" | "workspaces">,
  happened: readonly PlainFact[],
): Promise<Emission[]> {
  const emissions = await Promise.all(happened.map((fact) => facts.prepare(store, fact)));
  return emissions.filter((emission) => emission !== undefined);
}
