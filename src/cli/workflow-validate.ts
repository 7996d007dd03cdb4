import { mermaidOf } from "../workflow/graph/mermaid.ts";
import type { Terminal } from "./terminal.ts";
import { checkGraphFile, readGraphFile } from "./workflow-file.ts";

/** Says of each file that it is fine, or everything that is wrong with it; the exit code is 1 when anything is. */
export async function validateFiles({ environment, out, err, setExitCode }: Terminal, files: string[]) {
  for (const file of files) {
    const { graph, problems } = await checkGraphFile(file, environment);
    if (graph !== undefined) {
      const { length } = graph.nodes;
      out.line(`${file} is fine: ${graph.mode}, ${length} ${length === 1 ? "node" : "nodes"}`);
      continue;
    }
    for (const problem of problems) err.line(problem);
    setExitCode(1);
  }
}

/** Prints a picture of the graph as Mermaid. */
export async function pictureFile({ environment, out }: Terminal, file: string): Promise<void> {
  out.line(mermaidOf(await readGraphFile(file, environment)));
}
