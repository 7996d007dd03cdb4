import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { decryptSecret, encryptSecret, type SecretKey } from "../config/secrets.ts";
import type { Repositories, Store } from "../storage/store.ts";

/** A public key as everybody may read it. Source: RFC 8037 §2, RFC 7517 §4. */
export interface PublicSigningKey {
  kty: "OKP";
  crv: "Ed25519";
  alg: "EdDSA";
  use: "sig";
  /** The key's thumbprint. Source: RFC 7638. */
  kid: string;
  /** 32 bytes in base64url. */
  x: string;
}

interface KeptKey {
  id: string;
  /** 32 bytes in base64url. */
  publicKey: string;
  /** PEM, encrypted with the installation's key. */
  encrypted: string;
}

type Settings = Pick<Repositories, "settings">;

const SETTING = "callbacks.signing-keys";
/** The current key and the one before: nobody who has one of them misses an attempt. */
const KEY_LIMIT = 2;
const CACHE_MS = 60_000;
const PUBLIC_KEY_PREFIX = "whpk_";

/** What receivers may check attempts with, newest first. Empty: no endpoint has wanted such signatures yet. */
export async function publicSigningKeys({ settings }: Settings): Promise<PublicSigningKey[]> {
  return parse(await settings.get(SETTING)).map(({ id, publicKey }) => ({
    kty: "OKP",
    crv: "Ed25519",
    alg: "EdDSA",
    use: "sig",
    kid: id,
    x: publicKey,
  }));
}

/** As Standard Webhooks writes public keys: `whpk_` and base64. Source: Standard Webhooks, "Signature scheme". */
export function portableKey({ x }: Pick<PublicSigningKey, "x">): string {
  return `${PUBLIC_KEY_PREFIX}${Buffer.from(x, "base64url").toString("base64")}`;
}

/** The private keys of all public ones, newest first. Makes the first pair when there is none; flushing is the caller's. */
export async function openSigningKeys({ settings }: Settings, secretKey: SecretKey): Promise<KeyObject[]> {
  const kept = (await settings.get(SETTING)) ?? (await settings.keep(SETTING, firstKeys(secretKey)));
  return parse(kept).map(({ encrypted }) => createPrivateKey(decryptSecret(secretKey, encrypted)));
}

/**
 * Makes another pair, which signs beside the one before until the next rotation; older ones are forgotten. It would
 * survive a power cut when this resolves. Nodes that send begin to use it within a minute.
 */
export async function rotateSigningKeys(store: Store, secretKey: SecretKey): Promise<void> {
  await store.transaction(async ({ settings }) => {
    const first = firstKeys(secretKey);
    const kept = await settings.keep(SETTING, first);
    if (kept === first) return;
    const keys = [newKey(secretKey), ...parse(kept)].slice(0, KEY_LIMIT);
    await settings.set(SETTING, JSON.stringify(keys));
  });
  await store.flushed();
}

/** The private keys, for those who sign all the time. */
export class SigningKeys {
  readonly #store: Store;
  readonly #secretKey: SecretKey;
  #known: { keys: Promise<KeyObject[]>; untilMs: number } | undefined;

  constructor(store: Store, secretKey: SecretKey) {
    this.#store = store;
    this.#secretKey = secretKey;
  }

  /** At most a minute old. Rejects when the store fails, or with a `SecretKeyError`; the next call tries again. */
  async current(): Promise<KeyObject[]> {
    const nowMs = performance.now();
    if (this.#known === undefined || this.#known.untilMs <= nowMs) {
      this.#known = { keys: this.#open(), untilMs: nowMs + CACHE_MS };
    }
    const { keys } = this.#known;
    try {
      return await keys;
    } catch (error) {
      if (this.#known?.keys === keys) this.#known = undefined;
      throw error;
    }
  }

  async #open(): Promise<KeyObject[]> {
    const keys = await openSigningKeys(this.#store, this.#secretKey);
    await this.#store.flushed();
    return keys;
  }
}

function firstKeys(secretKey: SecretKey): string {
  return JSON.stringify([newKey(secretKey)]);
}

function newKey(secretKey: SecretKey): KeptKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { id: thumbprint(x), publicKey: x, encrypted: encryptSecret(secretKey, pem) };
}

function thumbprint(x: string): string {
  return createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
}

function parse(kept: string | undefined): KeptKey[] {
  return kept === undefined ? [] : JSON.parse(kept);
}
