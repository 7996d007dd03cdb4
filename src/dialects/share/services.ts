import { siteOf } from "../../access/throttle.ts";
import { TokenBuckets } from "../../access/token-bucket.ts";
import type { Facts } from "../../chat/facts.ts";
import type { Turns } from "../../chat/turns.ts";
import type { SecretKey } from "../../config/secrets.ts";
import type { Call } from "../../http/route.ts";
import type { WebFiles } from "../../http/web-files.ts";
import type { Store } from "../../storage/store.ts";

/** What this dialect needs of the rest of the server. */
export interface ShareServices {
  store: Store;
  turns: Turns;
  facts: Facts;
  secretKey: SecretKey;
  files: WebFiles;
}

/** An office behind one address has many visitors; a visitor types. */
const CALLS_OF_ADDRESS = { perSecond: 20, burst: 120 };
const NEW_VISITORS_OF_ADDRESS = { perSecond: 0.2, burst: 30 };
const QUESTIONS_OF_ADDRESS = { perSecond: 1, burst: 30 };
const QUESTIONS_OF_VISITOR = { perSecond: 0.2, burst: 10 };

/** How often anybody may call, by address and by visitor. */
export class ShareLimits {
  readonly #calls = new TokenBuckets(CALLS_OF_ADDRESS);
  readonly #newVisitors = new TokenBuckets(NEW_VISITORS_OF_ADDRESS);
  readonly #questionsOfAddress = new TokenBuckets(QUESTIONS_OF_ADDRESS);
  readonly #questionsOfVisitor = new TokenBuckets(QUESTIONS_OF_VISITOR);

  /** Each throws `rate_limited` when there is no room for one more. */
  takeCall({ clientAddress }: Call): void {
    this.#calls.take(siteOf(clientAddress));
  }

  takeNewVisitor({ clientAddress }: Call): void {
    this.#newVisitors.take(siteOf(clientAddress));
  }

  takeQuestion({ clientAddress }: Call, visitorId: string): void {
    this.#questionsOfAddress.take(siteOf(clientAddress));
    this.#questionsOfVisitor.take(visitorId);
  }
}
