import { authenticateSession, requireOwnPage, sessionOf } from "../../access/browser-session.ts";
import { authenticateToken } from "../../access/tokens.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Call } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";

/** Who calls: by a token, or by the session of a browser, whose pages prove themselves wherever something changes. */
export async function consoleCaller(
  services: { store: Pick<Store, "users" | "tokens"> },
  call: Pick<Call, "method" | "headers">,
): Promise<TokenCaller> {
  const token = bearerToken(call);
  if (token !== undefined) return authenticateToken(services, token, new Date());
  const session = sessionOf(call);
  if (session === undefined) {
    throw new DomainError("credential_missing", "no bearer token was sent, and nobody is signed in");
  }
  const caller = await authenticateSession(services.store, session, new Date());
  requireOwnPage(call, session);
  return caller;
}

function bearerToken({ headers }: Pick<Call, "headers">): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1];
}
