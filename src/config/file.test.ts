import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readGraph } from "../workflow/graph/read-graph.ts";
import { InstallationFileError, readInstallationFile } from "./file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-file-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(yaml: string, environment: Record<string, string> = {}, knownModels: string[] = []) {
  const path = join(folder, "antiphon.yaml");
  await writeFile(path, yaml);
  return readInstallationFile(path, { environment, knownModels, readWorkflow: readGraph });
}

/** The problems as `line:column field: message`; empty when the file is fine. */
async function problemsOf(yaml: string, environment: Record<string, string> = {}): Promise<string[]> {
  try {
    await read(yaml, environment);
    return [];
  } catch (error) {
    if (!(error instanceof InstallationFileError)) throw error;
    return error.problems.map(
      ({ line, column, field, message }) => `${line}:${column} ${field === "" ? "" : `${field}: `}${message}`,
    );
  }
}

const MODEL = "models: [ { name: m, provider: extractive } ]\n";

describe("aliases", () => {
  it("names the place of one without an anchor, and of those that grow without measure", async () => {
    expect(await problemsOf(`${MODEL}agents: *nobody\n`)).toEqual([
      "2:9 agents: refers to &nobody, which does not stand above it",
    ]);
    const lines = Array.from(
      { length: 12 },
      (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index}, `.repeat(9)}]`,
    );
    expect(await problemsOf(["a0: &a0 [x]", ...lines].join("\n"))).toEqual([
      "1:1 repeats its aliases more often than is reasonable",
    ]);
  });
});

describe("readInstallationFile", () => {
  it("reads the file of the design with its documents", async () => {
    await writeFile(join(folder, "faq.md"), "# 退货\n7 天");
    const file = await read(
      `
models:
  - name: deepseek
    provider: openai-compatible
    baseUrl: https://api.deepseek.com/v1
    apiKey: \${DEEPSEEK_API_KEY}
    model: deepseek-chat
    prices: { input: 2, output: 8, currency: CNY }
workspace: { name: default }
users:
  - { name: owner, role: owner, tokens: [ { token: "pat_a1b2c3d4e5f6g7h8", scopes: [all] } ] }
agents:
  - slug: shop-assistant
    name: 商城客服
    appKey: d5k2m8s7q1v3c9n4b6t0
    model: deepseek
    prompt: |
      你是商城客服，称呼用户为 {{ name }}。
    opening: { message: 您好！, questions: [怎么退货？, 多久发货？] }
    variables:
      - { key: name, title: 称呼, type: Text, required: false, maxLength: 32 }
    suggestions: true
    knowledge: [faq]
    channels: [api]
knowledge:
  - slug: faq
    name: 商城 FAQ
    documents: [ { file: ./faq.md } ]
    pairs: [ { question: 怎么退货？, answer: 7 天无理由退货。 } ]
insight:
  accessKeys: [ { id: 6c7b…uuid, secret: "a1b2c3d4", scopes: [all], agents: [shop-assistant] } ]
`,
      { DEEPSEEK_API_KEY: "sk-1" },
    );
    expect(file.models[0]).toMatchObject({
      apiKey: "sk-1",
      prices: { input: 2, output: 8, currency: "CNY" },
    });
    expect(file.agents[0]).toMatchObject({
      slug: "shop-assistant",
      prompt: "你是商城客服，称呼用户为 {{ name }}。\n",
      knowledge: { bases: ["faq"], mode: "automatic", topK: 5 },
      enabled: true,
    });
    expect(file.knowledge[0]?.documents).toEqual([
      { name: "faq.md", url: "", text: "# 退货\n7 天", format: "markdown" },
    ]);
    expect(file.insight.accessKeys).toEqual([
      { id: "6c7b…uuid", secret: "a1b2c3d4", scopes: ["all"], agents: ["shop-assistant"] },
    ]);
  });

  it("takes an empty file as one that says nothing", async () => {
    expect(await read("")).toMatchObject({ models: [], agents: [], workspace: { name: "default" } });
  });

  it("says so when there is no file", async () => {
    await expect(
      readInstallationFile(join(folder, "no.yaml"), { environment: {}, readWorkflow: readGraph }),
    ).rejects.toThrow(/no\.yaml:1:1 cannot be read: ENOENT/);
  });
});

