import { readFile } from "node:fs/promises";
import type { WorkflowRun } from "../domain/workflow-run.ts";
import { CommandFailure } from "./failure.ts";
import { RunPrinter } from "./run-printer.ts";
import { printable, type Terminal } from "./terminal.ts";
import { openWorkflowBench } from "./workflow-bench.ts";
import { runToItsEnd } from "./workflow-course.ts";
import { readGraphFile } from "./workflow-file.ts";
import { WorkflowQuestions } from "./workflow-questions.ts";
import { writeRunDocument } from "./workflow-run-document.ts";
import { type Detail, runLine, writeTree } from "./workflow-tree.ts";

export interface RunWish {
  /** Path of a graph. */
  file: string;
  /** JSON text of the start node's parameters. */
  input?: string;
  /** Path of a file with such text. */
  inputFile?: string;
  test?: boolean;
  json?: boolean;
}

/** How a run is shown. */
interface Showing {
  /** What goes to standard output: what the run says and gives, with the tree beside, or the tree alone. */
  out: "speech" | "tree";
  detail: Detail;
}

/** Runs a graph from its file, in memory, to its end; what it says or gives goes to standard output. */
export async function runFile(
  terminal: Terminal,
  wish: RunWish,
  { out, detail }: Showing = { out: "speech", detail: "none" },
): Promise<void> {
  const graph = await readGraphFile(wish.file, terminal.environment);
  const input = await readInput(wish);
  const isJson = wish.json === true;
  const bench = await openWorkflowBench(terminal, { name: wish.file, graph });
  const questions = new WorkflowQuestions(terminal);
  const isSpeaking = out === "speech" && !isJson;
  const printer = new RunPrinter(terminal);
  try {
    const run = await runToItsEnd(terminal, bench, {
      input,
      isTest: wish.test === true,
      onEvent: (event) => (isSpeaking ? printer.show(event) : undefined),
      answer: async (interrupt) => (isJson ? undefined : questions.ask(interrupt)),
    });
    printer.end();
    questions.close();
    const steps = await bench.store.workflowRuns.steps(run.id);
    if (run.status !== "completed") terminal.setExitCode(1);
    if (isJson) {
      terminal.out.line(writeRunDocument(run, steps));
      return;
    }
    if (isSpeaking) showResult(terminal, run, printer.hasAnswered);
    const now = new Date();
    const output = isSpeaking ? terminal.err : terminal.out;
    writeTree(output, run, steps, { detail, now });
    output.line(runLine(run, now));
    if (run.status !== "completed") terminal.err.line(reasonOf(run));
  } finally {
    questions.close();
    await bench.close();
  }
}

/** The answer where it was not heard, and what the run gives beside it. */
function showResult({ out }: Terminal, { output, answer }: WorkflowRun, hasAnswered: boolean): void {
  if (answer !== undefined && !hasAnswered) out.line(printable(answer));
  const isOnlyAnswer = JSON.stringify(output) === JSON.stringify({ output: answer });
  if (output === undefined || (answer !== undefined && isOnlyAnswer)) return;
  out.line(printable(JSON.stringify(output, undefined, 2)));
}

/** The start node's parameters; none given: none. */
async function readInput({ input, inputFile }: RunWish): Promise<unknown> {
  if (input !== undefined && inputFile !== undefined) {
    throw new CommandFailure("there are two inputs", "Give --input or --input-file");
  }
  const text = inputFile === undefined ? input : await readInputFile(inputFile);
  if (text === undefined || text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CommandFailure(
      `${inputFile ?? "--input"} is no JSON: ${(cause as Error).message}`,
      `Write it like {"query": "hello"}`,
      { cause },
    );
  }
}

async function readInputFile(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: Error) => {
    throw new CommandFailure(`${path} cannot be read: ${cause.message}`, "", { cause });
  });
}

function reasonOf({ status, error, interrupts }: WorkflowRun): string {
  const node = error?.nodeId === undefined ? "" : `${error.nodeId}: `;
  if (error !== undefined) return printable(`${node}${error.message} (${error.code})`);
  const asked = interrupts.find(({ kind }) => kind !== "delay");
  if (asked !== undefined) return printable(`it waits for an answer to: ${asked.text}`);
  return `the run is ${status}`;
}
