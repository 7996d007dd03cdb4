import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { installationSchema } from "../config/file-schema.ts";
import type { ChannelId, UserId, WorkspaceId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { applyOAuthApps } from "./file-oauth-apps.ts";
import { createUser } from "./users.ts";

const now = () => new Date("2026-03-01T08:00:00Z");
const workspaceId = 1 as WorkspaceId;
const { publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  for (const name of ["ann", "bob"]) await createUser(store, { name, now: now() });
});
afterEach(() => store.close());

async function aChannel(slug: string, ownerName: string): Promise<ChannelId> {
  const owner = await store.users.findByName(ownerName);
  const id = store.newId<ChannelId>();
  const ownerId = owner?.id ?? (0 as UserId);
  const authorization = { mode: "none" as const };
  await store.channels.save({
    id,
    slug,
    name: slug,
    description: "",
    ownerId,
    authorization,
    createdAt: now(),
  });
  return id;
}

function apply(app: object) {
  const common = { name: "Backend", kind: "jwt", owner: "ann", publicKeys: [publicKey] };
  const { oauthApps: apps } = installationSchema.parse({ oauthApps: [{ ...common, ...app }] });
  return applyOAuthApps({ store, now }, { workspaceId, apps });
}

it("an app of the file speaks for its owner's channel, named by its slug, as long as the file says so", async () => {
  const channelId = await aChannel("locks", "ann");
  expect(await apply({ channel: "locks" })).toEqual(["created"]);
  expect(await apply({ channel: "locks" })).toEqual(["unchanged"]);
  expect((await store.oauth.listApps()).map((app) => app.channelId)).toEqual([channelId]);
  expect(await apply({})).toEqual(["updated"]);
  expect((await store.oauth.listApps()).map((app) => app.channelId)).toEqual([undefined]);
});

it("an app cannot speak for somebody else's channel, or for none that is there", async () => {
  await aChannel("locks", "bob");
  for (const channel of ["locks", "bells"]) {
    await expect(apply({ channel })).rejects.toMatchObject({
      code: "request_invalid",
      message: expect.stringContaining(`no channel ${channel} of ann`),
    });
  }
  expect(await store.oauth.listApps()).toEqual([]);
});

it("only apps of kind jwt have a channel", () => {
  const app = { name: "Kiosk", kind: "device", owner: "ann", channel: "locks" };
  const [problem] = installationSchema.safeParse({ oauthApps: [app] }).error?.issues ?? [];
  expect(problem).toMatchObject({ path: ["oauthApps", 0, "channel"], message: "is only for jwt" });
});