describe("problems of a file", () => {
  it("are all told at once, in order, each with its place and field", async () => {
    const problems = await problemsOf(`models:
  - name: deepseek
    provider: openai-compatibl
    model: x
    prices: { input: 2, output: "8" }
  - name: deepseek
    provider: openai-compatible
    baseURL: https://x
    model: \${MISSING}
agents:
  - slug: Shop
    nmae: x
    model: deepsek
    knowledge: { bases: [fa], modes: tool, topK: 500 }
    handoffs: [ { agent: nobody, when: ok } ]
knowledge:
  - { slug: faq, name: f, documents: [ { text: a } ] }
`);
    expect(problems).toEqual([
      "3:15 models[0].provider: must be one of openai-compatible, anthropic, google, extractive; did you mean openai-compatible?",
      "5:33 models[0].prices.output: must be a number, without quotes or variables",
      "6:5 models[1].baseUrl: is needed for openai-compatible",
      "6:11 models[1].name: is the name of an earlier model",
      "8:5 models[1].baseURL: is not a known key; did you mean baseUrl?",
      "9:12 models[1].model: environment variable MISSING is not set",
      "11:5 agents[0].name: is missing",
      "11:11 agents[0].slug: must be 1 to 64 small letters, digits, - or _, beginning with a letter or digit",
      "12:5 agents[0].nmae: is not a known key; did you mean name?",
      "13:12 agents[0].model: names a model that is not in this file; did you mean deepseek?",
      "14:26 agents[0].knowledge.bases[0]: names a knowledge base that is not in this file; did you mean faq?",
      "14:31 agents[0].knowledge.modes: is not a known key; did you mean mode?",
      "14:50 agents[0].knowledge.topK: must be at most 50",
      "15:26 agents[0].handoffs[0].agent: names an agent that is not in this file",
      "17:40 knowledge[0].documents[0]: needs a `name` beside `text`",
    ]);
  });

  it("name a prompt that is no template, and a variable whose name the template language has taken", async () => {
    const problems = await problemsOf(`agents:
  - slug: shop
    name: Shop
    prompt: "Call them {{ name."
    variables: [ { key: range }, { key: ranges } ]
`);
    expect(problems).toEqual([
      "4:13 agents[0].prompt: is no valid Jinja template",
      "5:25 agents[0].variables[0].key: is a word of the template language",
    ]);
  });

  it("never repeat values, which may be secrets", async () => {
    const problems = await problemsOf(
      `agents:
  - { slug: a, name: A, appKey: "hunter2 hunter2 hunter2" }
  - { slug: b, name: B, appKeys: [hunter2hunter2hunter2, hunter2hunter2hunter2] }
  - { slug: c, name: C, appKey: "\${KEY}" }
`,
      { KEY: "hunter2" },
    );
    expect(problems).toEqual([
      "2:33 agents[0].appKey: must be 16 to 128 letters, digits, _ or -",
      "3:58 agents[1].appKeys[1]: is named earlier; a key opens one agent",
      "4:33 agents[2].appKey: must be 16 to 128 letters, digits, _ or -",
    ]);
  });

  it("show broken YAML at its place, with a hint about variables inside braces", async () => {
    expect(await problemsOf(`workspace: { name: \${NAME} }\n`)).toEqual([
      expect.stringMatching(/^1:21 is not valid YAML: .*a value with a variable needs quotes$/),
    ]);
    expect(await problemsOf("models: []\nmodels: []\n")).toEqual([
      "2:1 is not valid YAML: Map keys must be unique",
    ]);
  });

  it.each([
    ["workspace:\n", "1:11 workspace: must be a block of keys, but is empty"],
    ["- a\n", "1:1 must be a block of keys"],
    [
      "extra: 1\n",
      "1:1 extra: is not a known key; known here: models, workspace, users, oauthApps, channels, agents, knowledge, callbacks, insight",
    ],
    ["agents: [ { slug: a, name: 12 } ]\n", "1:28 agents[0].name: must be text: put it in quotes"],
    ["agents: [ { slug: a, name: A, steps: 1.5 } ]\n", "1:38 agents[0].steps: must be a whole number"],
    ["agents: [ { slug: a, name: A, enabled: 'no' } ]\n", "1:40 agents[0].enabled: must be true or false"],
    ["agents: [ { slug: a, name: A, knowledge: faq } ]\n", "1:42 agents[0].knowledge: has the wrong shape"],
    [
      "agents: [ { slug: a, name: A, knowledge: [1] } ]\n",
      "1:43 agents[0].knowledge[0]: must be text: put it in quotes",
    ],
    [
      "agents: [ { slug: a, name: A, handoffs: [ { agent: a, when: x } ] } ]\n",
      "1:52 agents[0].handoffs[0].agent: is the agent itself",
    ],
    [
      "channels: [ { slug: m, name: M, owner: o } ]\nagents: [ { slug: a, name: A, channels: [n] } ]\n",
      "2:42 agents[0].channels[0]: names a channel that is not in this file; did you mean m?",
    ],
    [
      "channels: [ { slug: api, name: M, owner: o } ]\n",
      "1:21 channels[0].slug: is the name of a channel that is always there",
    ],
    [
      "channels: [ { slug: m, name: M, owner: o, authorization: { mode: device, clientId: c } } ]\n",
      "1:84 channels[0].authorization.clientId: is only for oauth",
    ],
    [
      "channels: [ { slug: m, name: M, owner: o, options: [ { key: k, values: [ { value: v } ] } ] } ]\n",
      "1:74 channels[0].options[0].values[0].label: is missing",
    ],
    [
      "agents: [ { slug: a, name: A, variables: [ { key: k, type: Enum } ] } ]\n",
      "1:44 agents[0].variables[0].choices: is needed for an Enum",
    ],
    [
      "agents: [ { slug: a, name: A, tools: [ { name: t, description: d, url: 'https://{host}/' } ] } ]\n",
      "1:72 agents[0].tools[0].url: cannot have {argument} places in its host",
    ],
    [
      "agents: [ { slug: a, name: A, tools: [ { name: t, description: d, url: 'https://h/', headers: { 'a b': x } } ] } ]\n",
      "1:97 agents[0].tools[0].headers.a b: is no header name",
    ],
    [
      "agents: [ { slug: a, name: A, tools: [ { name: t, description: d, url: 'https://h/' } ], callerTools: [ { name: t, description: d } ] } ]\n",
      "1:113 agents[0].callerTools[0].name: is the name of an earlier tool",
    ],
    [
      "agents: [ { slug: a, name: A, actions: [ handover, dance ] } ]\n",
      "1:52 agents[0].actions[1]: must be one of handover, tag-user, invite-room, update-data, canvas-event-action, send-image-message, send-file-message, send-audio-message, send-post-message",
    ],
    [
      "agents: [ { slug: a, name: A, actions: [ handover, handover ] } ]\n",
      "1:52 agents[0].actions[1]: is named already",
    ],
    [
      "agents: [ { slug: a, name: A, triggers: [ new-friend, new-friend ] } ]\n",
      "1:55 agents[0].triggers[1]: is named already",
    ],
    [
      "agents: [ { slug: a, name: A, events: [ { name: e }, { name: e } ] } ]\n",
      "1:62 agents[0].events[1].name: is the name of an earlier event",
    ],
    [
      "agents: [ { slug: a, name: A, events: [ { name: e, variables: [ { name: v }, { name: v } ] } ] } ]\n",
      "1:86 agents[0].events[0].variables[1].name: is the name of an earlier variable",
    ],
    [
      "agents: [ { slug: a, name: A, handover: { idleMinutes: -1 } } ]\n",
      "1:56 agents[0].handover.idleMinutes: must be at least 0",
    ],
    [
      "agents: [ { slug: a, name: A, folder: '/x' } ]\n",
      "1:39 agents[0].folder: must be names with / between, at most 10",
    ],
    [
      "models: [ { name: m, provider: anthropic, model: c, extraBody: {} } ]\n",
      "1:64 models[0].extraBody: is only for openai-compatible",
    ],
    [
      "knowledge: [ { slug: k, name: K, documents: [ { name: n } ] } ]\n",
      "1:47 knowledge[0].documents[0]: needs either `file` or `text`",
    ],
  ])("%j", async (yaml, problem) => {
    expect(await problemsOf(yaml)).toEqual([problem]);
  });

  it("follow an anchor to where its content stands", async () => {
    const yaml = `agents:
  - &first { slug: a, name: A, stepz: 1 }
  - *first
`;
    expect(await problemsOf(yaml)).toEqual([
      "2:20 agents[1].slug: is the slug of an earlier agent",
      "2:32 agents[0].stepz: is not a known key; did you mean steps?",
      "2:32 agents[1].stepz: is not a known key; did you mean steps?",
    ]);
  });
});

