import type { NodeKind } from "../node-kind.ts";
import { textNode } from "./text.ts";

/** Every kind of node, in the order that people read about them. */
export const NODE_KINDS: readonly NodeKind[] = [textNode];

const BY_TYPE = new Map(NODE_KINDS.map((kind) => [kind.type, kind]));

/** The kind of this name. Undefined: there is none. */
export function nodeKind(type: string): NodeKind | undefined {
  return BY_TYPE.get(type);
}
