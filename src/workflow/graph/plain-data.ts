import type { GraphPath } from "./graph-problems.ts";
import { FORBIDDEN_NAMES } from "./graph-words.ts";

const MAX_DEPTH = 64;
const MAX_VALUES = 100_000;

/** What may stand in a graph at all: JSON data, copied, so that nothing of the original can change it. */
export function plainData(value: unknown, tell: (path: GraphPath, message: string) => void): unknown {
  let count = 0;
  const copy = (from: unknown, path: GraphPath): unknown => {
    if (++count > MAX_VALUES) return null;
    if (path.length > MAX_DEPTH) {
      tell(path.slice(0, 3), "is nested too deep");
      return null;
    }
    if (Array.isArray(from)) return from.map((entry, index) => copy(entry, [...path, index]));
    if (typeof from === "object" && from !== null) return Object.fromEntries(members(from, path));
    if (typeof from === "number" && !Number.isFinite(from)) tell(path, "must be a number that JSON has");
    else if (from === undefined || isData(from)) return from;
    else tell(path, "must be plain data");
    return null;
  };
  const members = (from: object, path: GraphPath): [string, unknown][] =>
    Object.entries(from).flatMap(([name, member]): [string, unknown][] => {
      if (member === undefined) return [];
      if (!FORBIDDEN_NAMES.has(name)) return [[name, copy(member, [...path, name])]];
      tell([...path, name], "cannot be the name of a member");
      return [];
    });
  const copied = copy(value, []);
  if (count > MAX_VALUES) tell([], `has more than ${MAX_VALUES} values`);
  return copied;
}

function isData(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
