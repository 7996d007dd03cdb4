export interface Column {
  title: string;
  /** Digits after the point; whole numbers when absent. */
  digits?: number;
}

/** Undefined: not measured, or it does not apply. */
export type Cell = string | number | undefined;

/** What a part found out; numbers are kept whole here and rounded when printed. */
export interface Table {
  title: string;
  columns: Column[];
  rows: Cell[][];
  /** Sentences printed below it. */
  notes: string[];
}

/** Fixed-width text, texts to the left and numbers to the right. */
export function formatTable({ title, columns, rows, notes }: Table): string {
  const texts = rows.map((row) => columns.map((column, index) => formatCell(row[index], column)));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...texts.map((row) => row[index]?.length ?? 0)),
  );
  const isText = columns.map((_, index) => rows.some((row) => typeof row[index] === "string"));
  const line = (cells: string[]) =>
    cells
      .map((cell, index) =>
        isText[index] ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const head = line(columns.map(({ title }) => title));
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const body = texts.map(line);
  return [
    title,
    "",
    head,
    rule,
    ...body,
    ...(notes.length > 0 ? ["", ...notes.map((note) => `* ${note}`)] : []),
  ].join("\n");
}

function formatCell(cell: Cell, { digits = 0 }: Column): string {
  if (cell === undefined) return "-";
  return typeof cell === "string" ? cell : cell.toFixed(digits);
}
