/** Names and what they are: what earlier nodes gave, and the words every node knows. */
export class Scope {
  readonly #values = new Map<string, unknown>();
  readonly #parent: Scope | undefined;

  /** Without a parent nothing else is known, as in another workflow. */
  constructor(parent?: Scope, values: Readonly<Record<string, unknown>> = {}) {
    this.#parent = parent;
    for (const [name, value] of Object.entries(values)) this.#values.set(name, value);
  }

  /** Values are plain JSON data, and never changed afterwards. */
  set(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  has(name: string): boolean {
    return this.#values.has(name) || this.#parent?.has(name) === true;
  }

  /** Undefined: nothing is called so. */
  get(name: string): unknown {
    return this.#values.has(name) ? this.#values.get(name) : this.#parent?.get(name);
  }

  /** What is at a path such as `start.items[0].name`; undefined when there is nothing, or it is no path. */
  lookup(path: string): unknown {
    return this.at(pathOf(path) ?? []);
  }

  /** What is at a path that was parsed. */
  at([name, ...members]: readonly (string | number)[]): unknown {
    if (name === undefined) return undefined;
    return members.reduce((value: unknown, member) => memberOf(value, member), this.get(String(name)));
  }
}

const MAX_PATH_LENGTH = 1_000;

const PART = /\.(?<name>[\p{L}_$][\p{L}\p{N}_$]*)|\[(?<index>\d{1,9})\]|\[(?<text>"(?:[^"\\]|\\.)*")\]/uy;

const paths = new Map<string, readonly (string | number)[]>();

/** Names and positions of a path: `a.b[0]["c d"]`. Undefined: it is none. */
export function pathOf(path: string): readonly (string | number)[] | undefined {
  const known = paths.get(path);
  if (known !== undefined) return known;
  const parts = parsePath(path);
  if (parts === undefined) return undefined;
  if (paths.size >= 10_000) paths.clear();
  paths.set(path, parts);
  return parts;
}

function parsePath(path: string): (string | number)[] | undefined {
  if (path.length > MAX_PATH_LENGTH) return undefined;
  const text = `.${path}`;
  const parts: (string | number)[] = [];
  let position = 0;
  while (position < text.length) {
    PART.lastIndex = position;
    const groups = PART.exec(text)?.groups;
    if (groups === undefined) return undefined;
    const part = partOf(groups);
    if (part === undefined) return undefined;
    parts.push(part);
    position = PART.lastIndex;
  }
  return parts;
}

function partOf({ name, index, text }: Record<string, string | undefined>): string | number | undefined {
  if (name !== undefined) return name;
  if (index !== undefined) return Number(index);
  try {
    const parsed: unknown = JSON.parse(text ?? "");
    return typeof parsed === "string" ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A member of an object or an entry of a list; undefined when there is none. Nothing is ever inherited. */
function memberOf(value: unknown, member: string | number): unknown {
  if (Array.isArray(value)) return typeof member === "number" ? value[member] : undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, member)) return undefined;
  return Reflect.get(value, member);
}
