import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { Environment } from "./variable-reader.ts";

/** Where in the file a value stands: keys and list positions from the top. */
export type FieldPath = readonly PropertyKey[];

/** Something wrong at one place of the file. Lines and columns count from 1. */
export interface FileProblem {
  file: string;
  line: number;
  column: number;
  /** Such as `agents[0].model`; empty for the file as a whole. */
  field: string;
  /** What is wrong and, where known, what to write instead. Never repeats a value. */
  message: string;
}

/** The text of a YAML file, its values with variables filled in, and where everything stands. */
export interface FileSource {
  /** The values; undefined when the YAML itself is broken. */
  value: unknown;
  /** What is wrong with the YAML and its variables. */
  problems: FileProblem[];
  /** A problem at the value with this path or, if it is missing, at what should hold it. */
  problemAt(path: FieldPath, message: string): FileProblem;
  /** A problem at a key of the object with this path. */
  problemAtKey(path: FieldPath, key: string, message: string): FileProblem;
}

/**
 * Reads YAML and fills `${NAME}` and `${NAME:-default}` into its text values, once: what is filled in stays
 * text and is not looked at again. `$${` stands for `${`. With `:-`, an empty variable counts as missing. Values that
 * are literal stay as they are.
 */
export function readSource(
  file: string,
  text: string,
  environment: Environment,
  { isLiteral = () => false }: { isLiteral?: (path: FieldPath) => boolean } = {},
): FileSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, path: FieldPath, message: string): FileProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), field: fieldName(path), message };
  };
  const root = document.contents;
  const locate = (path: FieldPath) => offsetOf(root, path, (node) => resolveAlias(node, document));

  const source: FileSource = {
    value: undefined,
    problems: firstOfEachLine(
      document.errors.map((error) => {
        const hint = lineAround(text, error.pos[0]).includes("${") ? FLOW_HINT : "";
        return at(error.pos[0], [], `is not valid YAML: ${shortened(error.message)}${hint}`);
      }),
    ),
    problemAt: (path, message) => at(locate(path).value, path, message),
    problemAtKey: (path, key, message) => at(locate([...path, key]).key, [...path, key], message),
  };
  if (source.problems.length > 0) return source;

  const unresolved: FileProblem[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === "key" || typeof node.value !== "string") return;
      if (!node.value.includes("${")) return;
      const path = pathOf([...ancestors, node]);
      if (isLiteral(path)) return;
      const filled = fillVariables(node.value, environment);
      node.value = filled.text;
      const offset = node.range?.[0] ?? 0;
      source.problems.push(...filled.problems.map((message) => at(offset, path, message)));
    },
    Alias(_key, node, ancestors) {
      if (node.resolve(document) !== undefined) return;
      const message = `refers to &${node.source}, which does not stand above it`;
      unresolved.push(at(node.range?.[0] ?? 0, pathOf([...ancestors, node]), message));
    },
  });
  source.problems.push(...unresolved);
  if (unresolved.length > 0) return source;
  try {
    source.value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Few lines can stand for billions of values.
    if (!(error instanceof ReferenceError)) throw error;
    source.problems.push(at(0, [], "repeats its aliases more often than is reasonable"));
  }
  return source;
}

/** One slip makes YAML stumble several times; the first time is the one that tells. */
function firstOfEachLine(problems: FileProblem[]): FileProblem[] {
  return problems.filter(({ line }, index) => problems.findIndex((other) => other.line === line) === index);
}

/** Of a text that is no YAML at all the parser tells large parts. */
function shortened(message: string): string {
  const [line = ""] = message.split("\n");
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

const FLOW_HINT = "; inside braces and brackets, a value with a variable needs quotes";

/** `agents[0].model` for `["agents", 0, "model"]`. */
function fieldName(path: FieldPath): string {
  let name = "";
  for (const step of path) {
    if (typeof step === "number") name += `[${step}]`;
    else name += name === "" ? String(step) : `.${String(step)}`;
  }
  return name;
}

function fillVariables(text: string, environment: Environment): { text: string; problems: string[] } {
  const problems: string[] = [];
  const filled = text.replace(/\$\$\{|\$\{([^}]*)\}|\$\{/g, (place, inside: string | undefined) => {
    if (place === "$${") return "${";
    const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/.exec(inside ?? "") ?? [];
    if (name === undefined) {
      problems.push(`\${ begins a variable such as \${NAME}; write $\${ for the characters themselves`);
      return "";
    }
    const value = environment[name];
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value === undefined) problems.push(`environment variable ${name} is not set`);
    return value ?? "";
  });
  return { text: filled, problems };
}

/** Keys and list positions on the way down through these nodes. */
function pathOf(nodes: readonly unknown[]): FieldPath {
  return nodes.flatMap((node, index): PropertyKey[] => {
    if (isPair(node)) return isScalar(node.key) ? [String(node.key.value)] : [];
    return isSeq(node) ? [node.items.indexOf(nodes[index + 1])] : [];
  });
}

/** Offsets of the value at a path and of its key; what is missing stands where its holder stands. */
function offsetOf(
  root: Node | null,
  path: FieldPath,
  resolve: (node: unknown) => unknown,
): { value: number; key: number } {
  let node: unknown = root;
  let offsets = { value: root?.range?.[0] ?? 0, key: root?.range?.[0] ?? 0 };
  for (const step of path) {
    const holder = resolve(node);
    if (isMap(holder)) {
      const pair = holder.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return offsets;
      const key = startOf(pair.key) ?? offsets.value;
      offsets = { value: startOf(pair.value) ?? key, key };
      node = pair.value;
    } else if (isSeq(holder) && typeof step === "number") {
      node = holder.items[step];
      const start = startOf(node);
      if (start === undefined) return offsets;
      offsets = { value: start, key: start };
    } else {
      return offsets;
    }
  }
  return offsets;
}

function startOf(node: unknown): number | undefined {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0];
  return undefined;
}

function resolveAlias(node: unknown, document: ReturnType<typeof parseDocument>): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function lineAround(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return text.slice(start, end === -1 ? undefined : end);
}
