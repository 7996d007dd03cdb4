import { z } from "zod";
import { requireClient } from "../../access/oauth-apps.ts";
import { exchangeCode } from "../../access/oauth-codes.ts";
import { pollDevice } from "../../access/oauth-devices.ts";
import { type GrantedTokens, refreshTokens } from "../../access/oauth-grants.ts";
import { DomainError } from "../../domain/errors.ts";
import type { OAuthAppId } from "../../domain/ids.ts";
import type { Call, JsonReply, Route } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import { WireScope } from "./scope.ts";
import type { OAuthDialectServices } from "./services.ts";
import { idOf, readInput, wireId, wireSecret } from "./wire.ts";

type Grant = (services: OAuthDialectServices, call: Call) => Promise<GrantedTokens>;

const clientId = wireId<OAuthAppId>();

/** Web and PKCE. Source: spec page §2.1. */
const CodeBody = z.object({
  client_id: clientId,
  code: wireSecret,
  redirect_uri: wireSecret,
  code_verifier: wireSecret.optional(),
});

const exchangeCodeGrant: Grant = async (services, call) => {
  const body = readInput(CodeBody, call.body);
  const secret = bearer(call);
  const app = await requireClient(services.store, { id: body.client_id, secret, kinds: ["web", "pkce"] });
  return exchangeCode(services, {
    app,
    code: body.code,
    redirectUri: body.redirect_uri,
    verifier: body.code_verifier,
  });
};

const RefreshBody = z.object({ client_id: clientId, refresh_token: wireSecret });

const refreshGrant: Grant = async (services, call) => {
  const body = readInput(RefreshBody, call.body);
  const kinds = ["web", "pkce", "device"] as const;
  const app = await requireClient(services.store, { id: body.client_id, secret: bearer(call), kinds });
  return refreshTokens(services, { app, refreshToken: body.refresh_token });
};

const DeviceBody = z.object({ client_id: clientId, device_code: wireSecret });

const deviceGrant: Grant = async (services, call) => {
  const body = readInput(DeviceBody, call.body);
  const app = await requireClient(services.store, {
    id: body.client_id,
    secret: undefined,
    kinds: ["device"],
  });
  return pollDevice(services, { app, deviceCode: body.device_code });
};

/** Source: spec page §2.1. */
const LONGEST_SECONDS = 86_399;

const AssertionBody = z.object({
  duration_seconds: z
    .int("must be a whole number of seconds")
    .min(1, "must be at least 1")
    .max(LONGEST_SECONDS, `must be at most ${LONGEST_SECONDS}`)
    .default(900),
  scope: WireScope.default({}),
});

const assertionGrant: Grant = async (services, call) => {
  const { duration_seconds: durationSeconds, scope } = readInput(AssertionBody, call.body);
  const assertion = bearer(call);
  if (assertion === undefined) {
    throw new DomainError("credential_missing", "the Authorization header must hold the signed JWT");
  }
  const account = call.params["account_id"];
  // With it comes a library of tokens, which most installations never need.
  const { exchangeAssertion } = await import("../../access/oauth-assertions.ts");
  return exchangeAssertion(services, {
    assertion,
    audiences: serverAddress(call, services.publicUrl).audiences,
    durationSeconds,
    scope,
    ...(account === undefined ? {} : { accountId: idOf<number>(account) }),
  });
};

const GRANTS = new Map<string, Grant>([
  ["authorization_code", exchangeCodeGrant],
  ["refresh_token", refreshGrant],
  ["urn:ietf:params:oauth:grant-type:device_code", deviceGrant],
  ["urn:ietf:params:oauth:grant-type:jwt-bearer", assertionGrant],
]);

const GrantBody = z.object({ grant_type: z.string("must be a string") });

/** Answers have no envelope. Source: spec page §2.1. */
export function tokenRoutes(services: OAuthDialectServices): Route<never>[] {
  const route = (path: string, find: (grantType: string) => Grant | undefined): Route<never> => ({
    method: "POST",
    path: `/api/permission/oauth2${path}`,
    access: "public",
    async handle(call) {
      const { grant_type: grantType } = readInput(GrantBody, call.body);
      const grant = find(grantType);
      if (grant === undefined) {
        throw new DomainError("grant_unsupported", "is none of this address", { field: "grant_type" });
      }
      return presentTokens(await grant(services, call), call);
    },
  });
  const onlyAssertions = (grantType: string) =>
    grantType.endsWith(":jwt-bearer") ? GRANTS.get(grantType) : undefined;
  return [
    route("/token", (grantType) => GRANTS.get(grantType)),
    route("/account/:account_id/token", onlyAssertions),
    route("/enterprise_id/:account_id/token", onlyAssertions),
  ];
}

/** `expires_in` is the second since 1970 at which the token ends, no duration. Source: spec page §2.1. */
function presentTokens({ accessToken, expiresAt, refreshToken }: GrantedTokens, call: Call): JsonReply {
  return {
    kind: "json",
    headers: { "x-tt-logid": call.requestId },
    body: {
      access_token: accessToken,
      expires_in: Math.floor(expiresAt.getTime() / 1_000),
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      token_type: "Bearer",
    },
  };
}

/** The JavaScript SDK sends `Bearer ` with nothing after it where it has no secret. */
function bearer(call: Call): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(call.headers.authorization ?? "")?.[1];
}
