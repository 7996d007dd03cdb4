import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { decryptSecret, type SecretKey } from "../config/secrets.ts";
import { isAtLeast } from "../domain/access.ts";
import type { Channel, ChannelAccount, ChannelAuthorization } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { ChannelId, UserId } from "../domain/ids.ts";
import type { Outbound } from "../http/outbound.ts";
import { publishLog } from "../log/logger.ts";
import type { Store } from "../storage/store.ts";

/** What linking accounts works with. */
export interface LinkServices {
  store: Store;
  secretKey: SecretKey;
  outbound: Pick<Outbound, "request">;
  now: () => Date;
}

/** Whose browser links an account: what begins and ends must be of one session. */
export interface Linking {
  channelId: ChannelId;
  userId: UserId;
  /** A secret of the signed-in browser. */
  session: string;
  /** Where the channel sends the browser back to; the same at both ends. */
  redirectUri: string;
}

type OAuthChannel = Channel & { authorization: Extract<ChannelAuthorization, { mode: "oauth" }> };

const STATE_MS = 10 * 60_000;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
const TEXT_LIMIT = 200;

/** What every store can keep. */
const storableText = z
  .string()
  .max(TEXT_LIMIT)
  .refine((text) => !text.includes("\u0000"))
  .transform((text) => text.toWellFormed());

/** What a channel's server answers. Source: spec page of the callbacks §4.4. Numbers are ids of older servers. */
const tokenAnswer = z.object({ access_token: z.string().min(1).max(10_000) });
const userAnswer = z.object({
  id: z
    .union([z.string().min(1), z.int()])
    .transform(String)
    .pipe(storableText),
  name: storableText.nullish(),
});

/** A channel whose publishers link their accounts, for a user who may publish there. Rejects with `not_found`. */
export async function linkableChannel(
  { store }: { store: Store },
  { channelId, userId }: Pick<Linking, "channelId" | "userId">,
): Promise<{ channel: OAuthChannel; account: ChannelAccount | undefined }> {
  const channel = await store.channels.find(channelId);
  if (channel === undefined || channel.deletedAt !== undefined || !isOAuth(channel)) throw noSuchChannel();
  if (channel.ownerId !== userId) {
    const places = await store.users.memberships(userId);
    const publishing = places.filter(({ role }) => isAtLeast(role, "member"));
    const open = publishing.map(({ workspaceId }) => store.channels.isInstalled(channelId, workspaceId));
    if (!(await Promise.all(open)).includes(true)) throw noSuchChannel();
  }
  return { channel, account: await store.channels.findAccount(channelId, userId) };
}

/** Where to send the browser, so that the channel asks its user. Rejects with `not_found`. */
export async function beginLink(services: LinkServices, linking: Linking): Promise<string> {
  const { channel } = await linkableChannel(services, linking);
  const url = new URL(channel.authorization.authorizeUrl);
  url.searchParams.set("client_id", channel.authorization.clientId);
  url.searchParams.set("redirect_uri", linking.redirectUri);
  url.searchParams.set("response_type", "code");
  const expiresAt = services.now().getTime() + STATE_MS;
  url.searchParams.set("state", `${expiresAt}.${proof(services.secretKey, linking, expiresAt)}`);
  return url.href;
}

/**
 * Trades the code that the channel sent the browser back with for the account, and keeps it in the place of another
 * one; durable when it resolves. Rejects with `not_found`; `authorization_invalid` when the state was not made for this
 * session or is too old, or when the channel's server does not say whose the code is.
 */
export async function finishLink(
  services: LinkServices,
  linking: Linking,
  { code, state }: { code: string; state: string },
): Promise<ChannelAccount> {
  const { store, secretKey, now } = services;
  const { channel } = await linkableChannel(services, linking);
  requireOwnState(services, linking, state);
  const { authorization } = channel;
  const token = await call(services, tokenAnswer, {
    method: "POST",
    url: authorization.tokenUrl,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_id: authorization.clientId,
      client_secret: decryptSecret(secretKey, authorization.clientSecret),
      code,
      grant_type: "authorization_code",
      redirect_uri: linking.redirectUri,
    }),
  });
  const user = await call(services, userAnswer, {
    method: "GET",
    url: authorization.userUrl,
    headers: { authorization: `Bearer ${token.access_token}` },
  });
  const { channelId, userId } = linking;
  const account = { channelId, userId, accountId: user.id, name: user.name ?? "", linkedAt: now() };
  await store.channels.saveAccount(account);
  await store.flushed();
  return account;
}

/** Forgets the account; durable when it resolves. False when none was linked. */
export async function unlinkAccount(
  { store }: { store: Store },
  { channelId, userId }: Pick<Linking, "channelId" | "userId">,
): Promise<boolean> {
  const wasLinked = await store.channels.deleteAccount(channelId, userId);
  await store.flushed();
  return wasLinked;
}

async function call<Answer>(
  { outbound }: LinkServices,
  answer: z.ZodType<Answer>,
  request: { method: "GET" | "POST"; url: string; headers: Record<string, string>; body?: string },
): Promise<Answer> {
  const refuse = (cause?: unknown) =>
    new DomainError("authorization_invalid", "the channel's server did not say whose account this is", {
      cause,
    });
  try {
    const headers = { accept: "application/json", ...request.headers };
    const limits = { timeoutMs: TIMEOUT_MS, maxResponseBytes: MAX_BYTES };
    const { status, body } = await outbound.request({ ...request, headers, ...limits });
    if (status >= 200 && status < 300) return answer.parse(JSON.parse(body.toString("utf8")));
    publishLog.info({ status, url: request.url }, "a channel's server refused to link an account");
  } catch (cause) {
    publishLog.info({ err: cause, url: request.url }, "linking an account failed");
    throw refuse(cause);
  }
  throw refuse();
}

function requireOwnState({ secretKey, now }: LinkServices, linking: Linking, state: string): void {
  const [, expires = "", given = ""] = /^(\d{1,15})\.([A-Za-z0-9_-]{43})$/.exec(state) ?? [];
  const expiresAt = Number(expires);
  const [mine, theirs] = [Buffer.from(proof(secretKey, linking, expiresAt)), Buffer.from(given)];
  const isMine = mine.length === theirs.length && timingSafeEqual(mine, theirs);
  if (isMine && expiresAt > now().getTime()) return;
  throw new DomainError("authorization_invalid", "this was not begun in this browser, or too long ago");
}

function proof(
  secretKey: SecretKey,
  { channelId, userId, session, redirectUri }: Linking,
  expiresAt: number,
): string {
  const text = JSON.stringify(["account link", channelId, userId, session, redirectUri, expiresAt]);
  return createHmac("sha256", secretKey.bytes).update(text).digest("base64url");
}

function isOAuth(channel: Channel): channel is OAuthChannel {
  return channel.authorization.mode === "oauth";
}

function noSuchChannel(): DomainError {
  return new DomainError("not_found", "no such channel, or it does not ask for accounts");
}
