import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { startUpstream, tokens } from "../../test/support/upstream.ts";
import { runCommand } from "./testing/fake-terminal.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/antiphon.js", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-serve-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts the program as people do, in an empty directory, on any free port. */
function start(words: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ANTIPHON_PORT: "0", ...environment },
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  const ended = once(child, "close").then(([code]: unknown[]) => code);
  /** The first group of the pattern, as soon as standard output has it. */
  const hears = (pattern: RegExp) =>
    eventually(() => {
      const found = pattern.exec(said.out)?.[1];
      if (found === undefined) throw new Error(`nothing like ${pattern} in ${said.out}${said.err}`);
      return found;
    });
  const url = () => hears(/ready at (http:\S+)\n/);
  return { child, said, ended, hears, url };
}

describe("antiphon serve", () => {
  it("is ready without any configuration, lets people talk to the demo, and ends when told to", async () => {
    const server = start(["serve"]);
    const url = await server.url();
    await eventually(() => server.said.out.includes("no language model is configured"));
    expect(server.said.out).toMatch(/demo app key: [0-9a-v]{20}\n/);
    const token = await server.hears(/demo access token \(user owner\): (pat_\S{40})\n/);
    const me = await fetch(`${url}/v1/users/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await me.json()).toMatchObject({ code: 0, data: { user_name: "owner" } });

    const chat = start(["chat", "--url", url]);
    chat.child.stdin.end("How do I make a backup?\n");
    expect(await chat.ended).toBe(0);
    expect(chat.said.out).toContain("antiphon backup");

    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(server.said.err).toContain("SIGTERM: stopping");
  });

  it("stops in order when it is told to while it still introduces itself", async () => {
    const server = start(["serve"]);
    await server.url();
    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(server.said.err).toContain("SIGTERM: stopping");
  });

  it("shows the same demo key and token again, and warns about variables it does not know", async () => {
    const first = start(["serve"]);
    await first.url();
    const key = await first.hears(/demo app key: (\S+)\n/);
    const token = await first.hears(/demo access token .*: (\S+)\n/);
    first.child.kill("SIGINT");
    await first.ended;
    const second = start(["serve"], { ANTIPHON_PROT: "1" });
    await second.url();
    await eventually(() => second.said.out.includes(`demo app key: ${key}\n`));
    expect(await second.hears(/demo access token .*: (\S+)\n/)).toBe(token);
    expect(second.said.err).toContain("did you mean ANTIPHON_PORT?\n");
  });

  it("does not show the demo's token any more when it was revoked, and makes no other", async () => {
    const first = start(["serve"]);
    await first.url();
    const token = await first.hears(/demo access token .*: (\S+)\n/);
    expect(await start(["token", "revoke", token]).ended).toBe(0);
    first.child.kill("SIGTERM");
    await first.ended;
    const second = start(["serve"]);
    await second.url();
    await eventually(() => second.said.out.includes("no language model is configured"));
    expect(second.said.out).toContain("demo app key");
    expect(second.said.out).not.toContain("pat_");
  });

  it("applies antiphon.yaml of the working directory and makes no demo", async () => {
    await writeFile(join(folder, "antiphon.yaml"), "agents: [ { slug: a, name: A, kind: workflow } ]\n");
    const server = start(["serve"]);
    await server.url();
    await eventually(() => server.said.out.includes("agents: 1 created\n"));
    expect(server.said.out).not.toContain("demo");
  });

  it("is refused by data that another server has, in one line", async () => {
    const first = start(["serve"]);
    await first.url();
    const second = start(["serve"]);
    expect(await second.ended).toBe(1);
    expect(second.said.err).toMatch(/^the data file .* is in use by another server \(process \d+\)[^\n]*\n$/);
    expect(second.said.out).toBe("");
  });

  it("is refused by a file with errors before anything is stored", async () => {
    await writeFile(join(folder, "antiphon.yaml"), "agentz: []\n");
    const server = start(["serve"]);
    expect(await server.ended).toBe(1);
    expect(server.said.err).toContain("agentz: is not a known key; did you mean agents?");
    expect((await runCommand(["doctor"], { ANTIPHON_DATA: join(folder, "data") })).written).toContain(
      "will be made at start",
    );
  });

  it("ends at once when told twice, whatever still runs", async () => {
    const upstream = await startUpstream({ reply: [tokens(1_000_000, { delayMs: 20 })] });
    onTestFinished(() => upstream.close());
    await writeFile(
      join(folder, "antiphon.yaml"),
      "agents: [ { slug: a, name: A, appKey: d5k2m8s7q1v3c9n4b6t0 } ]\n",
    );
    const server = start(["serve"], {
      ANTIPHON_MODEL_BASE_URL: upstream.baseUrl,
      ANTIPHON_MODEL_NAME: "upstream-model",
      ANTIPHON_DRAIN_SECONDS: "3600",
    });
    const chat = start(["chat", "--url", await server.url(), "--key", "d5k2m8s7q1v3c9n4b6t0"]);
    chat.child.stdin.write("tell\n");
    await eventually(() => chat.said.out !== "");
    server.child.kill("SIGTERM");
    await eventually(() => server.said.err.includes("stopping"));
    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(130);
  });
});
