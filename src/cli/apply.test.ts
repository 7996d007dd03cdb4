import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../config/config.ts";
import { openConfiguredStore } from "../installation.ts";
import { runCommand } from "./testing/fake-terminal.ts";

let folder: string;
let environment: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-cli-apply-"));
  environment = { ANTIPHON_DATA: join(folder, "data") };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fileWith(yaml: string): Promise<string> {
  const path = join(folder, "antiphon.yaml");
  await writeFile(path, yaml);
  return path;
}

const GOOD = `
agents: [ { slug: a, name: A, appKey: d5k2m8s7q1v3c9n4b6t0, channels: [api, web-sdk], kind: workflow } ]
knowledge: [ { slug: k, name: K, documents: [ { name: d, text: hello } ] } ]
`;

describe("antiphon apply", () => {
  it("says what it made, and the second time that nothing changed", async () => {
    const path = await fileWith(GOOD);
    const first = await runCommand(["apply", path], environment);
    expect(first.written.split("\n")).toEqual([
      "workspace: 1 created",
      "knowledge bases: 1 created",
      "documents: 1 created",
      "agents: 1 created",
      "app keys: 1 created",
      "",
    ]);
    const second = await runCommand(["apply", path], environment);
    expect(second.written).toBe(first.written.replaceAll("created", "unchanged"));
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  });

  it("applies the example file", async () => {
    const { written, exitCode } = await runCommand(["apply", "antiphon.example.yaml"], environment);
    expect(written).toContain("agents: 2 created\n");
    expect(exitCode).toBe(0);
  });

  it("accepts agents that name the environment's model", async () => {
    const path = await fileWith("agents: [ { slug: a, name: A, model: m } ]");
    const model = { ANTIPHON_MODEL_BASE_URL: "http://127.0.0.1:1/v1", ANTIPHON_MODEL_NAME: "m" };
    expect((await runCommand(["apply", path], { ...environment, ...model })).exitCode).toBe(0);
    expect((await runCommand(["apply", path], environment)).exitCode).toBe(1);
  });

  it("with --check looks at the file and touches no store", async () => {
    const path = await fileWith(GOOD);
    const { written, exitCode } = await runCommand(["apply", "--check", path], environment);
    expect(written).toContain(`${path} is fine\n`);
    expect(exitCode).toBe(0);
    expect(await readdir(folder)).toEqual(["antiphon.yaml"]);
  });

  it("tells every error of the file at its place and applies nothing", async () => {
    const path = await fileWith("agents:\n  - { slug: a, nmae: A }\n  - { slug: a, name: B }\n");
    const { noted, exitCode } = await runCommand(["apply", path], environment);
    expect(noted.split("\n")).toEqual([
      `${path}:2:5 agents[0].name: is missing`,
      `${path}:2:16 agents[0].nmae: is not a known key; did you mean name?`,
      `${path}:3:13 agents[1].slug: is the slug of an earlier agent`,
      "Nothing of the file was applied",
      "",
    ]);
    expect(exitCode).toBe(1);
    expect(await readdir(folder)).toEqual(["antiphon.yaml"]);
  });

  it("says what to do when a server has the store", async () => {
    const store = await openConfiguredStore(readConfig(environment));
    try {
      const { noted, exitCode } = await runCommand(["apply", await fileWith(GOOD)], environment);
      expect(noted).toMatch(/is in use by another server.*stop it and apply again/);
      expect(exitCode).toBe(1);
    } finally {
      await store.close();
    }
  });
});

describe("antiphon config", () => {
  it("prints settings and the file's content without secrets", async () => {
    const path = await fileWith(
      `models: [ { name: m, provider: openai-compatible, baseUrl: "https://x/v1", apiKey: sk-hunter2, model: x } ]${GOOD}`,
    );
    const { written, exitCode } = await runCommand(["config"], {
      ...environment,
      ANTIPHON_CONFIG: path,
      ANTIPHON_APP_KEY: "hunter2hunter2",
      ANTIPHON_PORT: "9000",
    });
    expect(written).toContain("ANTIPHON_PORT=9000\n");
    expect(written).toContain("ANTIPHON_APP_KEY is set\n");
    expect(written).toContain(`antiphon.yaml: ${path}\ndefault model: m (openai-compatible)\n`);
    expect(written).toContain("agent: a (A), app keys in the file: 1\n");
    expect(written).toContain("knowledge: k, documents: 1, pairs: 0\n");
    expect(written).not.toMatch(/hunter2|d5k2m8s7q1v3c9n4b6t0/);
    expect(exitCode).toBe(0);
  });
});
