import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { authenticateToken } from "../access/tokens.ts";
import { readConfig } from "../config/config.ts";
import type { UserId, WorkspaceId } from "../domain/ids.ts";
import { openConfiguredStore } from "../installation.ts";
import type { Store } from "../storage/store.ts";
import { runCli } from "./cli.ts";
import { type FakeTerminal, fakeTerminal, runCommand } from "./testing/fake-terminal.ts";

const DAY_MS = 86_400_000;

let folder: string;
let environment: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-cli-access-"));
  environment = { ANTIPHON_DATA: folder, ANTIPHON_LOG_LEVEL: "silent" };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a server leaves behind: two workspaces, the older one called `shop`, and `ann` who owns it. */
async function startOnce(): Promise<void> {
  await withStore(async (store) => {
    const now = new Date();
    const [shop, lab, ann] = [store.newId<WorkspaceId>(), store.newId<WorkspaceId>(), store.newId<UserId>()];
    const rest = { description: "", icon: "", kind: "team" as const, createdAt: now };
    await store.workspaces.save({ id: shop, name: "shop", ...rest });
    await store.workspaces.save({ id: lab, name: "lab", ...rest });
    await store.users.save({ id: ann, name: "ann", nickname: "安", avatarUrl: "", createdAt: now });
    await store.workspaces.saveMember({ workspaceId: shop, userId: ann, role: "owner", joinedAt: now });
  });
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openConfiguredStore(readConfig(environment));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function run(...words: string[]): Promise<FakeTerminal> {
  return runCommand(words, environment);
}

async function runWith(input: string, ...words: string[]): Promise<FakeTerminal> {
  const terminal = fakeTerminal(environment);
  terminal.input.end(input);
  await runCli(["node", "antiphon", ...words], terminal);
  return terminal;
}

async function callerOf(token: string, now = new Date()) {
  return withStore((store) => authenticateToken({ store }, token, now));
}

describe("antiphon token", () => {
  it("prints the new token alone on standard output, once", async () => {
    await startOnce();
    const { written, noted, exitCode } = await run("token", "create", "--user", "ann", "--name", "laptop");
    expect(exitCode).toBe(0);
    expect(written).toMatch(/^pat_[A-Za-z0-9_-]{40}\n$/);
    expect(noted).toContain("never expires");
    const { user, token, memberships } = await callerOf(written.trim());
    expect([user.name, token.name, token.scope]).toEqual(["ann", "laptop", { permissions: ["all"] }]);
    expect(memberships).toHaveLength(1);
    const listed = (await run("token", "list")).written;
    expect(listed).toMatch(/ann +personal +laptop +all +never expires/);
    expect(listed).not.toContain(written.trim().slice(4));
  });

  it("can be limited in what it permits, where and until when", async () => {
    await startOnce();
    const options = ["--scopes", "chat, getMe", "--workspaces", "shop", "--expires", "30d"];
    const made = await run("token", "create", "--user", "ann", ...options);
    const { token } = await callerOf(made.written.trim());
    expect(token.scope).toEqual({ permissions: ["chat", "getMe"], workspaceIds: [expect.any(Number)] });
    expect(Number(token.expiresAt) - Number(token.createdAt)).toBe(30 * DAY_MS);
    const late = new Date(Date.now() + 31 * DAY_MS);
    await expect(callerOf(made.written.trim(), late)).rejects.toMatchObject({ code: "credential_invalid" });
  });

  it.each([
    [["--user", "anne"], /no user anne/],
    [["--user", "ann", "--scopes", "chatt"], /no permission chatt.*Did you mean chat\?/],
    [["--user", "ann", "--scopes", "chat,xyzzy-xyzzy"], /no permission xyzzy-xyzzy.*There are: .*createBot/],
    [["--user", "ann", "--scopes", ","], /names nothing/],
    [["--user", "ann", "--workspaces", "lab"], /ann is no member of the workspace lab/],
    [["--user", "ann", "--workspaces", "nowhere"], /no workspace nowhere.*shop.*lab/],
    [["--user", "ann", "--expires", "0d"], /0d is no time/],
    [["--user", "ann", "--expires", "2020-01-01"], /2020-01-01 is no time/],
    [["--user", "ann", "--expires", "2027-13-01"], /2027-13-01 is no time/],
    [["--user", "ann", "--expires", "soon"], /soon is no time/],
    [[], /--user/],
  ])("is not made with %j", async (options, reason) => {
    await startOnce();
    const { written, noted, exitCode } = await run("token", "create", ...options);
    expect([written, exitCode]).toEqual(["", 1]);
    expect(noted).toMatch(reason);
    expect((await run("token", "list")).written).toBe("there are no access tokens\n");
  });

  it("is revoked by its id or by itself, once", async () => {
    await startOnce();
    const [first, second] = [
      await run("token", "create", "--user", "ann"),
      await run("token", "create", "--user", "ann"),
    ];
    const { token } = await callerOf(first.written.trim());
    expect((await run("token", "revoke", String(token.id))).exitCode).toBe(0);
    expect((await run("token", "revoke", second.written.trim())).written).not.toContain("pat_");
    for (const made of [first, second]) {
      await expect(callerOf(made.written.trim())).rejects.toMatchObject({ code: "credential_invalid" });
    }
    const again = await run("token", "revoke", String(token.id));
    expect(again.noted).toMatch(/no such access token/);
    expect(again.exitCode).toBe(1);
  });

  it("needs data that a server made", async () => {
    const { noted, exitCode } = await run("token", "list");
    expect(noted).toMatch(/there is no data at .*antiphon\.db; start the server once\n$/);
    expect(exitCode).toBe(1);
  });
});

describe("the audit log", () => {
  it("has what commands changed, without a user and without values", async () => {
    await startOnce();
    await runWith("long enough\n", "user", "add", "bob", "--role", "viewer", "--password");
    const made = await run("token", "create", "--user", "bob", "--name", "laptop");
    await run("token", "revoke", made.written.trim());
    await run("user", "disable", "bob");
    await run("user", "disable", "nobody");
    await run("user", "list");
    const [bob, entries] = await withStore(async (store) => {
      const shop = await store.workspaces.findByName("shop");
      return [
        await store.users.findByName("bob"),
        await store.audit.list({ workspaceId: shop?.id ?? (0 as WorkspaceId), limit: 100 }),
      ];
    });
    expect(entries.map(({ action, fields }) => [action, fields.toSorted()])).toEqual([
      ["antiphon user disable", []],
      ["antiphon token revoke", []],
      ["antiphon token create", ["name", "scopes", "user"]],
      ["antiphon user add", ["name", "password", "role"]],
    ]);
    expect(entries[0]).toMatchObject({ via: "command-line", family: "command-line" });
    expect(entries.at(-1)?.subject).toBe(`users/${bob?.id}`);
    expect(entries.every((entry) => !("userId" in entry))).toBe(true);
    expect(JSON.stringify(entries)).not.toMatch(/laptop|pat_|long enough/);
  });
});

describe("antiphon user", () => {
  it("adds members to the oldest workspace or the one named, by name or id", async () => {
    await startOnce();
    const lab = await withStore((store) => store.workspaces.findByName("lab"));
    expect((await run("user", "add", "bob")).written).toMatch(
      /^user bob \(id \d+\) is member of the workspace shop\n$/,
    );
    await run("user", "add", "eve", "--workspace", "lab", "--role", "admin", "--nickname", "夏娃");
    await run("user", "add", "mia", "--workspace", String(lab?.id), "--role", "owner");
    const { written } = await run("user", "list");
    expect(written).toMatch(/bob +bob +shop \(member\) +no/);
    expect(written).toMatch(/eve +夏娃 +lab \(admin\) +no/);
    expect(written).toMatch(/mia +mia +lab \(owner\) +no/);
  });

  it.each([
    [["ann"], /there is a user ann already/],
    [[" bob"], /the name of a user/],
    [["bob", "--workspace", "nowhere"], /no workspace nowhere/],
    [["bob", "--role", "king"], /king/],
  ])("adds nobody for %j", async (words, reason) => {
    await startOnce();
    const { noted, exitCode } = await run("user", "add", ...words);
    expect(noted).toMatch(reason);
    expect(exitCode).toBe(1);
    expect(await withStore(async (store) => (await store.users.list()).length)).toBe(1);
  });

  it("reads a password from standard input and keeps only its hash", async () => {
    await startOnce();
    expect((await runWith("correct horse\nmore\n", "user", "add", "bob", "--password")).exitCode).toBe(0);
    const bob = await withStore((store) => store.users.findByName("bob"));
    expect(bob?.passwordHash).toMatch(/^\$scrypt\$/);
    expect((await run("user", "list")).written).toMatch(/bob.* yes/);
  });

  it.each([
    ["", /no password was given/],
    ["short\n", /8 to 1024 characters/],
  ])("sets no password from %j", async (input, reason) => {
    await startOnce();
    const { noted, exitCode } = await runWith(input, "user", "password", "ann");
    expect(noted).toMatch(reason);
    expect(exitCode).toBe(1);
    expect((await withStore((store) => store.users.findByName("ann")))?.passwordHash).toBeUndefined();
  });

  it("shuts a user out with its tokens, and lets it in again", async () => {
    await startOnce();
    const token = (await run("token", "create", "--user", "ann")).written.trim();
    await run("user", "disable", "ann");
    await expect(callerOf(token)).rejects.toMatchObject({ code: "credential_invalid" });
    expect((await run("user", "list")).written).toMatch(/ann.*disabled 20/);
    await run("user", "enable", "ann");
    expect((await callerOf(token)).user.name).toBe("ann");
    expect((await run("user", "disable", "anne")).noted).toMatch(/no user anne/);
  });
});
