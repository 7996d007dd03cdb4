import type { Program } from "./template-library.ts";

/** Filters that some kind of value has. */
const FILTERS: ReadonlySet<string> = new Set([
  ...["abs", "bool", "capitalize", "default", "dictsort", "first", "float", "get", "indent", "int", "items"],
  ...["join", "keys", "last", "length", "list", "lower", "map", "reject", "rejectattr", "replace", "reverse"],
  ...[
    "safe",
    "select",
    "selectattr",
    "sort",
    "string",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "values",
  ],
]);

const TESTS: ReadonlySet<string> = new Set([
  ...["boolean", "callable", "defined", "eq", "equalto", "even", "false", "integer", "iterable", "lower"],
  ...["mapping", "none", "number", "odd", "sequence", "string", "true", "undefined", "upper"],
]);

/** What is wrong with a template that can be read, whatever its values will be. */
export function templateProblems(program: Program): string[] {
  const problems: string[] = [];
  const look = (part: unknown): void => {
    if (Array.isArray(part) || part instanceof Map) {
      for (const each of part) look(each);
      return;
    }
    if (typeof part !== "object" || part === null) return;
    const type = member(part, "type");
    if (type === "FilterExpression" || type === "FilterStatement") {
      const filter = member(part, "filter");
      const name = String(member(member(filter, "callee") ?? filter, "value"));
      if (!FILTERS.has(name)) problems.push(`there is no filter \`${name}\``);
    }
    if (type === "TestExpression") {
      const name = String(member(member(part, "test"), "value"));
      if (!TESTS.has(name)) problems.push(`there is no test \`${name}\``);
    }
    for (const each of Object.values(part)) look(each);
  };
  look(program);
  return problems;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
