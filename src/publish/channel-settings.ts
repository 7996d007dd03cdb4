import { encryptSecret, type SecretKey } from "../config/secrets.ts";
import type { Channel, ChannelAuthorization } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";

/** What its maker decides about a channel. */
export interface ChannelSettings {
  name: string;
  description: string;
  authorization: GivenAuthorization;
}

type OAuthAuthorization = Extract<ChannelAuthorization, { mode: "oauth" }>;

/** As `ChannelAuthorization`, with the secret in the clear. Absent in a change: as before. */
export type GivenAuthorization =
  | Exclude<ChannelAuthorization, OAuthAuthorization>
  | (Omit<OAuthAuthorization, "clientSecret"> & { clientSecret?: string });

/** As `ChannelAuthorization`, without the secret. */
export type PublicAuthorization =
  | Exclude<ChannelAuthorization, OAuthAuthorization>
  | Omit<OAuthAuthorization, "clientSecret">;

const NAME_LIMIT = 100;
const DESCRIPTION_LIMIT = 1_000;
const ADDRESS_LIMIT = 2_000;
const SECRET_LIMIT = 500;

/** As they are stored. `before` is what a change leaves out. Throws `request_invalid` naming the field. */
export function checkedSettings(
  secretKey: SecretKey,
  { name, description, authorization }: Omit<ChannelSettings, "authorization"> & Partial<ChannelSettings>,
  before?: ChannelAuthorization,
): Pick<Channel, "name" | "description" | "authorization"> {
  const trimmed = name.trim();
  checkText("name", trimmed, { from: 1, to: NAME_LIMIT });
  checkText("description", description, { from: 0, to: DESCRIPTION_LIMIT });
  const stored = authorization === undefined ? before : storedAuthorization(secretKey, authorization, before);
  return { name: trimmed, description, authorization: stored ?? { mode: "none" } };
}

export function publicAuthorization(authorization: ChannelAuthorization): PublicAuthorization {
  if (authorization.mode !== "oauth") return authorization;
  const { clientSecret, ...shown } = authorization;
  return shown;
}

function storedAuthorization(
  secretKey: SecretKey,
  given: GivenAuthorization,
  before: ChannelAuthorization | undefined,
): ChannelAuthorization {
  if (given.mode !== "oauth") return { mode: given.mode };
  const { clientSecret, clientId } = given;
  for (const name of ["authorizeUrl", "tokenUrl", "userUrl"] as const) checkAddress(name, given[name]);
  checkText("authorization.clientId", clientId, { from: 1, to: SECRET_LIMIT });
  const addresses = {
    mode: "oauth",
    authorizeUrl: given.authorizeUrl,
    tokenUrl: given.tokenUrl,
    userUrl: given.userUrl,
    clientId,
  } as const;
  if (clientSecret === undefined && before?.mode === "oauth") {
    return { ...addresses, clientSecret: before.clientSecret };
  }
  checkText("authorization.clientSecret", clientSecret ?? "", { from: 1, to: SECRET_LIMIT });
  return { ...addresses, clientSecret: encryptSecret(secretKey, clientSecret ?? "") };
}

function checkAddress(name: string, text: string): void {
  const field = `authorization.${name}`;
  checkText(field, text, { from: 1, to: ADDRESS_LIMIT });
  const url = URL.parse(text);
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (isWeb && url.username === "" && url.password === "" && url.hash === "") return;
  throw new DomainError("request_invalid", "must be a web address without user name and fragment", { field });
}

function checkText(field: string, text: string, { from, to }: { from: number; to: number }): void {
  const isClean = [...text].every((character) => character === "\n" || !/\p{Cc}/u.test(character));
  if (text.length >= from && text.length <= to && isClean) return;
  const message = `must have ${from} to ${to} characters and no control characters`;
  throw new DomainError("request_invalid", message, { field });
}
