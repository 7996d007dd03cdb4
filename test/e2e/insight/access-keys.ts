import { randomUUID } from "node:crypto";
import { AccessKeyTokens } from "../../../src/access/access-key-tokens.ts";
import type { AccessKeySettings } from "../../../src/access/access-keys.ts";
import { cheapHash } from "../../../src/access/testing/cheap-hash.ts";
import { openSecretKey } from "../../../src/config/secrets.ts";
import { ACCESS_SCOPES, type AccessKey } from "../../../src/domain/access-key.ts";
import type { AccessKeyId, WorkspaceId } from "../../../src/domain/ids.ts";
import type { TestAntiphon } from "../../support/antiphon.ts";

/** A key that was made while the server runs, with a token that took no call. */
export interface MadeKey {
  key: AccessKey;
  secret: string;
  token: string;
}

/** Makes keys beside a running server, and tokens of any age. */
export async function keyMaker({ store, dataDirectory }: TestAntiphon) {
  const tokens = new AccessKeyTokens({ store, secretKey: await openSecretKey(undefined, dataDirectory) });
  const [workspace] = await store.workspaces.list();
  const home = workspace?.id;
  if (home === undefined) throw new Error("there is no workspace");
  return {
    /** A token of the key as it would have been got at this time. */
    tokenOf: (key: AccessKey, at = new Date()) => tokens.mint(key, at),
    async make(settings: Partial<AccessKeySettings> & { workspaceId?: WorkspaceId } = {}): Promise<MadeKey> {
      const secret = randomUUID();
      const key: AccessKey = {
        id: store.newId<AccessKeyId>(),
        keyId: randomUUID(),
        workspaceId: home,
        name: "test",
        secretHash: cheapHash(secret),
        scopes: [...ACCESS_SCOPES],
        version: 1,
        isFromFile: false,
        createdAt: new Date(),
        ...settings,
      };
      await store.accessKeys.insert(key);
      return { key, secret, token: tokens.mint(key, new Date()) };
    },
  };
}

/** Calls with a token, or without one. */
export async function callWith(
  url: string,
  token: string | undefined,
  route: string,
  { body, headers }: { body?: unknown; headers?: Record<string, string> } = {},
) {
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(`${url}/openapi${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: readJson(text) };
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
function readJson(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
