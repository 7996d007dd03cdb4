export interface AgentRow {
  id: number;
  workspace_id: number;
  slug: string;
  name: string;
  kind: string;
  api_enabled: number;
  settings: string;
  revision: number;
  created_at: number;
  updated_at: number;
  collaboration: string;
  is_template: number;
  owner_id: number | null;
  folder_id: number | null;
  deleted_at: number | null;
}

export interface AgentKeyRow {
  key_hash: string;
  agent_id: number;
  created_at: number;
  revoked_at: number | null;
  id: number;
  name: string;
  /** Empty: not known. */
  ending: string;
  /** 0: the configuration file, or the demo. */
  creator_id: number;
  is_from_file: number;
}

export interface AgentVersionRow {
  id: number;
  agent_id: number;
  number: number;
  name: string;
  settings: string;
  changelog: string;
  creator_id: number | null;
  created_at: number;
}

export interface ReleaseRow {
  agent_id: number;
  channel: string;
  version_id: number;
  since: number;
}

export interface AgentCollaboratorRow {
  agent_id: number;
  user_id: number;
  added_at: number;
}

export interface FolderRow {
  id: number;
  workspace_id: number;
  parent_id: number | null;
  name: string;
  description: string;
  kind: string;
  creator_id: number | null;
  created_at: number;
}

export interface CopyTaskRow {
  id: number;
  user_id: number;
  entity_kind: string;
  source_id: number;
  target_id: number | null;
  target_workspace_id: number;
  status: string;
  failures: string;
  created_at: number;
}
