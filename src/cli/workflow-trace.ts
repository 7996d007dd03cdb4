import { readFile } from "node:fs/promises";
import { readConfig } from "../config/config.ts";
import type { WorkflowStep } from "../domain/workflow-run.ts";
import type { Terminal } from "./terminal.ts";
import { withReadStore } from "./with-store.ts";
import { type RunWish, runFile } from "./workflow-run.ts";
import { readRunDocument, writeRunDocument } from "./workflow-run-document.ts";
import { storedRun } from "./workflow-runs.ts";
import { clipped, type Detail, runLine, type TreeRun, writeTree } from "./workflow-tree.ts";

export interface TraceWish extends Pick<RunWish, "input" | "inputFile" | "json"> {
  /** An id of any family, or the path of a file. */
  run: string;
  full?: boolean;
}

/** Ids of all families: digits, a ULID, a UUID. */
const ID = /^(\d{1,16}|[0-9A-Za-z]{26}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/;

/** Prints a run as a tree: one that is stored, one that was saved as JSON, or a trial of a graph's file. */
export async function traceRun(terminal: Terminal, wish: TraceWish): Promise<void> {
  const { run: name, full, ...rest } = wish;
  const detail: Detail = full === true ? "full" : "cut";
  if (ID.test(name)) return traceStored(terminal, wish, detail);
  const text = await readFile(name, "utf8").catch(() => undefined);
  const saved = text === undefined ? undefined : readRunDocument(text);
  if (saved === undefined) {
    return runFile(terminal, { ...rest, file: name, test: true }, { out: "tree", detail });
  }
  const { run, steps } = saved;
  writeTree(terminal.out, run, steps, { detail, now: run.updatedAt });
  terminal.out.line(runLine(run, run.updatedAt));
}

async function traceStored(
  { environment, out }: Terminal,
  { run: name, json }: TraceWish,
  detail: Detail,
): Promise<void> {
  await withReadStore(readConfig(environment), async (store) => {
    const { run, steps, inner } = await storedRun(store, name);
    if (json === true) {
      out.line(writeRunDocument(run, steps));
      return;
    }
    const { id, agentId, dialect, userId, createdAt, versionId, isTest } = run;
    const workflow = await store.agents.find(agentId);
    const version = versionId === undefined ? undefined : await store.versions.get(versionId);
    const facts = [
      inner === undefined ? `run ${id}` : `part ${inner.path} of run ${id}`,
      `workflow ${workflow?.slug ?? agentId}`,
      version === undefined ? "draft" : `version ${version.number}`,
      dialect,
      ...(userId === "" ? [] : [`user ${clipped(userId)}`]),
      ...(isTest ? ["a trial"] : []),
      createdAt.toISOString(),
    ];
    out.line(facts.join(", "));
    const now = new Date();
    const shown = inner === undefined ? run : asRun(inner, steps.length, now);
    writeTree(out, shown, steps, { detail, now });
    out.line(runLine(shown, now));
    const { error } = inner ?? run;
    if (error !== undefined) out.line(`${clipped(error.message, detail)} (${error.code})`);
  });
}

/** What ran inside a step, as a run of its own. */
function asRun({ status, usage, startedAt, endedAt }: WorkflowStep, stepCount: number, now: Date): TreeRun {
  const activeMs = +(endedAt ?? now) - +startedAt;
  return { status, usage, stepCount, createdAt: startedAt, updatedAt: now, activeMs };
}
