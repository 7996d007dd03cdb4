import { failed } from "./cel-values.ts";
import { type Effort, EffortError, spendSearch } from "./effort.ts";
import {
  Environment,
  Interpreter,
  type Program,
  type Statement,
  type TemplateEnvironment,
  type TemplateValue,
} from "./template-library.ts";

/** Longest text and list on the way, in UTF-16 units and in entries. */
const MAX_LENGTH = 1_000_000;
const MAX_ENTRIES = 100_000;

/** Spaces that a line is moved by, and length of what stands between joined entries. */
const MAX_PADDING = 20;

/** Macros have names of their own, inside those of whoever calls them. */
const CALL_EFFORT = 10;

/** Filters and methods that only look at a value, and at once. */
const LOOKING: readonly string[] = ["length", "first", "last", "default", "list", "get"];

/** How much is done with all of a value. */
type Use = "gone through" | "taken apart" | "sorted" | "shown";

/** Work for each character of a text, and for each entry and each character inside a list or an object. */
const USE_EFFORT: Readonly<Record<Use, { text: number; entry: number; inside: number }>> = {
  "gone through": { text: 1 / 100, entry: 1, inside: 1 / 20 },
  "taken apart": { text: 1 / 10, entry: 1, inside: 1 / 20 },
  sorted: { text: 0, entry: 5, inside: 1 / 10 },
  shown: { text: 0, entry: 1, inside: 1 / 6 },
};

const USES: Readonly<Record<string, Use>> = {
  title: "taken apart",
  capitalize: "taken apart",
  split: "taken apart",
  indent: "taken apart",
  sort: "sorted",
  dictsort: "sorted",
  tojson: "shown",
  string: "shown",
  join: "shown",
};

/**
 * Jinja whose work is counted at every step. What could do much at once is looked at before: searching, joining,
 * indenting. Functions are called and never printed or kept.
 */
export class BoundedInterpreter extends Interpreter {
  readonly #effort: Effort;
  /** What loops run over: dearer than what is only looked at. */
  readonly #iterated = new WeakSet<object>();
  /** What is used as a whole, and how. */
  readonly #used = new WeakMap<object, Use>();
  /** What is called where it stands; functions are nothing anywhere else. */
  readonly #called = new WeakSet<object>();
  readonly #weights = new WeakMap<object, number>();

  constructor(environment: TemplateEnvironment, effort: Effort) {
    super(environment);
    this.#effort = effort;
  }

  override evaluate(statement: Statement | undefined, environment: TemplateEnvironment): TemplateValue {
    if (statement === undefined) return super.evaluate(statement, environment);
    this.#effort.spend(1);
    const value = this.#bounded(statement, environment) ?? super.evaluate(statement, environment);
    if (value.type === "FunctionValue" && !this.#called.has(statement))
      return super.evaluate(undefined, environment);
    this.#count(statement, value);
    return value;
  }

  /** Steps that are carried out in our own way; undefined: as they are. */
  #bounded(statement: Statement, environment: TemplateEnvironment): TemplateValue | undefined {
    switch (statement.type) {
      case "For":
        this.#markIterated(partOf(statement, "iterable"));
        this.#markShown(statement);
        return undefined;
      case "If":
      case "Macro":
      case "Set":
        this.#markShown(statement);
        return undefined;
      case "MemberExpression":
        this.#markSliced(statement);
        return undefined;
      case "FilterExpression":
      case "FilterStatement":
        return this.#filter(statement, environment);
      case "CallExpression":
        return this.#call(statement, environment);
      case "CallStatement":
        this.#markCalled(partOf(statement, "call"));
        this.#markShown(statement);
        return undefined;
      case "BinaryExpression":
        return this.#search(statement, environment);
      default:
        return undefined;
    }
  }

