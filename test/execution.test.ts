import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

/** Where text of other people is run as a program, and nowhere else. */
const SANDBOX = "workflow/sandbox/";
/** Threads that run programs of ours. */
const CHECKPOINTER = ["storage/sqlite/checkpointer.ts", "storage/sqlite/checkpoint-worker.ts"];

/** Loads the package of a model provider that the operator's file names. */
const PROVIDERS = "models/ai-sdk/language-model.ts";
/** Builds the pages, when they are installed or started, by a program of ours. */
const PAGES = "web-build.ts";
/** Finds the dictionary in its package. */
const DICTIONARY = "knowledge/terms.ts";

/** What could run text as a program, or another program, and which files may have it. */
const FORBIDDEN: [name: string, pattern: RegExp, allowed: (file: string) => boolean][] = [
  ["eval", /\beval\s*[(),;\]]/, isSandbox],
  [
    "the Function constructor",
    /\bFunction\s*\(|\bnew\s+Function\b|\bFunction\.prototype\.constructor/,
    isSandbox,
  ],
  ["the constructor of a function", /\)\s*\.constructor\s*\(|\[["']constructor["']\]\s*\(/, isSandbox],
  ["node:vm", /["'](?:node:)?vm["']|\bvm\.(?:run|Script|SourceTextModule|compileFunction)/, () => false],
  ["WebAssembly", /\bWebAssembly\./, isSandbox],
  ["another process", /["'](?:node:)?(?:child_process|cluster)["']/, (file) => file === PAGES],
  ["threads", /["'](?:node:)?worker_threads["']/, (file) => isSandbox(file) || CHECKPOINTER.includes(file)],
  ["a module whose name is computed", /\bimport\s*\(\s*[^"'\s)]/, (file) => file === PROVIDERS],
  ["require", /\bcreateRequire\b|\brequire\s*\(/, (file) => isSandbox(file) || file === DICTIONARY],
  ["what Node keeps for itself", /\bprocess\s*\.\s*(?:binding|dlopen|_linkedBinding)\b/, () => false],
  ["timers that take text", /\bset(?:Timeout|Interval|Immediate)\s*\(\s*["'`]/, () => false],
];

function isSandbox(file: string): boolean {
  return file.startsWith(SANDBOX);
}

const SOURCE = resolve(import.meta.dirname, "../src");
const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .filter((file) => !/(^|\/)(testing|conformance)\//.test(file))
  .map((file) => ({ file, code: withoutComments(readFileSync(join(SOURCE, file), "utf8")) }));

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

test("there are files to look at, the sandbox among them", () => {
  expect(files.length).toBeGreaterThan(200);
  expect(files.some(({ file }) => isSandbox(file))).toBe(true);
});

describe("no text becomes a program outside the sandbox, and no program starts another", () => {
  test.each(FORBIDDEN)("%s", (_, pattern, isAllowed) => {
    const found = files.filter(({ file, code }) => pattern.test(code) && !isAllowed(file));
    expect(found.map(({ file }) => file)).toEqual([]);
  });

  test.each<[name: string, code: string]>([
    ["eval", "eval(text)"],
    ["eval", "(0, eval)(text)"],
    ["eval", "const run = eval;"],
    ["the Function constructor", "new Function('a', text)"],
    ["the Function constructor", "Function(text)()"],
    ["the constructor of a function", "(() => {}).constructor(text)"],
    ["node:vm", 'import { runInNewContext } from "node:vm";'],
    ["WebAssembly", "await WebAssembly.compile(text)"],
    ["another process", 'import { spawn } from "child_process";'],
    ["threads", 'import { Worker } from "node:worker_threads";'],
    ["a module whose name is computed", "await import(name)"],
    ["require", "createRequire(import.meta.url)"],
    ["timers that take text", 'setTimeout("text", 1)'],
  ])("the check for %s sees: %s", (name, code) => {
    const row = FORBIDDEN.find(([known]) => known === name);
    expect(row?.[1].test(code)).toBe(true);
  });
});

test("there is no MCP client, and so none that starts programs", () => {
  const manifest: unknown = JSON.parse(readFileSync(resolve(SOURCE, "../package.json"), "utf8"));
  expect(JSON.stringify(manifest)).not.toMatch(/modelcontextprotocol|@ai-sdk\/mcp|fastmcp/);
  expect(files.filter(({ code }) => /modelcontextprotocol|StdioClientTransport/.test(code))).toEqual([]);
});
