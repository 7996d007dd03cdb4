import type { GraphProblem } from "../../domain/workflow.ts";

/** Keys and positions from the top of a graph. */
export type GraphPath = readonly (string | number)[];

/** A problem, and where it stands in the graph as it was written. */
export interface FoundProblem extends GraphProblem {
  path: GraphPath;
}

/** Where a node stands. */
export interface NodePlace {
  id: string;
  path: GraphPath;
}

/** Problems told of one graph; more do not help. */
const MAX_PROBLEMS = 200;

/** Everything that is wrong with a graph, each place told once for the same reason. */
export class GraphProblems {
  readonly #found = new Map<string, FoundProblem>();

  get list(): FoundProblem[] {
    return [...this.#found.values()];
  }

  /** `field` is the path below the node, or below the graph where there is none. */
  add(place: NodePlace | undefined, field: GraphPath, message: string): void {
    if (this.#found.size >= MAX_PROBLEMS) return;
    const path = [...(place?.path ?? []), ...field];
    const node = place === undefined ? {} : { nodeId: place.id };
    this.#found.set(JSON.stringify([path, message]), { ...node, field: fieldName(field), message, path });
  }
}

/** `inputs.query` for `["inputs", "query"]`, `cases[0].when` for a position on the way. */
function fieldName(path: GraphPath): string {
  let name = "";
  for (const step of path) {
    if (typeof step === "number") name += `[${step}]`;
    else name += name === "" ? step : `.${step}`;
  }
  return name;
}
