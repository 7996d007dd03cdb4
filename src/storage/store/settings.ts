/** Small facts about the installation itself, such as encrypted first-run keys. */
export interface SettingStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  /**
   * Sets it unless it is set. Resolves with the value that is kept: of several who try at once, one wins. Inside a
   * transaction others who want to keep or set it wait until it ends.
   */
  keep(key: string, value: string): Promise<string>;
}
