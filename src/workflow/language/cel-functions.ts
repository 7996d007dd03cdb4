import { finite, instant } from "./cel-operators.ts";
import { clockField, isClockField } from "./cel-time.ts";
import { Duration, failed, isMap, kindOf } from "./cel-values.ts";
import { type Effort, namesOf, spendSearch, spendText, weigh } from "./effort.ts";
import { matchesPattern } from "./pattern.ts";

type Value = unknown;

/** A clock of another place: the dearest function there is. */
const ZONE_EFFORT = 200;

interface CelFunction {
  /** Fewest and most arguments, beside what a method is called on. */
  takes: readonly [number, number];
  /** Type of what it gives. */
  gives: "number" | "string" | "boolean" | "array" | "any";
  run(args: readonly Value[], effort: Effort): Value;
}

/** Functions that are called by name. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ["size", { takes: [1, 1], gives: "number", run: size }],
  ["int", { takes: [1, 1], gives: "number", run: ([value]) => finite(Math.trunc(toNumber("int", value))) }],
  ["double", { takes: [1, 1], gives: "number", run: ([value]) => toNumber("double", value) }],
  ["string", { takes: [1, 1], gives: "string", run: ([value]) => toText(value) }],
  ["bool", { takes: [1, 1], gives: "boolean", run: ([value]) => toBoolean(value) }],
  ["type", { takes: [1, 1], gives: "string", run: ([value]) => kindOf(value) }],
  ["dyn", { takes: [1, 1], gives: "any", run: ([value]) => value }],
  ["timestamp", { takes: [1, 1], gives: "any", run: ([value]) => toInstant(value) }],
  ["duration", { takes: [1, 1], gives: "any", run: ([value]) => toDuration(value) }],
]);

/** Functions that are called on a value, which is their first argument. */
const METHODS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ["size", { takes: [0, 0], gives: "number", run: size }],
  ["contains", { takes: [1, 1], gives: "boolean", run: contains }],
  [
    "startsWith",
    {
      takes: [1, 1],
      gives: "boolean",
      run: ([value, start], effort) => text(value).startsWith(looked(text(start), effort)),
    },
  ],
  [
    "endsWith",
    {
      takes: [1, 1],
      gives: "boolean",
      run: ([value, end], effort) => text(value).endsWith(looked(text(end), effort)),
    },
  ],
  ["matches", { takes: [1, 1], gives: "boolean", run: matches }],
  ["indexOf", { takes: [1, 1], gives: "number", run: (args, effort) => find(args, effort, "indexOf") }],
  [
    "lastIndexOf",
    { takes: [1, 1], gives: "number", run: (args, effort) => find(args, effort, "lastIndexOf") },
  ],
  ["substring", { takes: [1, 2], gives: "string", run: substring }],
  [
    "charAt",
    {
      takes: [1, 1],
      gives: "string",
      run: ([value, at], effort) => points(value, effort)[whole(at)] ?? "",
    },
  ],
  [
    "lowerAscii",
    { takes: [0, 0], gives: "string", run: ([value], effort) => looked(text(value), effort).toLowerCase() },
  ],
  [
    "upperAscii",
    { takes: [0, 0], gives: "string", run: ([value], effort) => looked(text(value), effort).toUpperCase() },
  ],
  ["trim", { takes: [0, 0], gives: "string", run: ([value], effort) => looked(text(value), effort).trim() }],
  ["split", { takes: [1, 1], gives: "array", run: split }],
  ["join", { takes: [0, 1], gives: "string", run: join }],
  ["replace", { takes: [2, 2], gives: "string", run: replace }],
]);

/** The method of a name, those of points in time among them. */
export function methodNamed(name: string): CelFunction | undefined {
  if (!isClockField(name)) return METHODS.get(name);
  const run: CelFunction["run"] = ([value, zone], effort) => {
    effort.spend(zone === undefined ? 1 : ZONE_EFFORT);
    return clockField(name, value, zone);
  };
  return { takes: [0, 1], gives: "number", run };
}

