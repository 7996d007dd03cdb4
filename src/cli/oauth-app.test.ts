import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPublicKey } from "../access/oauth-apps.ts";
import { readConfig } from "../config/config.ts";
import { hashKey } from "../config/secrets.ts";
import type { OAuthApp } from "../domain/access.ts";
import { openConfiguredStore } from "../installation.ts";
import type { Store } from "../storage/store.ts";
import { type FakeTerminal, runCommand } from "./testing/fake-terminal.ts";

let folder: string;
let environment: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-cli-oauth-"));
  environment = { ANTIPHON_DATA: join(folder, "data"), ANTIPHON_LOG_LEVEL: "silent" };
  const file = join(folder, "antiphon.yaml");
  await writeFile(file, "users: [ { name: ann, role: owner }, { name: bob } ]\n");
  expect((await runCommand(["apply", file], environment)).exitCode).toBe(0);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (...words: string[]) => runCommand(["oauth-app", ...words], environment);
const create = (...words: string[]) => run("create", "--name", "Shop", ...words);

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openConfiguredStore(readConfig(environment));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const storedApps = (): Promise<OAuthApp[]> => withStore((store) => store.oauth.listApps());

/** What was printed as `name=value`. */
function valuesOf({ written }: FakeTerminal): Record<string, string> {
  return Object.fromEntries([...written.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

describe("antiphon oauth-app create", () => {
  it("prints id and secret of a web app once, and keeps only the secret's hash", async () => {
    const made = await create(
      "--kind",
      "web",
      "--redirect-uri",
      "https://a.example/1",
      "https://a.example/2",
    );
    const { client_id: id, client_secret: secret = "" } = valuesOf(made);
    expect(secret).toHaveLength(43);
    const [app] = await storedApps();
    expect(app).toMatchObject({
      kind: "web",
      name: "Shop",
      secretHash: hashKey(secret),
      redirectUris: ["https://a.example/1", "https://a.example/2"],
      scope: { permissions: ["all"] },
    });
    expect(String(app?.id)).toBe(id);
    const listed = await run("list");
    expect(listed.written).toContain(`${id}`);
    expect(listed.written).toContain("ann");
    expect(listed.written).not.toContain(secret);
  });

  it("makes the app of a channel: of its owner, and only with assertions", async () => {
    const file = join(folder, "channels.yaml");
    await writeFile(
      file,
      "users: [ { name: ann, role: owner }, { name: bob } ]\nchannels: [ { slug: locks, name: Locks, owner: bob } ]\n",
    );
    expect((await runCommand(["apply", file], environment)).exitCode).toBe(0);
    const key = join(folder, "channel.pem");
    const made = await create("--kind", "jwt", "--channel", "locks", "--generate-key", key);
    expect(made.exitCode).toBe(0);
    const channel = await withStore((store) => store.channels.findBySlug("locks"));
    const [app] = await storedApps();
    expect(app).toMatchObject({ kind: "jwt", ownerId: channel?.ownerId, channelId: channel?.id });
    for (const [words, problem] of [
      [["--kind", "jwt", "--channel", "locks", "--owner", "ann"], /--channel: .*owner/],
      [["--kind", "device", "--channel", "locks"], /--channel: /],
      [["--kind", "jwt", "--channel", "nothing"], /no channel nothing/],
      [["--kind", "jwt", "--channel", "api"], /nobody's own/],
    ] as const) {
      const keyed = words[1] === "jwt" ? ["--generate-key", join(folder, "unmade.pem")] : [];
      const refused = await create(...words, ...keyed);
      expect(refused.exitCode).not.toBe(0);
      expect(refused.noted).toMatch(problem);
    }
    expect(await storedApps()).toHaveLength(1);
  });

  it("takes a public key and prints its fingerprint", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const path = join(folder, "key.pub");
    await writeFile(path, pem);
    const made = await create("--kind", "jwt", "--owner", "bob", "--public-key", path);
    expect(valuesOf(made)["kid"]).toBe(readPublicKey(pem).fingerprint);
    const owner = await withStore((store) => store.users.findByName("bob"));
    expect((await storedApps())[0]?.ownerId).toBe(owner?.id);
  });

  it("makes a key pair: the private key goes into a new file only its owner can read", async () => {
    const path = join(folder, "private.pem");
    const made = await create("--kind", "jwt", "--generate-key", path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const pem = await readFile(path, "utf8");
    expect(createPrivateKey(pem).asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(made.written + made.noted).not.toContain("PRIVATE KEY");
    expect((await storedApps())[0]?.publicKeys.map(({ fingerprint }) => fingerprint)).toEqual([
      valuesOf(made)["kid"],
    ]);
    const again = await create("--kind", "jwt", "--generate-key", path);
    expect(again.exitCode).toBe(1);
    expect(again.noted).toContain("It must not exist yet");
    expect(await readFile(path, "utf8")).toBe(pem);
  });

  it.each([
    [["--kind", "web"], "--redirect-uri: a web app needs at least one"],
    [["--kind", "device", "--redirect-uri", "https://a.example"], "--redirect-uri: a device app has none"],
    [["--kind", "jwt"], "--public-key or --generate-key: a jwt app needs at least one"],
    [["--kind", "web", "--redirect-uri", "javascript:alert(1)"], "no place to send a code to"],
    [["--kind", "pkce", "--redirect-uri", "https://a.example/#x"], "has a fragment"],
    [["--kind", "device", "--scopes", "chatt"], "there is no permission chatt. Did you mean chat?"],
    [["--kind", "device", "--owner", "zoe"], "there is no user zoe"],
    [["--kind", "device", "--workspaces", "nowhere"], "there is no workspace nowhere"],
    [["--kind", "jwt", "--owner", "ann", "--public-key", "/nowhere.pub"], "cannot be read"],
    [["--kind", "magic"], "Allowed choices are web, pkce, device, jwt"],
  ])("refuses %j", async (words, problem) => {
    const made = await create(...words);
    expect(made.noted).toContain(problem);
    expect(made.exitCode).toBe(1);
    expect(await storedApps()).toEqual([]);
  });

  it("leaves no private key behind when the app cannot be made", async () => {
    const path = join(folder, "private.pem");
    const made = await create("--kind", "device", "--generate-key", path);
    expect(made.noted).toContain("a device app has none");
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("does not take a private key for a public one", async () => {
    const path = join(folder, "private.pem");
    await create("--kind", "jwt", "--generate-key", path);
    const made = await create("--kind", "jwt", "--public-key", path);
    expect(made.noted).toContain("is a private key; give its public key");
    expect(await storedApps()).toHaveLength(1);
  });
});

describe("antiphon oauth-app disable", () => {
  it("disables an app once, and says so in the list", async () => {
    const { client_id: id = "" } = valuesOf(await create("--kind", "device"));
    expect((await run("disable", id)).exitCode).toBe(0);
    expect((await storedApps())[0]?.disabledAt).toBeInstanceOf(Date);
    expect((await run("list")).written).toContain("disabled 20");
    for (const other of [id, "1", "x"]) expect((await run("disable", other)).exitCode).toBe(1);
  });
});

describe("oauthApps of antiphon.yaml", () => {
  const apply = async (yaml: string) => {
    const path = join(folder, "apps.yaml");
    await writeFile(path, yaml);
    return runCommand(["apply", path], environment);
  };
  const WEB =
    "{ name: Shop, kind: web, owner: ann, clientSecret: a-secret-of-16-letters, redirectUris: [https://a.example/x] }";
  const KIOSK = "{ name: Kiosk, kind: device, owner: bob, scopes: [chat] }";

  it("keep their client ids when the file is applied again, also changed", async () => {
    expect((await apply(`oauthApps: [ ${WEB}, ${KIOSK} ]`)).written).toContain("OAuth apps: 2 created\n");
    const before = await storedApps();
    expect((await apply(`oauthApps: [ ${WEB}, ${KIOSK} ]`)).written).toContain("OAuth apps: 2 unchanged\n");
    expect(await storedApps()).toEqual(before);
    const changed = await apply(`oauthApps: [ ${KIOSK.replace("[chat]", "[all]")}, ${WEB} ]`);
    expect(changed.written).toContain("OAuth apps: 1 updated, 1 unchanged\n");
    expect((await storedApps()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });

  it("are disabled when the file no longer names them, and enabled under the same id when it does again", async () => {
    await create("--kind", "device");
    await apply(`oauthApps: [ ${WEB} ]`);
    const [byHand, named] = await storedApps();
    expect((await apply(`oauthApps: [ ${KIOSK} ]`)).written).toContain("OAuth apps: 1 created, 1 removed\n");
    const later = await storedApps();
    expect(later[0]).toEqual(byHand);
    expect(later[1]?.disabledAt).toBeInstanceOf(Date);
    expect((await apply(`oauthApps: [ ${KIOSK}, ${WEB} ]`)).written).toContain("1 updated, 1 unchanged\n");
    expect((await storedApps())[1]).toEqual(named);
  });

  it.each([
    [
      WEB.replace("clientSecret: a-secret-of-16-letters, ", ""),
      "oauthApps[0].clientSecret: is needed for web",
    ],
    [
      KIOSK.replace("scopes", "clientSecret: a-secret-of-16-letters, scopes"),
      "oauthApps[0].clientSecret: is only for web",
    ],
    [`${KIOSK}, ${KIOSK}`, "oauthApps[1].name: is the name of an earlier app"],
    [KIOSK.replace("bob", "zoe"), "oauthApps, Kiosk: owner: there is no user zoe"],
    [WEB.replace("https://a.example/x", "//a.example"), "oauthApps, Shop: redirectUris:"],
    [
      KIOSK.replace("scopes: [chat]", "publicKeys: [x]"),
      "oauthApps, Kiosk: publicKeys: a device app has none",
    ],
  ])("that cannot be are refused: %s", async (apps, problem) => {
    const { noted, exitCode } = await apply(`oauthApps: [ ${apps} ]`);
    expect(noted).toContain(problem);
    expect(exitCode).toBe(1);
    expect(await storedApps()).toEqual([]);
  });
});
