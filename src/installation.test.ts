import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ConfigError, readConfig } from "./config/config.ts";
import { modelDefinitions, openConfiguredOutbound, readConfiguredFile } from "./installation.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-installation-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function definitions(yaml: string, environment: Record<string, string> = {}) {
  const path = join(folder, "antiphon.yaml");
  await writeFile(path, yaml);
  const variables = { ANTIPHON_CONFIG: path, ...environment };
  const loaded = readConfig(variables);
  return modelDefinitions(loaded, await readConfiguredFile(loaded, variables));
}

const TIMEOUTS = { connectMs: 10_000, firstByteMs: 120_000, betweenBytesMs: 60_000 };

it("the file's models keep every setting, and the environment's comes before them", async () => {
  const yaml = `models:
  - name: full
    provider: openai-compatible
    baseUrl: https://x/v1
    apiKey: \${KEY:-}
    model: m
    prices: { input: 1, output: 2 }
    parameters: { temperature: 0.2 }
    headers: { x-team: a }
    retries: 0
    extraBody: { enable_thinking: false }
    includeUsage: false
    maxTokensField: max_completion_tokens
  - { name: claude, provider: anthropic, model: c, apiKey: k, headers: { x-team: b } }
  - { name: quotes, provider: extractive }
`;
  const environment = {
    ANTIPHON_MODEL_BASE_URL: "http://127.0.0.1:11434/v1",
    ANTIPHON_MODEL_NAME: "qwen3:8b",
  };
  expect(await definitions(yaml, environment)).toEqual([
    {
      provider: "openai-compatible",
      name: "qwen3:8b",
      model: "qwen3:8b",
      baseUrl: "http://127.0.0.1:11434/v1",
      timeouts: TIMEOUTS,
    },
    {
      provider: "openai-compatible",
      name: "full",
      model: "m",
      baseUrl: "https://x/v1",
      prices: { input: 1, output: 2, currency: "CNY" },
      parameters: { temperature: 0.2 },
      headers: { "x-team": "a" },
      retries: 0,
      extraBody: { enable_thinking: false },
      includeUsage: false,
      maxTokensField: "max_completion_tokens",
      timeouts: TIMEOUTS,
    },
    {
      provider: "anthropic",
      name: "claude",
      model: "c",
      apiKey: "k",
      headers: { "x-team": "b" },
      timeouts: TIMEOUTS,
    },
    { provider: "extractive", name: "quotes" },
  ]);
});

it("without any model the passages themselves answer", async () => {
  expect(await definitions("agents: []\n")).toEqual([{ provider: "extractive", name: "extractive" }]);
});

it("certificates for callbacks must be some", async () => {
  const path = join(folder, "authorities.pem");
  const open = (text: string) =>
    writeFile(path, text).then(() => openConfiguredOutbound(readConfig({ ANTIPHON_CALLBACK_CA_FILE: path })));
  await expect(open("-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----")).rejects.toThrow(
    "ANTIPHON_CALLBACK_CA_FILE must name a file of certificates",
  );
  const [first = "", second = ""] = rootCertificates;
  await (await open(`# two\n${first}\n${second}`)).close();
  await rm(path);
  const missing = readConfig({ ANTIPHON_CALLBACK_CA_FILE: path });
  await expect(openConfiguredOutbound(missing)).rejects.toThrow(ConfigError);
});
