import { createHash, createPublicKey, randomBytes, timingSafeEqual } from "node:crypto";
import { hashKey } from "../config/secrets.ts";
import type { OAuthApp, OAuthGrant, TokenScope } from "../domain/access.ts";
import type { Channel } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { ChannelId, OAuthAppId, OAuthGrantId, UserId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";

/** What OAuth needs of the rest of the server. */
export interface OAuthServices {
  store: Store;
  now: () => Date;
}

/** What an app is made of. */
export interface OAuthAppRequest {
  kind: OAuthApp["kind"];
  name: string;
  /** Whose account a `jwt` app acts for. */
  ownerId: UserId;
  redirectUris: string[];
  /** RSA public keys in PEM; only, and at least one, for `jwt`. */
  publicKeys: string[];
  /** Only for `web`; made when absent. */
  clientSecret?: string;
  scope: TokenScope;
  /** The custom channel of its owner that its tokens are to speak for; only for `jwt`. */
  channelId?: ChannelId;
}

const SECRET_BYTES = 32;
const MIN_SECRET_CHARACTERS = 16;
const MIN_KEY_BITS = 2048;

/**
 * Makes an app. `clientSecret` is known to nobody afterwards; only `web` apps have one. Rejects with
 * `request_invalid` naming the field when the parts do not fit the kind.
 */
export async function createOAuthApp(
  { store, now }: OAuthServices,
  request: OAuthAppRequest,
): Promise<{ app: OAuthApp; clientSecret?: string }> {
  const { kind, clientSecret = randomBytes(SECRET_BYTES).toString("base64url") } = request;
  const app = describeOAuthApp(store.newId<OAuthAppId>(), { ...request, clientSecret }, now());
  await store.transaction((repositories) => saveOAuthApp(repositories, app));
  await store.flushed();
  return kind === "web" ? { app, clientSecret } : { app };
}

/**
 * Gives a `web` app another secret, which is known to nobody afterwards; the one before is void. Rejects with
 * `request_invalid` for apps of other kinds, which have none.
 */
export async function rotateClientSecret({ store }: OAuthServices, id: OAuthAppId): Promise<string> {
  const clientSecret = randomBytes(SECRET_BYTES).toString("base64url");
  await store.transaction(async ({ oauth }) => {
    const app = await oauth.findApp(id);
    if (app === undefined) throw new DomainError("not_found", "no such OAuth app");
    if (app.kind !== "web") throw new DomainError("request_invalid", `a ${app.kind} app has no secret`);
    await oauth.saveApp({ ...app, secretHash: hashKey(clientSecret) });
  });
  await store.flushed();
  return clientSecret;
}

/** Inserts or replaces the app, and gives a `jwt` app the grant that its tokens hang on. */
export async function saveOAuthApp({ oauth }: Pick<Repositories, "oauth">, app: OAuthApp): Promise<void> {
  await oauth.saveApp(app);
  if (app.kind === "jwt") await oauth.saveGrant(standingGrant(app));
}

/** The app as it would be stored. Throws `request_invalid` naming the field when the parts do not fit the kind. */
export function describeOAuthApp(id: OAuthAppId, request: OAuthAppRequest, createdAt: Date): OAuthApp {
  const { kind, name, ownerId, redirectUris, publicKeys, clientSecret, scope, channelId } = request;
  const redirects = kind === "web" || kind === "pkce";
  if (redirects !== redirectUris.length > 0) {
    const message = redirects ? `a ${kind} app needs at least one` : `a ${kind} app has none`;
    throw new DomainError("request_invalid", message, { field: "redirectUris" });
  }
  if ((kind === "jwt") !== publicKeys.length > 0) {
    const message = kind === "jwt" ? "a jwt app needs at least one" : `a ${kind} app has none`;
    throw new DomainError("request_invalid", message, { field: "publicKeys" });
  }
  if (kind !== "jwt" && channelId !== undefined) {
    throw new DomainError("request_invalid", `a ${kind} app speaks for no channel`, { field: "channel" });
  }
  for (const uri of redirectUris) checkRedirectUri(uri);
  if (kind === "web" && (clientSecret ?? "").length < MIN_SECRET_CHARACTERS) {
    const message = `must have at least ${MIN_SECRET_CHARACTERS} characters`;
    throw new DomainError("request_invalid", message, { field: "clientSecret" });
  }
  return {
    id,
    kind,
    name,
    ownerId,
    ...(kind === "web" && clientSecret !== undefined ? { secretHash: hashKey(clientSecret) } : {}),
    redirectUris,
    publicKeys: publicKeys.map(readPublicKey),
    scope,
    ...(channelId === undefined ? {} : { channelId }),
    createdAt,
  };
}

/** The id of a channel that apps of this owner can speak for. Throws `request_invalid` naming `channel` otherwise. */
export function channelOfOwner(channel: Channel | undefined, ownerId: UserId): ChannelId {
  if (channel !== undefined && channel.deletedAt === undefined && channel.ownerId === ownerId) {
    return channel.id;
  }
  throw new DomainError("request_invalid", "is no channel of the app's owner", { field: "channel" });
}

/** A `jwt` app needs nobody's consent but its maker's: the one grant of all its tokens has the app's number. */
export function standingGrantId({ id }: Pick<OAuthApp, "id">): OAuthGrantId {
  return Number(id) as OAuthGrantId;
}

function standingGrant(app: OAuthApp): OAuthGrant {
  const { id, ownerId, scope, createdAt, disabledAt } = app;
  const revoked = disabledAt === undefined ? {} : { revokedAt: disabledAt };
  return { id: standingGrantId(app), appId: id, userId: ownerId, scope, createdAt, ...revoked };
}

/**
 * A public key with its fingerprint, the `kid` of assertions: SHA-256 of its DER form (SubjectPublicKeyInfo), in
 * base64url without padding. Throws `request_invalid` when it is no RSA public key of at least 2048 bits.
 */
export function readPublicKey(pem: string): { fingerprint: string; pem: string } {
  const refuse = (problem: string, cause?: unknown) =>
    new DomainError("request_invalid", problem, { field: "publicKeys", cause });
  if (pem.includes("PRIVATE KEY")) throw refuse("is a private key; give its public key");
  const key = parseKey();
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== "rsa" || modulusLength < MIN_KEY_BITS) {
    throw refuse(`must be an RSA key of at least ${MIN_KEY_BITS} bits`);
  }
  const der = key.export({ type: "spki", format: "der" });
  return {
    fingerprint: createHash("sha256").update(der).digest("base64url"),
    pem: key.export({ type: "spki", format: "pem" }).toString(),
  };

  function parseKey() {
    try {
      return createPublicKey(pem);
    } catch (cause) {
      throw refuse("is no public key in PEM", cause);
    }
  }
}

