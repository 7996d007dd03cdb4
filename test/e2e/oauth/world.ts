import { generateKeyPairSync } from "node:crypto";
import { createOAuthApp, type OAuthAppRequest } from "../../../src/access/oauth-apps.ts";
import { hashPassword } from "../../../src/access/passwords.ts";
import { createUser } from "../../../src/access/users.ts";
import { FULL_SCOPE, type OAuthApp, type User } from "../../../src/domain/access.ts";
import type { Workspace } from "../../../src/domain/agent.ts";
import type { WorkspaceId } from "../../../src/domain/ids.ts";
import type { Store } from "../../../src/storage/store.ts";
import { startAntiphon, type TestAntiphon } from "../../support/antiphon.ts";
import type { TestEngine } from "../../support/engines.ts";

export const PASSWORD = "correct horse battery";
/** Where apps are sent to; nobody listens there. */
export const CALLBACK = "http://127.0.0.1:9/callback?from=antiphon";

export const AUTHORIZE = "/api/permission/oauth2/authorize";

/** The link of a web app to the consent page; `more` adds parameters or puts others in their place. */
export function consentLink(clientId: string, more: Record<string, string> = {}, path = AUTHORIZE): string {
  const usual = { response_type: "code", client_id: clientId, redirect_uri: CALLBACK };
  return `${path}?${new URLSearchParams({ ...usual, ...more })}`;
}

/** A server, with people who belong to a workspace of their own. */
export interface World {
  readonly server: TestAntiphon;
  readonly url: string;
  /** Host and port: what `aud` says. */
  readonly host: string;
  readonly store: Store;
  /** What a command line on the same data needs. */
  readonly environment: Record<string, string>;
  /** A person with `PASSWORD` who owns a new workspace. */
  aPerson(name?: string): Promise<{ user: User; workspace: Workspace }>;
  anApp(
    kind: OAuthApp["kind"],
    overrides?: Partial<OAuthAppRequest>,
  ): Promise<{ app: OAuthApp; clientId: string; clientSecret: string }>;
  /** A `jwt` app of somebody, with the private key of its one public key. */
  aSigningApp(owner: User, overrides?: Partial<OAuthAppRequest>): Promise<SigningApp>;
  /** Who the server takes the bearer of this token for: the nickname, or the error code. */
  whoIs(accessToken: string): Promise<string | number>;
  close(): Promise<void>;
}

export interface SigningApp {
  app: OAuthApp;
  clientId: string;
  keyId: string;
  privateKey: string;
  publicKey: string;
}

/** A new key pair in PEM. Made once per file: it takes a while. */
export function aKeyPair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

export async function openWorld(
  engine: TestEngine,
  environment: Record<string, string> = {},
): Promise<World> {
  const databaseUrl = await engine.databaseUrl();
  const server = await startAntiphon({
    file: { models: [{ name: "m", provider: "extractive" }] },
    environment: { ANTIPHON_LOG_LEVEL: "silent", ...environment },
    databaseUrl,
  });
  const { store, url } = server;
  const services = { store, now: () => new Date() };
  let people = 0;
  const keys = aKeyPair();

  const aPerson: World["aPerson"] = async (name = `person-${++people}`) => {
    const now = new Date();
    const passwordHash = await hashPassword(PASSWORD);
    const user = await createUser(store, { name, nickname: `${name} 小姐`, passwordHash, now });
    const workspace: Workspace = {
      id: store.newId<WorkspaceId>(),
      name: `${name} 的工作空间`,
      description: "",
      icon: "",
      kind: "team",
      createdAt: now,
    };
    await store.workspaces.save(workspace);
    await store.workspaces.saveMember({
      workspaceId: workspace.id,
      userId: user.id,
      role: "owner",
      joinedAt: now,
    });
    return { user, workspace };
  };
  const anApp: World["anApp"] = async (kind, overrides = {}) => {
    const ownerId = overrides.ownerId ?? (await aPerson()).user.id;
    const redirectUris = kind === "web" || kind === "pkce" ? [CALLBACK] : [];
    const request = { kind, name: "商城后台", redirectUris, publicKeys: [], scope: FULL_SCOPE };
    const { app, clientSecret = "" } = await createOAuthApp(services, { ...request, ...overrides, ownerId });
    return { app, clientId: String(app.id), clientSecret };
  };
  return {
    server,
    url,
    host: new URL(url).host,
    store,
    environment: {
      ANTIPHON_DATA: server.dataDirectory,
      ...(databaseUrl === undefined ? {} : { ANTIPHON_DATABASE_URL: databaseUrl }),
    },
    aPerson,
    anApp,
    async aSigningApp(owner, overrides = {}) {
      const publicKeys = [keys.publicKey];
      const made = await anApp("jwt", { ownerId: owner.id, publicKeys, ...overrides });
      return { ...made, ...keys, keyId: made.app.publicKeys[0]?.fingerprint ?? "" };
    },
    async whoIs(accessToken) {
      const response = await fetch(`${url}/v1/users/me`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      const body = (await response.json()) as { code: number; data?: { nick_name: string } };
      return body.data?.nick_name ?? body.code;
    },
    close: () => server.close(),
  };
}