describe("variables in a file", () => {
  const promptOf = async (prompt: string, environment: Record<string, string> = {}) =>
    (await read(`agents: [ { slug: a, name: A, prompt: ${JSON.stringify(prompt)} } ]`, environment)).agents[0]
      ?.prompt;

  it.each([
    [`\${NAME}`, { NAME: "x" }, "x"],
    [`a\${NAME}b\${NAME}`, { NAME: "x" }, "axbx"],
    [`\${NAME}`, { NAME: "" }, ""],
    [`\${NAME:-y}`, {}, "y"],
    [`\${NAME:-y}`, { NAME: "" }, "y"],
    [`\${NAME:-}`, {}, ""],
    [`\${NAME:-y}`, { NAME: "x" }, "x"],
    [`$\${NAME}`, { NAME: "x" }, `\${NAME}`],
    ["$NAME {{ name }} $", { NAME: "x" }, "$NAME {{ name }} $"],
  ])("%s with %o is %s", async (prompt, environment, filled) => {
    expect(await promptOf(prompt, environment)).toBe(filled);
  });

  it("are filled in once: what they hold is neither YAML nor looked at again", async () => {
    expect(await promptOf(`\${A}`, { A: `\${B}`, B: "no" })).toBe(`\${B}`);
    expect(await promptOf(`\${A}`, { A: "x\n  - { slug: evil }" })).toBe("x\n  - { slug: evil }");
    const file = await read(`agents:\n  - slug: a\n    name: \${A}\n`, { A: "true" });
    expect(file.agents[0]?.name).toBe("true");
  });

  it.each([`\${1}`, `\${`, `\${A-b}`])("are refused when they are no variables: %s", async (prompt) => {
    const problems = await problemsOf(`agents:\n  - slug: a\n    name: A\n    prompt: '${prompt}'\n`);
    expect(problems).toEqual([
      `4:13 agents[0].prompt: \${ begins a variable such as \${NAME}; write $\${ for the characters themselves`,
    ]);
  });
});

