import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { SecretKey } from "../../config/secrets.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ShareLink } from "../../domain/share-link.ts";
import type { Call } from "../../http/route.ts";

const ID_BYTES = 18;

/** A name nobody else has and nobody can guess: conversations belong to it. */
export function newVisitorId(): string {
  return `visitor-${randomBytes(ID_BYTES).toString("base64url")}`;
}

/** What the visitor's page keeps to be the same visitor again; good for this link only. */
export function visitorToken(secretKey: SecretKey, link: ShareLink, visitorId: string): string {
  return `${visitorId}.${seal(secretKey, link, visitorId)}`;
}

/** Who calls. Throws `credential_missing`, or `credential_invalid` for what was not made here for this link. */
export function visitorOf(secretKey: SecretKey, link: ShareLink, { headers }: Pick<Call, "headers">): string {
  const token = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  if (token === undefined) throw new DomainError("credential_missing", "no visitor token was sent");
  const [visitorId = "", given = ""] = token.split(".");
  const wanted = Buffer.from(seal(secretKey, link, visitorId));
  const sealed = Buffer.from(given);
  if (sealed.length !== wanted.length || !timingSafeEqual(sealed, wanted)) {
    throw new DomainError("credential_invalid", "the visitor token was not made for this link");
  }
  return visitorId;
}

function seal({ bytes }: SecretKey, { id }: ShareLink, visitorId: string): string {
  const text = JSON.stringify(["share visitor", id, visitorId]);
  return createHmac("sha256", bytes).update(text).digest("base64url");
}
