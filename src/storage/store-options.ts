/** What every engine is opened with. */
export interface StoreOptions {
  /**
   * `full` (default): `flushed()` waits until the disk has everything. `relaxed`: it resolves at once; a power
   * cut may take the last moments, a killed process takes nothing.
   */
  durability?: "full" | "relaxed";
  /** Milliseconds since the Unix epoch, for ids. Default: the machine's clock. */
  now?: () => number;
}
