export interface OAuthAppRow {
  id: number;
  kind: string;
  name: string;
  owner_id: number;
  secret_hash: string | null;
  redirect_uris: string;
  public_keys: string;
  scope: string;
  created_at: number;
  disabled_at: number | null;
  channel_id: number | null;
}

export interface OAuthGrantRow {
  id: number;
  app_id: number;
  user_id: number;
  scope: string;
  created_at: number;
  revoked_at: number | null;
}

export interface OAuthRefreshTokenRow {
  token_hash: string;
  grant_id: number;
  created_at: number;
  expires_at: number;
  used_at: number | null;
}

export interface OAuthCodeRow {
  code_hash: string;
  app_id: number;
  user_id: number;
  redirect_uri: string;
  /** Empty: no PKCE. */
  challenge_method: string;
  challenge: string;
  scope: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  /** The grant that its use began, to be voided when it is used again. */
  grant_id: number | null;
}

export interface OAuthDeviceCodeRow {
  device_code_hash: string;
  user_code: string;
  app_id: number;
  decision: string;
  user_id: number | null;
  scope: string;
  interval_seconds: number;
  polled_at: number | null;
  created_at: number;
  expires_at: number;
}

/** The ids of assertions that were used, kept until they expire. */
export interface OAuthAssertionRow {
  app_id: number;
  jti: string;
  expires_at: number;
}
