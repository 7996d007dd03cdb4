/** Prints a measured figure, for whoever reads the run. Tests never depend on it. */
export function printFigure(text: string): void {
  process.stdout.write(`    ${text}\n`);
}
