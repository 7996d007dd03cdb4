import { hashKey, type SecretKey } from "../config/secrets.ts";
import type { AccessKey } from "../domain/access-key.ts";
import { DomainError } from "../domain/errors.ts";
import { isInNetworks } from "../http/networks.ts";
import { accessLog } from "../log/logger.ts";
import type { AccessKeyStore } from "../storage/store.ts";
import { AccessKeyTokens, TOKEN_SECONDS } from "./access-key-tokens.ts";
import { SignInThrottle } from "./sign-in.ts";
import { siteOf, Throttle } from "./throttle.ts";
import { TokenBuckets } from "./token-bucket.ts";

/** Source: spec page of Insight §8, "Limits", and §9, "Security". */
const TOKENS_PER_MINUTE = 30;
/** How long it may take until pages of another origin are let in, or shut out. */
const ORIGINS_MS = 5_000;

type UsedStore = Pick<AccessKeyStore, "get" | "findByKeyId" | "list" | "touch">;

/** Where a request came from. */
export interface CallOrigin {
  /** The IP address. */
  address: string;
  /** The page's origin, where a browser sent it. */
  origin: string | undefined;
}

export interface IssuedToken {
  token: string;
  expiresInSeconds: number;
}

/** Who comes in with an access key. One for the whole process, which counts attempts and requests. */
export class AccessKeyDoor {
  readonly #accessKeys: UsedStore;
  readonly #tokens: AccessKeyTokens;
  readonly #now: () => Date;
  readonly #keys = new Throttle({ attempts: TOKENS_PER_MINUTE, windowSeconds: 60 });
  readonly #sites = new Throttle({ attempts: TOKENS_PER_MINUTE, windowSeconds: 60 });
  readonly #secrets = new SignInThrottle();
  readonly #requests: TokenBuckets | undefined;
  #origins: { known: Promise<Set<string>>; untilMs: number } | undefined;

  /** `requestsPerSecond`: of one key, twice as many at once; 0: no limit. */
  constructor(
    services: {
      store: { accessKeys: UsedStore };
      secretKey: SecretKey;
      now?: () => Date;
    },
    { requestsPerSecond: perSecond }: { requestsPerSecond: number },
  ) {
    this.#accessKeys = services.store.accessKeys;
    this.#tokens = new AccessKeyTokens(services);
    this.#now = services.now ?? (() => new Date());
    this.#requests = perSecond === 0 ? undefined : new TokenBuckets({ perSecond, burst: 2 * perSecond });
  }

  /**
   * A new token for who has a key's secret. Rejects with `client_invalid` for every wrong pair, in the same time
   * whether the key exists; with `rate_limited` after 30 calls in a minute with the key or from the address; with
   * `permission_denied` where the key may not be used from there.
   */
  async issueToken(keyId: string, secret: string, from: CallOrigin): Promise<IssuedToken> {
    await this.#sites.take(siteOf(from.address));
    await this.#keys.take(hashKey(keyId));
    const key = await this.#accessKeys.findByKeyId(keyId);
    const isRight = await this.#secrets.verify(secret, key?.secretHash);
    if (key === undefined || !isRight || key.disabledAt !== undefined) {
      throw new DomainError("client_invalid", "the access key or its secret is wrong");
    }
    await this.#admit(key, from);
    this.#noteUse(key);
    return { token: this.#tokens.mint(key, this.#now()), expiresInSeconds: TOKEN_SECONDS };
  }

  /**
   * The key of a token. Rejects with `credential_expired`, `credential_invalid`, `permission_denied` where it may not
   * be used from there, `rate_limited` when it is used too often.
   */
  async authenticate(token: string, from: CallOrigin): Promise<AccessKey> {
    const key = await this.#tokens.verify(token, this.#now());
    this.#requests?.take(key.id);
    await this.#admit(key, from);
    return key;
  }

  /** Whether any enabled key lists the origin; up to a few seconds ago. */
  async knowsOrigin(origin: string): Promise<boolean> {
    const nowMs = performance.now();
    if (this.#origins === undefined || nowMs >= this.#origins.untilMs) {
      const known = this.#readOrigins();
      this.#origins = { known, untilMs: nowMs + ORIGINS_MS };
      known.catch(() => {
        this.#origins = undefined;
      });
    }
    return (await this.#origins.known).has(origin);
  }

  async #readOrigins(): Promise<Set<string>> {
    const keys = await this.#accessKeys.list();
    return new Set(
      keys.flatMap(({ origins, disabledAt }) => (disabledAt === undefined ? (origins ?? []) : [])),
    );
  }

  /** A page may only use the keys that list its origin, and such keys are for no other page. */
  async #admit(key: AccessKey, { address, origin }: CallOrigin): Promise<void> {
    if (key.networks !== undefined && !isInNetworks(address, key.networks)) {
      throw new DomainError("permission_denied", "the access key may not be used from this address");
    }
    if (origin === undefined || (key.origins ?? []).includes(origin)) return;
    if (key.origins === undefined && !(await this.knowsOrigin(origin))) return;
    throw new DomainError("permission_denied", "the access key may not be used by pages of this origin");
  }

  /** Nobody waits for it. */
  #noteUse({ id }: AccessKey): void {
    this.#accessKeys.touch(id, this.#now()).catch((error: unknown) => {
      accessLog.warn({ err: error, accessKeyId: id }, "the last use of an access key was not stored");
    });
  }
}
