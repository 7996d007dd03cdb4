import { type Output, printable } from "./terminal.ts";

/** Writes rows in columns as wide as their widest cell; says `nothing` when there are none. */
export function writeTable(out: Output, heads: string[], rows: string[][], nothing: string): void {
  if (rows.length === 0) {
    out.line(nothing);
    return;
  }
  const lines = [heads, ...rows.map((row) => row.map((cell) => printable(cell).replace(/\s+/g, " ")))];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => width(line[column] ?? ""))));
  for (const line of lines) {
    const cells = line.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell)));
    out.line(cells.join("  ").trimEnd());
  }
}

/** Columns of a terminal: ideographs take two. */
export function width(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return [...text].reduce(
    (sum, character) => sum + (/\p{Script=Han}|[\uff01-\uff60]/u.test(character) ? 2 : 1),
    0,
  );
}
