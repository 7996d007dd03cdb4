import type { InputValue } from "../../domain/workflow.ts";
import type { Source } from "../node-kind.ts";
import { sourceOf } from "./input-source.ts";

const MAX_DEPTH = 32;

/** Templates and expressions in an input value that stands among a node's own members. */
export function sourcesIn(field: string, value: InputValue, depth = 0): Source[] {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return [];
  const source = Array.isArray(value) ? undefined : sourceOf(value);
  if (source === undefined) {
    return Object.entries(value).flatMap(([name, member]) =>
      sourcesIn(`${field}.${name}`, member, depth + 1),
    );
  }
  switch (source.kind) {
    case "value":
      return [];
    case "template":
      return [{ field, language: "template", text: source.text }];
    default:
      return [{ field, language: "expression", text: source.text }];
  }
}