describe("documents of a file", () => {
  const withDocument = (document: string) =>
    `knowledge:\n  - { slug: k, name: K, documents: [ ${document} ] }\n`;

  it("stay inside the file's folder, also through links", async () => {
    const outside = await mkdtemp(join(tmpdir(), "antiphon-outside-"));
    try {
      await writeFile(join(outside, "secret.md"), "secret");
      await symlink(join(outside, "secret.md"), join(folder, "link.md"));
      await mkdir(join(folder, "..fine"));
      await writeFile(join(folder, "..fine", "a.md"), "fine");
      const refusal =
        "knowledge[0].documents[0].file: leads out of this file's folder; write the absolute path if that is meant";
      expect(await problemsOf(withDocument("{ file: link.md }"))).toEqual([`2:46 ${refusal}`]);
      const up = `../${outside.split("/").at(-1)}/secret.md`;
      expect(await problemsOf(withDocument(`{ file: ${up} }`))).toEqual([`2:46 ${refusal}`]);
      expect(await problemsOf(withDocument("{ file: ..fine/a.md }"))).toEqual([]);
      expect(await problemsOf(withDocument(`{ file: ${join(outside, "secret.md")} }`))).toEqual([]);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it("must be readable text of a known kind, each under a name of its own", async () => {
    await writeFile(join(folder, "latin.txt"), Buffer.from([0x66, 0xfc]));
    await writeFile(join(folder, "a.md"), "a");
    const problems = await problemsOf(
      withDocument(
        "{ file: no.md }, { file: a.pdf }, { file: latin.txt }, { file: a.md }, { text: b, name: a.md }",
      ),
    );
    expect(problems).toEqual([
      expect.stringMatching(/^2:46 knowledge\[0\]\.documents\[0\]\.file: cannot be read: ENOENT/),
      "2:63 knowledge[0].documents[1].file: must end in .md, .markdown, .txt",
      "2:80 knowledge[0].documents[2].file: is not UTF-8 text",
      "2:109 knowledge[0].documents[4]: has the name of an earlier document of this knowledge base",
    ]);
  });

  it("are read with name, address and format", async () => {
    await writeFile(join(folder, "a.txt"), "a");
    const file = await read(
      withDocument('{ file: a.txt, name: 甲, url: "https://x/a" }, { text: "# b", name: b }'),
    );
    expect(file.knowledge[0]?.documents).toEqual([
      { name: "甲", url: "https://x/a", text: "a", format: "text" },
      { name: "b", url: "", text: "# b", format: "markdown" },
    ]);
  });
});

it("agents may name models that come from elsewhere", async () => {
  const file = await read(`${MODEL}agents: [ { slug: a, name: A, model: other } ]`, {}, ["other"]);
  expect(file.agents[0]?.model).toBe("other");
});
