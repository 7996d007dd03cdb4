import type { PlainFact } from "../callbacks/emit.ts";
import type { DeliveryId } from "../domain/ids.ts";
import type { Emission, Repositories } from "../storage/store.ts";

/** Where the room says what happened, for those who want to be told. */
export interface Facts {
  /**
   * What has to be stored, together with its cause, because of a fact; undefined when nobody wants to know. Inside a
   * transaction pass its repositories. `after`: a delivery, which another node may have made, that comes before it.
   */
  prepare(
    repositories: Pick<Repositories, "endpoints" | "workspaces">,
    fact: PlainFact,
    after?: DeliveryId,
  ): Promise<Emission | undefined>;
  /** Whether anybody may want to be told: for facts that cost something to make. One read of an index. */
  isHeard(
    repositories: Pick<Repositories, "endpoints">,
    about: Pick<PlainFact, "workspaceId" | "type">,
  ): Promise<boolean>;
  /** As `prepare` each, for two facts of one cause, workspace and channel, with one look for who wants to know. */
  prepareBoth(
    repositories: Pick<Repositories, "endpoints" | "workspaces">,
    one: PlainFact,
    other: PlainFact,
  ): Promise<Emission[]>;
  /** Call it when cause and emissions are stored for good. */
  wake(emissions: readonly Emission[]): void;
}

/** Nobody is told of anything. */
export const SILENT_FACTS: Facts = {
  prepare: async () => undefined,
  isHeard: async () => false,
  prepareBoth: async () => [],
  wake: () => {},
};
