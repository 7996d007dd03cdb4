import type { AuthorizationCode, DeviceAuthorization, OAuthApp, OAuthGrant } from "../../domain/access.ts";
import type { ChannelId, OAuthAppId, OAuthGrantId, UserId } from "../../domain/ids.ts";
import type { OAuthAppRow, OAuthCodeRow, OAuthDeviceCodeRow, OAuthGrantRow } from "../schema.ts";

export function toAppRow(app: OAuthApp): OAuthAppRow {
  return {
    id: app.id,
    kind: app.kind,
    name: app.name,
    owner_id: app.ownerId,
    secret_hash: app.secretHash ?? null,
    redirect_uris: JSON.stringify(app.redirectUris),
    public_keys: JSON.stringify(app.publicKeys),
    scope: JSON.stringify(app.scope),
    created_at: app.createdAt.getTime(),
    disabled_at: app.disabledAt?.getTime() ?? null,
    channel_id: app.channelId ?? null,
  };
}

export function toApp(row: OAuthAppRow): OAuthApp {
  return {
    id: row.id as OAuthAppId,
    kind: row.kind as OAuthApp["kind"],
    name: row.name,
    ownerId: row.owner_id as UserId,
    ...(row.secret_hash === null ? {} : { secretHash: row.secret_hash }),
    redirectUris: JSON.parse(row.redirect_uris),
    publicKeys: JSON.parse(row.public_keys),
    scope: JSON.parse(row.scope),
    createdAt: new Date(row.created_at),
    ...(row.disabled_at === null ? {} : { disabledAt: new Date(row.disabled_at) }),
    ...(row.channel_id === null ? {} : { channelId: row.channel_id as ChannelId }),
  };
}

export function toGrantRow(grant: OAuthGrant): OAuthGrantRow {
  return {
    id: grant.id,
    app_id: grant.appId,
    user_id: grant.userId,
    scope: JSON.stringify(grant.scope),
    created_at: grant.createdAt.getTime(),
    revoked_at: grant.revokedAt?.getTime() ?? null,
  };
}

export function toGrant(row: OAuthGrantRow): OAuthGrant {
  return {
    id: row.id as OAuthGrantId,
    appId: row.app_id as OAuthAppId,
    userId: row.user_id as UserId,
    scope: JSON.parse(row.scope),
    createdAt: new Date(row.created_at),
    ...(row.revoked_at === null ? {} : { revokedAt: new Date(row.revoked_at) }),
  };
}

export function toCodeRow(code: AuthorizationCode): OAuthCodeRow {
  return {
    code_hash: code.codeHash,
    app_id: code.appId,
    user_id: code.userId,
    redirect_uri: code.redirectUri,
    challenge_method: code.challenge?.method ?? "",
    challenge: code.challenge?.value ?? "",
    scope: JSON.stringify(code.scope),
    created_at: code.createdAt.getTime(),
    expires_at: code.expiresAt.getTime(),
    used_at: null,
    grant_id: null,
  };
}

export function toCode(row: OAuthCodeRow): AuthorizationCode {
  const { challenge_method: method, challenge: value } = row;
  return {
    codeHash: row.code_hash,
    appId: row.app_id as OAuthAppId,
    userId: row.user_id as UserId,
    redirectUri: row.redirect_uri,
    ...(method === "plain" || method === "S256" ? { challenge: { method, value } } : {}),
    scope: JSON.parse(row.scope),
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
  };
}

export function toDeviceRow(device: DeviceAuthorization): OAuthDeviceCodeRow {
  return {
    device_code_hash: device.deviceCodeHash,
    user_code: device.userCode,
    app_id: device.appId,
    decision: device.decision,
    user_id: device.userId ?? null,
    scope: JSON.stringify(device.scope),
    interval_seconds: device.intervalSeconds,
    polled_at: device.polledAt?.getTime() ?? null,
    created_at: device.createdAt.getTime(),
    expires_at: device.expiresAt.getTime(),
  };
}

export function toDevice(row: OAuthDeviceCodeRow): DeviceAuthorization {
  return {
    deviceCodeHash: row.device_code_hash,
    userCode: row.user_code,
    appId: row.app_id as OAuthAppId,
    scope: JSON.parse(row.scope),
    decision: row.decision as DeviceAuthorization["decision"],
    ...(row.user_id === null ? {} : { userId: row.user_id as UserId }),
    intervalSeconds: row.interval_seconds,
    ...(row.polled_at === null ? {} : { polledAt: new Date(row.polled_at) }),
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
  };
}
