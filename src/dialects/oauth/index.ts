import { GuessThrottle } from "../../access/oauth-devices.ts";
import type { SignInThrottle } from "../../access/sign-in.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Mount } from "../../http/route.ts";
import type { LinkServices } from "../../publish/account-link.ts";
import { authorizeRoutes } from "./authorize.ts";
import { channelLinkRoutes } from "./channel-link.ts";
import { deviceRoutes } from "./device.ts";
import { deviceCodeRoutes } from "./device-code.ts";
import { presentError } from "./errors.ts";
import type { OAuthDialectServices } from "./services.ts";
import { signInRoutes } from "./sign-in.ts";
import { tokenRoutes } from "./token.ts";

/**
 * OAuth as the Coze SDKs speak it: the token endpoint, device codes, and the pages where people sign in and decide.
 * Clients prove themselves in each grant's own way, people by their session, so no route has a caller. Source: spec
 * page §2.
 */
export function oauthDialect(
  options: Omit<LinkServices, "now"> & { publicUrl: string | undefined; signInThrottle: SignInThrottle },
): Mount<never> {
  const services: OAuthDialectServices = {
    ...options,
    now: () => new Date(),
    guessThrottle: new GuessThrottle(),
  };
  return {
    name: "oauth",
    prefixes: [""],
    claims: ["/api/permission/oauth2"],
    routes: [
      ...tokenRoutes(services),
      ...deviceCodeRoutes(services),
      ...authorizeRoutes(services),
      ...deviceRoutes(services),
      ...channelLinkRoutes(services),
      ...signInRoutes(services),
    ],
    async authenticate() {
      throw new DomainError("credential_missing", "nothing here is called with a credential of its own");
    },
    presentError,
  };
}
