import { createCipheriv, createDecipheriv, createHash, randomBytes, randomInt } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** The key that stored secrets are encrypted with. */
export interface SecretKey {
  /** 32 bytes. */
  readonly bytes: Buffer;
  /** Eight hex digits that tell keys apart without saying anything about them. */
  readonly id: string;
}

/** A secret key that is malformed, or does not fit what it should decrypt. The message tells the operator. */
export class SecretKeyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SecretKeyError";
  }
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = "v1";
const KEY_FILE = "secret.key";

/**
 * The configured key or, without one, the key in the data directory, which is made (mode 0600) when there is
 * none; so is the directory (0700). Processes that start at once agree on one key. Rejects with a `SecretKeyError` when a key is no key.
 */
export async function openSecretKey(
  configured: string | undefined,
  dataDirectory: string,
): Promise<SecretKey> {
  const known = await findSecretKey(configured, dataDirectory);
  if (known !== undefined) return known;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const path = join(dataDirectory, KEY_FILE);
  await createOnce(path, `${randomBytes(KEY_BYTES).toString("base64")}\n`);
  return parseSecretKey(await readFile(path, "utf8"), path);
}

/** The same where there is one; makes nothing. */
export async function findSecretKey(
  configured: string | undefined,
  dataDirectory: string,
): Promise<SecretKey | undefined> {
  if (configured !== undefined) return parseSecretKey(configured, "ANTIPHON_SECRET_KEY");
  const path = join(dataDirectory, KEY_FILE);
  const kept = await readIfThere(path);
  return kept === undefined ? undefined : parseSecretKey(kept, path);
}

/** Reads 32 bytes in base64 or hex. `from` names the place in the error. */
export function parseSecretKey(text: string, from: string): SecretKey {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, /^[0-9a-fA-F]{64}$/.test(trimmed) ? "hex" : "base64");
  if (!isSecretKeyText(trimmed)) {
    throw new SecretKeyError(
      `${from} must hold 32 bytes in base64 or hex; \`openssl rand -base64 32\` makes such a key`,
    );
  }
  return {
    bytes,
    id: createHash("sha256").update("antiphon key id").update(bytes).digest("hex").slice(0, 8),
  };
}

/** Whether this is 32 bytes in base64 or hex. */
export function isSecretKeyText(text: string): boolean {
  return /^([A-Za-z0-9+/_-]{43}=?|[0-9a-fA-F]{64})$/.test(text.trim());
}

/** Encrypts with AES-256-GCM. The same text never looks the same twice. */
export function encryptSecret(key: SecretKey, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce).setAAD(header(key.id));
  const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${FORMAT}.${key.id}.${sealed.toString("base64url")}`;
}

/**
 * Reads what `encryptSecret` made. Throws a `SecretKeyError` when it was made with another key or was changed.
 */
export function decryptSecret(key: SecretKey, encrypted: string): string {
  const [format, keyId, payload] = encrypted.split(".");
  if (format !== FORMAT || keyId === undefined || payload === undefined) {
    throw new SecretKeyError("the stored secret is not in a form this version of antiphon reads");
  }
  if (keyId !== key.id) {
    throw new SecretKeyError(
      `the stored secret was encrypted with key ${keyId}, the key in use is ${key.id}; bring back the earlier ANTIPHON_SECRET_KEY or secret.key`,
    );
  }
  const sealed = Buffer.from(payload, "base64url");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(header(key.id)).setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    // The cipher only says "no"; its own words would tell an operator less.
    throw new SecretKeyError("the stored secret was damaged or changed and cannot be decrypted");
  }
}

/** A new app key: 20 characters of 0-9 and a-v like HiAgent's own, 100 random bits. */
export function newAppKey(): string {
  return Array.from({ length: 20 }, () => randomInt(32).toString(32)).join("");
}

/** SHA-256 in hex: what is stored of a key. */
export function hashKey(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function header(keyId: string): Buffer {
  return Buffer.from(`${FORMAT}.${keyId}`);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes a whole file or, when there is one by then, leaves that one. Never shows half a file under `path`. */
async function createOnce(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, "code") : undefined;
}
