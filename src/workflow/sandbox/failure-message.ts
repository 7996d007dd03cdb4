/** As QuickJS names what was given to `eval`. */
const PLACE = /<input>:(\d+)/g;

/**
 * What to tell about an error, with the line of the code where there is one. `described` is what the code made of it,
 * which may be anything.
 */
export function failureMessage(described: string, code: string): string {
  const { name, message, stack } = textsOf(described);
  const said = [name, message].filter((part) => part !== "").join(": ") || "the code failed";
  const lines = code.split("\n").length;
  const line = [...stack.matchAll(PLACE)].map((match) => Number(match[1])).find((one) => one <= lines);
  return line === undefined ? said : `${said} (line ${line})`;
}

function textsOf(described: string): { name: string; message: string; stack: string } {
  const error: unknown = JSON.parse(described);
  const textOf = (key: string): string => {
    const value = typeof error === "object" && error !== null ? Reflect.get(error, key) : undefined;
    return typeof value === "string" ? value : "";
  };
  return { name: textOf("name"), message: textOf("message"), stack: textOf("stack") };
}
