import { ConfigError, type LoadedConfig, readConfig } from "../config/config.ts";
import { type InstallationFile, InstallationFileError } from "../config/file.ts";
import { modelDefinitions, readConfiguredFile } from "../installation.ts";
import {
  checkClock,
  checkDataDirectory,
  checkFiles,
  checkNode,
  checkPort,
  checkSecretKey,
} from "./doctor-machine.ts";
import { checkKeptModels, checkLocalModels, checkModels } from "./doctor-models.ts";
import { checkStore } from "./doctor-store.ts";
import type { Terminal } from "./terminal.ts";

/** What one check found. */
export interface Finding {
  status: "ok" | "warn" | "fail";
  /** What was looked at, such as "port". */
  subject: string;
  /** What there is, one sentence without a full stop. */
  text: string;
  /** What to do about it; for warnings and failures, and where there is a choice. */
  advice?: string[];
}

/** Prints one line per check, advice below it. The exit code is 1 when anything fails. Changes nothing. */
export async function doctor(terminal: Terminal): Promise<void> {
  const statuses: Finding["status"][] = [];
  for await (const finding of findings(terminal)) {
    statuses.push(finding.status);
    terminal.out.line(`${finding.status.padEnd(4)}  ${finding.subject}: ${finding.text}`);
    for (const advice of finding.advice ?? []) terminal.out.line(`      → ${advice}`);
  }
  const count = (wanted: Finding["status"]) => statuses.filter((status) => status === wanted).length;
  terminal.out.line(`${count("ok")} ok, ${count("warn")} to know about, ${count("fail")} to mend`);
  if (count("fail") > 0) terminal.setExitCode(1);
}

async function* findings(terminal: Terminal): AsyncGenerator<Finding> {
  yield checkNode(process.versions.node);
  const loaded = loadConfig(terminal);
  yield loaded.finding;
  if (loaded.value === undefined) return;
  const file = await loadFile(loaded.value, terminal);
  yield file.finding;
  yield await checkDataDirectory(loaded.value);
  yield await checkFiles(loaded.value);
  yield await checkSecretKey(loaded.value);
  const isStoreReadable = yield* checkStore(loaded.value);
  if (file.finding.status !== "fail") {
    const definitions = modelDefinitions(loaded.value, file.value);
    yield* checkModels(definitions);
    const kept = isStoreReadable ? yield* checkKeptModels(loaded.value, definitions) : [];
    yield* checkLocalModels([...definitions, ...kept]);
  }
  yield await checkPort(loaded.value);
  yield checkClock(new Date());
}

function loadConfig({ environment }: Terminal): { finding: Finding; value?: LoadedConfig } {
  const subject = "environment";
  try {
    const value = readConfig(environment);
    const set = value.settings.filter(({ isDefault }) => !isDefault).map(({ name }) => name);
    const text = set.length === 0 ? "no variable is set, all have their defaults" : `sets ${set.join(", ")}`;
    if (value.warnings.length === 0) return { finding: { status: "ok", subject, text }, value };
    return { finding: { status: "warn", subject, text, advice: value.warnings }, value };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const text = "has values nobody can use; nothing else can be checked";
    return { finding: { status: "fail", subject, text, advice: [...error.problems] } };
  }
}

async function loadFile(
  loaded: LoadedConfig,
  { environment }: Terminal,
): Promise<{ finding: Finding; value?: InstallationFile }> {
  const subject = "antiphon.yaml";
  try {
    const value = await readConfiguredFile(loaded, environment);
    if (value === undefined) {
      return { finding: { status: "ok", subject, text: "none, the demo agent is made at start" } };
    }
    const text = `${value.path} has ${value.agents.length} agents, ${value.knowledge.length} knowledge bases`;
    return { finding: { status: "ok", subject, text }, value };
  } catch (error) {
    if (!(error instanceof InstallationFileError)) throw error;
    const advice = error.message.split("\n");
    return { finding: { status: "fail", subject, text: "cannot be applied", advice } };
  }
}
