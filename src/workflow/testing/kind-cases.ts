import type { NodeCase } from "./node-world.ts";

/** One run of a graph in which the node `it` is of the kind in question. */
export interface KindCase {
  given: NodeCase;
  /** What the run is then. */
  run?: object;
  /** What the step of `it` is then. */
  step?: object;
  /** The run is refused with this. */
  refused?: object;
  /** The graph is refused: node and field of the problem. */
  invalid?: string;
}

/** What every kind must show. */
export interface KindCases {
  normal: KindCase;
  edge: KindCase;
  failing: KindCase;
}
