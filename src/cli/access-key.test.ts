import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startAntiphon, type TestAntiphon } from "../../test/support/antiphon.ts";
import { runCommand } from "./testing/fake-terminal.ts";

const FROM_FILE = "6c7b1f0a-1111-4222-8333-444455556666";

let server: TestAntiphon;
let environment: Record<string, string>;
beforeEach(async () => {
  server = await startAntiphon({
    file: {
      models: [{ name: "m", provider: "extractive" }],
      agents: [{ slug: "shop", name: "Shop" }, { slug: "desk" }].map((agent) => ({ name: "Desk", ...agent })),
      insight: { accessKeys: [{ id: FROM_FILE, secret: "secret of the file", scopes: ["chat"] }] },
    },
    environment: { ANTIPHON_LOG_LEVEL: "silent" },
  });
  environment = {
    ANTIPHON_DATA: server.dataDirectory,
    ANTIPHON_LOG_LEVEL: "silent",
    ANTIPHON_PUBLIC_URL: server.url,
  };
});
afterEach(() => server.close());

const run = (...words: string[]) => runCommand(["access-key", ...words], environment);

async function create(...options: string[]) {
  const made = await run("create", "--name", "Backend", ...options);
  const [, id = "", secret = ""] =
    /^access_key_id=(\S+)\naccess_key_secret=(\S+)\n$/.exec(made.written) ?? [];
  return { id, secret, made };
}

async function post(path: string, body: object, token?: string) {
  const response = await fetch(`${server.url}/openapi${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { code: number; data?: { accessToken: string } };
}

const tokenOf = (accessKeyId: string, accessKeySecret: string) =>
  post("/get-access-token", { accessKeyId, accessKeySecret });

it("makes a key beside a running server, with a command that gets a token, and a botId that works with it", async () => {
  const { id, made } = await create("--scopes", "chat,feedback", "--agents", "shop");
  const [command = ""] = /curl .*/.exec(made.noted) ?? [];
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", command]);
  const { data } = JSON.parse(stdout);
  const list = await runCommand(["agent", "list"], environment);
  const botIdOf = (slug: string) => new RegExp(`(\\S{36})\\s+${slug} `).exec(list.written)?.[1];
  const ask = (slug: string) =>
    post("/bot/message", { botId: botIdOf(slug), sessionId: "s", message: "hello" }, data.accessToken);
  expect([(await ask("shop")).code, (await ask("desk")).code]).toEqual([0, 40401]);
  const listed = await run("list");
  expect(listed.written).toMatch(
    new RegExp(`${id}\\s+Backend\\s+default\\s+chat,feedback\\s+shop\\s+used 20`),
  );
  expect(listed.written).toMatch(new RegExp(`${FROM_FILE}.*chat.*never used\\s+antiphon\\.yaml`));
});

it("changes, rotates, disables and enables at once", async () => {
  const { id, secret } = await create("--networks", "10.0.0.0/8", "--origins", "https://shop.example");
  expect(await tokenOf(id, secret)).toMatchObject({ code: 40301 });
  expect((await run("change", id, "--networks", "any", "--name", "Shop")).exitCode).toBe(0);
  expect(await tokenOf(id, secret)).toMatchObject({ code: 0 });
  expect((await run("list")).written).toMatch(/Shop\s+default\s+all\s+https:\/\/shop\.example/);

  const rotated = await run("rotate", id);
  const [, next = ""] = /access_key_secret=(\S+)/.exec(rotated.written) ?? [];
  expect(await tokenOf(id, secret)).toMatchObject({ code: 40104 });
  expect(await tokenOf(id, next)).toMatchObject({ code: 0 });
  await run("disable", id);
  expect(await tokenOf(id, next)).toMatchObject({ code: 40104 });
  await run("enable", id);
  expect(await tokenOf(id, next)).toMatchObject({ code: 0 });
});

it("says what is wrong, naming the option", async () => {
  const said = async (...words: string[]) => {
    const { exitCode, noted } = await run(...words);
    return exitCode === 1 ? noted : `exit code ${exitCode}`;
  };
  const name = ["create", "--name", "x"];
  expect(await said(...name, "--scopes", "chats")).toMatch(/there is no scope chats.*Did you mean chat\?/s);
  expect(await said(...name, "--networks", "here")).toContain("--networks: ");
  expect(await said(...name, "--origins", "*")).toContain("--origins: ");
  expect(await said(...name, "--agents", "nobody")).toContain("there is no agent nobody");
  expect(await said("rotate", "none")).toContain("there is no such access key");
  expect(await said("rotate", FROM_FILE)).toContain("antiphon.yaml describes the access key");
  expect(await said("change", FROM_FILE, "--name", "y")).toContain("change it there");
  expect((await run("list")).written).not.toMatch(/\bx\b/);
});
