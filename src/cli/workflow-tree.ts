import type { RunUsage, WorkflowRun } from "../domain/workflow-run.ts";
import { width } from "./table.ts";
import { dim, type Output, printable } from "./terminal.ts";

/** What of a run is shown. */
export type TreeRun = Pick<
  WorkflowRun,
  "status" | "usage" | "stepCount" | "createdAt" | "updatedAt" | "activeMs"
>;

/** What of its steps is shown; also of those that were read from a file. */
export interface TreeStep {
  id: number;
  path: string;
  nodeId: string;
  kind: string;
  title: string;
  status: "running" | "waiting" | "completed" | "failed";
  port: string;
  attempts: number;
  input?: unknown;
  output?: Record<string, unknown> | undefined;
  error?: { code: string; message: string } | undefined;
  said?: string | undefined;
  actions: readonly unknown[];
  usage: RunUsage;
  interrupt?: { kind: string; text: string } | undefined;
  resume?: unknown;
  startedAt: Date;
  endedAt?: Date | undefined;
}

/** How much of what went in and out is shown. */
export type Detail = "none" | "cut" | "full";

/** Columns of the timeline. */
const BAR_COLUMNS = 24;
const CUT_CHARACTERS = 100;
/** Names longer than this push the columns behind them to the right in their own line only. */
const NAME_COLUMNS = 44;

const MARKS = { running: "…", waiting: "?", completed: "✓", failed: "✗" } as const;

/** Writes a run as a tree of its steps, with when and how long each ran, and what it used. */
export function writeTree(
  out: Output,
  run: TreeRun,
  steps: readonly TreeStep[],
  { detail, now }: { detail: Detail; now: Date },
): void {
  const branches = grow(steps);
  const lines = branches.flatMap((branch, index) => flatten(branch, "", index === branches.length - 1));
  const names = lines.map(({ prefix, branch }) => `${prefix}${branchName(branch)}`);
  const column = Math.min(NAME_COLUMNS, most(names, width));
  const kinds = most(steps, ({ kind }) => kind.length);
  const time = timeline(run, steps, now);
  for (const [index, { below, branch }] of lines.entries()) {
    const { step } = branch;
    if (step === undefined) {
      out.line(names[index]);
      continue;
    }
    const cells = [pad(names[index] ?? "", column), pad(step.kind, kinds), ...time.cells(step)];
    const notes = [portNote(step), usageNote(step.usage), attemptNote(step)].filter((note) => note !== "");
    out.line([...cells, ...notes].join("  ").trimEnd());
    for (const line of detailLines(step, detail)) out.line(dim(out, `${below}    ${line}`));
  }
}