  #markIterated(iterable: Statement | undefined): void {
    if (iterable === undefined) return;
    this.#iterated.add(iterable);
    if (iterable.type === "SelectExpression") this.#markIterated(partOf(iterable, "lhs"));
  }

  override run(program: Program): TemplateValue {
    this.#markShown(program);
    return super.run(program);
  }

  #markUsed(operand: Statement | undefined, use: Use): void {
    if (operand !== undefined) this.#used.set(operand, use);
  }

  /** Expressions that stand in a block are written out. */
  #markShown(statement: Statement): void {
    for (const block of ["body", "defaultBlock", "alternate"]) {
      for (const part of partsOf(statement, block)) this.#markUsed(part, "shown");
    }
  }

  #markSliced(statement: Statement): void {
    const isSlice = partOf(statement, "property")?.type === "SliceExpression";
    if (isSlice) this.#markUsed(partOf(statement, "object"), "taken apart");
  }

  #filter(statement: Statement, environment: TemplateEnvironment): TemplateValue | undefined {
    const filter = partOf(statement, "filter");
    const call = filter?.type === "CallExpression" ? filter : undefined;
    const name = nameOf(call === undefined ? filter : partOf(call, "callee"));
    const operand = partOf(statement, "operand");
    if (!LOOKING.includes(name)) this.#markUsed(operand, USES[name] ?? "gone through");
    if (name === "replace") {
      if (operand === undefined) throw failed("replace is used on a value, not on a block");
      return this.#replace(operand, partsOf(call, "args"), environment);
    }
    if (name === "join" || name === "indent" || name === "tojson") checkPadding(name, partsOf(call, "args"));
    return undefined;
  }

  #call(statement: Statement, environment: TemplateEnvironment): TemplateValue | undefined {
    this.#effort.spend(CALL_EFFORT);
    const callee = this.#markCalled(statement);
    if (callee?.type !== "MemberExpression") return undefined;
    const object = partOf(callee, "object");
    const name = nameOf(partOf(callee, "property"));
    if (callee === undefined || object === undefined) return undefined;
    if (Reflect.get(callee, "computed") === true) throw failed("functions are called by their names");
    if (!LOOKING.includes(name)) this.#markUsed(object, USES[name] ?? "gone through");
    if (name === "replace") return this.#replace(object, partsOf(statement, "args"), environment);
    if (name === "split") this.#checkSplit(partsOf(statement, "args"));
    return undefined;
  }

  #markCalled(call: Statement | undefined): Statement | undefined {
    const callee = call === undefined ? undefined : partOf(call, "callee");
    if (callee !== undefined) this.#called.add(callee);
    return callee;
  }

  #checkSplit(args: readonly Statement[]): void {
    const [separator] = args;
    if (separator !== undefined && separator.type !== "StringLiteral") {
      throw failed("split() needs its separator as it is, in quotes");
    }
    if (String(Reflect.get(separator ?? {}, "value")).length > 100) throw failed("a separator is too long");
  }

  #replace(operand: Statement, args: readonly Statement[], environment: TemplateEnvironment): TemplateValue {
    const [value, old, replacement] = [operand, args[0], args[1]].map((part) => {
      const given = this.evaluate(part, environment);
      if (given.type !== "StringValue")
        throw failed("replace needs text, what to look for, and its replacement");
      return String(given.value);
    });
    if (args.length > 2) throw failed("replace takes two arguments");
    if (value === undefined || old === undefined || replacement === undefined || old === "") {
      throw failed("replace needs something to look for");
    }
    spendSearch(this.#effort, value, old);
    const pieces = value.split(old);
    checkLength(value.length + pieces.length * replacement.length);
    return toValue(pieces.join(replacement));
  }

  /** `in` between texts: at worst every pair of characters is looked at. */
  #search(statement: Statement, environment: TemplateEnvironment): TemplateValue | undefined {
    const operator = Reflect.get(Reflect.get(statement, "operator") ?? {}, "value");
    if (operator !== "in" && operator !== "not in") {
      for (const side of ["left", "right"]) this.#markUsed(partOf(statement, side), "shown");
      return undefined;
    }
    const [part, whole] = [partOf(statement, "left"), partOf(statement, "right")].map((side) =>
      this.evaluate(side, environment),
    );
    if (part === undefined || whole === undefined) return undefined;
    return toValue(this.#isIn(part, whole) === (operator === "in"));
  }

  #isIn(part: TemplateValue, whole: TemplateValue): boolean {
    if (whole.type === "UndefinedValue") return false;
    if (isList(whole)) {
      this.#effort.spend(whole.value.length / 10);
      return whole.value.some(({ value }) => value === part.value);
    }
    if (part.type !== "StringValue") throw failed("only text can be in text, and in an object");
    const text = String(part.value);
    if (whole.value instanceof Map) return whole.value.has(text);
    if (whole.type !== "StringValue") throw failed("something is looked for in what holds nothing");
    spendSearch(this.#effort, String(whole.value), text);
    return String(whole.value).includes(text);
  }

  #count(statement: Statement, value: TemplateValue): void {
    if (value.type === "StringValue") {
      const { length } = String(value.value);
      checkLength(length);
      this.#effort.spend(length / 500);
    } else if (isList(value)) {
      if (value.value.length > MAX_ENTRIES)
        throw new EffortError("expression_failed", "a list becomes too long");
      this.#effort.spend(this.#iterated.has(statement) ? value.value.length * 10 : value.value.length / 50);
    }
    const weight = isHolder(value) ? this.#weigh(value) : 0;
    const use = this.#used.get(statement);
    if (use !== undefined) this.#countUse(USE_EFFORT[use], value, weight);
  }

  #countUse({ text, entry, inside }: (typeof USE_EFFORT)[Use], value: TemplateValue, weight: number): void {
    if (value.type === "StringValue") this.#effort.spend(String(value.value).length * text);
    else if (isHolder(value)) {
      const entries = Array.isArray(value.value) ? value.value.length : value.value.size;
      this.#effort.spend(entries * entry + weight * inside);
    }
  }

  /** Values inside one another many times count each time, as when they are printed. */
  #weigh(value: TemplateValue): number {
    if (value.type === "StringValue") return String(value.value).length;
    if (!isHolder(value)) return 1;
    const known = this.#weights.get(value);
    if (known !== undefined) return known;
    let weight = 1;
    for (const part of value.value.values()) {
      if (part.type === "NamespaceValue") throw failed("a namespace cannot be put into something");
      weight += this.#weigh(part);
      checkLength(weight / 2);
    }
    this.#weights.set(value, weight);
    return weight;
  }
}