/** Schemes that run something or read the device instead of opening an app. */
const UNSAFE_SCHEMES = /^(?:javascript|data|vbscript|file|blob|about|filesystem|view-source|ws|wss|ftp):/;
const MAX_URI_CHARACTERS = 2_000;

/**
 * Throws `request_invalid` unless it is an absolute address without a fragment or user name: of a web server, or with
 * a scheme of an app's own, such as `shop.example:/callback`.
 */
function checkRedirectUri(uri: string): void {
  const problem = problemOf(uri);
  if (problem === undefined) return;
  throw new DomainError("request_invalid", `${JSON.stringify(uri)} ${problem}`, { field: "redirectUris" });
}

function problemOf(uri: string): string | undefined {
  if (uri.length > MAX_URI_CHARACTERS) return `has more than ${MAX_URI_CHARACTERS} characters`;
  if (!/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return "is no address in printable ASCII";
  const { protocol, hostname, username, password } = new URL(uri);
  if (UNSAFE_SCHEMES.test(protocol)) return `has the scheme ${protocol} which is no place to send a code to`;
  if (uri.includes("#")) return "has a fragment";
  if (username !== "" || password !== "") return "holds a user name";
  const isWeb = protocol === "https:" || protocol === "http:";
  if (isWeb && !/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(hostname)) return "has no plain host name";
  return undefined;
}

/**
 * The enabled app that says it is this one and, if it has a secret, proves it. Rejects with `client_invalid`
 * otherwise, also when it is of none of the kinds.
 */
export async function requireClient(
  store: Pick<Repositories, "oauth">,
  client: { id: OAuthAppId; secret: string | undefined; kinds: readonly OAuthApp["kind"][] },
): Promise<OAuthApp> {
  const app = await findEnabledApp(store, client.id);
  if (app === undefined || !isSecretRight(app, client.secret)) {
    throw new DomainError("client_invalid", "unknown or disabled app, or wrong client secret");
  }
  if (!client.kinds.includes(app.kind)) {
    throw new DomainError("client_invalid", `an app of the kind ${app.kind} cannot use this grant`);
  }
  return app;
}

export async function findEnabledApp(
  { oauth }: Pick<Repositories, "oauth">,
  id: OAuthAppId,
): Promise<OAuthApp | undefined> {
  const app = await oauth.findApp(id);
  return app?.disabledAt === undefined ? app : undefined;
}

function isSecretRight({ kind, secretHash }: OAuthApp, secret: string | undefined): boolean {
  if (kind !== "web") return true;
  if (secretHash === undefined || secret === undefined) return false;
  return timingSafeEqual(Buffer.from(hashKey(secret)), Buffer.from(secretHash));
}
