import { diffLines } from "diff";

/** One line of two texts side by side. */
export type LineRow =
  | { kind: "same"; text: string }
  | { kind: "changed"; before: string | undefined; after: string | undefined }
  | { kind: "skipped"; count: number };

/** Lines around a change that are shown with it. */
const CONTEXT = 3;

/** Two texts line by line: what was taken out stands beside what came in its place, what stayed is cut short. */
export function lineRows(before: string, after: string): LineRow[] {
  const rows: LineRow[] = [];
  let removed: string[] = [];
  for (const part of diffLines(ended(before), ended(after))) {
    const lines = part.value.replace(/\n$/, "").split("\n");
    if (part.removed) {
      removed = lines;
    } else if (part.added) {
      rows.push(...besideEachOther(removed, lines));
      removed = [];
    } else {
      rows.push(...besideEachOther(removed, []));
      removed = [];
      rows.push(...lines.map((text) => ({ kind: "same", text }) as const));
    }
  }
  rows.push(...besideEachOther(removed, []));
  return shortened(rows);
}

/** A last line without its end would else differ from the same line with one. */
function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function besideEachOther(before: string[], after: string[]): LineRow[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => ({
    kind: "changed",
    before: before[index],
    after: after[index],
  }));
}

function shortened(rows: LineRow[]): LineRow[] {
  const isNear = (index: number) =>
    rows.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind === "changed");
  const short: LineRow[] = [];
  for (const [index, row] of rows.entries()) {
    const last = short.at(-1);
    if (row.kind !== "same" || isNear(index)) short.push(row);
    else if (last?.kind === "skipped") short[short.length - 1] = { kind: "skipped", count: last.count + 1 };
    else short.push({ kind: "skipped", count: 1 });
  }
  return short;
}
