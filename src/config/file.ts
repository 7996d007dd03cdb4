import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type LoadedKnowledgeBase, loadKnowledge } from "./file-knowledge.ts";
import { shapeProblems } from "./file-problems.ts";
import { referenceProblems } from "./file-references.ts";
import { type AgentEntry, type Installation, installationSchema, type ModelEntry } from "./file-schema.ts";
import { type FileProblem, readSource } from "./file-source.ts";
import { isCode, loadWorkflows, type ReadWorkflow } from "./file-workflows.ts";
import type { Environment } from "./variable-reader.ts";

export { eventsOfKind } from "./file-callback-schema.ts";
export type { LoadedKnowledgeBase } from "./file-knowledge.ts";
export type {
  AccessKeyEntry,
  AgentEntry,
  CallbackEntry,
  ChannelEntry,
  ModelEntry,
  OAuthAppEntry,
  UserEntry,
} from "./file-schema.ts";
export type { FileProblem } from "./file-source.ts";

/** A checked `antiphon.yaml`: every reference resolves, every document is read. */
export interface InstallationFile<Graph = unknown> {
  /** Absolute. */
  path: string;
  /** In order; the first one is the default. May be empty. */
  models: ModelEntry[];
  workspace: Installation["workspace"];
  channels: Installation["channels"];
  agents: AgentEntry[];
  callbacks: Installation["callbacks"];
  knowledge: LoadedKnowledgeBase[];
  /** What workflows do, by the slug of their agent. */
  graphs: ReadonlyMap<string, Graph>;
  users: Installation["users"];
  oauthApps: Installation["oauthApps"];
  insight: Installation["insight"];
}

/** A file nothing was taken from, with everything that is wrong in it. */
export class InstallationFileError extends Error {
  /** In the order of the file; never empty. */
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    super(problems.map(problemLine).join("\n"));
    this.name = "InstallationFileError";
    this.problems = problems;
  }
}

/** `antiphon.yaml:3:5 agents[0].model: names a model that is not in this file`. */
function problemLine({ file, line, column, field, message }: FileProblem): string {
  return `${file}:${line}:${column} ${field === "" ? "" : `${field}: `}${message}`;
}

/**
 * Reads, checks and loads a file with everything it refers to. `knownModels` are models that agents may name
 * although the file does not have them; `readWorkflow` says what is wrong with a graph.
 * Rejects with an `InstallationFileError` that names every problem at once.
 */
export async function readInstallationFile<Graph>(
  path: string,
  options: { environment: Environment; knownModels?: readonly string[]; readWorkflow: ReadWorkflow<Graph> },
): Promise<InstallationFile<Graph>> {
  const { environment, readWorkflow: read } = options;
  const source = readSource(path, await readYaml(path), environment, { isLiteral: isCode });
  if (source.value === undefined && source.problems.length > 0)
    throw new InstallationFileError(source.problems);
  const parsed = installationSchema.safeParse(source.value ?? {});
  const folder = dirname(resolve(path));
  const knowledge = await loadKnowledge(source, folder);
  const workflows = await loadWorkflows(source, { folder, environment, read });
  const consequences = [
    ...(parsed.success ? [] : shapeProblems(source, parsed.error.issues)),
    ...referenceProblems(source, options.knownModels ?? []),
    ...knowledge.problems,
    ...workflows.problems,
  ].filter((problem) => !source.problems.some((cause) => isSamePlace(cause, problem)));
  const problems = [...source.problems, ...consequences];
  if (!parsed.success || problems.length > 0) throw new InstallationFileError(inFileOrder(problems));
  return {
    ...parsed.data,
    path: resolve(path),
    knowledge: knowledge.bases,
    graphs: workflows.graphs,
  };
}

async function readYaml(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new InstallationFileError([{ file: path, line: 1, column: 1, field: "", message }]);
  }
}

function isSamePlace(one: FileProblem, other: FileProblem): boolean {
  return one.file === other.file && one.line === other.line && one.column === other.column;
}

function inFileOrder(problems: FileProblem[]): FileProblem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted(
    (one, other) =>
      files.indexOf(one.file) - files.indexOf(other.file) ||
      one.line - other.line ||
      one.column - other.column,
  );
}
