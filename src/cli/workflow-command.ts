import { type Command, Option } from "commander";
import { RUN_STATUSES } from "../domain/workflow-run.ts";
import { EXIT_CODES } from "./failure.ts";
import { wholeNumber } from "./option-values.ts";
import type { Terminal } from "./terminal.ts";
import type { RunWish } from "./workflow-run.ts";
import type { RunListWish } from "./workflow-runs.ts";
import type { TraceWish } from "./workflow-trace.ts";

/** `antiphon workflow …` */
export function addWorkflows(program: Command, terminal: Terminal): void {
  const workflow = program
    .command("workflow")
    .summary("check, draw and run workflows from their files, look at what runs did")
    .description("Workflows: graphs of nodes in YAML or JSON files, and their runs.")
    .addHelpText(
      "after",
      `
Examples:
  antiphon workflow validate refund.yaml
  antiphon workflow run refund.yaml --input '{"order": 17, "amount": 320}'
  antiphon workflow trace refund.yaml --input '{"order": 17}'
  antiphon workflow list --workflow refund --status failed
  antiphon workflow trace 01K8Z6R2M4T7V9X0C3E5G7J9PN

How graphs are written: docs/workflows.md
${EXIT_CODES}`,
    );
  addValidate(workflow, terminal);
  addPicture(workflow, terminal);
  addRun(workflow, terminal);
  addTrace(workflow, terminal);
  addRuns(workflow, terminal);
}

function addValidate(workflow: Command, terminal: Terminal): void {
  workflow
    .command("validate")
    .summary("say everything that is wrong with files of graphs")
    .description("Check graphs as a whole: kinds, members, references, ways, types, expressions, templates.")
    .argument("<files...>", "YAML or JSON files of graphs")
    .addHelpText(
      "after",
      `
Examples:
  antiphon workflow validate refund.yaml
  antiphon workflow validate flows/*.yaml

Other workflows that a graph runs are looked for by: antiphon apply --check antiphon.yaml

Exit codes: 0 all are fine, 1 something is wrong; each line on standard error names file, line, node and field.`,
    )
    .action(async (files: string[]) =>
      (await import("./workflow-validate.ts")).validateFiles(terminal, files),
    );
}

function addPicture(workflow: Command, terminal: Terminal): void {
  workflow
    .command("picture")
    .summary("print a graph as a Mermaid flowchart")
    .description("Print a picture of a graph as Mermaid, which GitHub, editors and mermaid.live draw.")
    .argument("<file>", "YAML or JSON file of a graph")
    .addHelpText(
      "after",
      `
Examples:
  antiphon workflow picture refund.yaml > refund.mmd
${EXIT_CODES}`,
    )
    .action(async (file: string) => (await import("./workflow-validate.ts")).pictureFile(terminal, file));
}

function addRun(workflow: Command, terminal: Terminal): void {
  inputOf(
    workflow
      .command("run")
      .summary("run a file at once, without a server")
      .description(
        "Run a graph at once in memory, with the configured models and what antiphon.yaml names. What it says and gives\n" +
          "goes to standard output, progress and the tree of its steps to standard error. Questions are asked\n" +
          "here. Requests are really sent unless --test. Ctrl-C cancels the run.",
      )
      .argument("<file>", "YAML or JSON file of a graph"),
  )
    .option("--test", "a trial: nodes that would change something elsewhere are left out")
    .option("--json", "the run and its steps as JSON on standard output, and nothing else; asks nothing")
    .addHelpText(
      "after",
      `
Examples:
  antiphon workflow run refund.yaml --input '{"order": 17}'
  antiphon workflow run refund.yaml --input-file request.json --test
  antiphon workflow run refund.yaml --json > run.json && antiphon workflow trace run.json

Exit codes: 0 completed, 1 failed, cancelled or still waiting; the reason is on standard error.`,
    )
    .action(async (file: string, options: Omit<RunWish, "file">) =>
      (await import("./workflow-run.ts")).runFile(terminal, { ...options, file }),
    );
}

function addTrace(workflow: Command, terminal: Terminal): void {
  inputOf(
    workflow
      .command("trace")
      .summary("print a run as a tree of its steps: times, inputs, outputs")
      .description(
        "Print a run as a tree of its steps, with what went in and came out. Works while a server runs on the same\n" +
          "data. Of a file of a graph a trial is run and printed.",
      )
      .argument("<run>", "a run's id as any API names it, the id of the answer it made, or a file"),
  )
    .option("--full", "inputs and outputs whole, not cut")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Examples:
  antiphon workflow trace 8123456789012345
  antiphon workflow trace 01K8Z6R2M4T7V9X0C3E5G7J9PN --full
  antiphon workflow trace run.json
${EXIT_CODES}`,
    )
    .action(async (run: string, options: Omit<TraceWish, "run">) =>
      (await import("./workflow-trace.ts")).traceRun(terminal, { ...options, run }),
    );
}

function addRuns(workflow: Command, terminal: Terminal): void {
  workflow
    .command("list")
    .summary("print stored runs, newest first")
    .option("--workflow <workflow>", "only of this one: slug or id")
    .option("--workspace <name>", "name or id (default: the workflow's, else the oldest)")
    .addOption(new Option("--status <status>", "only of this status").choices([...RUN_STATUSES]))
    .option("--limit <count>", "how many", wholeNumber(1, 1_000), 20)
    .action(async (options: RunListWish) => (await import("./workflow-runs.ts")).listRuns(terminal, options));
  workflow
    .command("cancel")
    .summary("end a run on whatever node of a cluster it runs, or waits")
    .argument("<run>", "its id, as any API names it")
    .action(async (run: string) => (await import("./workflow-runs.ts")).cancelRun(terminal, run));
}

function inputOf(command: Command): Command {
  return command
    .option("--input <json>", "parameters of the start node, as JSON")
    .option("--input-file <file>", "the same in a file");
}