function text(value: Value): string {
  if (typeof value !== "string") throw failed(`text is needed, not ${kindOf(value)}`);
  return value;
}

function whole(value: Value): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw failed("a whole number is needed");
  return value;
}

/** Its code points. */
function points(value: Value, effort: Effort): string[] {
  spendText(effort, text(value));
  return [...text(value)];
}

/** The text itself, after it was counted that each of its characters is looked at once. */
function looked(value: string, effort: Effort): string {
  effort.spend(value.length / 100);
  return value;
}

/** Text has as many as code points. */
function size([value]: readonly Value[], effort: Effort): number {
  if (typeof value === "string") return points(value, effort).length;
  if (Array.isArray(value)) return value.length;
  if (isMap(value)) return namesOf(value, effort).length;
  throw failed(`size() of ${kindOf(value)} means nothing`);
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const LONGEST_NUMBER = 400;

function toNumber(name: string, value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (typeof value === "string" && value.length <= LONGEST_NUMBER && NUMBER.test(value)) {
    return finite(Number(value));
  }
  throw failed(`${name}() cannot make a number of that ${kindOf(value)}`);
}

function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Duration) return `${value.milliseconds / 1000}s`;
  throw failed(`string() cannot make text of ${kindOf(value)}`);
}

function toBoolean(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw failed(`bool() cannot make true or false of that ${kindOf(value)}`);
}

function toInstant(value: Value): Date {
  if (value instanceof Date) return value;
  if (typeof value === "number") return instant(value * 1000);
  const date = new Date(
    typeof value === "string" && /^\d{4}-\d\d-\d\d.{0,30}$/.test(value) ? value : Number.NaN,
  );
  return instant(date.getTime());
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

function toDuration(value: Value): Duration {
  if (value instanceof Duration) return value;
  const parts = text(value).slice(0, 100);
  if (!/^-?(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(parts))
    throw failed('duration() needs text such as "1h30m"');
  const total = [...parts.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (UNITS[unit] ?? 0),
    0,
  );
  return new Duration(finite(parts.startsWith("-") ? -total : total));
}

function contains([value, part]: readonly Value[], effort: Effort): boolean {
  spendSearch(effort, text(value), text(part));
  return text(value).includes(text(part));
}

function matches([value, pattern]: readonly Value[], effort: Effort): boolean {
  return matchesPattern(text(pattern), text(value), effort);
}

/** In code points; -1: it is not there. */
function find([value, part]: readonly Value[], effort: Effort, way: "indexOf" | "lastIndexOf"): number {
  spendSearch(effort, text(value), text(part));
  const at = text(value)[way](text(part));
  return at < 0 ? at : points(text(value).slice(0, at), effort).length;
}

function substring([value, start, end]: readonly Value[], effort: Effort): string {
  const all = points(value, effort);
  const [from, to] = [whole(start), end === undefined ? all.length : whole(end)];
  if (from < 0 || to < from || to > all.length) throw failed("substring() is asked for what is not there");
  return all.slice(from, to).join("");
}

function split([value, separator]: readonly Value[], effort: Effort): string[] {
  spendSearch(effort, text(value), text(separator));
  spendText(effort, text(value));
  return text(separator) === "" ? [...text(value)] : text(value).split(text(separator));
}

function join([list, separator = ""]: readonly Value[], effort: Effort): string {
  if (!Array.isArray(list)) throw failed(`join() of ${kindOf(list)} means nothing`);
  effort.spend((weigh(list) + list.length * text(separator).length) / 20);
  return list.map((entry) => toText(entry)).join(text(separator));
}

function replace([value, old, replacement]: readonly Value[], effort: Effort): string {
  spendSearch(effort, text(value), text(old));
  if (text(old) === "") throw failed("replace() needs something to look for");
  const pieces = text(value).split(text(old));
  effort.spend(pieces.length / 5 + (text(value).length + pieces.length * text(replacement).length) / 20);
  return pieces.join(text(replacement));
}
