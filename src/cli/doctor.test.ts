import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAntiphon } from "../../test/support/antiphon.ts";
import { createDatabase } from "../../test/support/databases.ts";
import { startUpstream } from "../../test/support/upstream.ts";
import { sealDefinition } from "../catalog/kept-definition.ts";
import { findLocalModels } from "../catalog/local-servers.ts";
import { readConfig } from "../config/config.ts";
import { openSecretKey, parseSecretKey } from "../config/secrets.ts";
import { openConfiguredStore } from "../installation.ts";
import { startServer } from "../start-server.ts";
import { keptDemoKey } from "./demo-key.ts";
import { checkClock, checkNode } from "./doctor-machine.ts";
import { checkLocalModels } from "./doctor-models.ts";
import { runCommand } from "./testing/fake-terminal.ts";

let folder: string;
let environment: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-doctor-"));
  environment = { ANTIPHON_DATA: join(folder, "data"), ANTIPHON_PORT: "0" };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The lines about one subject, with their advice. */
async function look(subject: string, more: Record<string, string> = {}) {
  const { written, exitCode } = await runCommand(["doctor"], { ...environment, ...more });
  const findings = written.split(/\n(?! {6})/).filter((finding) => finding.slice(6).startsWith(subject));
  return { findings, exitCode };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("antiphon doctor", () => {
  it("finds nothing to mend on a new machine, and leaves no trace", async () => {
    const { written, exitCode } = await runCommand(["doctor"], environment);
    const subjects = written
      .split("\n")
      .filter((line) => /^(ok|warn|fail) /.test(line))
      .map((line) => line.slice(6).split(":")[0]);
    for (const subject of [
      "node",
      "environment",
      "antiphon.yaml",
      "data directory",
      "store",
      "port",
      "clock",
    ]) {
      expect(subjects).toContain(subject);
    }
    expect(written).toMatch(/\n\d+ ok, \d+ to know about, 0 to mend\n$/);
    expect(exitCode).toBe(0);
    expect((await look("data directory")).findings[0]).toMatch(
      /^ok {4}data directory: .* will be made at start/,
    );
  });

  it("counts uploaded files, and says what to do when they cannot be kept", async () => {
    const files = join(folder, "data", "files");
    expect((await look("uploaded files")).findings[0]).toMatch(/^ok {4}uploaded files: none yet/);
    await mkdir(files, { recursive: true });
    await writeFile(join(files, "7"), "x".repeat(2_000_000));
    await writeFile(join(files, "8.node-0.part"), "x");
    expect((await look("uploaded files")).findings).toEqual([
      expect.stringMatching(/^ok {4}uploaded files: 1 in .*files, 2 MiB$/),
    ]);
    await rm(files, { recursive: true });
    await writeFile(files, "");
    const { findings, exitCode } = await look("uploaded files");
    expect(findings[0]).toMatch(/^fail {2}uploaded files: .* cannot be used\n.*make it a directory/);
    expect(exitCode).toBe(1);
  });

  it("looks at a stopped store without changing it", async () => {
    await (await openConfiguredStore(readConfig(environment))).close();
    const { findings } = await look("store");
    expect(findings).toEqual([expect.stringMatching(/^ok {4}store: .*antiphon\.db, schema \d+$/)]);
    expect((await look("owner lock")).findings[0]).toMatch(/free, no server runs/);
  });

  it("goes on when a model's package is missing, which it names", async () => {
    const path = join(folder, "antiphon.yaml");
    await writeFile(path, 'models: [ { name: m, provider: "@ai-sdk/nobody", model: x } ]');
    const more = { ANTIPHON_CONFIG: path };
    const { findings, exitCode } = await look("models", more);
    expect(findings).toEqual([
      expect.stringMatching(/^fail {2}models: model "m": package @ai-sdk\/nobody is not installed: run "npm/),
    ]);
    expect(exitCode).toBe(1);
    expect((await look("clock", more)).findings).toHaveLength(1);
  });

  it("asks the models that were connected in the console too, beside a server that runs", async () => {
    const [upstream, server] = [await startUpstream(), await startAntiphon({ file: {} })];
    const key = await openSecretKey(undefined, server.dataDirectory);
    const common = { provider: "openai-compatible" as const, model: "upstream-model" };
    const keep = (name: string, baseUrl: string, sealedWith = key) =>
      server.store.models.insert({
        ...sealDefinition(sealedWith, { ...common, name, baseUrl, apiKey: "sk-hunter2" }),
        isDefault: false,
        createdAt: new Date(),
        updatedAt: new Date(),
      });
    const otherKey = parseSecretKey("a".repeat(64), "");
    await keep("good", upstream.baseUrl);
    await keep("gone", "http://127.0.0.1:1/v1");
    await keep("locked", upstream.baseUrl, otherKey);
    await server.store.flushed();
    try {
      const { findings, exitCode } = await look("model", { ANTIPHON_DATA: server.dataDirectory });
      const told = Object.fromEntries(findings.map((text) => [/model (\w+)/.exec(text)?.[1], text]));
      expect(told["good"]).toMatch(/^ok {4}model good: answers, \d+ ms$/);
      expect(told["gone"]).toMatch(/^fail {2}model gone: .*127\.0\.0\.1:1\/v1.*running\?$/s);
      expect(told["locked"]).toMatch(/^fail {2}model locked: .* encrypted with key/);
      expect(findings.join()).not.toContain("hunter2");
      expect(exitCode).toBe(1);
    } finally {
      await server.close();
      await upstream.close();
    }
  });

  it("recognises the server that runs on the port and on the data", async () => {
    const server = await startAntiphon({ file: {} });
    try {
      const running = { ANTIPHON_DATA: server.dataDirectory, ANTIPHON_PORT: new URL(server.url).port };
      expect((await look("port", running)).findings[0]).toMatch(/^ok .* is taken by a server that is alive$/);
      expect((await look("owner lock", running)).findings[0]).toMatch(/^ok .* is in use by another server/);
    } finally {
      await server.close();
    }
  });

  it("stops at an environment it cannot read, naming every variable", async () => {
    const { findings, exitCode } = await look("environment", { ANTIPHON_PORT: "x", ANTIPHON_BUSY: "y" });
    expect(findings).toEqual([
      'fail  environment: has values nobody can use; nothing else can be checked\n      → ANTIPHON_PORT must be a whole number from 0 to 65535, not "x"\n      → ANTIPHON_BUSY must be queue or refuse, not "y"',
    ]);
    expect(exitCode).toBe(1);
  });

  it("warns about slips in variable names and still exits with 0", async () => {
    const { findings, exitCode } = await look("environment", { ANTIPHON_PROT: "1" });
    expect(findings[0]).toMatch(
      /^warn .*\n {6}→ ANTIPHON_PROT is not a known variable; did you mean ANTIPHON_PORT\?$/,
    );
    expect(exitCode).toBe(0);
  });

  it("tells the errors of antiphon.yaml and goes on with the other checks", async () => {
    const path = join(folder, "antiphon.yaml");
    await writeFile(path, "agentz: []\n");
    const { findings, exitCode } = await look("antiphon.yaml", { ANTIPHON_CONFIG: path });
    expect(findings[0]).toContain(`→ ${path}:1:1 agentz: is not a known key; did you mean agents?`);
    expect((await look("clock", { ANTIPHON_CONFIG: path })).findings).toHaveLength(1);
    expect(exitCode).toBe(1);
  });

  it("asks every model and says what to do about those that do not answer", async () => {
    const upstream = await startUpstream();
    const path = join(folder, "antiphon.yaml");
    await writeFile(
      path,
      `models:
  - { name: good, provider: openai-compatible, baseUrl: "${upstream.baseUrl}", model: upstream-model }
  - { name: gone, provider: openai-compatible, baseUrl: "http://127.0.0.1:1/v1", model: m, apiKey: sk-hunter2 }
  - { name: quotes, provider: extractive }
`,
    );
    try {
      const { findings, exitCode } = await look("model", { ANTIPHON_CONFIG: path });
      expect(findings).toHaveLength(3);
      expect(findings[0]).toMatch(/^ok {4}model good: answers, \d+ ms$/);
      expect(findings[1]).toMatch(
        /^fail {2}model gone: .*\n {6}→ .*http:\/\/127\.0\.0\.1:1\/v1.*running\?$/s,
      );
      expect(findings[2]).toMatch(/^ok {4}model quotes: .*no language model$/);
      expect(findings.join()).not.toContain("hunter2");
      expect(exitCode).toBe(1);
    } finally {
      await upstream.close();
    }
  });

  it("notices a port that somebody else has", async () => {
    const other = createServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nhello"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const { findings, exitCode } = await look("port", { ANTIPHON_PORT: String(port) });
      expect(findings[0]).toMatch(/^fail {2}port: .* is taken by another program\n {6}→ .*ANTIPHON_PORT$/);
      expect(exitCode).toBe(1);
    } finally {
      other.close();
    }
  });

  it("notices a data directory that is none, a damaged key and a damaged store", async () => {
    await writeFile(join(folder, "data"), "");
    expect((await look("data directory")).findings[0]).toMatch(
      /^fail .* is not a directory\n {6}→ set ANTIPHON_DATA/,
    );
    await rm(join(folder, "data"));
    await mkdir(join(folder, "data"));
    await writeFile(join(folder, "data", "secret.key"), "no key");
    await writeFile(join(folder, "data", "antiphon.db"), "no database");
    expect((await look("secret key")).findings[0]).toMatch(/^fail .*must hold 32 bytes/);
    const store = await look("store");
    expect(store.findings[0]).toMatch(/^fail .* cannot be read: .*\n {6}→ restore a backup/);
    expect(store.exitCode).toBe(1);
  });

  it("warns about a secret key that others can read", async () => {
    await mkdir(join(folder, "data"));
    const path = join(folder, "data", "secret.key");
    await writeFile(path, "ab".repeat(32));
    await chmod(path, 0o644);
    expect((await look("secret key")).findings[0]).toBe(
      `warn  secret key: ${path} can be read by others\n      → chmod 600 ${path}`,
    );
  });

  it("says why PostgreSQL cannot be reached, without the password", async () => {
    const { findings, exitCode } = await look("store", {
      ANTIPHON_DATABASE_URL: "postgres://me:hunter2@127.0.0.1:1/x",
    });
    expect(findings[0]).toMatch(
      /^fail {2}store: PostgreSQL at 127\.0\.0\.1:1: .*ECONNREFUSED.*\n {6}→ check ANTIPHON_DATABASE_URL/,
    );
    expect(findings.join()).not.toContain("hunter2");
    expect(exitCode).toBe(1);
  });
});

describe("on PostgreSQL", () => {
  it("doctor looks at the database without making tables in it", async () => {
    const postgres = { ANTIPHON_DATABASE_URL: await createDatabase() };
    expect((await look("store", postgres)).findings[0]).toMatch(
      /^ok .* answers, \d+ ms, tables made at start$/,
    );
    await (await openConfiguredStore(readConfig({ ...environment, ...postgres }))).close();
    expect((await look("store", postgres)).findings[0]).toMatch(/^ok .* answers, \d+ ms, schema \d+$/);
    expect((await look("clocks", postgres)).findings[0]).toMatch(/^ok .* agree$/);
  });

  it("chat finds the demo key beside a running server, and a backup moves everything to SQLite", async () => {
    const postgres = { ...environment, ANTIPHON_DATABASE_URL: await createDatabase() };
    const loaded = readConfig(postgres);
    const server = await startServer(loaded, undefined);
    try {
      expect(await keptDemoKey(loaded)).toBe(server.demo?.appKey);
      expect((await runCommand(["backup", join(folder, "a.backup")], postgres)).exitCode).toBe(0);
      expect((await runCommand(["restore", join(folder, "a.backup")], environment)).exitCode).toBe(0);
      expect(await keptDemoKey(readConfig(environment))).toBe(server.demo?.appKey);
    } finally {
      await server.close();
    }
  });
});

describe("single checks", () => {
  it("want Node 24 and a clock past the zero of ids", () => {
    expect(checkNode("24.0.0").status).toBe("ok");
    expect(checkNode("100.0.0").status).toBe("ok");
    expect(checkNode("22.12.0")).toMatchObject({ status: "fail", text: "22.12.0 is too old" });
    expect(checkClock(new Date("2026-01-01")).status).toBe("ok");
    expect(checkClock(new Date("2001-01-01")).status).toBe("fail");
  });
});

describe("model servers on this machine", () => {
  it("are named with what makes them the default, unless they are in use", async () => {
    const upstream = await startUpstream({ models: ["qwen3:8b", "it's odd"] });
    try {
      const port = Number(new URL(upstream.baseUrl).port);
      const places = [
        { program: "Ollama", port },
        { program: "vLLM", port: 1 },
      ];
      const find = () => findLocalModels(places);
      const findings = await all(checkLocalModels([], find));
      expect(findings).toEqual([
        {
          status: "ok",
          subject: "local model",
          text: `Ollama answers at ${upstream.baseUrl} with 2 models; it is not used`,
          advice: [
            `to use it: ANTIPHON_MODEL_BASE_URL=${upstream.baseUrl} ANTIPHON_MODEL_NAME=qwen3:8b`,
            `or in antiphon.yaml: models: [ { name: local, provider: openai-compatible, baseUrl: "${upstream.baseUrl}", model: "qwen3:8b" } ]`,
          ],
        },
      ]);
      const inUse = [
        { provider: "openai-compatible" as const, name: "m", model: "m", baseUrl: upstream.baseUrl },
      ];
      expect(await all(checkLocalModels(inUse, find))).toEqual([]);
    } finally {
      await upstream.close();
    }
  });
});