const FIXED_TYPES: readonly string[] = ["IntegerLiteral", "StringLiteral", "BooleanLiteral", "Identifier"];

/** Arguments that say how far something is moved or parted, which must stand there and be small. */
function checkPadding(name: string, args: readonly Statement[]): void {
  for (const arg of args) {
    const given = arg.type === "KeywordArgumentExpression" ? partOf(arg, "value") : arg;
    const parts =
      given?.type === "TupleLiteral" || given?.type === "ArrayLiteral" ? partsOf(given, "value") : [given];
    for (const part of parts) {
      const value: unknown = part === undefined ? undefined : Reflect.get(part, "value");
      const size = typeof value === "number" ? value : String(value).length;
      if (part === undefined || !FIXED_TYPES.includes(part.type) || size > MAX_PADDING || size < 0) {
        throw failed(`${name} needs its arguments as they are, and short`);
      }
    }
  }
}

function checkLength(length: number): void {
  if (length > MAX_LENGTH)
    throw new EffortError("expression_failed", `it becomes longer than ${MAX_LENGTH} characters`);
}

function isList(value: TemplateValue): value is TemplateValue & { value: TemplateValue[] } {
  return Array.isArray(value.value);
}

function isHolder(
  value: TemplateValue,
): value is TemplateValue & { value: TemplateValue[] | Map<string, TemplateValue> } {
  return value.type !== "NamespaceValue" && (Array.isArray(value.value) || value.value instanceof Map);
}

function toValue(value: string | boolean): TemplateValue {
  return new Environment().set("value", value);
}

function isStatement(part: unknown): part is Statement {
  return typeof part === "object" && part !== null && typeof Reflect.get(part, "type") === "string";
}

/** A part of a statement; parts are not typed outside the library. */
export function partOf(statement: Statement, name: string): Statement | undefined {
  const part: unknown = Reflect.get(statement, name);
  return isStatement(part) ? part : undefined;
}

/** A list of parts of a statement. */
function partsOf(statement: Statement | undefined, name: string): Statement[] {
  const parts: unknown = statement === undefined ? undefined : Reflect.get(statement, name);
  return Array.isArray(parts) ? parts.filter(isStatement) : [];
}

/** What an identifier or a literal says. */
export function nameOf(statement: Statement | undefined): string {
  return String(statement === undefined ? "" : Reflect.get(statement, "value"));
}
