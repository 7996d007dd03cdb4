/** JSON, as programs have it in them. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** A `curl` command for POSIX shells that sends `body` as JSON. A header's value may name a variable, as `$KEY`. */
export function curlCommand(url: string, headers: Record<string, string>, body: Json): string {
  const lines = [
    `curl ${shellWord(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H "${name}: ${value}"`),
    `-H "Content-Type: application/json"`,
    `--data-raw ${shellWord(jsonText(body))}`,
  ];
  return lines.join(" \\\n  ");
}

/** One word of a command, whatever is in it: a shell takes what stands between single quotes as it is. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** JSON over several lines; also what it says as a TypeScript expression. `indent`: levels that it stands deep. */
export function jsonText(value: Json, indent = 0): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${"  ".repeat(indent)}`);
}

/** What the JSON says as a Python expression; strings are written alike in both. */
export function pythonText(value: Json, indent = 0): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const place = `\n${"    ".repeat(indent)}`;
  const lines = isList(value)
    ? value.map((item) => pythonText(item, indent + 1))
    : Object.entries(value).flatMap(([key, item]) =>
        item === undefined ? [] : [`${JSON.stringify(key)}: ${pythonText(item, indent + 1)}`],
      );
  const [begin, end] = isList(value) ? "[]" : "{}";
  if (lines.length === 0) return `${begin}${end}`;
  return `${begin}${lines.map((line) => `${place}    ${line},`).join("")}${place}${end}`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
