import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readGraph } from "../workflow/graph/read-graph.ts";
import { InstallationFileError, readInstallationFile } from "./file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-workflows-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(yaml: string, environment: Record<string, string> = {}) {
  const path = join(folder, "antiphon.yaml");
  await writeFile(path, yaml);
  return readInstallationFile(path, { environment, readWorkflow: readGraph });
}

/** The problems as `file:line field: message`, without the folder. */
async function problemsOf(yaml: string): Promise<string[]> {
  const error = await read(yaml).catch((cause: unknown) => cause);
  if (!(error instanceof InstallationFileError)) throw new Error("the file is fine");
  return error.problems.map(
    ({ file, line, field, message }) => `${file.slice(folder.length + 1)}:${line} ${field}: ${message}`,
  );
}

const ECHO = `
version: 1
nodes:
  - { id: start, type: start, inputs: [ { name: word } ], next: end }
  - { id: end, type: end, outputs: { word: { ref: start.word } } }
`;

const inline = (slug: string, graph: string) => `
  - slug: ${slug}
    name: ${slug}
    kind: workflow
    workflow:${graph.replaceAll("\n", "\n      ")}
`;

it("a workflow stands in the file, or in one of its own", async () => {
  await mkdir(join(folder, "flows"));
  await writeFile(join(folder, "flows", "echo.yaml"), ECHO);
  const file = await read(`agents:
  - { slug: here, name: Here, kind: workflow, workflow: flows/echo.yaml }
${inline("there", ECHO)}
  - { slug: bot, name: Bot, responder: there }
  - { slug: empty, name: Empty, kind: workflow }
`);
  expect([...file.graphs.keys()]).toEqual(["here", "there"]);
  expect(file.graphs.get("here")).toEqual(file.graphs.get("there"));
  expect(file.graphs.get("here")?.nodes.map(({ id }) => id)).toEqual(["start", "end"]);
});

it("variables are filled in everywhere but in the code of nodes", async () => {
  await writeFile(
    join(folder, "code.yaml"),
    `
version: 1
tools: [ { name: t, description: T, url: 'https://x.example/', headers: { Authorization: 'Bearer \${KEY}' } } ]
nodes:
  - { id: start, type: start, next: work }
  - { id: work, type: code, code: "function main() { return { text: \`\${1 + 1}\` } }", outputs: { text: { type: string } }, next: end }
  - { id: end, type: end, answer: "{{ work.text }}" }
`,
  );
  const { graphs } = await read("agents: [ { slug: a, name: A, kind: workflow, workflow: code.yaml } ]", {
    KEY: "k1",
  });
  const graph = graphs.get("a");
  expect(graph?.tools[0]).toMatchObject({ headers: { Authorization: "Bearer k1" } });
  expect(graph?.nodes[1]?.["code"]).toContain(`\${1 + 1}`);
});

it("everything wrong is told with file, line, node and field, and nothing is taken", async () => {
  await writeFile(join(folder, "broken.yaml"), ECHO.replace("start.word", "start.wrd"));
  const problems = await problemsOf(`agents:
  - { slug: file, name: F, kind: workflow, workflow: broken.yaml }
${inline("inline", ECHO.replace("next: end", "next: ende"))}
  - { slug: lost, name: L, kind: workflow, workflow: nothing.yaml }
  - { slug: out, name: O, kind: workflow, workflow: ../outside.yaml }
  - { slug: chat, name: C, workflow: broken.yaml }
  - { slug: shape, name: S, kind: workflow, workflow: 5 }
`);
  const ended = (text: string) => problems.find((problem) => problem.includes(text)) ?? "";
  expect(ended("broken.yaml:5")).toBe(
    "broken.yaml:5 nodes[1].outputs.word: node end: refers to `start.wrd`, which is not there; did you mean word?",
  );
  expect(ended("ende")).toBe(
    "antiphon.yaml:10 agents[1].workflow.nodes[0].next: node start: leads to `ende`, which is no node; did you mean end?",
  );
  expect(ended("agents[2]")).toMatch(/agents\[2\]\.workflow: cannot be read/);
  expect(ended("agents[3]")).toMatch(/agents\[3\]\.workflow: (leads out|cannot be read)/);
  expect(ended("agents[4]")).toContain("workflow: is only for an agent of kind workflow");
  expect(ended("agents[5]")).toContain("must be the path of a workflow file, or a workflow");
});

it("a workflow runs others of the file, and not itself", async () => {
  const calling = (name: string) => `
version: 1
nodes:
  - { id: start, type: start, next: inner }
  - { id: inner, type: workflow, workflow: ${name}, next: end }
  - { id: end, type: end, answer: "{{ inner.answer }}" }
`;
  const file = await read(`agents:\n${inline("a", calling("b"))}${inline("b", ECHO)}`);
  expect(file.graphs.size).toBe(2);
  const problems = await problemsOf(
    `agents:\n${inline("a", calling("b"))}${inline("b", calling("a"))}${inline("c", calling("c"))}${inline("d", calling("nobody"))}`,
  );
  expect(problems.map((problem) => problem.replace(/^.*nodes/, "nodes"))).toEqual([
    "nodes[1].workflow: node inner: runs this workflow again",
    "nodes[1].workflow: node inner: runs this workflow again",
    "nodes[1].workflow: node inner: is the workflow itself; it cannot run itself",
    "nodes[1].workflow: node inner: is no workflow",
  ]);
});

it("a responder is a workflow of the file", async () => {
  expect(
    await problemsOf(`agents:
  - { slug: a, name: A, responder: nobody }
  - { slug: b, name: B, responder: a }
  - { slug: w, name: W, kind: workflow, responder: w }
`),
  ).toEqual([
    "antiphon.yaml:2 agents[0].responder: names an agent that is not in this file",
    "antiphon.yaml:3 agents[1].responder: names an agent that is not of kind workflow",
    "antiphon.yaml:4 agents[2].responder: is only for an agent of kind chat",
  ]);
});
