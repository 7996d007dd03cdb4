/** An input that is not plain data. */
export type EvaluatedSource =
  | { kind: "ref" | "cel" | "template"; text: string }
  | { kind: "value"; value: unknown };

const KINDS = ["ref", "cel", "template"] as const;

/** An object with one member of these names is what it says; every other object is plain data. */
export function sourceOf(value: object): EvaluatedSource | undefined {
  const names = Object.keys(value);
  if (names.length !== 1) return undefined;
  if (Object.hasOwn(value, "value")) return { kind: "value", value: Reflect.get(value, "value") };
  const kind = KINDS.find((each) => names[0] === each);
  if (kind === undefined) return undefined;
  const text: unknown = Reflect.get(value, kind);
  return typeof text === "string" ? { kind, text } : undefined;
}
