import type { Variable } from "./wire.ts";

/** Values of variables by their keys. */
export type Inputs = ReadonlyMap<string, string>;

/** What the address says behind `#`, such as `#city=Paris&plan=pro`: servers are never told that part. */
export function presetInputs(): Inputs {
  return new Map(new URLSearchParams(location.hash.slice(1)));
}

/** Those of the values that the variables may have. */
export function fitting(variables: readonly Variable[], given: Inputs): Inputs {
  const values = variables.flatMap(({ key, type, choices, maxLength }): [string, string][] => {
    const value = given.get(key) ?? "";
    const fits = type === "enum" ? choices.includes(value) : value.length <= maxLength;
    return fits && value !== "" ? [[key, value]] : [];
  });
  return new Map(values);
}

/** Key of the first variable that must have a value and has none. */
export function missing(variables: readonly Variable[], inputs: Inputs): string | undefined {
  return variables.find(({ key, required }) => required && (inputs.get(key) ?? "").trim() === "")?.key;
}
