import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCommand } from "./testing/fake-terminal.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-workflow-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fileWith(text: string, name = "flow.yaml"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const GOOD = `version: 1
nodes:
  - { id: start, type: start, inputs: [{ name: query }], next: end }
  - id: end
    type: end
    outputs:
      word: { ref: start.query }
`;

it("a file that is fine is said to be, with exit code 0", async () => {
  const [one, other] = [
    await fileWith(GOOD),
    await fileWith(
      JSON.stringify({
        version: 1,
        mode: "chatflow",
        nodes: [
          { id: "start", type: "start", next: "say" },
          { id: "say", type: "message", text: "Hi" },
        ],
      }),
      "flow.json",
    ),
  ];
  const { written, exitCode } = await runCommand(["workflow", "validate", one, other]);
  expect(written).toBe(`${one} is fine: workflow, 2 nodes\n${other} is fine: chatflow, 2 nodes\n`);
  expect(exitCode).toBe(0);
});

it("everything wrong is told with line, node and field, and the exit code is 1", async () => {
  const path = await fileWith(GOOD.replace("start.query", "strt.query").replace("next: end", "nxt: end"));
  const { noted, exitCode } = await runCommand(["workflow", "validate", path]);
  const lines = noted
    .trim()
    .split("\n")
    .map((line) => line.replace(`${path}:`, ""));
  expect(lines).toEqual([
    expect.stringContaining("3:63 start.nxt: is not a known key; did you mean next?"),
    expect.stringContaining("7:13 end.outputs.word: refers to `strt`, which is not there"),
  ]);
  expect(exitCode).toBe(1);
});

it("what is no YAML, no graph or no file is told so", async () => {
  const broken = await runCommand(["workflow", "validate", await fileWith("a: [")]);
  expect([broken.exitCode, broken.noted]).toEqual([1, expect.stringContaining("is not valid YAML")]);
  const empty = await runCommand(["workflow", "validate", await fileWith("")]);
  expect(empty.exitCode).toBe(1);
  const text = await runCommand(["workflow", "validate", await fileWith("hello")]);
  expect(text.noted).toContain("must be an object with `version` and `nodes`");
  const none = await runCommand(["workflow", "validate", join(folder, "none.yaml")]);
  expect([none.exitCode, none.noted]).toEqual([1, expect.stringContaining("cannot be read")]);
});

it("a picture is Mermaid, and of a broken file the problems", async () => {
  const picture = await runCommand(["workflow", "picture", await fileWith(GOOD)]);
  expect(picture.written).toContain("flowchart TD\n");
  expect(picture.written).toContain("n_start --> n_end\n");
  const broken = await runCommand(["workflow", "picture", await fileWith("version: 2")]);
  expect([broken.exitCode, broken.written]).toEqual([1, ""]);
  expect(broken.noted).toContain("version: must be 1");
});

it("files that are something else are told apart, in a line each", async () => {
  const configuration = await fileWith("agents: []\n", "antiphon.yaml");
  const prose = await fileWith(`# Title\n\nA word: another: ${"long ".repeat(1_000)}\n`, "README.md");
  const [told, saidOf] = [
    await runCommand(["workflow", "validate", configuration]),
    await runCommand(["workflow", "validate", prose]),
  ];
  expect(told.noted).toBe(
    `${configuration}:1:1 is no graph; check configuration files with: antiphon apply --check ${configuration}\n`,
  );
  expect(saidOf.noted).toMatch(/README\.md:3:\d+ is not valid YAML: /);
  for (const line of saidOf.noted.split("\n")) expect(line.length).toBeLessThan(400);
});
