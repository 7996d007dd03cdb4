import { describeConfig, type LoadedConfig, readConfig } from "../config/config.ts";
import type { InstallationFile } from "../config/file.ts";
import { modelDefinitions, readConfiguredFile } from "../installation.ts";
import type { Terminal } from "./terminal.ts";

/** Prints the settings in effect, without secrets. */
export async function printConfig({ environment, out, err }: Terminal): Promise<void> {
  const loaded = readConfig(environment);
  for (const warning of loaded.warnings) err.line(`warning: ${warning}`);
  for (const line of describeConfig(loaded)) out.line(line);
  out.line();
  const file = await readConfiguredFile(loaded, environment);
  for (const line of installationLines(loaded, file)) out.line(line);
}

function installationLines(loaded: LoadedConfig, file: InstallationFile | undefined): string[] {
  const models = modelDefinitions(loaded, file).map(({ name, provider }) => `${name} (${provider})`);
  const [first, ...others] = models;
  const modelLines = [`default model: ${first}`, ...others.map((model) => `model: ${model}`)];
  if (file === undefined) return ["antiphon.yaml: none, the demo agent is made at start", ...modelLines];
  return [
    `antiphon.yaml: ${file.path}`,
    ...modelLines,
    ...file.users.map(({ name, role, tokens }) => {
      return `user: ${name} (${role}), access tokens in the file: ${tokens.length}`;
    }),
    ...file.agents.map((agent) => {
      const keys = agent.appKeys.length + (agent.appKey === undefined ? 0 : 1);
      return `agent: ${agent.slug} (${agent.name}), app keys in the file: ${keys}`;
    }),
    ...file.knowledge.map(({ slug, documents, pairs }) => {
      return `knowledge: ${slug}, documents: ${documents.length}, pairs: ${pairs.length}`;
    }),
  ];
}
