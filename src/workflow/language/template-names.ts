import type { Program } from "./template-library.ts";

/** Names that Jinja has by itself. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  "true",
  "True",
  "false",
  "False",
  "none",
  "None",
  "range",
  "namespace",
]);

const known = new WeakMap<Program, ReadonlyMap<string, readonly (readonly string[])[]>>();

/**
 * Names from outside that a template uses, each with the paths below it that it asks for. Names that the template sets
 * itself anywhere are left out, unless `loop`: outside a loop of the template it is the one of the graph.
 */
export function namesIn(program: Program): ReadonlyMap<string, readonly (readonly string[])[]> {
  const found = known.get(program);
  if (found !== undefined) return found;
  const reader = new NameReader();
  reader.read(program);
  const names = reader.names();
  known.set(program, names);
  return names;
}

class NameReader {
  readonly #own = new Set(OWN_NAMES);
  readonly #paths = new Map<string, string[][]>();

  names(): Map<string, string[][]> {
    return new Map([...this.#paths].filter(([name]) => !this.#own.has(name)));
  }

  read(part: unknown): void {
    if (Array.isArray(part)) for (const each of part) this.read(each);
    else if (part instanceof Map) for (const [key, value] of part) this.#readAll(key, value);
    else if (typeof part === "object" && part !== null) this.#readStatement(part);
  }

  #readAll(...parts: unknown[]): void {
    for (const part of parts) this.read(part);
  }

  #readStatement(statement: object): void {
    switch (member(statement, "type")) {
      case "Identifier":
        this.#use(String(member(statement, "value")), []);
        return;
      case "MemberExpression":
        this.#readMember(statement);
        return;
      case "FilterExpression":
      case "FilterStatement":
        this.#readAll(member(statement, "operand"), member(statement, "body"));
        this.read(member(member(statement, "filter"), "args"));
        return;
      case "TestExpression":
        this.read(member(statement, "operand"));
        return;
      case "KeywordArgumentExpression":
        this.read(member(statement, "value"));
        return;
      case "For":
        this.#declare(member(statement, "loopvar"));
        break;
      case "Set":
        this.#declare(member(statement, "assignee"));
        break;
      case "Macro":
        this.#declare(member(statement, "name"));
        this.#declare(member(statement, "args"));
        for (const name of ["varargs", "kwargs", "caller"]) this.#own.add(name);
        break;
      case "CallStatement":
        this.#declare(member(statement, "callerArgs"));
    }
    this.#readAll(...Object.values(statement));
  }

  /** Names that the template gives a value itself. */
  #declare(target: unknown): void {
    if (Array.isArray(target)) {
      for (const each of target) this.#declare(each);
      return;
    }
    const type = member(target, "type");
    if (type === "Identifier") this.#own.add(String(member(target, "value")));
    if (type === "TupleLiteral") this.#declare(member(target, "value"));
    if (type === "KeywordArgumentExpression") this.#declare(member(target, "key"));
  }

  #readMember(statement: object): void {
    const path: string[] = [];
    let rest: unknown = statement;
    while (member(rest, "type") === "MemberExpression") {
      const property = member(rest, "property");
      if (member(rest, "computed") === true) {
        this.read(property);
        path.length = 0;
        if (member(property, "type") === "StringLiteral") path.unshift(String(member(property, "value")));
      } else if (member(property, "type") === "Identifier") {
        path.unshift(String(member(property, "value")));
      }
      rest = member(rest, "object");
    }
    if (member(rest, "type") === "Identifier") this.#use(String(member(rest, "value")), path);
    else this.read(rest);
  }

  #use(name: string, path: string[]): void {
    const paths = this.#paths.get(name) ?? [];
    paths.push(path);
    this.#paths.set(name, paths);
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
