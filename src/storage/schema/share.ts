/** A public address of an agent. */
export interface ShareLinkRow {
  id: number;
  key: string;
  workspace_id: number;
  agent_id: number;
  is_enabled: number;
  title: string;
  greeting: string;
  color: string;
  /** JSON array of texts. */
  origins: string;
  creator_id: number;
  created_at: number;
  updated_at: number;
}
