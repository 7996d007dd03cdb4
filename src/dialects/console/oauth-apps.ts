import { z } from "zod";
import { createOAuthApp, rotateClientSecret } from "../../access/oauth-apps.ts";
import { scopeWithin } from "../../access/oauth-scopes.ts";
import type { OAuthApp, TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { OAuthAppId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { type Operation, operation } from "./operation.ts";
import { isOfInstallation, requirePlace } from "./reach.ts";
import { userNames, wirePermissions } from "./tokens.ts";
import { formatId, idOf, pageOf, pageOfSchema, paging, wireId, wireMoment, wireText } from "./wire.ts";

const KINDS = ["web", "pkce", "device", "jwt"] as const;

const appAnswer = z.object({
  clientId: z.string(),
  kind: z.enum(KINDS),
  name: z.string(),
  ownerName: z.string().describe("Who made it; of `jwt` whom its tokens act for."),
  redirectUris: z.array(z.string()),
  keyIds: z
    .array(z.string())
    .describe("Fingerprints of its public keys, the `kid` of its assertions; only `jwt`."),
  permissions: z.array(z.string()).describe("Most it may ever be given; `all` is every one."),
  createdAt: wireMoment,
  disabledAt: wireMoment.nullable(),
});
const shownOnce = z.string().nullable().describe("Only of `web`, and only shown now.");

/** OAuth apps, for owners and admins. */
export const oauthAppOperations: Operation[] = [
  operation({
    route: "GET /oauth-apps",
    permission: "manageOAuthApps",
    role: "admin",
    summary: "the caller's OAuth apps, in the oldest workspace those of all its members; oldest first",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      ...paging,
    },
    answer: pageOfSchema(appAnswer),
    async run({ services: { store }, caller, query: { workspaceId, cursor, limit } }) {
      const place = requirePlace(caller, workspaceId, "admin");
      const sees = await isOfInstallation(store, caller, "admin");
      const apps = await store.oauth.appsOf({
        of: sees ? { workspaceId: place } : { userId: caller.user.id },
        ...(cursor !== undefined && { after: cursor as OAuthAppId }),
        limit: limit + 1,
      });
      const names = await userNames(
        store,
        apps.map(({ ownerId }) => ownerId),
      );
      return pageOf(apps, limit, (app) => present(app, names.get(app.ownerId) ?? ""));
    },
  }),
  operation({
    route: "POST /oauth-apps",
    permission: "manageOAuthApps",
    role: "admin",
    summary: "make an OAuth app of the caller's; its secret, if it has one, is shown this once",
    body: {
      workspaceId: wireId<WorkspaceId>("Where the caller administrates. Absent: its oldest.").optional(),
      kind: z
        .enum(KINDS, { error: `must be one of ${KINDS.join(", ")}` })
        .describe(
          "`web`: with a secret on a server; `pkce`: in a browser or on a phone; `device`: without a browser; `jwt`: signs its own assertions.",
        ),
      name: wireText(100)
        .refine((text) => text.trim() !== "", { error: "must not be empty" })
        .describe("Shown to people who are asked to agree."),
      redirectUris: z
        .array(wireText(2_000))
        .max(20)
        .default([])
        .describe("Where browsers are sent back to, compared exactly; of `web` and `pkce` at least one."),
      publicKeys: z
        .array(wireText(10_000))
        .max(10)
        .default([])
        .describe("RSA public keys in PEM; of `jwt` at least one."),
      permissions: wirePermissions,
    },
    answer: z.object({ app: appAnswer, clientSecret: shownOnce }),
    async run({ services: { store }, caller, body: { workspaceId, permissions, ...wish } }) {
      requirePlace(caller, workspaceId, "admin");
      const made = await createOAuthApp(
        { store, now: () => new Date() },
        { ...wish, ownerId: caller.user.id, scope: scopeWithin(caller.token.scope, { permissions }) },
      );
      return { app: present(made.app, caller.user.name), clientSecret: made.clientSecret ?? null };
    },
  }),
  operation({
    route: "POST /oauth-apps/:clientId/secret",
    permission: "manageOAuthApps",
    role: "admin",
    summary: "give a `web` app another secret, shown this once; the one before is void",
    answer: z.object({ clientSecret: z.string() }),
    async run({ services: { store }, caller, params }) {
      const { id } = await keptApp(store, caller, params["clientId"]);
      return { clientSecret: await rotateClientSecret({ store, now: () => new Date() }, id) };
    },
  }),
  operation({
    route: "POST /oauth-apps/:clientId/disable",
    permission: "manageOAuthApps",
    role: "admin",
    summary: "shut an app out for good, with every token it got",
    answer: appAnswer,
    async run({ services: { store }, caller, params }) {
      const app = await keptApp(store, caller, params["clientId"]);
      const disabledAt = new Date();
      await store.oauth.disableApp(app.id, disabledAt);
      await store.flushed();
      const names = await userNames(store, [app.ownerId]);
      return present({ disabledAt, ...app }, names.get(app.ownerId) ?? "");
    },
  }),
];

/** An app of the caller's own; for owners of the oldest workspace any. */
async function keptApp(store: Store, caller: TokenCaller, text: string | undefined): Promise<OAuthApp> {
  const app = await store.oauth.findApp(idOf<OAuthAppId>(text));
  if (app === undefined) throw noSuchApp();
  if (app.ownerId === caller.user.id || (await isOfInstallation(store, caller, "owner"))) return app;
  throw noSuchApp();
}

function noSuchApp(): DomainError {
  return new DomainError("not_found", "there is no such OAuth app");
}

function present(app: OAuthApp, ownerName: string) {
  return {
    clientId: formatId(app.id),
    kind: app.kind,
    name: app.name,
    ownerName,
    redirectUris: app.redirectUris,
    keyIds: app.publicKeys.map(({ fingerprint }) => fingerprint),
    permissions: app.scope.permissions,
    createdAt: app.createdAt,
    disabledAt: app.disabledAt ?? null,
  };
}
