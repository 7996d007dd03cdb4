export interface WorkspaceRow {
  id: number;
  name: string;
  created_at: number;
  description: string;
  icon: string;
  kind: string;
}

export interface WorkspaceMemberRow {
  workspace_id: number;
  user_id: number;
  role: string;
  joined_at: number;
}

export interface UserRow {
  id: number;
  name: string;
  nickname: string;
  avatar_url: string;
  password_hash: string | null;
  created_at: number;
  disabled_at: number | null;
}

export interface AccessTokenRow {
  id: number;
  token_hash: string;
  kind: string;
  user_id: number;
  name: string;
  scope: string;
  session_name: string;
  grant_id: number | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
  channel_id: number | null;
}

/** A browser that a user signed in with. */
export interface SignInRow {
  session_hash: string;
  user_id: number;
  created_at: number;
  expires_at: number;
}
