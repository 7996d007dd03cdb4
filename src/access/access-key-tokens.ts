import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { SecretKey } from "../config/secrets.ts";
import type { AccessKey } from "../domain/access-key.ts";
import { DomainError } from "../domain/errors.ts";
import type { AccessKeyId } from "../domain/ids.ts";
import type { AccessKeyStore } from "../storage/store.ts";

/** Source: spec page of Insight §9. */
export const TOKEN_SECONDS = 7_200;
/** Longer ones are none of ours. */
const MAX_TOKEN_CHARACTERS = 1_024;

/** What counts of a token; the rest is for clients to look at. `exp` in seconds since the Unix epoch. */
const claims = z.object({
  key: z.int(),
  ver: z.int(),
  exp: z.int(),
});

/**
 * Tokens that are stored nowhere: JSON Web Tokens with HMAC-SHA256, under a key made of the installation's secret key.
 * Every node makes and reads the same ones. See `docs/decisions/0017-access-key-tokens.md`.
 */
export class AccessKeyTokens {
  readonly #accessKeys: Pick<AccessKeyStore, "get">;
  readonly #signingKey: Buffer;
  readonly #header: string;

  constructor({
    store,
    secretKey,
  }: { store: { accessKeys: Pick<AccessKeyStore, "get"> }; secretKey: SecretKey }) {
    this.#accessKeys = store.accessKeys;
    this.#signingKey = Buffer.from(
      hkdfSync("sha256", secretKey.bytes, Buffer.alloc(0), "antiphon access-key tokens", 32),
    );
    this.#header = encode({ alg: "HS256", typ: "JWT", kid: secretKey.id });
  }

  /** A new token of the key as it is now. Earlier ones stay good until their own end. */
  mint(key: AccessKey, now: Date): string {
    const seconds = Math.floor(now.getTime() / 1_000);
    const content = encode({
      sub: key.keyId,
      key: key.id,
      ver: key.version,
      workspace: key.workspaceId,
      scopes: key.scopes,
      jti: randomBytes(9).toString("base64url"),
      iat: seconds,
      exp: seconds + TOKEN_SECONDS,
    });
    const signed = `${this.#header}.${content}`;
    return `${signed}.${this.#sign(signed).toString("base64url")}`;
  }

  /**
   * The key of a token, as it is stored now. Rejects with `credential_expired`; with `credential_invalid` when it is
   * none of ours, or the key is gone, was disabled since or has another secret since.
   */
  async verify(token: string, now: Date): Promise<AccessKey> {
    const { key: id, ver, exp } = this.#read(token);
    if (now.getTime() >= exp * 1_000) {
      throw new DomainError("credential_expired", "the access token has expired; get another one");
    }
    const key = await this.#accessKeys.get(id as AccessKeyId);
    if (key === undefined || key.disabledAt !== undefined || key.version !== ver) throw invalid();
    return key;
  }

  #read(token: string): z.output<typeof claims> {
    const [header = "", content = "", signature = "", ...rest] = token.split(".");
    const expected = this.#sign(`${header}.${content}`);
    const given = Buffer.from(signature, "base64url");
    const isOurs =
      token.length <= MAX_TOKEN_CHARACTERS &&
      rest.length === 0 &&
      given.length === expected.length &&
      timingSafeEqual(given, expected);
    if (!isOurs) throw invalid();
    return claims.parse(JSON.parse(Buffer.from(content, "base64url").toString("utf8")));
  }

  #sign(text: string): Buffer {
    return createHmac("sha256", this.#signingKey).update(text).digest();
  }
}

function invalid(): DomainError {
  return new DomainError("credential_invalid", "the access token is unknown or void");
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
