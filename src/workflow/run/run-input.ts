import type { GraphNode, WorkflowInput } from "../../domain/workflow.ts";
import { sizeOf } from "../language/value-size.ts";
import { checkValue } from "../language/value-type.ts";
import { isRecord } from "./answering.ts";

/** Largest input of a run, in characters of JSON. */
const MAX_INPUT_SIZE = 1_000_000;

/** What a start node is given: checked, with defaults; or what is wrong, and where. */
export type CheckedInput = { input: Record<string, unknown> } | { field: string; problem: string };

/** What a start node asks for. */
export function inputsOf(start: Pick<GraphNode, "id"> & Record<string, unknown>): WorkflowInput[] {
  const { inputs } = start;
  return Array.isArray(inputs) ? inputs : [];
}

/** Checks what a caller gave against what the start node asks for. What it does not ask for is left out. */
export function checkInput(
  asked: readonly WorkflowInput[],
  given: unknown,
  names: readonly string[] = [],
): CheckedInput {
  if (!isRecord(given)) {
    return { field: "input", problem: `[${JSON.stringify(given) ?? "undefined"}] is not of type 'object'` };
  }
  if (sizeOf(given, MAX_INPUT_SIZE) > MAX_INPUT_SIZE) {
    return { field: "input", problem: `is larger than ${MAX_INPUT_SIZE} characters, or nested too deep` };
  }
  const input: Record<string, unknown> = {};
  for (const one of asked) {
    const { name } = one;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const field = `input.${name}`;
    if (value === undefined || value === null) {
      if (one.default !== undefined) input[name] = one.default;
      else if (one.required) return { field, problem: `\`${name}\` is missing` };
      continue;
    }
    const checked = checkValue(value, one, name);
    if ("problem" in checked) return { field, problem: checked.problem };
    if (one.choices !== undefined && !one.choices.includes(String(checked.value))) {
      return { field, problem: `\`${name}\` must be one of ${one.choices.join(", ")}` };
    }
    input[name] = checked.value;
  }
  for (const name of names) {
    if (input[name] === undefined && given[name] !== undefined) input[name] = given[name];
  }
  return { input };
}
