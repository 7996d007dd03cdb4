/** A model that somebody connected. */
export interface ModelRow {
  name: string;
  /** JSON of the definition without what is secret. */
  definition: string;
  /** Encrypted JSON; empty: nothing is secret. */
  secrets: string;
  is_default: number;
  creator_id: number | null;
  created_at: number;
  updated_at: number;
}
