import { isDeepStrictEqual } from "node:util";

/** One place where two documents differ. */
export interface Difference {
  /** Keys from the outside in; members of lists are named by their own name, or else by their place. */
  path: string[];
  /** Absent: it is new. */
  before?: unknown;
  /** Absent: it is gone. */
  after?: unknown;
}

/** What members of lists are known by, the first that all of them have and no two share. */
const NAMES = ["id", "key", "name", "agentId", "toolId"] as const;

/** Where two JSON documents differ, in the order of the first with what is new last. */
export function differences(before: unknown, after: unknown, path: string[] = []): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isRecord(before) && isRecord(after)) return ofMembers(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) {
    const name = NAMES.find((each) => isNameOf(each, before) && isNameOf(each, after));
    if (name !== undefined) return ofLists(byName(before, name), byName(after, name), path);
  }
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

function ofMembers(before: Members, after: Members, path: string[]): Difference[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
}

/** Members by their names; where those that both have come in another order, that is told of the list. */
function ofLists(before: Members, after: Members, path: string[]): Difference[] {
  const order = {
    before: Object.keys(before).filter((name) => name in after),
    after: Object.keys(after).filter((name) => name in before),
  };
  return [
    ...ofMembers(before, after, path),
    ...(isDeepStrictEqual(order.before, order.after) ? [] : [{ path: [...path, "order"], ...order }]),
  ];
}

type Members = { [key: string]: unknown };

function isRecord(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNameOf(name: string, list: unknown[]): boolean {
  const names = list.map((member) => (isRecord(member) ? member[name] : undefined));
  return (
    names.every((each) => typeof each === "string" && each !== "") && new Set(names).size === names.length
  );
}

function byName(list: unknown[], name: string): Members {
  return Object.fromEntries(list.map((member) => [isRecord(member) ? String(member[name]) : "", member]));
}
