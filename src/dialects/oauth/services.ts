import type { GuessThrottle } from "../../access/oauth-devices.ts";
import type { SignInThrottle } from "../../access/sign-in.ts";
import type { LinkServices } from "../../publish/account-link.ts";

/** What this family needs of the rest of the server. */
export interface OAuthDialectServices extends LinkServices {
  signInThrottle: SignInThrottle;
  guessThrottle: GuessThrottle;
  /** Scheme, host and port under which the server is reached; undefined: as the request says. */
  publicUrl: string | undefined;
}