/** What a run came to, in one line. */
export function runLine(run: TreeRun, now: Date): string {
  const parts = [
    `${WORDS[run.status]} in ${duration(activeMs(run, now))}`,
    `${run.stepCount} ${run.stepCount === 1 ? "step" : "steps"}`,
    usageNote(run.usage),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

const WORDS = {
  running: "running",
  waiting: "waiting",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
} as const;

/** How long something took, in the unit that reads best. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(2)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((milliseconds % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Tokens and money; empty where neither was spent. */
export function usageNote({ inputTokens, outputTokens, cost, currency }: RunUsage): string {
  if (inputTokens === 0 && outputTokens === 0) return "";
  const price = currency === "" ? "" : `, ${cost.toFixed(4)} ${currency}`;
  return `${inputTokens}+${outputTokens} tokens${price}`;
}

/** A value on one line, cut where it is long. */
export function clipped(value: unknown, detail: Detail = "cut"): string {
  const text = printable(typeof value === "string" ? value : JSON.stringify(value ?? null)).replace(
    /\s+/g,
    " ",
  );
  const characters = [...text];
  if (detail === "full" || characters.length <= CUT_CHARACTERS) return text;
  return `${characters.slice(0, CUT_CHARACTERS - 1).join("")}…`;
}

/** A step with what ran inside it; without a step it is one turn of a loop, or the inside of a step not yet known. */
interface Branch {
  name: string;
  step?: TreeStep;
  inside: Branch[];
}

/** Paths become a tree: `each#1/call` is `call` in the turn `#1` of `each`. */
function grow(steps: readonly TreeStep[]): Branch[] {
  const root: Branch = { name: "", inside: [] };
  const known = new Map<string, Branch>([["", root]]);
  const branchAt = (path: string): Branch => {
    const found = known.get(path);
    if (found !== undefined) return found;
    const [parent, name] = aboveOf(path);
    const branch: Branch = { name, inside: [] };
    known.set(path, branch);
    branchAt(parent).inside.push(branch);
    return branch;
  };
  for (const step of steps.toSorted((one, other) => one.id - other.id)) branchAt(step.path).step = step;
  return root.inside;
}

function aboveOf(path: string): [parent: string, name: string] {
  const turn = /^(.+)(#\d+)$/.exec(path);
  if (turn?.[1] !== undefined && turn[2] !== undefined) return [turn[1], turn[2]];
  const cut = path.lastIndexOf("/");
  return cut === -1 ? ["", path] : [path.slice(0, cut), path.slice(cut + 1)];
}

interface Line {
  /** What stands before the name. */
  prefix: string;
  /** What stands before lines about it. */
  below: string;
  branch: Branch;
}

function flatten(branch: Branch, before: string, isLast: boolean, depth = 0): Line[] {
  const prefix = depth === 0 ? "" : `${before}${isLast ? "└ " : "├ "}`;
  const below = depth === 0 ? "" : `${before}${isLast ? "  " : "│ "}`;
  const inner = branch.inside.flatMap((child, index) =>
    flatten(child, below, index === branch.inside.length - 1, depth + 1),
  );
  return [{ prefix, below: inner.length > 0 ? `${below}│` : below, branch }, ...inner];
}

function branchName({ name, step }: Branch): string {
  if (step === undefined) return name;
  const title = step.title === step.nodeId || step.title === "" ? "" : ` ${printable(step.title)}`;
  return `${MARKS[step.status]} ${name}${title}`;
}

/** Duration and place in time of each step, the whole run being the whole width. */
function timeline(run: TreeRun, steps: readonly TreeStep[], now: Date) {
  const from = steps.reduce((first, { startedAt }) => Math.min(first, +startedAt), +run.createdAt);
  const endOf = ({ endedAt }: TreeStep) => +(endedAt ?? now);
  const until = Math.max(from + 1, most(steps, endOf));
  const place = (ms: number) => ((ms - from) / (until - from)) * BAR_COLUMNS;
  const longest = most(steps, (step) => duration(endOf(step) - +step.startedAt).length);
  return {
    cells(step: TreeStep): string[] {
      const took = endOf(step) - +step.startedAt;
      const start = Math.min(BAR_COLUMNS - 1, Math.floor(place(+step.startedAt)));
      const columns = Math.max(1, Math.min(BAR_COLUMNS - start, Math.round(place(endOf(step)) - start)));
      const bar = `${" ".repeat(start)}${(took === 0 ? "▏" : "█").repeat(columns)}`;
      return [duration(took).padStart(longest), pad(bar, BAR_COLUMNS)];
    },
  };
}

function portNote({ port }: TreeStep): string {
  return port === "" || port === "next" ? "" : `→ ${port}`;
}

function attemptNote({ attempts }: TreeStep): string {
  return attempts > 1 ? `${attempts} attempts` : "";
}

function detailLines(step: TreeStep, detail: Detail): string[] {
  const { error, interrupt, resume, input, said, actions } = step;
  const output = step.kind === "end" ? step.output?.["output"] : step.output;
  const why = error === undefined ? [] : [`failed: ${printable(error.message)} (${error.code})`];
  const asks =
    interrupt === undefined || step.status !== "waiting"
      ? []
      : [`waits for ${interrupt.kind}: ${clipped(interrupt.text)}`];
  if (detail === "none") return [...why, ...asks];
  const shown: [string, unknown][] = [
    ["in", isEmpty(input) ? undefined : input],
    ["asked", step.status === "waiting" ? undefined : interrupt?.text],
    ["answer", resume],
    ["said", said],
    ["out", isEmpty(output) ? undefined : output],
    ...actions.map((action): [string, unknown] => ["action", action]),
  ];
  const lines = shown.filter(([, value]) => value !== undefined);
  return [...lines.map(([word, value]) => `${word.padEnd(6)} ${clipped(value, detail)}`), ...why, ...asks];
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0)
  );
}

function activeMs(run: TreeRun, now: Date): number {
  return run.status === "running" ? run.activeMs + Math.max(0, +now - +run.updatedAt) : run.activeMs;
}

/** The largest of so many that they would be too many arguments; 0: there are none. */
function most<T>(items: readonly T[], sizeOf: (item: T) => number): number {
  return items.reduce((largest, item) => Math.max(largest, sizeOf(item)), 0);
}

function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}
